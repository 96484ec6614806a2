"""Turns what an edition prints into chapters, tables and blocks of text that can be compared."""

import re
from functools import lru_cache
from typing import NamedTuple

from dlsurvey.language import gettext as _
from dlsurvey.language import spoken
from dlsurvey.render.hangul import JOINER

NUMBER = re.compile(r"[−+]?\d(?:[\d,]*\d)?(?:\.\d+)?(?:e[−+-]?\d+)?")
_SPACES = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u2010\u202a-\u202e\u2060-\u2069\ufeff\ufffd-]+"
)
"""And what is not seen: a PDF keeps such letters otherwise than a page does, or not at all."""
_CHAPTER_NUMBERS = re.compile(r"(?i)(\bchapter\s|제)\s*(?:\d+|–)")


class Table(NamedTuple):
    """One table; the rows of its head come first."""

    caption: str
    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    """The lower heading that it stands under, where that is known."""


class Chapter(NamedTuple):
    """One chapter: its heading without the number, and what stands under it."""

    title: str
    tables: tuple[Table, ...]
    blocks: tuple[str, ...]
    """Paragraphs, items and lower headings; what stands in tables and figures is not in them."""


class ChapterDraft:
    """A chapter on the way, filled by whoever reads a page from its start to its end."""

    def __init__(self, title: str) -> None:
        """Start with nothing but the heading."""
        self.title = title
        self.tables: list[Table] = []
        self.blocks: list[str] = []

    def close(self) -> Chapter:
        """The chapter as it was read, its heading without the number."""
        title = re.sub(r"^\s*\d+\s+", "", self.title)
        return Chapter(tidy(title), tuple(self.tables), tuple(filter(None, map(tidy, self.blocks))))


def tidy(text: str) -> str:
    """With single spaces, and without what keeps words whole on paper."""
    return " ".join(text.replace(JOINER, "").split())


def squeeze(text: str) -> str:
    """What counts of a text: no spaces, hyphens or chapter numbers, which depend on its setting."""
    left_out, chapter = _name_chapters(spoken())
    return _SPACES.sub("", _CHAPTER_NUMBERS.sub(r"\1", text.replace(left_out, chapter)))


@lru_cache
def _name_chapters(_language: str) -> tuple[str, str]:
    """How a text names a chapter that the report leaves out, and one that it has."""
    return (
        _("a chapter that this report leaves out"),
        _("chapter %(number)s") % {"number": "–"},
    )


def list_numbers(text: str) -> list[str]:
    """Every number in a text, as it is written."""
    return NUMBER.findall(text)
