"""Turns a figure's SVG into markup for the page, with points that tell values, and for paper."""

import re
from base64 import b64encode
from itertools import groupby

from markupsafe import Markup

from dlsurvey.figures import Figure
from dlsurvey.figures.figure import Mark, Strand

_TITLE = re.compile(r"\n <title>.*?</title>", re.DOTALL)
_VIEW = re.compile(r'viewBox="([\d. -]+)"')
_SPACE = re.compile(r"\s*\n\s*")
_PLACES = re.compile(r' (?:[dxy]|transform)="(?!scale|matrix)[^"]*\.\d{3}[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{3,}")

WIDEST, NARROWEST = 6.0, 2.0
"""Radius of a point's target in units of the drawing, where there is room and where there is none."""


def inline_screen(figure: Figure) -> Markup:
    """For browsers: the alternative text as a label, since a title would pop up over the chart.

    The points lie in a drawing of their own above it: what is one image to a screen reader can
    hold nothing that takes the focus. Each has its value as a title, which browsers show without
    a script.
    """
    without = shorten(_TITLE.sub("", figure.svg, count=1))
    label = Markup('<svg aria-label="{}"').format(figure.alt)
    drawing = Markup(without.replace("<svg", str(label), 1))  # noqa: S704 -- drawn here, not read
    return drawing + write_points(figure)


def shorten(svg: str) -> str:
    """Places to a hundredth of a point, which no screen can tell from more, and no indents."""

    def round_places(match: re.Match[str]) -> str:
        return _LONG.sub(lambda number: f"{float(number[0]):.2f}", match[0])

    return _PLACES.sub(round_places, _SPACE.sub("\n", svg))


def inline_print(figure: Figure) -> Markup:
    """For the PDF: an image of its own, with the alternative text that its tags take.

    Inside the page it would go through the parser and the style sheets with everything else, an
    eighth of the time that the pages take (`python -m benchmarks rendering`).
    """
    address = f"data:image/svg+xml;base64,{b64encode(figure.svg.encode()).decode()}"
    return Markup('<img src="{}" alt="{}">').format(address, figure.alt)


def write_points(figure: Figure) -> Markup:
    """A transparent drawing of targets, one group for each strand; empty for a figure without."""
    view = _VIEW.search(figure.svg)
    if not figure.marks or view is None:
        return Markup("")
    radius = choose_radius(figure.marks)
    ordered = sorted(figure.marks, key=lambda mark: mark.series)
    groups = [
        Markup('<g data-series="{}">{}</g>').format(
            series, Markup("").join(_write_point(mark, radius) for mark in marks)
        )
        for series, marks in groupby(ordered, key=lambda mark: mark.series)
    ]
    # Without a script nothing here takes the focus: the table below says the same in words.
    return Markup('<svg class="points" viewBox="{}" aria-hidden="true">{}</svg>').format(
        view[1], Markup("").join(groups)
    )


def choose_radius(marks: tuple[Mark, ...]) -> float:
    """Half the usual distance between neighbours of one strand, within bounds."""
    steps = []
    for _, group in groupby(
        sorted(marks, key=lambda mark: mark.series), key=lambda mark: mark.series
    ):
        across = sorted({mark.x for mark in group})
        if len(across) > 1:
            steps.append((across[-1] - across[0]) / (len(across) - 1))
    return round(min(WIDEST, max(NARROWEST, min(steps, default=WIDEST) / 2)), 1)


def _write_point(mark: Mark, radius: float) -> Markup:
    if mark.box is None:
        shape = Markup('<circle cx="{:g}" cy="{:g}" r="{:g}">').format(mark.x, mark.y, radius)
        return shape + Markup("<title>{}</title></circle>").format(mark.text)
    width, height = mark.box
    return Markup(
        '<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}"><title>{}</title></rect>'
    ).format(mark.x, mark.y, width, height, mark.text)


def draw_swatch(strand: Strand) -> Markup:
    """A piece of the strand's line, to stand before its name."""
    dashes = ",".join(f"{1.6 * dash:g}" for dash in strand.dashes) or "none"
    return Markup(
        '<svg class="swatch" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">'
        '<path d="M0 4H28" fill="none" stroke="{}" stroke-width="3" stroke-dasharray="{}"/></svg>'
    ).format(strand.colour, dashes)
