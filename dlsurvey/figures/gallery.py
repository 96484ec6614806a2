"""Turns an edition's findings into all its figures; the only module that knows every kind."""

from dlsurvey.analysis.findings import Findings, Point, Trend, WorkloadFindings
from dlsurvey.figures.bars import choose_categories, draw_bars, list_categories
from dlsurvey.figures.curves import draw_curves
from dlsurvey.figures.figure import Figure, Table, name_figure
from dlsurvey.figures.lines import draw_lines, split_at_holes
from dlsurvey.figures.network import draw_network
from dlsurvey.figures.spreads import QUANTITIES, draw_spread
from dlsurvey.figures.style import Look, assign_looks


def draw_all(findings: Findings) -> tuple[Figure, ...]:
    """Figures per workload, then one per trend; nothing to show is no figure."""
    looks = assign_looks(
        [member.framework for workload in findings.workloads for member in workload.members]
        + [series.subject for trend in findings.trends for series in trend.series]
    )
    figures = []
    for workload in findings.workloads:
        figures.extend(_draw_workload(workload, looks))
    for trend in findings.trends:
        figures.append(draw_trend(trend, looks))
    return tuple(figure for figure in figures if figure is not None)


def _draw_workload(workload: WorkloadFindings, looks: dict[str, Look]) -> list[Figure | None]:
    return [
        draw_network(workload, looks),
        *(draw_spread(workload, quantity, looks) for quantity in QUANTITIES),
        draw_curves(workload, looks),
    ]


def draw_trend(trend: Trend, looks: dict[str, Look]) -> Figure | None:
    """Lines over time, or bars where there is no time to speak of; None without a single point."""
    series = [one for one in trend.series if one.points]
    if not series:
        return None
    key = name_figure(trend.key)
    over_time = trend.kind == "lines" or (
        trend.kind == "shares" and len(list_categories(series)) > 1
    )
    svg = draw_lines(trend, key, looks) if over_time else draw_bars(trend, key, looks)
    return Figure(
        key=key,
        svg=svg,
        alt=trend.alt,
        caption=_caption(trend, over_time=over_time),
        width="full",
        table=tabulate_trend(trend),
    )


def tabulate_trend(trend: Trend) -> Table:
    """One row per point, with its status."""
    rows = tuple(
        (series.title, point.start.isoformat(), point.label, point.value, point.status)
        for series in trend.series
        for point in series.points
    )
    return Table(columns=("framework", "start", "label", trend.unit, "status"), rows=rows)


def _caption(trend: Trend, *, over_time: bool) -> str:
    words = [f"{trend.title} ({trend.unit})."]
    points: list[Point] = [point for series in trend.series for point in series.points]
    if {point.status for point in points} == {"published"}:
        words.append("All values were published in a document, so all marks are hollow.")
    elif any(point.status == "published" for point in points):
        words.append("Hollow marks were published in a document; filled ones were collected.")
    if over_time and any(len(split_at_holes(series.points)) > 1 for series in trend.series):
        words.append("A line that breaks off has no values there.")
    series = [one for one in trend.series if one.points]
    shown, known = len(choose_categories(series)), len(list_categories(series))
    if not over_time and shown < known:
        words.append(f"The chart shows the newest {shown} of {known} groups, the table all.")
    return " ".join(words)
