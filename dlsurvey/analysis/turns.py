"""Turns the verdicts and claims of two editions into those that turned, each with its cause."""

from collections.abc import Iterator, Mapping, Sequence

from dlsurvey.analysis.causes import Runs, blame_program, explain_bounds, explain_runs
from dlsurvey.analysis.crossings import find_revisions, list_trends
from dlsurvey.analysis.differences import Cause, Change
from dlsurvey.analysis.findings import Claim, ClaimVerdict, Findings, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Quantity, Verdict
from dlsurvey.analysis.provenance import cite_source
from dlsurvey.analysis.sentences import name_quantity, name_sides
from dlsurvey.analysis.setups import bare_device, name_device
from dlsurvey.language import gettext as _
from dlsurvey.language import mark
from dlsurvey.records import TrialSpec

BETTER: Mapping[Quantity, tuple[str, bool]] = {
    "test_accuracy": (mark("{title} more accurate"), True),
    "epoch_seconds": (mark("{title} needed less time"), False),
    "peak_memory_bytes": (mark("{title} needed less memory"), False),
}
"""What is said of the better side, and whether it is the higher one."""
CLAIM_WORDS: Mapping[ClaimVerdict, str] = {
    "holds": mark("holds"),
    "reversed": mark("reversed"),
    "equivalent": mark("equivalent"),
    "inconclusive": mark("inconclusive"),
    "not_testable": mark("not testable here"),
}


def compare_verdicts(old: Findings, new: Findings, runs: tuple[Runs, Runs]) -> Iterator[Change]:
    """Every question with another verdict than before, and those with a verdict in one edition only."""
    before, now = _index_comparisons(old), _index_comparisons(new)
    for key in dict.fromkeys((*before, *now)):
        then, since = before.get(key), now.get(key)
        if (then and then[1].verdict) != (since and since[1].verdict):
            yield _tell_verdict(then, since, runs)


def _index_comparisons(
    findings: Findings,
) -> dict[tuple[str, ...], tuple[WorkloadFindings, Comparison]]:
    return {
        (one.workload, one.quantity, one.protocol, one.device, one.a, one.a_mode, one.b, one.b_mode):
        (workload, one)
        for workload in findings.workloads
        for one in workload.comparisons
    }  # fmt: skip


def _tell_verdict(
    then: tuple[WorkloadFindings, Comparison] | None,
    since: tuple[WorkloadFindings, Comparison] | None,
    runs: tuple[Runs, Runs],
) -> Change:
    told = since or then
    assert told is not None
    workload, one = told
    titles = {member.framework: member.title for member in workload.members}
    a, b = name_sides(one, titles)
    place = f"{one.protocol}, {name_device(one.device)}"
    what = _("{workload}, {quantity} of {a} and {b} ({place})").format(
        workload=workload.title, quantity=name_quantity(one.quantity), a=a, b=b, place=place
    )
    before, now = (
        _write_verdict(side[1].verdict, one.quantity, a, b) if side else ""
        for side in (then, since)
    )
    return Change(
        kind="verdict",
        what=what,
        before=before,
        now=now,
        sentence=_tell_turn(what, before, now),
        causes=_explain_verdict(one, then and then[1], since and since[1], runs),
    )


def _tell_turn(what: str, before: str, now: str) -> str:
    if not before:
        return _("{what}: now {now}; there was no verdict before.").format(what=what, now=now)
    if not now:
        return _("{what}: no verdict any more; before: {before}.").format(what=what, before=before)
    return _("{what}: now {now}; before: {before}.").format(what=what, now=now, before=before)


def _write_verdict(verdict: Verdict, quantity: Quantity, a: str, b: str) -> str:
    match verdict:
        case "equivalent":
            return _("equivalent")
        case "inconclusive":
            return _("inconclusive")
        case "single_run":
            return _("one run only")
        case _:
            words, higher_is_better = BETTER[quantity]
            return _(words).format(title=a if (verdict == "a_higher") == higher_is_better else b)


