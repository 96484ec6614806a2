"""Which sources a build asks: those whose time has come, or for which something changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from collectors import COLLECTORS
from collectors.base import Collector
from collectors.subjects import SUBJECTS
from dlsurvey.agenda import Turn, describe_basis, force_turns, list_turns
from dlsurvey.records import Collection

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BY_NAME = {collector.name: collector for collector in COLLECTORS}


def attempt(name: str = "google-trends", days: float = 0, **changes: Any) -> Collection:
    """One that ended so many days ago."""
    known = Collection(
        source=name,
        at=NOON - timedelta(days=days),
        status="complete",
        observations=1,
        new_observations=1,
        seconds=3.0,
        basis=describe_basis(BY_NAME[name], SUBJECTS),
    )
    return replace(known, **changes)


def judge(*attempts: Collection, name: str = "google-trends") -> Turn:
    (turn,) = list_turns([BY_NAME[name]], SUBJECTS, attempts, NOON)
    return turn


def test_a_source_that_was_never_asked_is_due() -> None:
    assert judge()[1:] == (True, "not asked yet", None)


def test_a_source_is_due_when_its_time_has_come() -> None:
    assert judge(attempt(days=6))[1:] == (False, "next due 21 November 2026", 3.0)
    assert judge(attempt(days=7))[1:] == (True, "due since 20 November 2026", 3.0)


def test_what_is_doubtful_is_asked_again_at_once() -> None:
    turn = judge(attempt(days=0, status="partial", doubtful=3))
    assert turn[1:3] == (True, "the newest attempt, of 20 November 2026, brought doubtful values")


def test_what_never_changes_is_read_once() -> None:
    assert judge(attempt("published", 900), name="published")[1:3] == (False, "it does not change")
    without = attempt("published", 1, basis={})
    assert judge(without, name="published").is_due


@pytest.mark.parametrize(
    ("days", "status", "reason"),
    [
        (0, "failed", "the newest attempt, of 20 November 2026, failed"),
        (0, "partial", "next due 27 November 2026"),
        (1, "partial", "the newest attempt, of 19 November 2026, left something open"),
        (-9, "complete", "the newest attempt is dated 29 November 2026: the clock was set back"),
    ],
)
def test_how_the_newest_attempt_ended_counts(days: float, status: Any, reason: str) -> None:
    turn = judge(attempt(days=30), attempt(days=days, status=status))
    assert turn.reason == reason
    assert turn.is_due is not reason.startswith("next due")


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_change_of_what_it_rests_on_is_named(name: str) -> None:
    known = attempt(name)
    assert not judge(known, name=name).is_due
    for key in known.basis:
        turn = judge(replace(known, basis=known.basis | {key: "sha256:0"}), name=name)
        assert turn.is_due
        assert turn.reason == f"{key} changed"


def test_an_attempt_of_an_older_version_is_no_reason_to_ask_the_network() -> None:
    assert not judge(attempt(basis={})).is_due


def test_force_asks_all() -> None:
    turns = force_turns([judge(attempt()), judge()])
    assert [(turn.is_due, turn.reason) for turn in turns] == [
        (True, "--force"),
        (True, "not asked yet"),
    ]


def test_published_figures_count_as_code_of_their_collector() -> None:
    bases = [describe_basis(one, SUBJECTS) for one in COLLECTORS]
    assert len({basis["its collector"] for basis in bases}) == len(COLLECTORS)
    collector: Collector = BY_NAME["pypi"]
    assert describe_basis(collector, SUBJECTS[:1]) != describe_basis(collector, SUBJECTS)
