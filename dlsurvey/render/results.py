"""Turns findings into the data file of an edition: what scripts read instead of the report."""

from typing import Any

import msgspec

from dlsurvey.analysis.findings import Comparison, Findings, Member, Series, Trend
from dlsurvey.records import SCHEMA, ParityCheck, to_json


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
            "verdicts": [
                _describe_verdict(comparison)
                for workload in findings.workloads
                for comparison in workload.comparisons
            ],
            "parity": [_describe_check(check) for one in edition.parity for check in one.checks],
            "ledger": [
                {
                    "workload": workload.name,
                    "default": row.name,
                    **_describe_member(member),
                    "value": value,
                }
                for workload in findings.workloads
                for row in workload.ledger
                for member, value in zip(workload.members, row.values, strict=True)
            ],
            "gaps": findings.gaps,
        },
        indent=2,
    )


def _describe_trial(trial: Any) -> dict[str, Any]:
    described: dict[str, Any] = msgspec.to_builtins(trial)
    return {**described, "key": trial.spec.key}


def _describe_check(check: ParityCheck) -> dict[str, Any]:
    described: dict[str, Any] = msgspec.to_builtins(check)
    return {"pair": [check.a, check.b], **described}


def _describe_member(member: Member) -> dict[str, str]:
    return {
        "framework": member.framework,
        "mode": member.mode,
        "protocol": member.protocol,
    }


def _describe_verdict(comparison: Comparison) -> dict[str, Any]:
    """Effect, interval, margin and noise floor on the one scale that was tested."""
    effect, low, high = comparison.tested
    return {
        "question": comparison.quantity,
        "workload": comparison.workload,
        "protocol": comparison.protocol,
        "a": comparison.a,
        "a_mode": comparison.a_mode,
        "b": comparison.b,
        "b_mode": comparison.b_mode,
        "scale": "difference" if comparison.quantity == "test_accuracy" else "share_of_b",
        "effect": effect,
        "interval": None if low is None or high is None else [low, high],
        "margin": comparison.margin,
        "noise_floor": comparison.noise_floor,
        "p_difference": comparison.p_difference,
        "p_equivalence": comparison.p_equivalence,
        "family": comparison.family,
        "n": comparison.n,
        "verdict": comparison.verdict,
    }


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
