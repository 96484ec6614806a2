"""Every member of the registry keeps the promises of the Collector protocol."""

import dataclasses
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

import collectors
from collectors import COLLECTORS, NAME, list_collectors
from collectors.base import Collector
from collectors.gather import Collected, gather
from collectors.github import Github
from collectors.subjects import EVERY_SUBJECT, SUBJECTS
from dlsurvey.errors import ConfigError
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import REPLAYS
from tests.collectors.network import BASE, SECRET, Handler, Network, in_turn, respond

NETWORKED = [collector for collector in COLLECTORS if collector.needs_network]
PER_SUBJECT = ("pypi", "github", "pypistats", "stackoverflow", "huggingface", "openalex")
"""Sources that are asked for one framework at a time; the others answer for all at once."""
STATUSES = {"published": "published", "papers-with-code": "archived"}


def point_at(collector: Collector) -> Collector:
    (found,) = (
        member
        for member in list_collectors({collector.name: BASE})
        if member.name == collector.name
    )
    return found


def run(
    collector: Collector, handler: Handler, cache_dir: Path | None = None
) -> tuple[Collected, Network]:
    network = Network(handler)
    (collected,) = gather(
        [point_at(collector) if collector.needs_network else collector],
        SUBJECTS,
        lambda member: network.open(member.name, cache_dir=cache_dir),
        deadline_seconds=10,
    )
    return collected, network


def check_gaps(gaps: Sequence[Gap]) -> None:
    assert gaps
    for gap in gaps:
        assert gap.what
        assert gap.why.endswith(".")
        assert gap.cure.endswith(".")
        assert " bug " not in gap.why
        assert "0x" not in gap.why


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)


every = pytest.mark.parametrize("collector", COLLECTORS, ids=lambda member: member.name)
networked = pytest.mark.parametrize("collector", NETWORKED, ids=lambda member: member.name)


def test_replays_cover_the_registry() -> None:
    assert set(REPLAYS) == {collector.name for collector in NETWORKED}


@every
def test_declares_itself(collector: Collector) -> None:
    assert NAME.fullmatch(collector.name)
    assert collector.title
    assert collector.metrics
    for metric, meaning in collector.metrics.items():
        assert metric.isidentifier()
        assert len(meaning) > 30
        assert meaning.endswith(".")


@every
def test_collects_what_it_declares(collector: Collector) -> None:
    collected, _ = run(collector, REPLAYS.get(collector.name, lambda request: respond({})))
    assert collected.status == "complete"
    assert collected.gaps == []
    assert {item.subject for item in collected.observations} >= {"tensorflow", "pytorch"}
    for item in collected.observations:
        assert item.source == collector.name
        assert item.metric in collector.metrics
        assert (item.raw_sha256 is not None) == collector.needs_network
        assert item.status == STATUSES.get(collector.name, "live")


@every
def test_repeats_itself(collector: Collector) -> None:
    handler = REPLAYS.get(collector.name, lambda request: respond({}))
    first, second = (run(collector, handler)[0] for _ in range(2))
    assert first.observations == second.observations


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused at 0x7f00", request=request)


FAULTS: dict[str, Handler] = {
    "unreachable": unreachable,
    "web page": lambda request: respond(b"<!doctype html><title>Sign in</title>"),
    "too many": lambda request: respond({}, 429, {"retry-after": "54000"}),
    "cut off": lambda request: respond(b'{"info": {"version": "2.1'),
    "other shape": lambda request: respond({"message": ["unexpected"]}),
    "a list": lambda request: respond([1, 2, 3]),
    "empty": lambda request: respond(b""),
    "not text": lambda request: respond(b"\xff\xfe\x00\x01"),
    "deep": lambda request: respond(b'{"x":' * 100_000),
    "gone": lambda request: respond({"message": "Not Found"}, 404),
    "forbidden": lambda request: respond({"message": "no"}, 403),
    "denied": lambda request: respond({"message": "no"}, 401),
    "broken": lambda request: respond({}, 500),
    "in a circle": lambda request: respond({}, 302, {"location": str(request.url)}),
}


@networked
@pytest.mark.parametrize("fault", FAULTS)
def test_survives(collector: Collector, fault: str) -> None:
    collected, _ = run(collector, FAULTS[fault])
    assert collected.status == "failed"
    assert collected.observations == []
    check_gaps(collected.gaps)
    assert collected.gaps == run(collector, FAULTS[fault])[0].gaps


