"""Turns one drawing and what belongs to it into one record."""

import re
import unicodedata
from typing import Literal, TypeAlias

from dlsurvey.records import Record

Cell: TypeAlias = str | int | float | None
"""One cell of a table; None is a missing value and stays empty."""


class Table(Record, frozen=True, kw_only=True):
    """The numbers that a figure shows, for the CSV file and the table behind the chart."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Figure(Record, frozen=True, kw_only=True):
    """One drawing with the words and the numbers that make it readable without seeing it."""

    key: str
    """Names the files; only lower-case letters, digits and hyphens."""
    svg: str
    alt: str
    caption: str
    width: Literal["full", "half"]
    table: Table


def name_figure(*parts: str) -> str:
    """A file name without an ending, from any words: 'A b', 'c' give 'a-b-c'."""
    plain = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug[:80] or "figure"
