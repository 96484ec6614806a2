"""Turns what an edition prints into chapters, tables and blocks of text that can be compared."""

import re
from typing import NamedTuple

NUMBER = re.compile(r"[−+]?\d(?:[\d,]*\d)?(?:\.\d+)?(?:e[−+-]?\d+)?")
_SPACES = re.compile(r"[\s\u00ad\u200b\u2010-]+")
_CHAPTER_NUMBERS = re.compile(r"(?i)(\bchapter\s|제)\s*\d+")


class Table(NamedTuple):
    """One table; the rows of its head come first."""

    caption: str
    rows: tuple[tuple[str, ...], ...]


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
    """With single spaces."""
    return " ".join(text.split())


def squeeze(text: str) -> str:
    """What counts of a text: no spaces, hyphens or chapter numbers, which depend on its setting."""
    return _SPACES.sub("", _CHAPTER_NUMBERS.sub(r"\1", text))


def list_numbers(text: str) -> list[str]:
    """Every number in a text, as it is written."""
    return NUMBER.findall(text)
