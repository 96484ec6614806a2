"""Turns the points of each series into where it went: from where, over which peak or low, to where."""

import math
from collections.abc import Sequence

from dlsurvey.analysis.estimates import compare, find_point_interval, find_window
from dlsurvey.analysis.findings import SO_FAR, Estimate, Outage, Point, Series, Trend
from dlsurvey.analysis.signal import Signal
from dlsurvey.analysis.trend_sentences import name_period, write_value
from dlsurvey.formats import format_value, join_words
from dlsurvey.language import gettext as _

CLEAR = 0.1
"""Share of the larger end by which a peak or a low lies beyond both ends to be worth naming."""


def describe_course(signal: Signal, series: Sequence[Series], outages: Sequence[Outage]) -> str:
    """The alternative text: from where to where each drawn series went, and what is not over."""
    parts = [_describe_all(one, signal, outages) for one in series if one.drawn]
    return f"{signal.title}: {'; '.join(parts)}."


def describe_finding(trend: Trend) -> str:
    """One short sentence: who changed most, and who is ahead of those that can be compared."""
    series = [one for one in trend.series if one.points and one.drawn]
    compared = _find_compared(series)
    moved = [one for one in compared or series if len(list_whole(one)) > 1]
    if moved:
        told = max(moved, key=_measure_change)
        course = _describe_whole(told, trend, trend.outages)
        return _add_leader(course, (told, trend), compared, len({one.title for one in series}))
    if compared:
        return _describe_extremes(compared, trend)
    newest = max(series, key=lambda one: one.points[-1].start)
    return f"{_describe_whole(newest, trend, ())}."


def list_whole(series: Series) -> Sequence[Point]:
    """The points of periods that are over; where there is none, those that are not."""
    return [point for point in series.points if point.label != SO_FAR] or series.points


def _describe_all(series: Series, signal: Signal, outages: Sequence[Outage]) -> str:
    course = _describe_whole(series, signal, outages)
    running = series.points[-1]
    if running in list_whole(series):
        return course
    return _("{course}, then {running}").format(
        course=course, running=write_value(running, series.resolution, signal.unit)
    )


def _describe_whole(series: Series, signal: Signal | Trend, outages: Sequence[Outage]) -> str:
    points = list_whole(series)
    first, last = points[0], points[-1]
    peak, low = _find_turns(points, signal.estimate, outages)
    differ = _is_beyond_chance(first, last, signal.estimate)
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
    elif last.value > first.value and differ:
        text = _("{title} rose from {first} to {last}")
    elif last.value < first.value and differ:
        text = _("{title} fell from {first} to {last}")
    else:
        text = _("{title} went from {first} to {last}")

    def write(point: Point | None) -> str:
        return write_value(point, series.resolution, signal.unit) if point else ""

    return text.format(
        title=series.title, first=write(first), peak=write(peak), low=write(low), last=write(last)
    )


def _find_turns(
    points: Sequence[Point], estimate: Estimate, outages: Sequence[Outage]
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
    highest = max(points[0], points[-1], key=lambda point: point.value)
    lowest = min(points[0], points[-1], key=lambda point: point.value)
    is_peak = peak.value - max(ends) > clear and _is_beyond_chance(peak, highest, estimate)
    is_low = min(ends) - low.value > clear and _is_beyond_chance(low, lowest, estimate)
    return peak if is_peak else None, low if is_low else None


def _is_beyond_chance(one: Point, other: Point, estimate: Estimate) -> bool:
    """Whether the intervals of two values lie apart; of values without any, whether they differ."""
    intervals = [find_point_interval(point, estimate) for point in (one, other)]
    first, second = intervals
    if first is None or second is None:
        return one.value != other.value
    return first.low > second.high or second.low > first.high


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


def _list_leaders(compared: Sequence[Series], estimate: Estimate) -> list[str]:
    """Who ended highest, and all that chance alone may have put below."""
    if not compared:
        return []
    highest = max(compared, key=_read_end)
    points = {point.start: point for point in list_whole(highest)}
    leaders = []
    for one in compared:
        own = {point.start: point for point in list_whole(one)}
        days = find_window(sorted(points.keys() & own.keys()), one.resolution)
        sides = ([points[day] for day in days], [own[day] for day in days])
        if compare(*sides, estimate).outcome != "higher":
            leaders.append(one.title)
    return leaders


def _add_leader(
    course: str, ends: tuple[Series, Trend], compared: Sequence[Series], known: int
) -> str:
    """The course with who ended highest; of fewer than are drawn, it says of how many."""
    told, trend = ends
    if not compared:
        return f"{course}."
    leaders = _list_leaders(compared, trend.estimate)
    count = len({one.title for one in compared})
    if len(leaders) > 1 and trend.estimate == "census":
        text = _("{course}; {leaders} are level at the top.")
    elif len(leaders) > 1:
        text = _("{course}; at the top {leaders} differ by no more than chance may bring.")
    elif count < known and leaders == [told.title]:
        text = _("{course}, above all others with a value then.")
    elif count < known:
        text = _("{course}; of the {count} with a value then, {leaders} is highest.")
    elif leaders == [told.title]:
        text = _("{course}, above all others.")
    else:
        text = _("{course}; {leaders} is highest.")
    return text.format(course=course, leaders=join_words(leaders), count=count)


def _describe_extremes(compared: Sequence[Series], trend: Trend) -> str:
    """Of single values of one day: the highest and the lowest."""
    leaders = _list_leaders(compared, trend.estimate)
    ranked = sorted(compared, key=_read_end, reverse=True)
    point = list_whole(ranked[0])[-1]
    level = (
        _("{leaders} are level with {most} ({when}).")
        if trend.estimate == "census"
        else _("{leaders} differ by no more than chance may bring ({when}).")
    )
    text = (
        level
        if len(leaders) == len(compared)
        else _("{leaders} had the highest value, {most}, {last} the lowest, {least} ({when}).")
    )
    return text.format(
        leaders=join_words(leaders),
        last=ranked[-1].title,
        most=format_value(point.value, trend.unit),
        least=format_value(_read_end(ranked[-1]), trend.unit),
        when=name_period(point.start, ranked[0].resolution),
    )
