"""Turns findings into the data file of an edition: what scripts read instead of the report."""

from typing import Any

import msgspec

from dlsurvey.analysis.findings import Findings, Series, Trend
from dlsurvey.records import SCHEMA, to_json


def write_results(findings: Findings) -> bytes:
    """The canonical JSON of everything measured, collected, compared and missing."""
    edition = findings.edition
    return to_json(
        {
            "schema": SCHEMA,
            "edition": {
                "id": edition.id,
                "created_at": findings.created_at,
                "versions": edition.versions,
                "environment": edition.environment,
                "profile": edition.profile,
                "offline": edition.offline,
                "plan": edition.plan,
                "previous": edition.previous,
                "datasets": edition.datasets,
            },
            "trials": [_describe_trial(trial) for trial in findings.trials],
            "signals": [
                _describe_series(trend, position, series)
                for trend in findings.trends
                for position, series in enumerate(trend.series)
            ],
            "comparisons": [
                comparison for workload in findings.workloads for comparison in workload.comparisons
            ],
            "gaps": findings.gaps,
        },
        indent=2,
    )


def _describe_trial(trial: Any) -> dict[str, Any]:
    described: dict[str, Any] = msgspec.to_builtins(trial)
    return {**described, "key": trial.spec.key}


def _describe_series(trend: Trend, position: int, series: Series) -> dict[str, Any]:
    provenance = trend.provenance[position]
    return {
        "key": trend.key,
        "source": series.source,
        "subject": series.subject,
        "metric": series.metric,
        "title": trend.title,
        "unit": trend.unit,
        "status": provenance.status,
        "retrieved_at": series.retrieved_at,
        "url": provenance.url,
        "cited_as": provenance.source,
        "method": series.method,
        "resolution": series.resolution,
        "series": series.points,
    }
