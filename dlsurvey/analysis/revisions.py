"""Turns the vintages of a value, all that a source has told of one period, into what was revised.

A value is revised where it changes after its period was over: a count of today that is taken
again in the evening is no revision. The store keeps a vintage only where the value changed.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

import pandas as pd

from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.preparations import Observed
from dlsurvey.records import Edition, Observation, Resolution
from dlsurvey.store import Store

Place: TypeAlias = tuple[str, str, str, date, str, str]
"""Source, subject, metric, start, resolution and label: what a value belongs to."""
Which = Literal["first", "low", "high"]
PLACE = ("source", "subject", "metric", "start", "resolution", "label")


class History(NamedTuple):
    """What a source has told of one period once it was over."""

    first: float
    low: float
    high: float
    told: date
    """When it was told first."""


class Vintages:
    """All vintages behind an edition; only files that hold any are read, and only when asked for."""

    def __init__(self, store: Store, edition: Edition, evidence: Evidence) -> None:
        """Vintages of the observations that `edition` stands on."""
        self._store = store
        self._lines = edition.observation_lines
        self._kept = evidence.frame.groupby("source").size().to_dict()
        self._read: dict[str, dict[str, dict[Place, History]]] = {}
        self._requests: dict[str, dict[tuple[str, str], tuple[datetime, set[date]]]] = {}

    def find_histories(self, source: str, metric: str) -> dict[Place, History]:
        """Every revised value of one metric of one source."""
        if self._lines.get(source, 0) <= self._kept.get(source, 0):
            return {}
        if source not in self._read:
            self._read[source] = _find_revised(self._observe(source))
        return self._read[source].get(metric, {})

    def find_newest_label(self, source: str, metric: str) -> str:
        """The label that the source told of last: of a request, the newest."""
        requests = self._list_requests(source)
        times = {label: when for (one, label), (when, _) in requests.items() if one == metric}
        return max(times, key=lambda label: (times[label], label), default="")

    def find_told(self, source: str, metric: str, label: str) -> datetime:
        """When the source told of this label last."""
        return self._list_requests(source)[metric, label][0]

    def count_labels(self, source: str, metric: str) -> int:
        """How many different requests the source has answered."""
        return sum(one == metric for one, _ in self._list_requests(source))

    def count_draws(self, source: str, metric: str, label: str) -> int:
        """On how many days the request brought something new."""
        _, days = self._list_requests(source).get((metric, label), (None, set()))
        return len(days)

    def _list_requests(self, source: str) -> dict[tuple[str, str], tuple[datetime, set[date]]]:
        if source not in self._requests:
            found: dict[tuple[str, str], tuple[datetime, set[date]]] = {}
            for one in self._observe(source):
                key = (one.metric, one.label)
                when, days = found.get(key, (one.retrieved_at, set()))
                days.add(one.retrieved_at.date())
                found[key] = (max(when, one.retrieved_at), days)
            self._requests[source] = found
        return self._requests[source]

    def _observe(self, source: str) -> Iterable[Observation]:
        return self._store.read_observations(source, self._lines.get(source, 0))


class Earlier:
    """The same evidence as a source told it otherwise: first, or at its lowest or highest."""

    def __init__(self, observed: Observed, vintages: Vintages, which: Which) -> None:
        """`observed` with every revised value replaced."""
        self._observed = observed
        self._vintages = vintages
        self._which = which

    @property
    def year(self) -> int:
        """The running year of the edition."""
        return self._observed.year

    def select(self, metric: str, source: str | None = None) -> pd.DataFrame:
        """The rows of one metric with their other values."""
        return self.replace(self._observed.select(metric, source))

    def replace(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of `frame`, which is of one metric, with their other values."""
        histories: dict[Place, History] = {}
        for source, metric in dict.fromkeys(
            frame[["source", "metric"]].drop_duplicates().itertuples(index=False)
        ):
            histories |= self._vintages.find_histories(source, metric)
        if not histories:
            return frame
        places = zip(*(frame[name].tolist() for name in PLACE), strict=True)
        values = [
            getattr(histories[place], self._which) if place in histories else value
            for place, value in zip(places, frame["value"].tolist(), strict=True)
        ]
        return frame.assign(value=values)


def _find_revised(observations: Iterable[Observation]) -> dict[str, dict[Place, History]]:
    told: dict[Place, list[tuple[datetime, float]]] = {}
    for one in observations:
        if one.retrieved_at.date() < end_period(one.start, one.resolution):
            continue
        place: Place = (
            one.source, one.subject, one.metric, one.start, one.resolution, one.label
        )  # fmt: skip
        told.setdefault(place, []).append((one.retrieved_at, float(one.value)))
    revised: dict[str, dict[Place, History]] = {}
    for place, vintages in told.items():
        values = [value for _, value in sorted(vintages, key=lambda vintage: vintage[0])]
        if len(set(values)) < 2:
            continue
        first_told = min(when for when, _ in vintages).date()
        revised.setdefault(place[2], {})[place] = History(
            values[0], min(values), max(values), first_told
        )
    return revised


def end_period(start: date, resolution: Resolution) -> date:
    """The first day after the period."""
    match resolution:
        case "instant" | "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case "month":
            return _add_months(start, 1)
        case "quarter":
            return _add_months(start, 3)
        case "year":
            return _add_months(start, 12)


def _add_months(start: date, months: int) -> date:
    month = start.month - 1 + months
    return date(start.year + month // 12, month % 12 + 1, 1)
