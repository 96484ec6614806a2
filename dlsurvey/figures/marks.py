"""Turns what is drawn into series that can be switched off and points that tell their value."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from dlsurvey.figures.canvas import SERIES_ID
from dlsurvey.figures.figure import Mark, Strand
from dlsurvey.figures.style import Look

MOST_MARKS = 60
"""More points of one series than this stand closer together than a pointer can tell apart."""


class Spot(NamedTuple):
    """A point in the units of its axes, and what it says; marks are made of these at the end."""

    axes: Axes
    x: float
    y: float
    series: int
    text: str
    box: tuple[float, float] | None = None
    """The opposite corner, where the point is a bar."""


class Drawing(NamedTuple):
    """A drawing and what a reader can do with it."""

    svg: str
    strands: tuple[Strand, ...]
    marks: tuple[Mark, ...]


@contextmanager
def tagging(axes: Axes, series: int) -> Iterator[None]:
    """Everything drawn inside belongs to the series: one switch takes all of it away."""
    before = {id(artist) for artist in axes.get_children()}
    yield
    for artist in axes.get_children():
        if id(artist) not in before:
            artist.set_gid(f"{SERIES_ID}{series}")


def tag_labels(axes: Axes, strands: Sequence[Strand]) -> None:
    """The names at the ends of lines belong to the lines; of two that fit, the longer name."""
    longest_first = sorted(enumerate(strands), key=lambda one: -len(one[1].title))
    for text in axes.texts:
        words = text.get_text()
        for series, strand in longest_first:
            if words == strand.title or words.startswith((f"{strand.title} ", f"{strand.title},")):
                if text.get_gid() is None:
                    text.set_gid(f"{SERIES_ID}{series}")
                break


def list_strands(titles: Sequence[tuple[str, Look]]) -> tuple[Strand, ...]:
    """One per title, in the order of first mention."""
    found: dict[str, Strand] = {}
    for title, look in titles:
        dashes = () if isinstance(look.line, str) else look.line[1]
        found.setdefault(title, Strand(title=title, colour=look.colour, dashes=dashes))
    return tuple(found.values())


def find_strand(strands: Sequence[Strand], title: str) -> int:
    """The place of the strand of this title."""
    return next(place for place, one in enumerate(strands) if one.title == title)


def place_marks(canvas: Canvas, spots: Sequence[Spot]) -> tuple[Mark, ...]:
    """Points in the units of the SVG, from its upper left corner. Call it after `write_svg`.

    The layout is final only then, and is kept in shares of the figure.
    """
    shares = canvas.transFigure.inverted()
    width, height = (72 * inches for inches in canvas.get_size_inches())

    def place(axes: Axes, x: float, y: float) -> tuple[float, float]:
        across, up = shares.transform(axes.transData.transform((x, y)))
        return float(across * width), float((1 - up) * height)

    marks = []
    for spot in spots:
        x, y = place(spot.axes, spot.x, spot.y)
        box = None
        if spot.box is not None:
            right, bottom = place(spot.axes, *spot.box)
            x, y, right, bottom = min(x, right), min(y, bottom), max(x, right), max(y, bottom)
            box = (round(right - x, 1), round(bottom - y, 1))
        marks.append(
            Mark(x=round(x, 1), y=round(y, 1), box=box, series=spot.series, text=spot.text)
        )
    return tuple(marks)
