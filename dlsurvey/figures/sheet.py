"""Turns boxes, words and small images into SVG directly: for drawings of many small parts.

Matplotlib spends two hundred bytes on a number in a cell and smooths pixels; this does neither.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import Literal, NamedTuple

from dlsurvey.figures.canvas import FULL_WIDTH
from dlsurvey.figures.style import FONT_STACK, INK, MUTED

WIDTH = 72 * FULL_WIDTH
"""Points; as wide as every other figure."""


HEAD = 5.0
"""Length of an arrow's head."""

Place = tuple[float, float]
"""Points from the left and from above."""
Box = tuple[float, float, float, float]
"""Left, top, width, height."""


class Type(NamedTuple):
    """How words are set."""

    size: float = 7.5
    colour: str = INK
    anchor: Literal["start", "middle", "end"] = "middle"
    bold: bool = False
    turned: bool = False
    """Read from below to above."""


class Sheet:
    """A page of fixed width to draw on."""

    def __init__(self) -> None:
        """An empty sheet."""
        self._parts: list[str] = []

    def add_text(self, text: str, place: Place, kind: Type) -> None:
        """One line of words with its baseline at `place`."""
        x, y = map(_write, place)
        weight = ' font-weight="700"' if kind.bold else ""
        turn = f' transform="rotate(-90 {x} {y})"' if kind.turned else ""
        self._parts.append(
            f'<text x="{x}" y="{y}" font-size="{_write(kind.size)}px" fill="{kind.colour}"'
            f' text-anchor="{kind.anchor}"{weight}{turn}>{escape(text)}</text>'
        )

    def add_box(
        self,
        box: Box,
        *,
        fill: str = "none",
        edge: str = "none",
        round_by: float = 0,
        bold: float = 0.6,
    ) -> None:
        """A rectangle, its corners rounded by so many points."""
        corner = f' rx="{_write(round_by)}"' if round_by else ""
        self._parts.append(
            f'<rect {_place(box)}{corner} fill="{fill}" stroke="{edge}" stroke-width="{bold:g}"/>'
        )

    def add_disc(self, middle: Place, radius: float, *, fill: str, edge: str = "none") -> None:
        """A circle."""
        x, y = map(_write, middle)
        self._parts.append(
            f'<circle cx="{x}" cy="{y}" r="{_write(radius)}" fill="{fill}" stroke="{edge}"'
            ' stroke-width="0.6"/>'
        )

    def add_line(
        self, places: Sequence[Place], *, colour: str = MUTED, width: float = 0.8, dash: str = ""
    ) -> None:
        """Straight from place to place."""
        points = " ".join(f"{_write(x)},{_write(y)}" for x, y in places)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}"'
            f' stroke-width="{width:g}"{dashes}/>'
        )

    def add_arrow(
        self, places: Sequence[Place], *, colour: str = MUTED, width: float = 0.9, dash: str = ""
    ) -> None:
        """A line whose last place is the tip of its head."""
        (before_x, before_y), (x, y) = places[-2:]
        turn = math.atan2(y - before_y, x - before_x)
        head = [
            (x - HEAD * math.cos(turn + side), y - HEAD * math.sin(turn + side))
            for side in (-0.42, 0.42)
        ]
        end = (x - 0.8 * HEAD * math.cos(turn), y - 0.8 * HEAD * math.sin(turn))
        self.add_line([*places[:-1], end], colour=colour, width=width, dash=dash)
        points = " ".join(f"{_write(a)},{_write(b)}" for a, b in ((x, y), *head))
        self._parts.append(f'<polygon points="{points}" fill="{colour}"/>')

    def add_image(self, address: str, box: Box) -> None:
        """A small image whose pixels stay squares."""
        self._parts.append(
            f'<image {_place(box)} image-rendering="pixelated" xlink:href="{address}"/>'
        )

    def write(self, height: float, alt: str) -> str:
        """The drawing as SVG, with its alternative text."""
        size = f'width="{_write(WIDTH)}pt" height="{_write(height)}pt"'
        return (
            f'<svg {size} viewBox="0 0 {_write(WIDTH)} {_write(height)}"'
            ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            f' version="1.1" role="img" font-family="{FONT_STACK}">\n <title>{escape(alt)}</title>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def _place(box: Box) -> str:
    x, y, width, height = map(_write, box)
    return f'x="{x}" y="{y}" width="{width}" height="{height}"'


def _write(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
