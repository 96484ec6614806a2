"""Turns one trend into its figure: the drawing, the caption and the table behind it."""

from collections.abc import Sequence

from dlsurvey.analysis.courses import describe_finding
from dlsurvey.analysis.findings import SO_FAR, Point, Series, Trend
from dlsurvey.figures.bars import choose_categories, draw_bars, list_categories
from dlsurvey.figures.endings import name_tier
from dlsurvey.figures.figure import Figure, Table, name_figure
from dlsurvey.figures.lines import draw_lines
from dlsurvey.figures.runs import MOST_DRAWN, has_holes
from dlsurvey.figures.style import Look
from dlsurvey.language import gettext as _
from dlsurvey.language import mark


def draw_trend(trend: Trend, looks: dict[str, Look]) -> Figure | None:
    """Lines over time, or bars where there is no time to speak of; None without a single point."""
    series = [one for one in trend.series if one.points and one.drawn]
    if not series:
        return None
    key = name_figure(trend.key)
    over_time = trend.kind == "lines" or (
        trend.kind == "shares" and len(list_categories(series)) > 1
    )
    drawn = draw_lines(trend, key, looks) if over_time else draw_bars(trend, key, looks)
    return Figure(
        key=key,
        svg=drawn.svg,
        alt=trend.alt,
        caption=_caption(trend, over_time=over_time),
        width="full",
        table=tabulate_trend(trend),
        strands=drawn.strands,
        marks=drawn.marks,
    )


def tabulate_trend(trend: Trend) -> Table:
    """One row per point, with its status and source, and what was told of it first."""
    rows = []
    for series in trend.series:
        first = {revision.start: revision.first for revision in series.revisions}
        rows += [
            (
                series.title,
                point.start.isoformat(),
                point.label or series.label,
                point.value,
                point.status,
                series.source,
                *((first.get(point.start),) if trend.revised else ()),
            )
            for point in series.points
        ]
    columns = (
        mark("framework"), mark("start"), mark("label"), trend.unit, mark("status"), mark("source"),
    )  # fmt: skip
    revised = (mark("first told as"),) if trend.revised else ()
    return Table(columns=(*columns, *revised), rows=tuple(rows))


def _caption(trend: Trend, *, over_time: bool) -> str:
    series = [one for one in trend.series if one.points and one.drawn]
    words = [f"{trend.title}: {describe_finding(trend)}", *_explain_marks(series)]
    if over_time:
        words += _explain_lines(trend, series)
    else:
        shown, known = len(choose_categories(series)), len(list_categories(series))
        if shown < known:
            words.append(
                _("The chart shows the newest {shown} of {known} groups, the table all.").format(
                    shown=shown, known=known
                )
            )
    if any(not one.drawn for one in trend.series):
        words.append(_("The table also holds values that another source covers in the chart."))
    return " ".join(words)


def _explain_marks(series: Sequence[Series]) -> list[str]:
    words = []
    points: list[Point] = [point for one in series for point in one.points]
    if {point.status for point in points} == {"published"}:
        words.append(_("All values were published in a document, so all marks are hollow."))
    elif any(point.status == "published" for point in points):
        words.append(_("Hollow marks were published in a document; filled ones were collected."))
    if any(name_tier(one) == "imported" for one in series):
        words.append(_("Thin lines were imported from a file."))
    if any(point.label == SO_FAR for point in points):
        words.append(_("A hollow mark at the end is a year that is not over."))
    return words


def _explain_lines(trend: Trend, series: Sequence[Series]) -> list[str]:
    words = []
    if trend.sampled and any(has_holes(one.points) for one in series):
        words.append(_("A line that breaks off has no values there."))
    if not trend.sampled:
        words.append(_("Each step is a new value, which holds until the next."))
    if any(one.band for one in series):
        words.append(_("Bands are the spread over repeated draws."))
    elif trend.revised:
        words.append(_("A thin dotted line is what was told first and revised later."))
    if trend.outages:
        words.append(_("Grey spans are outages of the source that counts."))
    thinned = [one for one in series if len(one.points) > MOST_DRAWN]
    if thinned:
        most = max(len(one.points) for one in thinned)
        words.append(
            _(
                "Of up to {most:,} points a line draws the lowest and the highest of each stretch,"
                " about {drawn}; the file of the table has all."
            ).format(most=most, drawn=MOST_DRAWN)
        )
    return words
