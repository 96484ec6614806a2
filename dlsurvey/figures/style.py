"""Turns a framework's name into the one colour, marker and line it has in every figure."""

from collections.abc import Iterable
from typing import Any, NamedTuple

FONT_STACK = "DejaVu Sans, Verdana, sans-serif"
"""Matplotlib measures with DejaVu Sans, which it ships; Verdana is as wide."""

INK = "#1d2430"
MUTED = "#5b6472"
RULE = "#d5d9e0"
FILL = "#eef2f7"

RC: dict[Any, Any] = {
    # Text stays text: it can be searched and copied in the PDF and the page, is read in any
    # script the reader has a font for, and is a tenth of the size of glyph outlines.
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    # Dollar signs and underscores in names are characters, not formulas.
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "lines.linewidth": 1.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}

LineStyle = str | tuple[int, tuple[float, ...]]


class Look(NamedTuple):
    """How one framework is drawn; told apart by marker, line and lightness where colour is lost."""

    colour: str
    marker: str
    line: LineStyle


FIXED = {
    "tensorflow": Look("#c8500a", "o", "-"),
    "pytorch": Look("#123f86", "s", (0, (5.0, 1.4))),
    "jax": Look("#1f8263", "^", (0, (5.0, 1.4, 1.0, 1.4))),
    "keras": Look("#9a5bb0", "D", (0, (1.2, 1.2))),
}
SPARE = (
    Look("#6b6b6b", "v", (0, (8.0, 2.0))),
    Look("#8a6d00", "P", (0, (3.0, 1.0, 1.0, 1.0, 1.0, 1.0))),
    Look("#a8174a", "X", "-"),
    Look("#0f7f8f", "h", (0, (2.0, 1.0))),
    Look("#3d3d3d", "*", (0, (1.0, 2.0))),
)


def assign_looks(subjects: Iterable[str]) -> dict[str, Look]:
    """The known frameworks keep their look; others take the spare ones in alphabetical order."""
    looks = dict(FIXED)
    for position, subject in enumerate(sorted(set(subjects) - set(FIXED))):
        looks[subject] = SPARE[position % len(SPARE)]
    return looks
