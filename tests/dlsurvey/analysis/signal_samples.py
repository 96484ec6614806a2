"""Constructed observations and editions that the tests of trends share."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from collectors.subjects import SUBJECTS, Subject
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.findings import SourceHealth, Trend
from dlsurvey.analysis.revisions import Vintages
from dlsurvey.analysis.trends import Basis, find_overview, find_trends
from dlsurvey.records import Edition, Observation
from dlsurvey.store import Store
from tests.dlsurvey.samples import NOON, make_observation
from tests.experiments.samples import ENVIRONMENT


def make_edition(store: Store, created_at: datetime = NOON) -> Edition:
    return Edition(
        id="constructed",
        created_at=created_at,
        profile="quick",
        offline=False,
        config_sha256="0" * 64,
        evidence_sha256="0" * 64,
        observation_lines=store.count_observation_lines(),
        trials=(),
        datasets=(),
        plan="",
        gaps=(),
        previous=None,
        versions={},
        environment=ENVIRONMENT,
    )


def make_basis(
    folder: Path,
    observations: Sequence[Observation],
    health: Sequence[SourceHealth] = (),
    created_at: datetime = NOON,
) -> Basis:
    store = Store(folder)
    for source in dict.fromkeys(one.source for one in observations):
        store.append_observations(source, [one for one in observations if one.source == source])
    edition = make_edition(store, created_at)
    evidence = Evidence(store, edition)
    return Basis(evidence, Vintages(store, edition, evidence), health)


def find(
    folder: Path,
    *observations: Observation,
    subjects: Sequence[Subject] = SUBJECTS,
    health: Sequence[SourceHealth] = (),
    created_at: datetime = NOON,
) -> dict[str, Trend]:
    basis = make_basis(folder, observations, health, created_at)
    trends = {trend.key: trend for trend in find_trends(basis, subjects)}
    overview = find_overview(basis)
    return trends if overview is None else trends | {overview.key: overview}


def observe_days(values: Sequence[float | None], first: date, **changes: Any) -> list[Observation]:
    """One observation a day; None is a day that was not reported."""
    return [
        make_observation(start=first + timedelta(days=place), value=value, **changes)
        for place, value in enumerate(values)
        if value is not None
    ]


def observe_months(
    values: Sequence[float | None], first: date, **changes: Any
) -> list[Observation]:
    """One observation a month; None is a month without one."""
    return [
        make_observation(
            start=date(
                first.year + (first.month - 1 + place) // 12, (first.month - 1 + place) % 12 + 1, 1
            ),
            value=value,
            resolution="month",
            **changes,
        )
        for place, value in enumerate(values)
        if value is not None
    ]


def at(day: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
