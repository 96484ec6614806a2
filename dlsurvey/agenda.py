"""Turns the record of all attempts at the sources into which of them are due, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from collectors.base import Collector
from collectors.subjects import Subject
from dlsurvey.analysis.findings import SourceHealth
from dlsurvey.analysis.health import assess_health, describe_due
from dlsurvey.basis import Basis, digest, digest_code, find_changes
from dlsurvey.formats import format_date
from dlsurvey.records import Collection

PATIENCE = timedelta(days=1)
"""After an attempt that left something open, the source has at least so long to mend itself."""


class Turn(NamedTuple):
    """Whether one source is to be asked now."""

    collector: Collector
    is_due: bool
    reason: str
    """Why it is, or why it is not."""
    seconds: float | None
    """How long the newest attempt took; None before the first."""


def describe_basis(collector: Collector, subjects: Sequence[Subject]) -> Basis:
    """What an attempt depends on besides the source itself."""
    return {
        "its collector": digest_code([type(collector).__module__]),
        "its address": digest(collector.base_url),
        "what it is asked for": digest(tuple(subjects)),
    }


def list_turns(
    collectors: Sequence[Collector],
    subjects: Sequence[Subject],
    collections: Iterable[Collection],
    now: datetime,
) -> tuple[Turn, ...]:
    """For each collector whether a build asks it: when its time has come, or something changed."""
    attempts = list(collections)
    newest = {collection.source: collection for collection in attempts}
    health = assess_health(collectors, attempts, now)
    return tuple(
        _judge(collector, one, newest.get(collector.name), subjects, now)
        for collector, one in zip(collectors, health, strict=True)
    )


def force_turns(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """All of them, because the user says so."""
    return tuple(
        turn if turn.is_due else turn._replace(is_due=True, reason="--force") for turn in turns
    )


def _judge(
    collector: Collector,
    health: SourceHealth,
    newest: Collection | None,
    subjects: Sequence[Subject],
    now: datetime,
) -> Turn:
    if newest is None:
        return Turn(collector, True, "not asked yet", None)
    reason = _find_reason(health, newest, describe_basis(collector, subjects), now)
    # What is read from this machine costs nothing: without a note on what it rested on it is read.
    if not reason and not newest.basis and not collector.needs_network:
        reason = "read by an older version"
    if reason:
        return Turn(collector, True, reason, newest.seconds)
    reason = "it does not change" if health.due is None else f"next due {describe_due(health)}"
    return Turn(collector, False, reason, newest.seconds)


def _find_reason(health: SourceHealth, newest: Collection, basis: Basis, now: datetime) -> str:
    """Why the source is due; empty where it is not."""
    if newest.basis and (changes := find_changes(newest.basis, basis)):
        return ", ".join(changes)
    if newest.at > now + PATIENCE:
        return f"the newest attempt is dated {format_date(newest.at)}: the clock was set back"
    if newest.status == "failed" or newest.doubtful:
        outcome = "brought doubtful values" if newest.doubtful else "failed"
        return f"the newest attempt, of {format_date(newest.at)}, {outcome}"
    if newest.status == "partial" and now - newest.at >= PATIENCE:
        return f"the newest attempt, of {format_date(newest.at)}, left something open"
    if health.overdue and health.due is not None:
        return f"due since {format_date(health.due)}"
    return ""
