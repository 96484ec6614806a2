"""Turns series over time into a line chart in which holes stay holes and sources stay apart."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter

from dlsurvey.analysis.findings import SO_FAR, Point, Series, Trend
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.days import count_days
from dlsurvey.figures.endings import label_series, name_tier
from dlsurvey.figures.marks import (
    MOST_MARKS,
    Drawing,
    Spot,
    find_strand,
    list_strands,
    place_marks,
    tag_labels,
    tagging,
)
from dlsurvey.figures.runs import split_at_holes, thin_runs
from dlsurvey.figures.spans import draw_band, draw_earlier, mark_end, mark_outages
from dlsurvey.figures.style import Look
from dlsurvey.figures.words import head_unit, write_point
from dlsurvey.formats import format_value
from dlsurvey.language import Language, spoken

HEIGHT = 2.3
MANY_POINTS = 60
"""Beyond so many points in a series single marks only blur the line."""

FEW_POINTS = 20
"""So many have their marks beside longer lines, too."""

MARKS = 7
"""Marks on a long line, to tell it from others where colour is lost."""

DATES: dict[Language, dict[str, list[str]]] = {
    "en": {},
    "ko": {
        "formats": ["%Y년", "%m월", "%d일", "%H:%M", "%H:%M", "%S.%f"],
        "zero_formats": ["", "%Y년", "%m월", "%m월 %d일", "%H:%M", "%H:%M"],
        "offset_formats": ["", "%Y년", "%Y년", "%Y년 %m월", "%Y년 %m월 %d일", "%Y년 %m월 %d일"],
    },
}
"""How a time axis writes years, months, days and what is shorter; English is Matplotlib's own."""


def draw_lines(trend: Trend, key: str, looks: dict[str, Look]) -> Drawing:
    """The trend; series without points, and those that others cover, are left out."""
    series = [one for one in trend.series if one.points and one.drawn]
    strands = list_strands([(one.title, looks[one.subject]) for one in series])
    with drawing():
        canvas = make_canvas(FULL_WIDTH, HEIGHT)
        axes = canvas.add_subplot()
        for one in series:
            with tagging(axes, find_strand(strands, one.title)):
                draw_band(axes, one, looks[one.subject])
                draw_earlier(axes, one, looks[one.subject])
        few = all(len(one.points) <= MANY_POINTS for one in series)
        for one in series:
            with tagging(axes, find_strand(strands, one.title)):
                if trend.sampled:
                    _draw_series(axes, one, looks[one.subject], few=few)
                else:
                    _draw_steps(axes, one, looks[one.subject])
        _arrange_axes(axes, trend, series)
        mark_outages(axes, trend.outages)
        mark_end(axes, trend.ended)
        label_series(axes, trend, looks, height_points=72 * HEIGHT * 0.8)
        tag_labels(axes, strands)
        svg = write_svg(canvas, key, trend.alt)
        spots = [
            Spot(
                axes,
                count_days(point.start),
                point.value,
                find_strand(strands, one.title),
                write_point(point, one, trend.unit),
            )
            for one in series
            for run in thin_runs([one.points], MOST_MARKS)
            for point in run
        ]
        return Drawing(svg, strands, place_marks(canvas, spots))


def _draw_steps(axes: Axes, series: Series, look: Look) -> None:
    """What holds until the next point holds up to the day on which it was asked."""
    days = [count_days(point.start) for point in series.points]
    values = [point.value for point in series.points]
    axes.plot(
        [*days, max(days[-1], count_days(series.retrieved_at.date()))],
        [*values, values[-1]],
        color=look.colour,
        linewidth=1.3,
        drawstyle="steps-post",
    )
    _mark(axes, _choose_marked(series.points), look, size=4)


def _draw_series(axes: Axes, series: Series, look: Look, *, few: bool) -> None:
    runs = thin_runs(split_at_holes(series.points))
    # Another source is another line: thinner where it was imported, hollow where published.
    width = (1.8 if few else 1.1) * (0.6 if name_tier(series) else 1)
    axes.plot(
        *break_line(runs),
        color=look.colour,
        linestyle=look.line if few else "-",
        linewidth=width,
    )
    points = [point for run in runs for point in run]
    all_marked = few or len(points) <= FEW_POINTS
    _mark(axes, points if all_marked else _choose_marked(points), look, size=5 if few else 4)
    if not few:
        alone = [run[0] for run in runs if len(run) == 1]
        _mark(axes, alone, look._replace(marker="."), size=1.5)


def _mark(axes: Axes, points: Sequence[Point], look: Look, *, size: float) -> None:
    for hollow in (True, False):
        chosen = [point for point in points if _is_hollow(point) is hollow]
        if chosen:
            axes.plot(
                [count_days(point.start) for point in chosen],
                [point.value for point in chosen],
                linestyle="none",
                marker=look.marker,
                markersize=size,
                color=look.colour,
                markerfacecolor="#ffffff" if hollow else look.colour,
            )


def break_line(runs: Sequence[Sequence[Point]]) -> tuple[list[float], list[float]]:
    """Days and values with something that is no number between two runs: there the line breaks."""
    days: list[float] = []
    values: list[float] = []
    for run in runs:
        if days:
            days.append(days[-1])
            values.append(math.nan)
        days += [count_days(point.start) for point in run]
        values += [point.value for point in run]
    return days, values


def _is_hollow(point: Point) -> bool:
    return point.status == "published" or point.label == SO_FAR


def _choose_marked(points: Sequence[Point]) -> list[Point]:
    """The points next to a few days that lie evenly along the line."""
    first, last = count_days(points[0].start), count_days(points[-1].start)
    days = [first + (last - first) * (number + 0.5) / MARKS for number in range(MARKS)]
    nearest = [min(points, key=lambda one: abs(count_days(one.start) - day)) for day in days]
    return list({point.start: point for point in nearest}.values())


def _arrange_axes(axes: Axes, trend: Trend, series: Sequence[Series]) -> None:
    points = [point for one in series for point in one.points]
    locator = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, **DATES[spoken()]))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, place: format_value(value, trend.unit))
    )
    colour = axes.xaxis.label.get_color()
    axes.set_title(head_unit(trend.unit), loc="left", fontsize=8.5, color=colour)
    axes.grid(axis="y")
    highest = [point.value for point in points]
    highest += [band.high for one in series for band in one.band]
    highest += [revision.first for one in series for revision in one.revisions]
    if all(point.value >= 0 for point in points):
        axes.set_ylim(0, 1.06 * max(highest, default=1) or 1)
    days = [point.start for point in points]
    if not days:
        return
    if min(days) == max(days):
        # A single day has no width of its own.
        half = timedelta(days=200)
        axes.set_xlim(count_days(days[0] - half), count_days(days[0] + half))
    elif trend.ended is not None:
        # The axis goes on to the day of asking, so that the end is seen to be one.
        asked = max(one.retrieved_at.date() for one in series)
        low, high = axes.get_xlim()
        axes.set_xlim(low, max(high, count_days(asked), count_days(_after(trend.ended))))


def _after(day: date) -> date:
    return day + timedelta(days=400)
