"""The store keeps what it is given, appends only what is new, and survives being cut short."""

import errno
import multiprocessing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlsurvey.errors import StoreError
from dlsurvey.records import Observation, to_json
from dlsurvey.store import Store
from tests.dlsurvey.samples import NOON, make_observation, make_trial

observations = st.builds(
    make_observation,
    subject=st.sampled_from(["pytorch", "tensorflow", "Köln ☂ 딥러닝"]),
    start=st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    value=st.one_of(
        st.integers(0, 2**53), st.floats(0, 1e15, allow_nan=False, allow_infinity=False)
    ),
    label=st.text(max_size=20),
    retrieved_at=st.datetimes(timezones=st.just(UTC)),
)


@settings(deadline=None)
@given(st.lists(observations, max_size=12))
def test_what_is_appended_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, given_ones: list[Observation]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    count = store.append_observations("github", given_ones)
    stored = list(store.read_observations("github"))
    assert len(stored) == count
    assert all(one in given_ones for one in stored)
    assert store.append_observations("github", stored[-1:]) == 0
    assert store.count_observation_lines() == ({"github": count} if count else {})


def test_unchanged_value_is_not_appended_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = make_observation()
    later = make_observation(retrieved_at=datetime(2026, 11, 27, tzinfo=UTC))
    assert store.append_observations("github", [first]) == 1
    assert store.append_observations("github", [later]) == 0


def test_revised_value_is_a_vintage_beside_the_old_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append_observations("github", [make_observation(value=10)])
    store.append_observations("github", [make_observation(value=9)])
    assert [one.value for one in store.read_observations("github")] == [10, 9]


def test_a_value_told_while_the_clock_was_back_holds_as_soon_as_it_is_told_again(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)

    def tell(value: int, day: int) -> int:
        moment = datetime(2026, 11, day, tzinfo=UTC)
        return store.append_observations(
            "github", [make_observation(value=value, retrieved_at=moment)]
        )

    assert tell(10, 22) == 1
    # The clock goes back by two days: what is told then is kept, once, and does not hold.
    assert [tell(11, 20), tell(11, 21), tell(10, 21)] == [1, 0, 0]
    assert [tell(11, 23), tell(11, 24), tell(10, 25)] == [1, 0, 1]


def test_labels_keep_values_of_one_day_apart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ones = [make_observation(metric="release", value=1, label=label) for label in ("0.1", "0.2")]
    assert store.append_observations("pypi", ones) == 2


def test_line_cut_short_is_passed_over_and_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append_observations("github", [make_observation(start=date(2026, 11, 1))])
    path = tmp_path / "observations" / "github.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + to_json(make_observation())[:50])
    assert len(list(store.read_observations("github"))) == 1
    store.append_observations("github", [make_observation(start=date(2026, 11, 2))])
    assert path.read_bytes().startswith(whole)
    assert len(list(store.read_observations("github"))) == 2


def test_nonsense_in_the_middle_is_named_and_the_rest_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    store.append_observations("github", [make_observation()])
    path = tmp_path / "observations" / "github.jsonl"
    path.write_bytes(b'{"value": -1}\n' + path.read_bytes())
    assert list(store.read_observations("github")) == [make_observation()]
    assert "github.jsonl, line 1, is no Observation" in caplog.text
    (gap,) = store.find_faults()
    assert gap.what == "Line 1 of data/observations/github.jsonl"


def test_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.append_observations("github", [make_observation(start=date(2026, 11, 1))])
    before = (tmp_path / "observations" / "github.jsonl").read_bytes()

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dlsurvey.lines.os.fsync", refuse)
    with pytest.raises(StoreError, match="the disk is full: make room"):
        store.append_observations("github", [make_observation(start=date(2026, 11, 2))])
    monkeypatch.undo()
    assert (tmp_path / "observations" / "github.jsonl").read_bytes() == before


def test_trials_of_one_spec_are_numbered(tmp_path: Path) -> None:
    store = Store(tmp_path)
    trial = make_trial()
    ids = [store.add_trial(trial), store.add_trial(make_trial(reason="killed"))]
    assert ids == [f"{trial.spec.key}/1", f"{trial.spec.key}/2"]
    assert store.read_trial(ids[0]) == trial
    assert [one.status for _, one in store.list_trials(trial.spec.key)] == ["completed", "failed"]


def test_newer_schema_is_refused_with_the_cure(tmp_path: Path) -> None:
    store = Store(tmp_path)
    trial_id = store.add_trial(make_trial())
    path = tmp_path / "trials" / f"{trial_id}.json"
    content = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode(content | {"schema": 99, "invented": True}))
    with pytest.raises(StoreError, match=r"newer dlsurvey \(schema 99.*update dlsurvey"):
        store.read_trial(trial_id)


def test_raw_response_is_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.keep_raw("pypi", b"{}")
    assert store.keep_raw("pypi", b"{}") == sha256
    assert [path.name for path in (tmp_path / "raw" / "pypi").iterdir()] == [f"{sha256}.gz"]


def _append_many(folder: Path, subject: str) -> None:
    store = Store(folder)
    for day in range(1, 21):
        store.append_observations(
            "github", [make_observation(subject=subject, start=date(2026, 1, day))]
        )


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(tmp_path, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    stored: list[Any] = list(Store(tmp_path).read_observations("github"))
    assert len(stored) == 40
    assert all(one.retrieved_at == NOON for one in stored)
