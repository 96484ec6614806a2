"""Turns series that all drop together into outages of the source that counted them.

With v(p, t) the value of package p at t, and m(p, t) the median of its values within
`WINDOW_DAYS` of t, its level is r(p, t) = v(p, t) / m(p, t). A period is in an outage where at
least `TOGETHER` of all packages with a value, and no fewer than two, have r < `low_share`; the
outage goes on over neighbouring periods in which as many have r < `low_share` + `SLACK`.

Days are looked at before they are summed, each against the median of the same day of the week, with
`low_share` `LOW_DAY`: an outage of two days would be a dip of a week and no more.

One package that falls, or one that leaps while the others fall, changes nothing. Sums of a week
take `low_share` 0.5, since a holiday week alone takes a third; trailing months take 0.7, since a
week that was lost takes only a quarter off them.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from statistics import median

import pandas as pd

from dlsurvey.analysis.findings import Outage, Series
from dlsurvey.formats import format_date
from dlsurvey.language import gettext as _

WINDOW_DAYS = 120
TOGETHER = 0.75
SLACK = 0.1
FEWEST = 2
LOW_DAY = 0.3
"""A holiday takes half of a day, and never of all packages so much."""


def find_outages(series: Sequence[Series], low_share: float, what: str) -> tuple[Outage, ...]:
    """Every time in which nearly all `series` fell together; `what` names what was counted."""
    values = [{point.start: point.value for point in one.points} for one in series]
    return _find_together([_find_levels(one) for one in values], low_share, what)


def find_day_outages(frame: pd.DataFrame, what: str) -> tuple[Outage, ...]:
    """The same of daily counts, as rows of one metric, by each source that counted them."""
    outages: list[Outage] = []
    for _source, part in frame.groupby("source", sort=True):
        series: dict[Hashable, dict[date, float]] = {}
        columns = (part[name].tolist() for name in ("subject", "label", "start", "value"))
        for subject, label, day, value in zip(*columns, strict=True):
            series.setdefault((subject, label), {})[day] = float(value)
        levels = [_find_day_levels(days) for days in series.values()]
        outages += _find_together(levels, LOW_DAY, what)
    return tuple(outages)


def leave_out_outages(frame: pd.DataFrame) -> pd.DataFrame:
    """Daily counts without the days of outages, which are as if nobody had reported them."""
    kept = frame
    for source, part in frame.groupby("source", sort=True):
        for outage in find_day_outages(part, ""):
            within = (kept["start"] >= outage.start) & (kept["start"] <= outage.end)
            kept = kept[~(within & (kept["source"] == source))]
    return kept


def _find_together(
    levels: Sequence[Mapping[date, float]], low_share: float, what: str
) -> tuple[Outage, ...]:
    days = sorted({day for one in levels for day in one})
    low = [_fall_together(day, levels, low_share) for day in days]
    lowish = [_fall_together(day, levels, low_share + SLACK) for day in days]
    outages = []
    for first, last in _join_runs(lowish):
        if any(low[first : last + 1]):
            outages.append(_describe(days[first : last + 1], levels, what))
    return tuple(outages)


def _find_day_levels(values: Mapping[date, float]) -> dict[date, float]:
    """Of each day against the same day of the week."""
    levels: dict[date, float] = {}
    for weekday in range(7):
        levels |= _find_levels(
            {day: value for day, value in values.items() if day.weekday() == weekday}
        )
    return levels


def _find_levels(values: Mapping[date, float]) -> dict[date, float]:
    levels = {}
    days = sorted(values)
    first = 0
    for day in days:
        while (day - days[first]).days > WINDOW_DAYS:
            first += 1
        near = []
        for other in days[first:]:
            if (other - day).days > WINDOW_DAYS:
                break
            near.append(values[other])
        usual = median(near)
        if usual > 0:
            levels[day] = values[day] / usual
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
