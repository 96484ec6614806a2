"""Turns verdicts, trends and what code showed into answers to what older surveys claimed, one by one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from collectors.subjects import SUBJECTS
from dlsurvey.analysis.claim_answers import Answer
from dlsurvey.analysis.claim_data import (
    CitedClaim,
    ComparisonTest,
    CrossingTest,
    DeploymentTest,
    DifferenceTest,
    GradientTest,
    LeadTest,
    LengthTest,
    LossTest,
    ModesTest,
    NoTest,
    ShareTest,
    SimilarityTest,
    read_claims,
    translate,
    write_then,
)
from dlsurvey.analysis.claim_dates import find_year
from dlsurvey.analysis.claim_deployment import answer_deployment
from dlsurvey.analysis.claim_listings import answer_gradients, answer_length, answer_similarity
from dlsurvey.analysis.claim_signals import (
    answer_crossing,
    answer_difference,
    answer_lead,
    answer_share,
)
from dlsurvey.analysis.claim_trials import answer_comparison, answer_loss, answer_modes
from dlsurvey.analysis.deployed import DeploymentFindings
from dlsurvey.analysis.findings import Claim, Trend, WorkloadFindings
from dlsurvey.analysis.studied import CodeFindings, GradientFindings
from dlsurvey.language import gettext as _


class _Evidence(NamedTuple):
    """What an edition found out."""

    workloads: Sequence[WorkloadFindings]
    trends: Sequence[Trend]
    code: CodeFindings | None
    gradients: GradientFindings | None
    titles: Mapping[str, str]
    deployments: DeploymentFindings | None = None


def find_claims(  # noqa: PLR0913  all that claims are answered from
    workloads: Sequence[WorkloadFindings],
    trends: Sequence[Trend],
    code: CodeFindings | None = None,
    gradients: GradientFindings | None = None,
    cited: Sequence[CitedClaim] | None = None,
    *,
    deployments: DeploymentFindings | None = None,
) -> tuple[Claim, ...]:
    """Every claim of the ledger, or of `cited`, in its order, with what this edition says to it."""
    titles = _list_titles(workloads, trends)
    evidence = _Evidence(workloads, trends, code, gradients, titles, deployments)
    return tuple(
        _answer(claim, _test(claim, evidence))
        for claim in (read_claims() if cited is None else cited)
    )


def _answer(claim: CitedClaim, answer: Answer) -> Claim:
    return Claim(
        id=claim.id,
        title=_(claim.title),
        claim=_(claim.claim),
        sources=claim.sources,
        then=write_then(claim),
        now=answer.now,
        verdict=answer.verdict,
        why=" ".join(filter(None, (answer.why, translate(claim.reading)))),
        evidence=answer.evidence,
    )


def _test(claim: CitedClaim, evidence: _Evidence) -> Answer:  # noqa: PLR0911  one a test
    workloads, trends, code, gradients, titles, deployments = evidence
    made = find_year(claim.sources)
    match claim.test:
        case ComparisonTest() as test:
            return answer_comparison(test, workloads, titles)
        case LossTest() as test:
            return answer_loss(test, workloads, titles)
        case ModesTest() as test:
            return answer_modes(test, workloads, titles)
        case LengthTest() as test:
            return answer_length(test, code, titles)
        case SimilarityTest() as test:
            return answer_similarity(test, code, titles)
        case GradientTest() as test:
            return answer_gradients(test, gradients, titles)
        case DeploymentTest() as test:
            return answer_deployment(test, deployments)
        case LeadTest() as test:
            return answer_lead(test, trends, titles, made)
        case ShareTest() as test:
            return answer_share(test, trends, titles, made)
        case CrossingTest() as test:
            return answer_crossing(test, trends, titles, made)
        case DifferenceTest() as test:
            return answer_difference(test, trends, titles, made)
        case NoTest(needs=needs):
            return Answer("not_testable", "", _(needs))


def _list_titles(
    workloads: Sequence[WorkloadFindings], trends: Sequence[Trend]
) -> Mapping[str, str]:
    """What sentences call each framework."""
    series = {one.subject: one.title for trend in trends for one in trend.series}
    members = {one.framework: one.title for workload in workloads for one in workload.members}
    return series | {subject.name: subject.title for subject in SUBJECTS} | members
