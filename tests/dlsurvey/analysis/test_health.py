"""How a source is doing follows from the record of all attempts at it."""

from datetime import date, timedelta
from typing import Literal

from collectors import list_collectors
from dlsurvey.analysis.findings import SourceHealth
from dlsurvey.analysis.health import RHYTHMS, assess_health, describe_age, describe_due
from dlsurvey.records import Collection, Gap
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


def test_attempts_after_the_edition_do_not_count() -> None:
    assert assess(attempt(-1, "complete")).state == "never asked"


def test_every_built_in_source_has_a_rhythm() -> None:
    assert {collector.name for collector in list_collectors()} <= set(RHYTHMS)
