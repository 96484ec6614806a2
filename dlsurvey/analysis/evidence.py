"""Turns the stored observations that an edition stands on into one table, each value with its age."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd

from dlsurvey.errors import StoreError
from dlsurvey.records import Edition, Observation, ObservationStatus
from dlsurvey.store import Store

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
        self._asked = {
            collection.source: collection.at
            for collection in store.read_collections()
            if collection.at <= edition.created_at and collection.status != "failed"
        }
        rows = []
        for source, lines in sorted(edition.observation_lines.items()):
            found = [self._row(one) for one in store.read_observations(source, lines)]
            if len(found) < lines:
                raise StoreError(
                    f"The edition {edition.id} stands on {lines} observations of {source}, but only"
                    f" {len(found)} are left: restore data/observations/{source}.jsonl."
                )
            rows += found
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        identity = ["source", "subject", "metric", "start", "resolution", "label"]
        frame = frame.sort_values(["retrieved_at"], kind="stable").drop_duplicates(
            identity, keep="last"
        )
        self.frame = frame.sort_values(identity, kind="stable").reset_index(drop=True)

    @property
    def year(self) -> int:
        """The running year of the edition."""
        return self._edition.created_at.year

    def select(self, metric: str, source: str | None = None) -> pd.DataFrame:
        """The rows of one metric, oldest period first."""
        chosen = self.frame["metric"] == metric
        if source is not None:
            chosen &= self.frame["source"] == source
        return self.frame[chosen].sort_values(["start", "label"], kind="stable")

    def _row(self, observation: Observation) -> tuple[object, ...]:
        values = {name: getattr(observation, name) for name in COLUMNS}
        if observation.status in ("live", "cached"):
            checked = max(
                self._asked.get(observation.source, observation.retrieved_at),
                observation.retrieved_at,
            )
            values["retrieved_at"] = checked
            values["status"] = judge_age(checked, self._edition.created_at)
        return tuple(values.values())


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