def _explain_verdict(
    one: Comparison, then: Comparison | None, since: Comparison | None, runs: tuple[Runs, Runs]
) -> tuple[Cause, ...]:
    def fits(spec: TrialSpec) -> bool:
        place = (spec.workload, spec.protocol, spec.device)
        return place == (one.workload, one.protocol, bare_device(one.device)) and (
            (spec.framework, spec.mode) in ((one.a, one.a_mode), (one.b, one.b_mode))
        )

    causes = explain_runs(*runs, fits)
    if then is not None and since is not None:
        causes += explain_bounds(
            one.quantity,
            (then.margin, since.margin),
            (then.noise_floor, since.noise_floor),
            (then.family, since.family),
        )
    elif not causes:
        # The runs were there all along: only the parity certificate lets a pair in or out.
        text = (
            _("the parity certificates now let it be compared")
            if since
            else _("the parity certificates no longer let it be compared")
        )
        causes = (Cause(kind="method", text=text),)
    return causes or (blame_program(),)


def compare_claims(old: Findings, new: Findings, runs: tuple[Runs, Runs]) -> Iterator[Change]:
    """Every claim that is answered otherwise; new claims come with the program, not with evidence."""
    before = {claim.id: claim for claim in old.claims}
    for claim in new.claims:
        then = before.get(claim.id)
        if then is not None and then.verdict != claim.verdict:
            words = [_(CLAIM_WORDS[one.verdict]) for one in (then, claim)]
            what = f"'{claim.title}'"
            yield Change(
                kind="claim",
                what=what,
                before=words[0],
                now=words[1],
                sentence=_tell_turn(what, *words),
                causes=_explain_claim(then, claim, (old, new), runs),
            )


def _explain_claim(
    then: Claim, now: Claim, findings: tuple[Findings, Findings], runs: tuple[Runs, Runs]
) -> tuple[Cause, ...]:
    """From what it rests on: the runs of a workload, the newer values of a signal, the listings."""
    causes: dict[str, Cause] = {}
    for place in dict.fromkeys((*then.evidence, *now.evidence)):
        kind, _slash, rest = place.partition("/")
        name = rest.split("/")[0]
        found: Sequence[Cause] = ()
        if kind in ("comparison", "curves"):
            found = _explain_workload(name, findings, runs)
        elif kind == "signal":
            found = _explain_signal(name, findings)
        elif kind == "stage":
            found = explain_runs(*runs, lambda spec: True)
        causes |= {cause.sentence: cause for cause in found}
    return tuple(causes.values()) or (blame_program(),)


def _explain_workload(
    name: str, findings: tuple[Findings, Findings], runs: tuple[Runs, Runs]
) -> tuple[Cause, ...]:
    causes = explain_runs(*runs, lambda spec: spec.workload == name)
    before, now = (_index_comparisons(one) for one in findings)
    for key, (_workload, since) in now.items():
        if key in before and key[0] == name:
            then = before[key][1]
            causes += explain_bounds(
                since.quantity,
                (then.margin, since.margin),
                (then.noise_floor, since.noise_floor),
                (then.family, since.family),
            )
    return causes


def _explain_signal(key: str, findings: tuple[Findings, Findings]) -> list[Cause]:
    old, new = (tuple(t for t in list_trends(one) if t.key == key) for one in findings)
    revised = find_revisions(old, new, findings[0].created_at.date())
    causes = {cause.text: cause for change in revised for cause in change.causes}
    newer = {
        cite_source(series.source)
        for trend in new
        for series in trend.series
        if not any(
            series.points == known.points
            for other in old
            for known in other.series
            if (known.source, known.subject, known.label)
            == (series.source, series.subject, series.label)
        )
    }
    return [
        *causes.values(),
        *(
            Cause(kind="new data", text=_("newer values of {source}").format(source=name))
            for name in sorted(newer)
        ),
    ]
