"""Turns the stored observations that an edition stands on into one table, each value with its age."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dlsurvey.analysis.columns import Codes, ColumnReader, Columns
from dlsurvey.analysis.health import list_attempts
from dlsurvey.errors import StoreError
from dlsurvey.records import Edition, Observation, ObservationStatus
from dlsurvey.store import Store

Places = npt.NDArray[np.intp]
FRESH = timedelta(days=1)
"""Retrieved within a day of the edition: live."""
STALE = timedelta(days=30)
"""Older than this: stale."""

COLUMNS = (
    "source", "subject", "metric", "start", "resolution", "value", "unit", "retrieved_at", "url",
    "status", "method", "label",
)  # fmt: skip


class Evidence:
    """The newest vintage of every value, and when each source was last asked with success."""

    def __init__(self, store: Store, edition: Edition) -> None:
        """Read what `edition` stands on, and nothing that came later."""
        self._edition = edition
        self._asked: dict[str, datetime] = {}
        self._open: dict[str, frozenset[str]] = {}
        for collection in list_attempts(store, edition):
            self._open[collection.source] = frozenset(gap.what for gap in collection.gaps)
            if collection.status != "failed":
                self._asked[collection.source] = collection.at
        reader = ColumnReader()
        for source, lines in sorted(edition.observation_lines.items()):
            found = 0
            for block in store.read_observation_blocks(source, lines):
                reader.add(block)
                found += block.count
            if found < lines:
                raise StoreError(
                    f"The edition {edition.id} stands on {lines} observations of {source}, but only"
                    f" {found} are left: restore data/observations/{source}.jsonl."
                )
        self.frame = self._make_frame(reader.close())

    @property
    def year(self) -> int:
        """The running year of the edition."""
        return self._edition.created_at.year

    def is_open(self, source: str, what: str) -> bool:
        """Whether the newest attempt at the source left this open."""
        return what in self._open.get(source, ())

    def select(self, metric: str, source: str | None = None) -> pd.DataFrame:
        """The rows of one metric, oldest period first."""
        chosen = self.frame["metric"] == metric
        if source is not None:
            chosen &= self.frame["source"] == source
        return self.frame[chosen].sort_values(["start", "label"], kind="stable")

    def _make_frame(self, read: Columns) -> pd.DataFrame:
        """One row for each period, its newest vintage, in the order of the periods."""
        if not read.values:
            return pd.DataFrame([], columns=list(COLUMNS))
        templates = read.templates
        # Of when it was retrieved and how, only what an edition of this time makes of it counts.
        kinds, kind_of_row = _pair(read.template_of_row, read.retrieved_of_row)
        judged = [self._judge(templates[one], read.retrieved[other]) for one, other in kinds]
        series = _rank([(one.source, one.subject, one.metric) for one in templates])
        detail = _rank([(one.resolution, one.label) for one in templates])
        identity = (
            series[read.template_of_row],
            _rank(read.starts)[read.start_of_row],
            detail[read.template_of_row],
        )
        checked = _rank([moment for moment, _ in judged])[kind_of_row]
        rows = _select_last(identity, checked)
        columns = {
            name: _take([getattr(one, name) for one in templates], read.template_of_row[rows])
            for name in (
                "source",
                "subject",
                "metric",
                "resolution",
                "unit",
                "url",
                "method",
                "label",
            )
        }
        columns["start"] = _take(read.starts, read.start_of_row[rows])
        columns["value"] = _take(read.values, rows)
        columns["retrieved_at"] = _take([moment for moment, _ in judged], kind_of_row[rows])
        columns["status"] = _take([status for _, status in judged], kind_of_row[rows])
        return pd.DataFrame({name: columns[name] for name in COLUMNS})

    def _judge(self, template: Observation, retrieved_at: datetime) -> tuple[datetime, str]:
        """When a value was confirmed last, and what it is worth in this edition."""
        if template.status not in ("live", "cached"):
            return retrieved_at, template.status
        checked = max(self._asked.get(template.source, retrieved_at), retrieved_at)
        return checked, judge_age(checked, self._edition.created_at)


def _pair(first: Codes, second: Codes) -> tuple[list[tuple[int, int]], Places]:
    """The pairs of codes that occur, and for each row which of them."""
    width = int(second.max()) + 1
    found, place_of_row = np.unique(first.astype(np.int64) * width + second, return_inverse=True)
    return [divmod(int(code), width) for code in found], place_of_row


def _rank(values: Sequence[Any]) -> Codes:
    """For each value its place among all different ones in order."""
    place = {value: number for number, value in enumerate(sorted(set(values)))}
    return np.fromiter((place[value] for value in values), np.int32, len(values))


def _select_last(identity: tuple[Codes, ...], moment: Codes) -> Places:
    """Of the rows of one identity the last in time, and of these the last in place; in order."""
    order = np.lexsort((moment, *reversed(identity)))
    is_last = np.zeros(len(order), bool)
    is_last[-1] = True
    for key in identity:
        ordered = key[order]
        is_last[:-1] |= ordered[1:] != ordered[:-1]
    return order[is_last]


def _take(values: Sequence[Any], places: npt.NDArray[np.integer[Any]]) -> pd.Series:
    return pd.Series(values).take(places).reset_index(drop=True)


def judge_age(retrieved_at: datetime, created_at: datetime) -> ObservationStatus:
    """What a value that once came live is worth in an edition of that time."""
    age = created_at - retrieved_at
    if age <= FRESH:
        return "live"
    return "cached" if age <= STALE else "stale"


def iterate_rows(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Rows as dictionaries of plain Python values, in order."""
    for row in frame.to_dict("records"):
        yield {
            str(key): value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
            for key, value in row.items()
        }
