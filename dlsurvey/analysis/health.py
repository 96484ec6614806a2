"""Turns the record of all attempts at the sources into how each of them is doing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from collectors.base import Collector
from dlsurvey.analysis.findings import SourceHealth
from dlsurvey.formats import format_date
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from dlsurvey.records import Collection, Edition
from dlsurvey.store import Store

Rhythm = Literal["daily", "weekly", "monthly", "never"]

RHYTHMS: dict[str, Rhythm] = {
    "published": "never",
    "papers-with-code": "never",
    "github": "daily",
    "huggingface": "daily",
    "pypi": "weekly",
    "pypistats": "weekly",
    "google-trends": "weekly",
    "stackoverflow": "monthly",
    "hacker-news": "monthly",
    "openalex": "monthly",
}
"""How often each source has something new that is worth a request; `never` once it was read."""

DAYS = {"daily": 1, "weekly": 7, "monthly": 31}


def list_attempts(store: Store, edition: Edition) -> Iterator[Collection]:
    """The attempts that `edition` knows of, oldest first: by their place, whatever the clock said."""
    if edition.attempts is not None:
        yield from store.read_collections(edition.attempts)
        return
    for collection in store.read_collections():
        if collection.at <= edition.created_at:
            yield collection


def assess_health(
    collectors: Sequence[Collector], collections: Iterable[Collection], now: datetime
) -> tuple[SourceHealth, ...]:
    """One record per collector, as it is `now`, from all attempts at it, oldest first."""
    attempts: dict[str, list[Collection]] = {collector.name: [] for collector in collectors}
    for collection in collections:
        if collection.source in attempts:
            attempts[collection.source].append(collection)
    return tuple(_assess(collector, attempts[collector.name], now) for collector in collectors)


def describe_due(health: SourceHealth) -> str:
    """'never: it does not change', 'now', '27 November 2026'."""
    if health.due is None:
        return _("never: it does not change")
    return _("now") if health.overdue else format_date(health.due)


def describe_age(health: SourceHealth) -> str:
    """'today', '1 day', '12 days'; empty where nothing ever came."""
    match health.age_days:
        case None:
            return ""
        case 0:
            return _("today")
        case days:
            return ngettext("{count} day", "{count} days", days).format(count=days)


def _assess(collector: Collector, attempts: Sequence[Collection], now: datetime) -> SourceHealth:
    successes = [one for one in attempts if one.status != "failed"]
    failures = [one for one in attempts if one.status != "complete"]
    newest = attempts[-1] if attempts else None
    success = successes[-1].at if successes else None
    rhythm = RHYTHMS.get(collector.name, "weekly")
    due = _find_due(rhythm, success, now)
    return SourceHealth(
        source=collector.name,
        title=_(collector.title),
        state=newest.status if newest else "never asked",
        asked=newest.at if newest else None,
        last_success=success,
        last_failure=failures[-1].at if failures else None,
        reason=" ".join(dict.fromkeys(gap.why for gap in failures[-1].gaps)) if failures else "",
        # A clock that was set back since makes nothing younger than today.
        age_days=max(0, (now - success).days) if success else None,
        rhythm=rhythm,
        due=due,
        overdue=due is not None and due <= now.date(),
        quota_left=newest.quota_left if newest else None,
        gaps=newest.gaps if newest else (),
        doubtful=newest.doubtful if newest else 0,
    )


def _find_due(rhythm: Rhythm, success: datetime | None, now: datetime) -> date | None:
    if success is None:
        return now.date()
    if rhythm == "never":
        return None
    return (success + timedelta(days=DAYS[rhythm])).date()
