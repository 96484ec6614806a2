"""Turns the points of each series into where it went: from where, over which peak or low, to where."""

import math
from collections.abc import Sequence

from dlsurvey.analysis.findings import SO_FAR, Outage, Point, Series, Trend
from dlsurvey.analysis.signal import Signal
from dlsurvey.analysis.trend_sentences import name_period, write_value
from dlsurvey.formats import format_value, join_words
from dlsurvey.language import gettext as _

CLEAR = 0.1
"""Share of the larger end by which a peak or a low lies beyond both ends to be worth naming."""


def describe_course(signal: Signal, series: Sequence[Series], outages: Sequence[Outage]) -> str:
    """The alternative text: from where to where each drawn series went, and what is not over."""
    parts = [_describe_all(one, signal.unit, outages) for one in series if one.drawn]
    return f"{signal.title}: {'; '.join(parts)}."


def describe_finding(trend: Trend) -> str:
    """One short sentence: who changed most, and who is ahead of those that can be compared."""
    series = [one for one in trend.series if one.points and one.drawn]
    compared = _find_compared(series)
    moved = [one for one in compared or series if len(list_whole(one)) > 1]
    if moved:
        told = max(moved, key=_measure_change)
        course = _describe_whole(told, trend.unit, trend.outages)
        return _add_leader(course, told, compared, len({one.title for one in series}))
    if compared:
        return _describe_extremes(compared, trend.unit)
    newest = max(series, key=lambda one: one.points[-1].start)
    return f"{_describe_whole(newest, trend.unit, ())}."


def list_whole(series: Series) -> Sequence[Point]:
    """The points of periods that are over; where there is none, those that are not."""
    return [point for point in series.points if point.label != SO_FAR] or series.points


def _describe_all(series: Series, unit: str, outages: Sequence[Outage]) -> str:
    course = _describe_whole(series, unit, outages)
    running = series.points[-1]
    if running in list_whole(series):
        return course
    return _("{course}, then {running}").format(
        course=course, running=write_value(running, series.resolution, unit)
    )


def _describe_whole(series: Series, unit: str, outages: Sequence[Outage]) -> str:
    points = list_whole(series)
    first, last = points[0], points[-1]
    peak, low = _find_turns(points, outages)
    if first.start == last.start:
        text = _("{title} had {last}")
    elif peak and low and peak.start < low.start:
        text = _("{title} rose from {first} to {peak}, fell to {low} and rose to {last}")
    elif peak and low:
        text = _("{title} fell from {first} to {low}, rose to {peak} and fell to {last}")
    elif peak:
        text = _("{title} rose from {first} to {peak} and fell to {last}")
    elif low:
        text = _("{title} fell from {first} to {low} and rose to {last}")
    elif last.value > first.value:
        text = _("{title} rose from {first} to {last}")
    elif last.value < first.value:
        text = _("{title} fell from {first} to {last}")
    else:
        text = _("{title} went from {first} to {last}")

    def write(point: Point | None) -> str:
        return write_value(point, series.resolution, unit) if point else ""

    return text.format(
        title=series.title, first=write(first), peak=write(peak), low=write(low), last=write(last)
    )


def _find_turns(
    points: Sequence[Point], outages: Sequence[Outage]
) -> tuple[Point | None, Point | None]:
    """The highest and the lowest point inside that lie clearly beyond both ends; no outage's."""
    inner = [
        point
        for point in points[1:-1]
        if not any(outage.start <= point.start <= outage.end for outage in outages)
    ]
    if not inner:
        return None, None
    ends = (points[0].value, points[-1].value)
    clear = CLEAR * max(ends)
    peak = max(inner, key=lambda point: point.value)
    low = min(inner, key=lambda point: point.value)
    return (
        peak if peak.value - max(ends) > clear else None,
        low if min(ends) - low.value > clear else None,
    )


def _measure_change(series: Series) -> float:
    """How many times the larger of both ends is the smaller."""
    points = list_whole(series)
    small, large = sorted((points[0].value, points[-1].value))
    if small > 0:
        return large / small
    return math.inf if large > small else 1.0


def _find_compared(series: Sequence[Series]) -> list[Series]:
    """The newest series of one source that end on the same day; empty where no two do."""
    groups: dict[tuple[str, str], list[Series]] = {}
    for one in series:
        end = list_whole(one)[-1].start.isoformat()
        groups.setdefault((end, one.source), []).append(one)
    several = [key for key, group in groups.items() if len(group) > 1]
    return groups[max(several)] if several else []


def _read_end(series: Series) -> float:
    return list_whole(series)[-1].value


def _list_leaders(compared: Sequence[Series]) -> list[str]:
    highest = max(map(_read_end, compared))
    return [one.title for one in compared if _read_end(one) == highest]


def _add_leader(course: str, told: Series, compared: Sequence[Series], known: int) -> str:
    """The course with who ended highest; of fewer than are drawn, it says of how many."""
    if not compared:
        return f"{course}."
    leaders = _list_leaders(compared)
    count = len({one.title for one in compared})
    if len(leaders) > 1:
        text = _("{course}; {leaders} are level at the top.")
    elif count < known and leaders == [told.title]:
        text = _("{course}, above all others with a value then.")
    elif count < known:
        text = _("{course}; of the {count} with a value then, {leaders} is highest.")
    elif leaders == [told.title]:
        text = _("{course}, above all others.")
    else:
        text = _("{course}; {leaders} is highest.")
    return text.format(course=course, leaders=join_words(leaders), count=count)


def _describe_extremes(compared: Sequence[Series], unit: str) -> str:
    """Of single values of one day: the highest and the lowest."""
    ranked = sorted(compared, key=_read_end, reverse=True)
    point = list_whole(ranked[0])[-1]
    text = (
        _("{leaders} are level with {most} ({when}).")
        if len(_list_leaders(compared)) == len(compared)
        else _("{leaders} had the highest value, {most}, {last} the lowest, {least} ({when}).")
    )
    return text.format(
        leaders=join_words(_list_leaders(compared)),
        last=ranked[-1].title,
        most=format_value(point.value, unit),
        least=format_value(_read_end(ranked[-1]), unit),
        when=name_period(point.start, ranked[0].resolution),
    )
