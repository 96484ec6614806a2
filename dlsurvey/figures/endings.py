"""Turns where lines end into names that stand there: at the edge, or inside where a line ends early."""

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.axes import Axes

from dlsurvey.analysis.findings import Series, Trend
from dlsurvey.figures.canvas import FULL_WIDTH
from dlsurvey.figures.days import count_days
from dlsurvey.figures.labels import label_ends
from dlsurvey.figures.letters import count_letters
from dlsurvey.figures.runs import thin_runs
from dlsurvey.figures.style import Look
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

NEAR_EDGE = 0.06
"""Share of the width within which a line ends at the edge."""

FONT = 7.5
LETTER = 0.66 * FONT
"""Points that one bold letter takes."""

WIDTH_POINTS = 0.8 * 72 * FULL_WIDTH
"""Roughly the width of the axes."""


STEPS = 14
"""Half lines that a name may move up or down to find room."""

TO_THE_LEFT = 4
"""A name is better to the right of its end, unless that costs as many points."""

LONE = 24
"""The points of shorter series count as much as so many."""

FORBIDDEN = 1000
"""Worse than standing on any number of lines: standing on another name."""


class Name(NamedTuple):
    """Where a name stands, in shares of the axes."""

    left: float
    right: float
    height: float


TIERS = {"imported": mark("imported"), "published": mark("published")}
"""What a reader calls them."""


def name_tier(series: Series) -> str:
    """What tells a line of the same framework apart: 'imported', 'published', else empty."""
    status = series.points[-1].status
    if status in ("imported", "published"):
        return status
    return "imported" if series.source.startswith("import-") else ""


def label_series(axes: Axes, trend: Trend, looks: dict[str, Look], *, height_points: float) -> None:
    """Each framework's newest line by its name, lines of other sources by theirs too.

    Call it after the limits are final.
    """
    low, high = axes.get_xlim()
    series = [one for one in trend.series if one.points and one.drawn]
    newest: dict[str, date] = {}
    for one in series:
        newest[one.title] = max(_find_end(trend, one), newest.get(one.title, date.min))
    inside: list[tuple[float, float, str, str]] = []
    edge: list[tuple[float, str, str]] = []
    for one in series:
        last, tier = one.points[-1], name_tier(one)
        end = _find_end(trend, one)
        is_main = end == newest[one.title]
        text = f"{one.title}, {_(TIERS[tier])}" if tier and not is_main else one.title
        label = (last.value, text, looks[one.subject].colour)
        at_edge = (high - count_days(end)) / (high - low) <= NEAR_EDGE
        if at_edge and is_main and label not in edge:
            edge.append(label)
        elif not at_edge:
            inside.append((count_days(end), *label))
    label_ends(axes, edge, height_points=height_points)
    _label_inside(axes, inside, series, height_points)


def _find_end(trend: Trend, series: Series) -> date:
    last = series.points[-1].start
    return last if trend.sampled else max(last, series.retrieved_at.date())


def _label_inside(
    axes: Axes,
    ends: Sequence[tuple[float, float, str, str]],
    series: Sequence[Series],
    height_points: float,
) -> None:
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    obstacles = [
        ((count_days(point.start) - left) / (right - left), (point.value - low) / (high - low))
        for one in series
        for run in thin_runs([one.points])
        for point in run
        for _copy in range(max(1, LONE // len(one.points)))  # a lone mark is easily hidden
    ]
    placed: list[Name] = []
    for day, value, text, colour in sorted(ends, key=lambda end: (-end[1], end[2])):
        end = ((day - left) / (right - left), (value - low) / (high - low))
        width = LETTER * count_letters(text) / WIDTH_POINTS
        name = find_room(end, width, 1.2 * FONT / height_points, placed, obstacles)
        placed.append(name)
        axes.annotate(
            text,
            (name.left, name.height),
            xycoords="axes fraction",
            ha="left",
            va="center",
            color=colour,
            fontsize=FONT,
            fontweight="bold",
        )


def find_room(
    end: tuple[float, float],
    width: float,
    distance: float,
    placed: Sequence[Name],
    obstacles: Sequence[tuple[float, float]],
) -> Name:
    """Next to the end of a line, left or right of it, where neither names nor lines stand."""
    gap = 6 / WIDTH_POINTS
    best, least = Name(end[0] + gap, end[0] + gap + width, end[1]), math.inf
    for side, first in ((0, end[0] + gap), (TO_THE_LEFT, end[0] - gap - width)):
        near = [one.height for one in placed if one.left < first + width and first < one.right]
        below = [y for x, y in obstacles if first <= x <= first + width]
        for step in range(-STEPS, STEPS + 1):
            height = end[1] + step * distance / 2
            if not 0.03 <= height <= 1 or first + width > 1:
                continue
            cost = side + 0.5 * abs(step)
            cost += sum(abs(y - height) < 0.6 * distance for y in below)
            cost += FORBIDDEN * sum(abs(height - other) < distance for other in near)
            if cost < least:
                best, least = Name(first, first + width, height), cost
    return best
