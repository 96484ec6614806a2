"""Turns counts over a window of time into intervals, and two of them into who is ahead, or nobody.

A number of stars is a census: all of them were counted. Papers, questions, posts and downloads are
events, of which another year would have brought others: their counts have the spread of a Poisson
count, a part of them that of a binomial share. Which of two is ahead is told by the part that one
has of both together, over a window, with at least `LEAST_COUNT` events (Wilson 1927, Journal of the
American Statistical Association 22, 209-212). An index without counts tells only in how many of the
window's periods either was ahead, which is a share of the same kind.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import inf, sqrt
from statistics import NormalDist, fmean
from typing import Literal, NamedTuple

from msgspec import UnsetType

from dlsurvey.analysis.findings import Estimate, Point
from dlsurvey.records import Resolution

LEAST_COUNT = 20
"""With fewer events nothing is told: a handful more or fewer would turn it."""
LEAST_PERIODS = 8
"""With fewer periods of an index nothing is told, for the same reason."""
ALIKE = 1.1
"""Two whose ratio is shown to lie within it, up and down, are level."""
WINDOW_DAYS: Mapping[Resolution, int] = {"week": 91, "month": 365, "quarter": 365}
"""How far back a window reaches; of days and years it is the newest one alone."""
SIGNS = {"higher": 1, "lower": -1}
Z = NormalDist().inv_cdf(0.975)
"""Of an interval of 95 %."""


class Interval(NamedTuple):
    """From the lowest to the highest value that the counts go with."""

    low: float
    high: float


class Lead(NamedTuple):
    """How two compare: None where chance alone may have made the difference."""

    outcome: Literal["higher", "lower", "equivalent"] | None
    ratio: Interval | None = None
    """Of the first to the second; None where everything was counted, or too little."""


def find_window(days: Sequence[date], resolution: Resolution) -> list[date]:
    """The newest days of `days`, oldest first, that belong to one window."""
    newest = max(days)
    span = WINDOW_DAYS.get(resolution, 1)
    return sorted(day for day in days if (newest - day).days < span)


def find_share_interval(count: float, whole: float, z: float = Z) -> Interval:
    """Wilson's interval of a binomial share, from 0 to 1."""
    share = count / whole
    middle = share + z * z / (2 * whole)
    width = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    # Exactly, where rounding would leave a ratio of 10 to the power of 15.
    low = 0.0 if count == 0 else (middle - width) / scale
    return Interval(low, 1.0 if count == whole else (middle + width) / scale)


def find_count_interval(count: float, z: float = Z) -> Interval:
    """The score interval of a Poisson count."""
    middle = count + z * z / 2
    width = z * sqrt(count + z * z / 4)
    return Interval(max(0.0, middle - width), middle + width)


def find_point_interval(point: Point, estimate: Estimate) -> Interval | None:
    """Of one value in its own unit; None of a census, of an index, and where no count is known."""
    return find_pooled_interval([point], estimate)


def pool(points: Sequence[Point], estimate: Estimate) -> float:
    """One value for a window: the share of all its events, or the mean over its periods."""
    counts, wholes = _sum_counts(points, estimate), _sum_wholes(points)
    if estimate == "share" and counts is not None and wholes:
        return 100 * counts / wholes
    if estimate == "census":
        return points[-1].value
    return fmean(point.value for point in points)


def find_pooled_interval(points: Sequence[Point], estimate: Estimate) -> Interval | None:
    """Of the value that `pool` gives for a window."""
    count, whole = _sum_counts(points, estimate), _sum_wholes(points)
    if count is None or (estimate == "share" and not whole):
        return None
    if estimate == "share" and whole:
        low, high = find_share_interval(count, whole)
        return Interval(100 * low, 100 * high)
    low, high = find_count_interval(count)
    return Interval(low / len(points), high / len(points))


def _sum_counts(points: Sequence[Point], estimate: Estimate) -> float | None:
    """All events of the window; None where they are not known of every period."""
    if estimate == "count":
        return sum(point.value for point in points)
    counts = [point.count for point in points if not isinstance(point.count, UnsetType)]
    is_known = estimate == "share" and len(counts) == len(points)
    return sum(counts) if is_known else None


def _sum_wholes(points: Sequence[Point]) -> float:
    return sum(point.whole for point in points if not isinstance(point.whole, UnsetType))


def compare(
    first: Sequence[Point], second: Sequence[Point], estimate: Estimate, z: float = Z
) -> Lead:
    """Who is ahead over the periods of one window, which both have."""
    if estimate == "index":
        return _compare_periods(first, second, z)
    counts = [_sum_counts(side, estimate) for side in (first, second)]
    if estimate == "census" or None in counts:
        return Lead(compare_values(first[-1].value, second[-1].value))
    return _compare_counts(counts[0] or 0.0, counts[1] or 0.0, z)


def _compare_periods(first: Sequence[Point], second: Sequence[Point], z: float) -> Lead:
    ahead = sum(a.value > b.value for a, b in zip(first, second, strict=True))
    behind = sum(a.value < b.value for a, b in zip(first, second, strict=True))
    if len(first) < LEAST_PERIODS:
        return Lead(None)
    if ahead + behind == 0:
        return Lead("equivalent")
    low, high = find_share_interval(ahead, ahead + behind, z)
    return Lead("higher" if low > 0.5 else "lower" if high < 0.5 else None)


def _compare_counts(first: float, second: float, z: float) -> Lead:
    if first + second < LEAST_COUNT:
        return Lead(None)
    ratio = find_ratio(first, second, z)
    if ratio.low > 1 or ratio.high < 1:
        return Lead("higher" if ratio.low > 1 else "lower", ratio)
    is_alike = ratio.low > 1 / ALIKE and ratio.high < ALIKE
    return Lead("equivalent" if is_alike else None, ratio)


def find_ratio(first: float, second: float, z: float = Z) -> Interval:
    """The interval of the ratio of two counts, from the part that the first has of both."""
    low, high = find_share_interval(first, first + second, z)
    return Interval(low / (1 - low) if low < 1 else inf, high / (1 - high) if high < 1 else inf)


def list_leads(
    first: Mapping[date, Point],
    second: Mapping[date, Point],
    estimate: Estimate,
    resolution: Resolution,
) -> dict[date, int]:
    """For each day that both have: 1 where the first is ahead by then, -1 the second, 0 nobody."""
    days = sorted(first.keys() & second.keys())
    if estimate == "census":
        return {
            day: (first[day].value > second[day].value) - (first[day].value < second[day].value)
            for day in days
        }
    leads, oldest, span = {}, 0, WINDOW_DAYS.get(resolution, 1)
    for place, day in enumerate(days):
        while (day - days[oldest]).days >= span:
            oldest += 1
        window = days[oldest : place + 1]
        sides = ([first[one] for one in window], [second[one] for one in window])
        leads[day] = SIGNS.get(compare(*sides, estimate).outcome or "", 0)
    return leads


def compare_values(first: float, second: float) -> Literal["higher", "lower", "equivalent"]:
    """Of numbers that were counted, not sampled: equal means equal."""
    if first == second:
        return "equivalent"
    return "higher" if first > second else "lower"
