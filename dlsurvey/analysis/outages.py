"""Turns series that all drop together into outages of the source that counted them.

With v(p, t) the value of package p at t, and m(p, t) the median of its values within
`WINDOW_DAYS` of t, its level is r(p, t) = v(p, t) / m(p, t). A period is in an outage where at
least `TOGETHER` of all packages with a value, and no fewer than two, have r < `low_share`; the
outage goes on over neighbouring periods in which as many have r < `low_share` + `SLACK`.

One package that falls, or one that leaps while the others fall, changes nothing. Sums of a week
take `low_share` 0.5, since a holiday week alone takes a third; trailing months take 0.7, since a
week that was lost takes only a quarter off them.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median

from dlsurvey.analysis.findings import Outage, Point, Series
from dlsurvey.formats import format_date
from dlsurvey.language import gettext as _

WINDOW_DAYS = 120
TOGETHER = 0.75
SLACK = 0.1
FEWEST = 2


def find_outages(series: Sequence[Series], low_share: float, what: str) -> tuple[Outage, ...]:
    """Every time in which nearly all `series` fell together; `what` names what was counted."""
    levels = [_find_levels(one.points) for one in series]
    days = sorted({day for one in levels for day in one})
    low = [_fall_together(day, levels, low_share) for day in days]
    lowish = [_fall_together(day, levels, low_share + SLACK) for day in days]
    outages = []
    for first, last in _join_runs(lowish):
        if any(low[first : last + 1]):
            outages.append(_describe(days[first : last + 1], levels, what))
    return tuple(outages)


def _find_levels(points: Sequence[Point]) -> dict[date, float]:
    levels = {}
    first = 0
    for point in points:
        while (point.start - points[first].start).days > WINDOW_DAYS:
            first += 1
        near = []
        for other in points[first:]:
            if (other.start - point.start).days > WINDOW_DAYS:
                break
            near.append(other.value)
        usual = median(near)
        if usual > 0:
            levels[point.start] = point.value / usual
    return levels


def _fall_together(day: date, levels: Sequence[Mapping[date, float]], share: float) -> bool:
    known = [one[day] for one in levels if day in one]
    low = sum(level < share for level in known)
    return low >= max(FEWEST, math.ceil(TOGETHER * len(known)))


def _join_runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif flag:
            runs.append((place, place))
    return runs


def _describe(days: Sequence[date], levels: Sequence[Mapping[date, float]], what: str) -> Outage:
    deepest = min(median(one[day] for one in levels if day in one) for day in days)
    text = (
        _(
            "Nearly all packages fell together on {first}, down to {share:.0f} % of their usual"
            " level: an outage of the source that counts {what}, not a change in use."
        )
        if len(days) == 1
        else _(
            "Nearly all packages fell together from {first} to {last}, down to {share:.0f} % of"
            " their usual level: an outage of the source that counts {what}, not a change in use."
        )
    )
    return Outage(
        start=days[0],
        end=days[-1],
        sentence=text.format(
            first=format_date(days[0]),
            last=format_date(days[-1]),
            share=100 * deepest,
            what=what,
        ),
    )
