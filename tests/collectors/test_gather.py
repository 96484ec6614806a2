"""Sources run side by side, and none of them can stop the others."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from collectors.gather import Collected, gather
from collectors.refusals import make_gap, name_duration
from collectors.session import Session
from collectors.subjects import SUBJECTS, Subject
from collectors.validation import find_fault
from dlsurvey.errors import SourceFormatError, SourceUnavailable, StoreError
from dlsurvey.records import Gap, Observation
from tests.collectors.network import NOW, Network, respond

GOOD = Observation(
    source="fake",
    subject="jax",
    metric="stars",
    start=date(2026, 1, 1),
    resolution="day",
    value=1,
    unit="stars",
    retrieved_at=NOW,
    url="https://source.test",
    status="live",
    method="observed",
)


def change(start: date = GOOD.start, value: float = 1) -> Observation:
    return Observation(
        source="fake",
        subject="jax",
        metric="stars",
        start=start,
        resolution="day",
        value=value,
        unit="stars",
        retrieved_at=NOW,
        url="https://source.test",
        status="live",
        method="observed",
    )


@dataclass(frozen=True)
class Fake:
    """A collector whose work is a function."""

    work: Callable[[], Iterator[Observation | Gap]]
    name: str = "fake"
    title: str = "Fake source"
    homepage: str = ""
    needs_network: bool = False
    base_url: str = ""
    metrics: Mapping[str, str] = field(default_factory=lambda: {"stars": "Stars."})

    def collect(self, session: Session, subjects: Sequence[Subject]) -> Iterator[Observation | Gap]:
        return self.work()


def run(*collectors: Fake, deadline_seconds: float = 5) -> list[Collected]:
    network = Network(lambda request: respond({}))
    return gather(collectors, SUBJECTS, lambda member: network.open(member.name), deadline_seconds)


def good() -> Iterator[Observation | Gap]:
    yield GOOD


def fail(error: BaseException) -> Callable[[], Iterator[Observation | Gap]]:
    def work() -> Iterator[Observation | Gap]:
        yield GOOD
        raise error

    return work


def test_results_keep_the_order_of_the_registry() -> None:
    others_done = threading.Event()

    def slow() -> Iterator[Observation | Gap]:
        others_done.wait(10)
        yield GOOD

    def note(collected: Collected) -> None:
        done.append(collected.source)
        others_done.set()

    done: list[str] = []
    network = Network(lambda request: respond({}))
    results = gather(
        [Fake(slow, "slow"), Fake(good, "quick")],
        SUBJECTS,
        lambda member: network.open(member.name),
        on_done=note,
    )
    assert [result.source for result in results] == ["slow", "quick"]
    assert done == ["quick", "slow"]
    assert {result.status for result in results} == {"complete"}


@pytest.mark.parametrize(
    "error", [SourceUnavailable("Down."), SourceFormatError("Odd."), StoreError("Full.")]
)
def test_a_source_error_keeps_what_came_before(error: Any) -> None:
    (result,) = run(Fake(fail(error)))
    assert result.status == "partial"
    assert result.observations == [GOOD]
    assert result.gaps == [make_gap("Fake source", error)]
    assert result.gaps[0].why == str(error)


def test_a_bug_is_called_a_bug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    broken, whole = run(Fake(fail(KeyError("week")), "broken"), Fake(good, "whole"))
    assert whole.status == "complete"
    assert broken.gaps[0].why == "This is a bug in the collector broken: KeyError: 'week'."
    assert "Traceback" in caplog.text


def test_a_session_that_cannot_be_opened_is_a_gap() -> None:
    def refuse(member: object) -> Session:
        raise SourceUnavailable("No session.")

    (result,) = gather([Fake(good)], SUBJECTS, refuse)
    assert result.status == "failed"


def test_a_hang_keeps_what_came_before() -> None:
    release = threading.Event()

    def hang() -> Iterator[Observation | Gap]:
        yield GOOD
        release.wait(10)

    stuck, whole = run(Fake(hang, "stuck"), Fake(good, "whole"), deadline_seconds=1.5)
    release.set()
    assert whole.status == "complete"
    assert stuck.status == "partial"
    assert stuck.observations == [GOOD]
    assert "did not finish" in stuck.gaps[0].why


def test_an_interrupt_ends_at_once() -> None:
    release = threading.Event()

    def hang() -> Iterator[Observation | Gap]:
        release.wait(10)
        yield GOOD

    def interrupt(collected: Collected) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    network = Network(lambda request: respond({}))
    with pytest.raises(KeyboardInterrupt):
        gather(
            [Fake(hang, "stuck"), Fake(good, "whole")],
            SUBJECTS,
            lambda member: network.open(member.name),
            on_done=interrupt,
        )
    assert time.monotonic() - started < 2
    release.set()


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, 1e16, True])
def test_absurd_numbers_become_gaps(value: float) -> None:
    def lie() -> Iterator[Observation | Gap]:
        yield change(value=value)
        yield GOOD

    (result,) = run(Fake(lie))
    assert result.observations == [GOOD]
    assert result.gaps[0].what == "stars of jax"


def test_the_future_is_left_out() -> None:
    tomorrow = NOW.date() + timedelta(days=1)
    assert find_fault(change(start=tomorrow), NOW.date()) is not None
    assert find_fault(change(start=NOW.date()), NOW.date()) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (60, "60 seconds"),
        (600, "about 10 minutes"),
        (54_000, "about 15 hours"),
        (864_000, "about 10 days"),
        (math.inf, "years"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert name_duration(seconds) == words