@networked
def test_fails_fast_when_asked_to_wait_for_15_hours(collector: Collector) -> None:
    collected, network = run(collector, FAULTS["too many"])
    assert network.time.slept == []
    assert 1 <= len(network.requests) <= len(SUBJECTS)
    assert all("about 15 hours" in gap.why for gap in collected.gaps)


@networked
def test_one_broken_answer_costs_nothing(collector: Collector) -> None:
    handler = REPLAYS[collector.name]
    broken = iter([True])
    collected, network = run(
        collector,
        lambda request: respond({}, 500) if next(broken, False) else handler(request),
    )
    assert collected.status == "complete"
    assert len(network.time.slept) == 1


@pytest.mark.parametrize(
    "collector",
    [collector for collector in NETWORKED if collector.name in PER_SUBJECT],
    ids=lambda member: member.name,
)
def test_one_failing_subject_leaves_the_others(collector: Collector) -> None:
    handler = REPLAYS[collector.name]
    collected, _ = run(
        collector,
        lambda request: respond({}, 404) if "keras" in str(request.url) else handler(request),
    )
    assert collected.status == "partial"
    check_gaps(collected.gaps)
    found = {item.subject for item in collected.observations}
    assert found - {EVERY_SUBJECT} == {"tensorflow", "pytorch", "jax"}


@networked
def test_a_hang_becomes_a_gap(collector: Collector) -> None:
    release = threading.Event()

    def hang(request: httpx.Request) -> httpx.Response:
        release.wait(20)
        return respond({}, 404)

    network = Network(hang)
    (collected,) = gather(
        [point_at(collector)], SUBJECTS, lambda member: network.open(member.name), 0.2
    )
    release.set()
    for thread in threading.enumerate():
        if thread.name == f"collect-{collector.name}":
            thread.join(10)
    assert collected.status == "failed"
    check_gaps(collected.gaps)


@networked
@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_keeps_the_token_to_itself(
    collector: Collector, fault: str | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    handler = FAULTS[fault] if fault else REPLAYS[collector.name]
    collected, _ = run(collector, handler, tmp_path)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert SECRET not in repr(collected) + caplog.text
    assert SECRET.encode() not in kept


def test_importing_the_registry_is_cheap() -> None:
    heavy = ["httpx", "hishel", "httpx_retries", "pypi_simple", "requests", "pandas", "pytrends"]
    code = f"import sys, collectors; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(collectors.__file__).parent.parent,
    )
    assert done.stdout.strip() == "[]"


class Point:
    """Stands in for an entry point."""

    def __init__(self, name: str, loaded: Any) -> None:
        self.name, self.loaded, self.value = name, loaded, f"package:{name}"

    def load(self) -> Any:
        if isinstance(self.loaded, Exception):
            raise self.loaded
        return self.loaded


def add(monkeypatch: pytest.MonkeyPatch, *points: Point) -> None:
    monkeypatch.setattr(collectors, "entry_points", lambda group: points)


def test_others_add_collectors(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = dataclasses.replace(Github(), name="gitlab")
    add(monkeypatch, Point("gitlab", mine))
    assert [member.name for member in list_collectors()] == [
        *(member.name for member in COLLECTORS),
        "gitlab",
    ]


@pytest.mark.parametrize(
    ("loaded", "reason"),
    [
        (Github, "Two collectors"),
        (object(), "is no collector"),
        (ImportError("no module"), "cannot be loaded"),
        (dataclasses.replace(Github(), name="../x"), "is no name"),
    ],
)
def test_refuses_a_bad_addition(monkeypatch: pytest.MonkeyPatch, loaded: Any, reason: str) -> None:
    add(monkeypatch, Point("other", loaded))
    with pytest.raises(ConfigError, match=reason):
        list_collectors()


@pytest.mark.parametrize("settings", [{"githu": BASE}, {"github": "ftp://x"}])
def test_refuses_a_bad_base_url(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        list_collectors(settings)


def test_observations_are_typed() -> None:
    collected, _ = run(COLLECTORS[1], in_turn(lambda: REPLAYS["pypi"](httpx.Request("GET", BASE))))
    assert all(isinstance(item, Observation) for item in collected.observations)
