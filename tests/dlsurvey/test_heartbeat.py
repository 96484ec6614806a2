"""Each build that came to its end is noted; a run that is missing is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dlsurvey.config import Config
from dlsurvey.heartbeat import (
    Beat,
    append_beat,
    find_heartbeat,
    find_last_seconds,
    find_missed_after,
    read_beats,
)
from dlsurvey.render.index import compose_index
from dlsurvey.settings import Schedule, Settings, Survey
from dlsurvey.store import Store
from tests.dlsurvey.render.sample import make_edition

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make_config(folder: Path, every: str = "7d") -> Config:
    return Config(Settings(schedule=Schedule(every=every)), folder, {})


def make_beat(days: float = 0, **seconds: float) -> Beat:
    at = NOON + timedelta(days=days)
    return Beat(at=at, edition="one", is_new=False, seconds=seconds)  # type: ignore[arg-type]  # keywords are names of steps


def test_builds_are_read_as_they_were_noted(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    assert read_beats(store) == []
    beats = [make_beat(0, train=4.0), make_beat(7, collect=1.0)]
    for beat in beats:
        append_beat(store, beat)
    with (tmp_path / "data" / "builds.jsonl").open("a") as file:
        file.write('{"at":"nonsense"}\n{"at":"2026-')
    assert read_beats(store) == beats
    assert find_last_seconds(beats, "train") == 4.0
    assert find_last_seconds(beats, "render") is None


@pytest.mark.parametrize(("days", "missed"), [(1, False), (14, False), (14.1, True)])
def test_a_run_is_missed_after_twice_the_interval(
    tmp_path: Path, days: float, missed: bool
) -> None:
    heartbeat = find_heartbeat(make_config(tmp_path), [make_beat()], [])
    assert heartbeat is not None
    assert heartbeat.due == NOON + timedelta(days=7)
    assert heartbeat.is_missed(NOON + timedelta(days=days)) is missed


def test_a_build_that_found_nothing_new_counts_as_one(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    old = make_edition()
    assert find_heartbeat(config, [], []) is None
    without = find_heartbeat(config, [], [old])
    assert without is not None
    assert without.last_success == old.created_at
    later = find_heartbeat(config, [make_beat(21)], [old])
    assert later is not None
    assert later.last_success == NOON + timedelta(days=21)


def test_index_states_the_days_and_lets_the_readers_clock_judge(tmp_path: Path) -> None:
    heartbeat = find_heartbeat(make_config(tmp_path), [make_beat()], [])
    html = compose_index("index.jinja", Survey(), [], heartbeat)
    assert "20 November 2026</time>" in html
    assert "27 November 2026</time>" in html
    assert 'data-missed-after="2026-12-04T12:00:00Z"' in html
    assert "<strong hidden>A build was missed" in html
    assert "script-src 'sha256-" in html
    assert (
        "data-missed-after=" not in compose_index("index.jinja", Survey(), []).split("<script>")[0]
    )


def test_an_edition_knows_when_the_next_one_is_due() -> None:
    edition = make_edition()
    assert find_missed_after(edition) is None
