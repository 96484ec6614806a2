"""Turns findings into the data file of an edition: what scripts read instead of the report."""

from collections.abc import Iterable
from typing import Any

import msgspec

from dlsurvey.analysis.findings import Findings, Series, Trend, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Member
from dlsurvey.chapters import order_chapters
from dlsurvey.errors import ConfigError
from dlsurvey.figures import Figure
from dlsurvey.language import speaking_its_language
from dlsurvey.records import SCHEMA, ParityCheck, to_json
from dlsurvey.render.pages import Own, list_chapters
from dlsurvey.sections import SHAPES, Shape, select_sections


@speaking_its_language
def write_results(
    findings: Findings, figures: Iterable[Figure] | None = None, own: Own | None = None
) -> bytes:
    """The canonical JSON of everything measured, collected, compared and missing.

    With the `figures` and what is the user's `own`, it also tells what the edition prints.
    """
    printed = {} if figures is None else _describe_printed(figures, own or Own())
    return to_json(
        {
            "schema": SCHEMA,
            "language": findings.cover.language,
            "edition": _describe_edition(findings),
            "cover": findings.cover,
            "trials": [_describe_trial(trial) for trial in findings.trials],
            "signals": [
                _describe_series(trend, position, series)
                for trend in list_trends(findings)
                for position, series in enumerate(trend.series)
            ],
            **_describe_experiments(findings),
            "cards": findings.cards,
            "claims": findings.claims,
            "code": findings.code,
            "gradients": findings.gradients,
            "deployments": findings.deployments,
            "studies": findings.studies,
            "health": findings.health,
            "gaps": findings.gaps,
            **printed,
        },
        indent=2,
    )


def _describe_edition(findings: Findings) -> dict[str, Any]:
    edition = findings.edition
    return {
        "id": edition.id,
        "created_at": findings.created_at,
        "versions": edition.versions,
        "environment": edition.environment,
        "profile": edition.profile,
        "offline": edition.offline,
        "plan": edition.plan,
        "previous": edition.previous,
        "datasets": edition.datasets,
        "config_sha256": edition.config_sha256,
        "evidence_sha256": edition.evidence_sha256,
        "parity_traces": {one.workload: one.traces for one in edition.parity},
    }


def _describe_printed(figures: Iterable[Figure], own: Own) -> dict[str, Any]:
    return {
        "chapters": {shape: _list_printed(own, shape) for shape in SHAPES},
        "figures": [{"key": one.key, "caption": one.caption} for one in figures],
    }


def _list_printed(own: Own, shape: Shape) -> list[dict[str, Any]]:
    """The chapters of one shape in their order; none where it cannot be printed as it is ordered."""
    words = {section.key for section in select_sections(own.sections, shape)}
    try:
        chapters = order_chapters(list_chapters(), own.sections, own.settings, shape)
    except ConfigError:
        return []
    return [{**one._asdict(), "own": one.key in words} for one in chapters]


def list_trends(findings: Findings) -> tuple[Trend, ...]:
    """Every trend of the report, the one of the overview last."""
    overview = findings.overview_trend
    return findings.trends if overview is None else (*findings.trends, overview)


def _describe_experiments(findings: Findings) -> dict[str, Any]:
    """What the trials were made into: comparisons, members, modes, certificates, defaults."""
    workloads = findings.workloads
    comparisons = [one for workload in workloads for one in workload.comparisons]
    return {
        "comparisons": comparisons,
        "verdicts": [_describe_verdict(one) for one in comparisons],
        "members": [
            _summarize_member(workload, member)
            for workload in workloads
            for member in workload.members
        ],
        "break_evens": [one for workload in workloads for one in workload.break_evens],
        "parity": [
            _describe_check(check) for one in findings.edition.parity for check in one.checks
        ],
        "ledger": [
            {
                "workload": workload.name,
                "default": row.name,
                **_describe_member(member),
                "value": value,
            }
            for workload in workloads
            for row in workload.ledger
            for member, value in zip(workload.members, row.values, strict=True)
        ],
    }


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
        "device": member.device,
    }


def _summarize_member(workload: WorkloadFindings, member: Member) -> dict[str, Any]:
    """Everything but the curves, which the trials hold."""
    described: dict[str, Any] = msgspec.to_builtins(member)
    del described["curves"]
    return {
        "workload": workload.name,
        **described,
        "target_accuracy": workload.target_accuracy,
        "loaded": member.loaded,
    }


def _describe_verdict(comparison: Comparison) -> dict[str, Any]:
    """Effect, interval, margin and noise floor on the one scale that was tested."""
    effect, low, high = comparison.tested
    return {
        "question": comparison.quantity,
        "workload": comparison.workload,
        "protocol": comparison.protocol,
        "device": comparison.device,
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
        "left_out": comparison.left_out,
        "verdict": comparison.verdict,
    }


def _describe_series(trend: Trend, position: int, series: Series) -> dict[str, Any]:
    provenance = trend.provenance[position]
    return {
        "key": trend.key,
        "source": series.source,
        "subject": series.subject,
        "subject_title": series.title,
        "metric": series.metric,
        "title": trend.title,
        "unit": trend.unit,
        "status": provenance.status,
        "retrieved_at": series.retrieved_at,
        "url": provenance.url,
        "cited_as": provenance.source,
        "method": series.method,
        "resolution": series.resolution,
        "label": series.label,
        "drawn": series.drawn,
        "role": provenance.role,
        "by_year": provenance.by_year,
        "provenance_note": provenance.note,
        "series": series.points,
        "revisions": series.revisions,
        "band": series.band,
        "outages": trend.outages,
        "notes": trend.notes,
        "meaning": trend.meaning,
        "kind": trend.kind,
        "ended": trend.ended,
        "sampled": trend.sampled,
        "estimate": trend.estimate,
    }
