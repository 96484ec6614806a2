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


class Strand(Record, frozen=True, kw_only=True):
    """What one switch shows and hides: all that is drawn of one framework."""

    title: str
    colour: str
    dashes: tuple[float, ...] = ()
    """Of its line, to tell it from others where colour is lost."""


class Mark(Record, frozen=True, kw_only=True):
    """A place in the drawing that tells its value; in the units of the SVG."""

    x: float
    y: float
    box: tuple[float, float] | None = None
    """Width and height of a bar, of which x and y are then the upper left corner."""
    series: int
    """The place among the figure's strands; the drawing's parts carry it as `data-series`.

    In a drawing without strands, the row along which the arrow keys go.
    """
    text: str
    """'PyTorch, March 2024: 78,234 stars'."""


class Figure(Record, frozen=True, kw_only=True):
    """One drawing with the words and the numbers that make it readable without seeing it."""

    key: str
    """Names the files; only lower-case letters, digits and hyphens."""
    svg: str
    alt: str
    caption: str
    width: Literal["full", "half"]
    table: Table
    strands: tuple[Strand, ...] = ()
    marks: tuple[Mark, ...] = ()


def name_figure(*parts: str) -> str:
    """A file name without an ending, from any words: 'A b', 'c' give 'a-b-c'."""
    plain = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return slug[:80] or "figure"
