"""Turns the series of a signal into meetings: values of two or more subjects, of one source and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from dlsurvey.analysis.findings import SO_FAR, Provenance, Series, Trend
from dlsurvey.analysis.signals import SIGNALS
from dlsurvey.language import gettext as _

Values = Mapping[date, float]


class Meeting(NamedTuple):
    """Two or more subjects on the same signal of the same source, on every day that all have."""

    trend: Trend
    first: Series
    provenance: Provenance
    values: Mapping[str, Values]
    """By subject, each on the same days, oldest first."""

    @property
    def newest(self) -> date:
        """The last day of all."""
        return max(next(iter(self.values.values())))

    def tell(self, subject: str) -> float:
        """The subject's value of the newest day."""
        return self.values[subject][self.newest]

    def is_newer(self, made: int | None) -> bool:
        """Whether the last day of all lies after the year in which the claim was made."""
        return made is None or self.newest.year > made


def find_meeting(
    trends: Sequence[Trend], metric: str, subjects: Sequence[str], unit: str = ""
) -> Meeting | None:
    """The signal on which all subjects have a value of the same source and day, the newest such."""
    told = [trend for trend in trends if any(one.metric == metric for one in trend.series)]
    translated = _(unit) if unit else ""
    if any(trend.unit == translated for trend in told):
        told = [trend for trend in told if trend.unit == translated]
    meetings = [each for trend in told for each in _list_meetings(trend, metric, subjects)]
    return max(meetings, key=lambda one: one.newest, default=None)


def _list_meetings(trend: Trend, metric: str, subjects: Sequence[str]) -> list[Meeting]:
    """One for each source, and for each request where its answers have a scale of their own."""
    requests = {signal.metric for signal in SIGNALS if signal.label == "request"}
    grouped: dict[tuple[str, str, str], list[int]] = {}
    for place, one in enumerate(trend.series):
        if one.metric == metric and one.subject in subjects:
            request = one.label if metric in requests else ""
            grouped.setdefault((one.source, one.resolution, request), []).append(place)
    meetings = []
    for places in grouped.values():
        values = {
            name: _read_values([trend.series[place] for place in places], name) for name in subjects
        }
        days = sorted(set.intersection(*(set(each) for each in values.values())))
        if days:
            meetings.append(
                Meeting(
                    trend,
                    trend.series[places[0]],
                    trend.provenance[places[0]],
                    {name: {day: each[day] for day in days} for name, each in values.items()},
                )
            )
    return meetings


def _read_values(series: Sequence[Series], subject: str) -> dict[date, float]:
    """Of several repositories or packages of one subject the largest; no period that is not over."""
    values: dict[date, float] = {}
    for one in series:
        if one.subject == subject:
            for point in one.points:
                if point.label != SO_FAR:
                    values[point.start] = max(point.value, values.get(point.start, point.value))
    return values
