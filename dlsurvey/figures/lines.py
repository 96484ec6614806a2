"""Turns series over time into a line chart in which holes stay holes."""

from datetime import date
from itertools import pairwise
from statistics import median_low

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter

from dlsurvey.analysis.findings import Point, Series, Trend
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.labels import label_ends
from dlsurvey.figures.style import Look
from dlsurvey.formats import format_value

HEIGHT = 2.3
EPOCH = date(1970, 1, 1).toordinal()
MANY_POINTS = 60
"""Beyond so many points in a series single marks only blur the line."""


def draw_lines(trend: Trend, key: str, looks: dict[str, Look]) -> str:
    """SVG of the trend; series without points are left out."""
    series = [one for one in trend.series if one.points]
    with drawing():
        canvas = make_canvas(FULL_WIDTH, HEIGHT)
        axes = canvas.add_subplot()
        for one in series:
            _draw_series(axes, one, looks[one.subject])
        _arrange_axes(axes, trend, [point for one in series for point in one.points])
        ends = [(one.points[-1].value, one.title, looks[one.subject].colour) for one in series]
        label_ends(axes, ends, height_points=72 * HEIGHT * 0.8)
        return write_svg(canvas, key, trend.alt)


def split_at_holes(points: tuple[Point, ...]) -> list[list[Point]]:
    """Runs of points without a gap of more than about twice the usual spacing."""
    if len(points) < 2:
        return [list(points)] if points else []
    usual = median_low((b.start - a.start).days for a, b in pairwise(points))
    runs = [[points[0]]]
    for before, after in pairwise(points):
        # One place left out is exactly twice the spacing; months and years differ by a few days.
        if (after.start - before.start).days > 1.9 * max(usual, 1):
            runs.append([])
        runs[-1].append(after)
    return runs


def count_days(day: date) -> float:
    """Days since 1970, as Matplotlib counts them."""
    return float(day.toordinal() - EPOCH)


def _days(points: list[Point]) -> list[float]:
    return [count_days(point.start) for point in points]


def _draw_series(axes: Axes, series: Series, look: Look) -> None:
    few = len(series.points) <= MANY_POINTS
    for run in split_at_holes(series.points):
        values = [point.value for point in run]
        axes.plot(
            _days(run),
            values,
            color=look.colour,
            linestyle=look.line if few else "-",
            linewidth=1.8 if few else 1.1,
        )
        if not few and len(run) > 1:
            continue
        for hollow in (True, False):
            chosen = [point for point in run if (point.status == "published") is hollow]
            if not chosen:
                continue
            axes.plot(
                _days(chosen),
                [point.value for point in chosen],
                linestyle="none",
                marker=look.marker,
                markersize=5,
                color=look.colour,
                markerfacecolor="#ffffff" if hollow else look.colour,
            )


def _arrange_axes(axes: Axes, trend: Trend, points: list[Point]) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_value(value, trend.unit)))
    axes.set_title(trend.unit, loc="left", fontsize=8.5, color=axes.xaxis.label.get_color())
    axes.grid(axis="y")
    top = max((point.value for point in points), default=1)
    if all(point.value >= 0 for point in points):
        axes.set_ylim(0, 1.06 * top or 1)
    days = [point.start for point in points]
    if days and min(days) == max(days):
        # A single day has no width of its own.
        axes.set_xlim(_shift(days[0], -200), _shift(days[0], 200))


def _shift(day: date, days: int) -> float:
    return count_days(day) + days
