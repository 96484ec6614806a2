"""Turns the series of a signal into meetings: values of two or more subjects, of one source and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from dlsurvey.analysis.estimates import Lead, Z, compare, find_window, list_leads, pool
from dlsurvey.analysis.findings import SO_FAR, Point, Provenance, Series, Trend
from dlsurvey.analysis.signals import SIGNALS
from dlsurvey.analysis.trend_sentences import name_period
from dlsurvey.language import gettext as _

Points = Mapping[date, Point]


class Meeting(NamedTuple):
    """Two or more subjects on the same signal of the same source, on every day that all have."""

    trend: Trend
    first: Series
    provenance: Provenance
    points: Mapping[str, Points]
    """By subject, each on the same days, oldest first."""

    @property
    def newest(self) -> date:
        """The last day of all."""
        return max(next(iter(self.points.values())))

    @property
    def window(self) -> Sequence[date]:
        """The periods that are told together: of a census the newest day alone."""
        days = list(next(iter(self.points.values())))
        if self.trend.estimate == "census":
            return [self.newest]
        return find_window(days, self.first.resolution)

    def select(self, subject: str) -> Sequence[Point]:
        """The subject's points of the window."""
        return [self.points[subject][day] for day in self.window]

    def tell(self, subject: str) -> float:
        """The subject's value: of the newest day, or of the window."""
        return pool(self.select(subject), self.trend.estimate)

    def compare(self, subject: str, against: str, z: float = Z) -> Lead:
        """Whether the subject is ahead of the other, or chance alone may make it look so."""
        return compare(self.select(subject), self.select(against), self.trend.estimate, z)

    def list_leads(self, subject: str, against: str) -> Mapping[date, int]:
        """By day, who of the two was ahead by then."""
        sides = (self.points[subject], self.points[against])
        return list_leads(*sides, self.trend.estimate, self.first.resolution)

    @property
    def when(self) -> str:
        """The day or the window in words."""
        newest = name_period(self.newest, self.first.resolution)
        if len(self.window) == 1:
            return newest
        first = name_period(self.window[0], self.first.resolution)
        return _("{first} to {last}").format(first=first, last=newest)

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
        points = {
            name: _read_points([trend.series[place] for place in places], name) for name in subjects
        }
        days = sorted(set.intersection(*(set(each) for each in points.values())))
        if days:
            meetings.append(
                Meeting(
                    trend,
                    trend.series[places[0]],
                    trend.provenance[places[0]],
                    {name: {day: each[day] for day in days} for name, each in points.items()},
                )
            )
    return meetings


def _read_points(series: Sequence[Series], subject: str) -> dict[date, Point]:
    """Of several repositories or packages of one subject the largest; no period that is not over."""
    points: dict[date, Point] = {}
    for one in series:
        if one.subject == subject:
            for point in one.points:
                known = points.get(point.start)
                if point.label != SO_FAR and (known is None or point.value > known.value):
                    points[point.start] = point
    return points
