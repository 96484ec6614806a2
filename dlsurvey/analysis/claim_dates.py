"""Turns the works that a claim stands in into the year in which it was made last."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

FILE_NAME = "references.toml"
_YEAR = re.compile(r"(?:19|20)\d\d$")


class _Work(msgspec.Struct, frozen=True):
    """What is read of a reference here."""

    id: str
    year: int | None = None


class _Library(msgspec.Struct, frozen=True):
    reference: tuple[_Work, ...]


def find_year(sources: Sequence[str]) -> int | None:
    """Of the newest source, for who repeats a claim makes it anew; None where none is dated."""
    years = (_list_years().get(source) or _read_year(source) for source in sources)
    return max((year for year in years if year is not None), default=None)


@cache
def _list_years() -> Mapping[str, int | None]:
    text = resources.files("dlsurvey").joinpath(FILE_NAME).read_bytes()
    works = msgspec.toml.decode(text, type=_Library).reference
    return {work.id: work.year for work in works}


def _read_year(source: str) -> int | None:
    """An undated work is named after the year that it is told to be of: 'practice2022'."""
    found = _YEAR.search(source)
    return int(found[0]) if found else None
