"""Turns verdicts and claims of all kinds into advice and checks that none says more than they do."""

from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.advice import RULES, advise
from dlsurvey.analysis.claim_data import read_claims
from dlsurvey.analysis.findings import Advice, Claim, WorkloadFindings
from dlsurvey.analysis.measured import Verdict
from tests.dlsurvey.render.sample import make_workload


def judge(*verdicts: Verdict, quantity: str = "epoch_seconds") -> WorkloadFindings:
    """One workload with as many comparisons of one quantity as verdicts."""
    workload = make_workload()
    one = next(each for each in workload.comparisons if each.quantity == quantity)
    return replace(
        workload, comparisons=tuple(replace(one, verdict=verdict) for verdict in verdicts)
    )


def find(advice: tuple[Advice, ...], purpose: str) -> Advice:
    return next(one for one in advice if one.purpose == purpose)


@pytest.mark.parametrize(
    ("verdicts", "choice"),
    [
        (("a_higher", "a_higher"), "PyTorch"),
        (("b_higher",), "TensorFlow"),
        (("a_higher", "b_higher"), ""),
        (("a_higher", "equivalent"), ""),
        (("a_higher", "inconclusive"), ""),
        (("inconclusive",), ""),
        (("single_run",), ""),
        (("equivalent", "equivalent"), "either"),
    ],
)
def test_times_are_better_where_they_are_smaller(
    verdicts: tuple[Verdict, ...], choice: str
) -> None:
    (advice,) = advise((judge(*verdicts),), ())
    assert advice.purpose == "Short training"
    assert advice.choice == choice
    assert "MNIST CNN" in advice.because
    if len(verdicts) > 1:
        assert f"of {len(verdicts)} comparisons" in advice.because


def test_accuracies_are_better_where_they_are_higher() -> None:
    (advice,) = advise((judge("a_higher", quantity="test_accuracy"),), ())
    assert advice.choice == "TensorFlow"
    assert "TensorFlow was more accurate" in advice.because


def test_nothing_measured_is_no_advice() -> None:
    assert advise((), ()) == ()
    assert advise((replace(make_workload(), comparisons=()),), ()) == ()


@pytest.mark.parametrize(
    ("verdict", "choice"),
    [("holds", "PyTorch"), ("reversed", "TensorFlow"), ("equivalent", ""), ("inconclusive", ""),
     ("not_testable", "")],
)  # fmt: skip
def test_claims_decide_only_where_they_hold_or_are_reversed(verdict: Any, choice: str) -> None:
    claim = Claim(
        id="research", title="Research", claim="", sources=(), then="", now="",
        verdict=verdict, why="Because of `this`.",
    )  # fmt: skip
    advice = find(advise((), (claim,)), "Following research")
    assert advice.choice == choice
    assert claim.why in advice.because


def test_rules_name_claims_of_the_ledger() -> None:
    assert {rule.claim for rule in RULES} <= {claim.id for claim in read_claims()}
