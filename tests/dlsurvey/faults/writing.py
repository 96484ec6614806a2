"""Turns a survey folder into one with more of everything that a build writes, in a blink.

Every kind of write is here; only what an edition's files say is left short.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from dlsurvey import editions
from dlsurvey.config import load_config
from dlsurvey.console import Console
from dlsurvey.lock import holding
from dlsurvey.migration import bring_up_to_date
from dlsurvey.records import Collection, Edition, Observation, Sample, Samples
from dlsurvey.render.edition import write_edition
from dlsurvey.requests import Training
from dlsurvey.store import Store
from tests.dlsurvey.samples import NOON, make_observation, make_trial

OLD, NEW = 1, 2
"""Rounds: the first is there before the fault, the second is what it hits."""
POINTS = 30
CHANGES: Any = SimpleNamespace(summary="Nothing of note.")


def write_all(folder: Path, turn: int, hour: int | None = None) -> Edition:
    """One round of what a build stores and renders, in the hour of the turn or in another one."""
    config = load_config(folder / "survey.toml", {})
    store = Store(config.store)
    console = Console(terminal=False, stream=io.StringIO())
    with (
        holding(config.store, "dlsurvey build"),
        _clock(turn if hour is None else hour),
        _short_editions(),
    ):
        bring_up_to_date(config.store)
        console.open_log(config.logs, "build")
        _collect(store, turn)
        _train(store, turn)
        edition = editions.assemble(config, store)
        editions.render(config, store, edition, ("html",))
    return edition


def _collect(store: Store, turn: int) -> None:
    for source in ("github", "pypi"):
        raw_sha256 = store.keep_raw(source, f"answer {turn}".encode() * 300)
        new = store.append_observations(source, list(_observe(source, raw_sha256, turn)))
        store.append_collection(
            Collection(
                source=source, at=NOON, status="complete", observations=POINTS, seconds=1.0,
                new_observations=new,
            )
        )  # fmt: skip


def _observe(source: str, raw_sha256: str, turn: int) -> Iterator[Observation]:
    for place in range(POINTS * turn):
        start = date(2026, 1, 1) + timedelta(days=place)
        yield make_observation(source=source, start=start, value=place, raw_sha256=raw_sha256)


def _train(store: Store, turn: int) -> None:
    trial_id = store.add_trial(make_trial(seed=turn))
    store.keep_source(f"'''A trainer of turn {turn}.'''\n")
    identity = f"{turn:064x}"
    store.keep_plan(identity, {"turn": turn})
    store.keep_parity(identity, {"turn": turn})
    store.keep_gradients(identity, {"turn": turn})
    sample = Sample(image=turn, label=0, pixels="AAAA")
    store.keep_samples(
        Samples(
            dataset_sha256=identity, height=1, width=1, channels=3, examples=(sample,), mistaken=()
        )
    )
    training = Training(
        profile="quick",
        offline=True,
        plan=f"Plan {turn}.",
        datasets=(),
        trials=(trial_id,),
        gaps=(),
    )
    store.keep_training(training)


@contextmanager
def _clock(hour: int) -> Iterator[None]:
    moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
    with mock.patch.object(editions, "_read_clock", return_value=moment):
        yield


@contextmanager
def _short_editions() -> Iterator[None]:
    def write(config: Any, store: Any, edition: Edition, *rest: Any, anew: bool) -> None:
        findings: Any = SimpleNamespace(edition=edition, created_at=edition.created_at)
        files = {"report.html": b"<p>short</p>" * 400, "tables/one.csv": b"1,2\n" * 100}
        with mock.patch("dlsurvey.render.edition.render_files", return_value=files):
            write_edition(findings, config.reports / edition.id, ("html",))
        editions._keep_summary(config, edition, CHANGES)

    with (
        mock.patch.object(editions, "_write", write),
        mock.patch("dlsurvey.diff.compare_with_previous", return_value=CHANGES),
    ):
        yield
