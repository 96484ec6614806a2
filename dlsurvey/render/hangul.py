"""Turns a page for print into one whose Korean words stay whole, which WeasyPrint cannot do by itself.

Korean is set with lines broken between words (`word-break: keep-all`), which WeasyPrint does not know
(ADR 8); Pango breaks between any two syllables. A word joiner between them forbids that. It has no
width and no glyph: what is copied from the PDF, read aloud or searched for is the text without it.
"""

import re
from typing import Any

JOINER = "\u2060"
_TEXT = re.compile(r">[^<>]*[\uac00-\ud7a3][^<>]*<")
_INSIDE = re.compile(r"(?<=[^\s<>\u2060])(?=[\uac00-\ud7a3])")
_HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)


def keep_words(page: str) -> str:
    """The page with joiners in its text; attributes, styles and the title are left alone."""
    head = _HEAD.search(page)
    start = head.end() if head else 0
    return page[:start] + _TEXT.sub(lambda text: _INSIDE.sub(JOINER, text[0]), page[start:])


def drop_joiners(pdf: Any) -> None:
    """Take them out of the bookmarks, which are told apart by their titles."""
    import pydyf  # comes with WeasyPrint, late like it

    for one in pdf.objects:
        if isinstance(one, pydyf.Dictionary) and isinstance(one.get("Title"), pydyf.String):
            one["Title"] = pydyf.String(one["Title"].string.replace(JOINER, ""))
