"""Reading evidence in columns gives the table that reading it row by row would give."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlsurvey.analysis.evidence import COLUMNS, Evidence, judge_age
from dlsurvey.errors import StoreError
from dlsurvey.records import Collection, Edition, Observation, to_json
from dlsurvey.store import Store
from tests.dlsurvey.samples import NOON, make_observation

observations = st.builds(
    make_observation,
    source=st.sampled_from(["github", "pypi"]),
    subject=st.sampled_from(["pytorch", "Köln ☂", 'a","start":"b', '\\"value":1']),
    metric=st.sampled_from(["stars", "forks"]),
    start=st.dates(date(2026, 1, 1), date(2026, 1, 4)),
    resolution=st.sampled_from(["day", "month"]),
    value=st.one_of(st.integers(0, 3), st.floats(0, 1e15)),
    retrieved_at=st.sampled_from([NOON, NOON - timedelta(days=9), NOON - timedelta(days=99)]),
    status=st.sampled_from(["live", "cached", "imported"]),
    label=st.sampled_from(["", "a/b", "}\n", ',"value":7}']),
    raw_sha256=st.sampled_from([None, "a" * 64, "b" * 64]),
)
lines = st.lists(st.tuples(observations, st.sampled_from(["plain", "spaced"])), max_size=12)


def make_edition(counts: dict[str, int]) -> Edition:
    values: dict[str, Any] = {"id": "e", "created_at": NOON, "observation_lines": counts}
    return Edition(
        profile="quick", offline=True, config_sha256="a" * 64, evidence_sha256="a" * 64,
        trials=(), datasets=(), plan="", gaps=(), previous=None, versions={},
        environment=None, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def read_by_rows(store: Store, edition: Edition) -> pd.DataFrame:
    """As it was done before: slow, and plain to see through."""
    asked = {one.source: one.at for one in store.read_collections() if one.status != "failed"}
    rows = []
    for source, count in sorted(edition.observation_lines.items()):
        for one in store.read_observations(source, count):
            values = {name: getattr(one, name) for name in COLUMNS}
            if one.status in ("live", "cached"):
                checked = max(asked.get(source, one.retrieved_at), one.retrieved_at)
                values["retrieved_at"] = checked
                values["status"] = judge_age(checked, edition.created_at)
            rows.append(tuple(values.values()))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    identity = ["source", "subject", "metric", "start", "resolution", "label"]
    newest = frame.sort_values(["retrieved_at"], kind="stable").drop_duplicates(
        identity, keep="last"
    )
    return newest.sort_values(identity, kind="stable").reset_index(drop=True)


def write(folder: Path, ones: list[tuple[Observation, str]]) -> Store:
    for one, style in ones:
        path = folder / "observations" / f"{one.source}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        line = to_json(one)
        if style == "spaced":
            line = msgspec.json.encode(one).replace(b'"subject":', b'"subject" : ')
        with path.open("ab") as file:
            file.write(line + b"\n")
    return Store(folder)


@settings(deadline=None)
@given(lines)
def test_columns_say_what_rows_say(
    tmp_path_factory: pytest.TempPathFactory, ones: list[tuple[Observation, str]]
) -> None:
    store = write(tmp_path_factory.mktemp("store"), ones)
    collection = Collection(
        source="pypi", at=NOON - timedelta(days=3), status="complete", observations=1,
        new_observations=0, seconds=1.0,
    )  # fmt: skip
    store.append_collection(collection)
    edition = make_edition(store.count_observation_lines())
    expected = read_by_rows(store, edition)
    pd.testing.assert_frame_equal(Evidence(store, edition).frame, expected)


def test_only_the_lines_of_the_edition_count(tmp_path: Path) -> None:
    ones = [(make_observation(value=value), "plain") for value in (1, 2, 3)]
    evidence = Evidence(write(tmp_path, ones), make_edition({"github": 2}))
    assert list(evidence.frame["value"]) == [2]


def test_lines_that_are_gone_are_named(tmp_path: Path) -> None:
    store = write(tmp_path, [(make_observation(), "plain")])
    with pytest.raises(StoreError, match="stands on 2 observations of github, but only 1"):
        Evidence(store, make_edition({"github": 2}))


@pytest.mark.parametrize(
    "change",
    [
        (b'"start":"2026-11-20"', b'"start":"2026-11-31"'),
        (b'"value":102529', b'"value":"many"'),
        (b'"value":102529', b'"value":1,2'),
        (b'"raw_sha256":null', b'"raw_sha256":"abc"'),
        (b'"raw_sha256":null', b'"raw_sha256":null,"more":1'),
        (b"T12:00:00Z", b"T25:00:00Z"),
        (b'"status":"live"', b'"status":"new"'),
    ],
)
def test_a_line_that_is_none_is_named(
    tmp_path: Path, change: tuple[bytes, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    store = write(tmp_path, [(make_observation(), "plain")] * 3)
    path = tmp_path / "observations" / "github.jsonl"
    first, second, third = path.read_bytes().splitlines(keepends=True)
    assert second.replace(*change) != second
    path.write_bytes(first + second.replace(*change) + third)
    Evidence(store, make_edition({"github": 3}))
    assert "github.jsonl, line 2, is no Observation" in caplog.text


def test_an_empty_store_is_an_empty_table(tmp_path: Path) -> None:
    assert list(Evidence(Store(tmp_path), make_edition({})).frame.columns) == list(COLUMNS)


def test_times_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 20, 11, 59, 59, 123456, tzinfo=UTC)
    store = write(tmp_path, [(make_observation(retrieved_at=moment), "plain")])
    frame = Evidence(store, make_edition({"github": 1})).frame
    assert frame["retrieved_at"].iloc[0].to_pydatetime() == moment
