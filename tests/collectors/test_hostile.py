"""Whatever a source answers, it ends as gaps with reasons: in time, in little memory, in silence."""

import logging
import math
import resource
import socket
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from collectors import COLLECTORS, list_collectors
from collectors.base import Collector
from collectors.gather import Collected, gather
from collectors.limits import Clock, Limits
from collectors.session import Session
from collectors.subjects import SUBJECTS
from dlsurvey.records import Observation
from dlsurvey.store import Store
from tests.collectors.answers import REPLAYS
from tests.collectors.hostility import FAULTS, FORMULA, HARMLESS, MEBIBYTE, SCRIPT, SLOW
from tests.collectors.network import NOW
from tests.collectors.server import answer_late, answer_well, serve

SECRETS = {
    "GITHUB_TOKEN": "ghp_SECRETgithub",
    "STACKEXCHANGE_KEY": "SECRET*stack((",
    "OPENALEX_API_KEY": "SECRETopenalex",
    "HF_TOKEN": "hf_SECREThub",
}
TWO = SUBJECTS[:2]
NETWORKED = [collector for collector in COLLECTORS if collector.needs_network]
PATIENT = Limits(
    read_seconds=8, request_seconds=10, source_seconds=15, body_bytes=8 * MEBIBYTE,
    retries=1, pause_seconds=0,
)  # fmt: skip
IMPATIENT = Limits(
    connect_seconds=0.5, read_seconds=0.2, request_seconds=0.4, source_seconds=1.5,
    body_bytes=8 * MEBIBYTE, retries=0, pause_seconds=0,
)  # fmt: skip
networked = pytest.mark.parametrize("collector", NETWORKED, ids=lambda member: member.name)


def run(
    names: list[str],
    base_urls: Mapping[str, str],
    limits: Limits = PATIENT,
    cache_dir: Path | None = None,
) -> list[Collected]:
    clock = Clock(now=lambda: NOW, monotonic=time.monotonic, sleep=lambda seconds: None)
    return gather(
        [one for one in list_collectors(base_urls) if one.name in names],
        TWO,
        lambda member: Session(member.name, limits=limits, clock=clock, cache_dir=cache_dir),
        deadline_seconds=60,
    )


def run_one(collector: Collector, base_url: str, **settings: Any) -> Collected:
    (collected,) = run([collector.name], {collector.name: base_url}, **settings)
    return collected


def name_points(collected: Collected) -> dict[tuple[Any, ...], float]:
    points: dict[tuple[Any, ...], float] = {}
    for item in collected.observations:
        key = (item.subject, item.metric, item.start, item.resolution, item.label)
        assert points.setdefault(key, item.value) == item.value, f"two values for {key}"
    return points


@cache
def collect_good(name: str) -> Collected:
    with serve(REPLAYS[name], answer_well) as server:
        (collected,) = run([name], {name: server.base})
    assert collected.status == "complete", collected.gaps
    return collected


def check_gaps(collected: Collected) -> None:
    assert collected.gaps
    for gap in collected.gaps:
        assert gap.what
        assert len(gap.why) > 10
        assert gap.why.endswith("."), gap.why
        assert gap.cure.endswith("."), gap.cure
        assert " bug " not in gap.why, gap.why


def check_sane(item: Observation) -> None:
    assert math.isfinite(item.value)
    assert 0 <= item.value < 10**16
    assert item.start <= NOW.date()
    for text in (item.label, item.url, item.unit):
        assert "<" not in text
        assert not text.startswith(("=", "+", "-", "@"))


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def few_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.stackoverflow.MONTHS", 6)
    monkeypatch.setattr("collectors.hacker_news.MONTHS", 6)


def check_silence(collected: Collected, log: str, folder: Path) -> None:
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in SECRETS.values():
        for spelling in (secret, quote(secret, safe="")):
            assert spelling not in repr(collected)
            assert spelling not in log
            assert spelling.encode() not in kept


