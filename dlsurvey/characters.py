"""Turns characters that are seen nowhere, and steer what shows them, into ones that are seen.

Titles, sections, imported labels and errors of frameworks may hold any: an escape colours a
terminal, a turned direction of writing makes a word read as another, and no XML may hold most.
"""

import re
from typing import TypeVar

UNSEEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""Controls (but those between words and lines), turns of direction, and what is no character."""
PICTURES, DELETE = 0x2400, 0x7F

Text = TypeVar("Text", bound=str)


def show_controls(text: Text) -> Text:
    """An escape as ␛, and so on; what has no picture as �. Markup stays markup."""
    shown = UNSEEN.sub(_picture, text)
    return text if shown == text else type(text)(shown)


def show_on_line(text: str) -> str:
    """The same with spaces for ends of lines and tabs."""
    return show_controls(re.sub(r"[\t\r\n\u2028\u2029]+", " ", text))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(PICTURES + code)
    return "\N{SYMBOL FOR DELETE}" if code == DELETE else "\N{REPLACEMENT CHARACTER}"
