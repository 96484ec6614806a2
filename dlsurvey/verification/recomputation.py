"""Turns the attached results.json back into findings, computed anew from the trials in it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from dlsurvey.analysis.advice import advise
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.comparison import compare_workloads, list_failures
from dlsurvey.analysis.conclusion import conclude
from dlsurvey.analysis.deployment import assess_deployments
from dlsurvey.analysis.findings import Cover, Findings, Provenance, Series, Trend
from dlsurvey.analysis.signal import Signal
from dlsurvey.analysis.signals import OVERVIEW
from dlsurvey.analysis.trend_sentences import describe_latest
from dlsurvey.errors import VerificationError
from dlsurvey.records import Edition, Parity, ParityCheck, Trial
from dlsurvey.settings import Margins
from dlsurvey.verification.attached import Attached, AttachedSignal
from dlsurvey.verification.studies import recompute_studies


def recompute(attached: Attached) -> Findings:
    """Everything that follows from what was measured and collected; no verdict given there is used.

    Only the margins are read from the comparisons, which is where an edition states them. What was
    counted in listings, shown by gradients and cited on cards is taken as it is attached.
    """
    trials = _read_trials(attached)
    parity = _read_parity(attached)
    try:
        workloads = compare_workloads(
            trials, attached.edition.datasets, _read_margins(attached), certificates=parity
        )
    except (ArithmeticError, ValueError) as error:
        raise VerificationError(
            f"Nothing can be computed from the trials in the attached results.json: {error}."
        ) from error
    trends = _read_trends(attached.signals)
    shown = tuple(trend for trend in trends if trend.key != OVERVIEW.key)
    edition = attached.edition
    deployments = assess_deployments(
        attached.deployments.record if attached.deployments else None, _read_margins(attached)
    )
    claims = find_claims(
        workloads, shown, attached.code, attached.gradients, deployments=deployments
    )
    return Findings(
        cover=attached.cover or _make_cover(edition.created_at),
        edition=_make_edition(attached, parity),
        cards=attached.cards,
        workloads=workloads,
        failures=list_failures(trials),
        trends=shown,
        stages=(),
        conclusions=conclude(workloads, shown),
        trials=trials,
        gaps=attached.gaps,
        created_at=edition.created_at,
        overview_trend=next((one for one in trends if one.key == OVERVIEW.key), None),
        health=attached.health,
        claims=claims,
        code=attached.code,
        gradients=attached.gradients,
        deployments=deployments,
        studies=recompute_studies(
            attached.studies, workloads, trials, edition.datasets, _read_margins(attached), parity
        ),
        advice=advise(workloads, claims),
    )


def _read_trials(attached: Attached) -> tuple[Trial, ...]:
    trials = []
    known = {dataset.sha256 for dataset in attached.edition.datasets}
    for described in attached.trials:
        fields = {name: value for name, value in described.items() if name != "key"}
        try:
            trial = msgspec.convert(fields, Trial)
        except msgspec.ValidationError as error:
            raise VerificationError(
                f"A trial in the attached results.json is damaged: {error}."
            ) from error
        if described.get("key") != trial.spec.key:
            raise VerificationError(
                f"The trial {described.get('key')} in the attached results.json was altered: its"
                f" settings belong to {trial.spec.key}."
            )
        if trial.metrics is not None and trial.spec.dataset_sha256 not in known:
            raise VerificationError(
                f"The trial {trial.spec.key} in the attached results.json names images that are"
                " not listed there."
            )
        if trial.metrics is not None and not trial.metrics.epoch_seconds:
            raise VerificationError(
                f"The trial {trial.spec.key} in the attached results.json has no epochs."
            )
        trials.append(trial)
    return tuple(trials)


def _read_parity(attached: Attached) -> tuple[Parity, ...]:
    by_workload: dict[str, list[ParityCheck]] = {}
    for described in attached.parity:
        fields = {name: value for name, value in described.items() if name != "pair"}
        try:
            check = msgspec.convert(fields, ParityCheck)
        except msgspec.ValidationError as error:
            raise VerificationError(
                f"A parity check in the attached results.json is damaged: {error}."
            ) from error
        by_workload.setdefault(check.workload, []).append(check)
    traces = attached.edition.parity_traces
    return tuple(
        Parity(workload=name, checks=tuple(checks), traces=traces.get(name, {}))
        for name, checks in by_workload.items()
    )


def _read_margins(attached: Attached) -> Margins:
    """Of each quantity the margin that its first comparison names; another one elsewhere differs."""
    given: dict[str, float] = {}
    for one in attached.comparisons:
        given.setdefault(one.quantity, 100 * one.margin)
    usual = Margins()
    return Margins(
        accuracy_points=given.get("test_accuracy", usual.accuracy_points),
        time_percent=given.get("epoch_seconds", usual.time_percent),
        memory_percent=given.get("peak_memory_bytes", usual.memory_percent),
    )


def _read_trends(signals: Sequence[AttachedSignal]) -> tuple[Trend, ...]:
    by_key: dict[str, list[AttachedSignal]] = {}
    for signal in signals:
        if signal.series:
            by_key.setdefault(signal.key, []).append(signal)
    return tuple(_make_trend(members) for members in by_key.values())


def _make_trend(members: Sequence[AttachedSignal]) -> Trend:
    first = members[0]
    series = tuple(_make_series(one) for one in members)
    signal = Signal(
        key=first.key,
        title=first.title,
        metric=first.metric,
        unit=first.unit,
        estimate=first.estimate,
    )
    return Trend(
        key=first.key,
        title=first.title,
        unit=first.unit,
        meaning=first.meaning,
        kind=first.kind,
        series=series,
        sentence=describe_latest(signal, series),
        alt="",
        provenance=tuple(
            Provenance(
                source=one.cited_as,
                status=one.status,
                date=one.retrieved_at.date(),
                url=one.url,
                role=one.role,
                by_year=one.by_year,
                note=one.provenance_note,
            )
            for one in members
        ),
        notes=first.notes,
        outages=first.outages,
        ended=first.ended,
        sampled=first.sampled,
        estimate=first.estimate,
    )


def _make_series(signal: AttachedSignal) -> Series:
    return Series(
        source=signal.source,
        metric=signal.metric,
        retrieved_at=signal.retrieved_at,
        subject=signal.subject,
        title=signal.subject_title or signal.subject,
        points=signal.series,
        resolution=signal.resolution,
        method=signal.method,
        label=signal.label,
        drawn=signal.drawn,
        revisions=signal.revisions,
        band=signal.band,
    )


def _make_edition(attached: Attached, parity: tuple[Parity, ...]) -> Edition:
    given = attached.edition
    return Edition(
        id=given.id,
        created_at=given.created_at,
        profile=given.profile,
        offline=given.offline,
        config_sha256=given.config_sha256,
        evidence_sha256=given.evidence_sha256,
        observation_lines={},
        trials=(),
        datasets=given.datasets,
        parity=parity,
        plan=given.plan,
        gaps=attached.gaps,
        previous=given.previous,
        versions=given.versions,
        environment=given.environment,
    )


def _make_cover(created_at: datetime) -> Cover:
    """For a results.json from before it told the cover."""
    return Cover(
        title="",
        subtitle="",
        author="",
        course="",
        institution="",
        date=created_at.date(),
        language="en",
    )