@networked
@pytest.mark.parametrize("fault", FAULTS)
def test_ends_as_gaps(
    collector: Collector, fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = collect_good(collector.name)
    limits = IMPATIENT if fault in SLOW else PATIENT
    memory = _peak_bytes()
    started = time.monotonic()
    with serve(REPLAYS[collector.name], FAULTS[fault]) as server:
        collected = run_one(collector, server.base, limits=limits, cache_dir=tmp_path)
    assert time.monotonic() - started < limits.source_seconds + 2
    assert _peak_bytes() - memory < 100 * MEBIBYTE
    for item in collected.observations:
        check_sane(item)
    for injected in (SCRIPT, FORMULA):
        assert injected not in repr(collected)
    check_silence(collected, caplog.text, tmp_path)
    if fault in HARMLESS:
        assert collected.gaps == []
    # A change may concern nothing that this source says: then nothing may be lost by it.
    if collected.gaps or name_points(collected) != name_points(good):
        check_gaps(collected)
    assert name_points(collected).items() <= name_points(good).items()
    if collected.observations:
        check_store(good, collected, tmp_path / "store")


def check_store(good: Collected, hostile: Collected, folder: Path) -> None:
    """What good answers left is there, byte for byte, and a hostile one added nothing to it."""
    store = Store(folder)
    store.append_observations(good.source, good.observations)
    path = folder / "observations" / f"{good.source}.jsonl"
    before = path.read_bytes()
    assert store.append_observations(hostile.source, hostile.observations) == 0
    assert path.read_bytes() == before


def _peak_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@networked
def test_nobody_listens(collector: Collector, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    collected = run_one(collector, f"http://127.0.0.1:{port}", cache_dir=tmp_path)
    assert collected.observations == []
    check_gaps(collected)


@networked
def test_the_name_is_unknown(
    collector: Collector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **named: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    collected = run_one(collector, "http://nowhere.invalid", cache_dir=tmp_path)
    assert collected.observations == []
    check_gaps(collected)


@networked
def test_the_base_url_redirects_everything(collector: Collector) -> None:
    hosts: set[str] = set()

    def note(request: Any) -> Any:
        hosts.add(request.url.netloc.decode())
        return REPLAYS[collector.name](request)

    with serve(note, answer_well) as server:
        collected = run_one(collector, server.base)
    assert collected.status == "complete"
    assert hosts == {server.base.removeprefix("http://")}
    assert "SECRET" not in repr(collected)


@pytest.mark.parametrize(
    ("name", "sent"),
    [("stackoverflow", "&key=SECRET%2Astack%28%28"), ("openalex", "&api_key=SECRETopenalex")],
)
def test_a_key_arrives(name: str, sent: str) -> None:
    with serve(REPLAYS[name], answer_well) as server:
        (collected,) = run([name], {name: server.base})
        assert collected.status == "complete"
        assert server.asked
        assert all(path.endswith(sent) for path in server.asked)


@networked
def test_a_garbled_answer_is_not_kept(collector: Collector, tmp_path: Path) -> None:
    good = name_points(collect_good(collector.name))
    with serve(REPLAYS[collector.name], FAULTS["other shape"]) as server:
        assert run_one(collector, server.base, cache_dir=tmp_path).observations == []
        server.behave = answer_well
        collected = run_one(collector, server.base, cache_dir=tmp_path)
    assert collected.gaps == []
    assert name_points(collected) == good


def test_sources_are_asked_side_by_side() -> None:
    names = [collector.name for collector in NETWORKED]

    def measure(chosen: list[str]) -> float:
        def route(request: Any) -> Any:
            name, path = request.url.path.lstrip("/").split("/", 1)
            request.url = request.url.copy_with(path=f"/{path}")
            return REPLAYS[name](request)

        with serve(route, answer_late(0.1)) as server:
            started = time.monotonic()
            results = run(chosen, {name: f"{server.base}/{name}" for name in names})
            seconds = time.monotonic() - started
        assert {result.status for result in results} == {"complete"}
        return seconds

    assert measure(names) < 1.5 * measure(["stackoverflow"])
