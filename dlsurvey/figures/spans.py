"""Turns what is special about a time into marks behind the lines: outages, ends, earlier vintages."""

from collections.abc import Sequence
from datetime import date, timedelta

from matplotlib.axes import Axes

from dlsurvey.analysis.findings import Outage, Point, Series
from dlsurvey.figures.days import count_days
from dlsurvey.figures.runs import split_at_holes
from dlsurvey.figures.style import MUTED, RULE, Look
from dlsurvey.formats import format_month
from dlsurvey.language import gettext as _

NARROWEST = 6
"""Days; an outage of a single day would be no wider than a hair."""


def draw_band(axes: Axes, series: Series, look: Look) -> None:
    """Between the lowest and the highest of all draws of a request."""
    if not series.band:
        return
    axes.fill_between(
        [count_days(band.start) for band in series.band],
        [band.low for band in series.band],
        [band.high for band in series.band],
        facecolor=look.colour,
        edgecolor="none",
        alpha=0.22,
    )


def draw_earlier(axes: Axes, series: Series, look: Look) -> None:
    """A thin dotted line through what was told first, where it was revised later."""
    if series.band:
        return
    first = {revision.start: revision.first for revision in series.revisions}
    told = [
        Point(start=point.start, value=first[point.start], status=point.status)
        for point in series.points
        if point.start in first
    ]
    usual = split_at_holes(series.points)
    for run in usual:
        inside = [point for point in told if run[0].start <= point.start <= run[-1].start]
        if inside:
            axes.plot(
                [count_days(point.start) for point in inside],
                [point.value for point in inside],
                color=look.colour,
                linestyle=(0, (1.0, 1.5)),
                linewidth=0.9,
                marker="_",
                markersize=5,
            )


def mark_outages(axes: Axes, outages: Sequence[Outage]) -> None:
    """A grey span with its name; the limits of the axes stay."""
    for outage in outages:
        slack = timedelta(days=max(0, NARROWEST - (outage.end - outage.start).days))
        first, last = count_days(outage.start - slack), count_days(outage.end + slack)
        axes.axvspan(first, last, facecolor=RULE, edgecolor="none", alpha=0.7, zorder=0)
        axes.annotate(
            _("outage"),
            ((first + last) / 2, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="top",
            fontsize=6.5,
            color=MUTED,
        )


def mark_end(axes: Axes, ended: date | None) -> None:
    """A line after which nothing is known."""
    if ended is None:
        return
    axes.axvline(count_days(ended), color=MUTED, linewidth=0.9, linestyle=(0, (3.0, 2.0)))
    axes.annotate(
        _("the archive ends,\n{month}").format(month=format_month(ended)),
        (count_days(ended), 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=6.5,
        color=MUTED,
    )
