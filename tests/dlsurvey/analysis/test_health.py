"""How a source is doing follows from the record of all attempts at it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from collectors import list_collectors
from dlsurvey.analysis.findings import SourceHealth
from dlsurvey.analysis.health import (
    RHYTHMS,
    assess_health,
    describe_age,
    describe_due,
    list_attempts,
)
from dlsurvey.records import Collection, Gap
from dlsurvey.store import Store
from tests.dlsurvey.render.sample import make_edition
from tests.dlsurvey.samples import NOON


def attempt(
    days_ago: float, status: Literal["complete", "partial", "failed"], source: str = "github"
) -> Collection:
    gaps = () if status == "complete" else (Gap(what="GitHub", why="It hung.", cure="Wait."),)
    return Collection(
        source=source, at=NOON - timedelta(days=days_ago), status=status, observations=1,
        new_observations=0, seconds=1.0, gaps=gaps,
    )  # fmt: skip


def assess(*attempts: Collection, source: str = "github") -> SourceHealth:
    return {one.source: one for one in assess_health(list_collectors(), attempts, NOON)}[source]


def test_a_source_never_asked_is_due_now() -> None:
    health = assess()
    assert (health.state, health.overdue, describe_due(health)) == ("never asked", True, "now")
    assert describe_age(health) == ""


def test_a_failure_keeps_the_last_success_and_its_age() -> None:
    health = assess(attempt(12, "complete"), attempt(1, "failed"))
    assert health.state == "failed"
    assert health.last_success == NOON - timedelta(days=12)
    assert health.last_failure == NOON - timedelta(days=1)
    assert health.reason == "It hung."
    assert describe_age(health) == "12 days"
    assert health.overdue


def test_a_success_makes_it_due_by_its_rhythm() -> None:
    health = assess(attempt(2, "failed"), attempt(0.2, "complete"))
    assert (health.state, health.overdue) == ("complete", False)
    assert health.due == date(2026, 11, 21)
    assert describe_due(health) == "21 November 2026"


def test_what_never_changes_is_never_due_again() -> None:
    health = assess(attempt(400, "complete", "published"), source="published")
    assert health.due is None
    assert "never" in describe_due(health)


def test_an_edition_knows_the_attempts_before_it_whatever_the_clock_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    attempts = [attempt(-9, "failed"), attempt(-5, "complete"), attempt(3, "complete")]
    for one in attempts:
        store.append_collection(one)
    edition = replace(make_edition(), created_at=NOON)
    assert list(list_attempts(store, replace(edition, attempts=2))) == attempts[:2]
    # Those of older versions know only the time.
    assert list(list_attempts(store, edition)) == attempts[2:]


def test_a_clock_that_was_set_back_makes_nothing_younger_than_today() -> None:
    health = assess(attempt(-9, "failed"), attempt(-5, "complete"))
    assert health.state == "complete"
    assert describe_age(health) == "today"
    assert not health.overdue


def test_every_built_in_source_has_a_rhythm() -> None:
    assert {collector.name for collector in list_collectors()} <= set(RHYTHMS)
