"""The ledger's answers never say more than the verdicts, and every claim gets one."""

import re
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dlsurvey.analysis.claim_data import CitedClaim, ComparisonTest, read_claims
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.findings import Claim, ClaimVerdict, WorkloadFindings
from dlsurvey.analysis.measured import Comparison, Quantity, Verdict
from dlsurvey.analysis.quantities import QUANTITIES
from dlsurvey.analysis.signals import SIGNALS
from dlsurvey.render.references import read_references
from experiments.workloads import list_workloads
from tests.dlsurvey.render.sample import DIGITS, make_workload

LEADS = re.compile(
    r": (?:(?P<more>\w+) was more accurate than (?P<worse>\w+)"
    r"|(?P<less>\w+) (?:was faster|needed less memory at its peak) than (?P<slower>\w+))[.,]"
)
"""Sentences that call one side better."""


def make_compared(
    name: str,
    verdicts: dict[Quantity, Verdict],
    *,
    protocol: str = "controlled",
    images: str = "",
    swapped: bool = False,
) -> WorkloadFindings:
    """One workload with these verdicts; on the images that it is about, unless said otherwise."""
    workload = make_workload(name)
    real = {"mnist-cnn": "mnist", "cifar10-cnn": "cifar10"}[name]
    dataset = replace(DIGITS, stand_in_for="MNIST") if images else replace(
        DIGITS, name=real, title=real.upper(), stand_in_for=None
    )  # fmt: skip
    comparisons = tuple(
        replace(turn(one) if swapped else one, verdict=verdicts[one.quantity], protocol=protocol)
        for one in workload.comparisons
        if one.quantity in verdicts
    )
    return replace(workload, dataset=dataset, comparisons=comparisons, dataset_note="")


def turn(one: Comparison) -> Comparison:
    return replace(
        one, a=one.b, b=one.a, a_mode=one.b_mode, b_mode=one.a_mode, a_mean=one.b_mean,
        b_mean=one.a_mean, effect=-one.effect,
    )  # fmt: skip


def find(*workloads: WorkloadFindings) -> dict[str, Claim]:
    return {claim.id: claim for claim in find_claims(workloads, ())}


def answer(name: str, quantity: Quantity, *verdicts: Verdict) -> Claim:
    """The claim `name` where both workloads have these verdicts on `quantity`."""
    names = ("mnist-cnn", "cifar10-cnn")
    return find(*(make_compared(w, {quantity: v}) for w, v in zip(names, verdicts, strict=False)))[
        name
    ]


def name_better(comparison: Comparison) -> str | None:
    """The side that the verdict calls better: more accurate, or in need of less."""
    names = {"tensorflow": "TensorFlow", "pytorch": "PyTorch"}
    if comparison.verdict not in ("a_higher", "b_higher"):
        return None
    first = (comparison.verdict == "a_higher") == (comparison.quantity == "test_accuracy")
    return names[comparison.a if first else comparison.b]


every_verdict = st.sampled_from(get_args(Verdict))
every_setting = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["mnist-cnn", "cifar10-cnn"]),
        "verdicts": st.fixed_dictionaries(dict.fromkeys(QUANTITIES, every_verdict)),
        "protocol": st.sampled_from(["controlled", "idiomatic"]),
        "images": st.sampled_from(["", "digits"]),
        "swapped": st.booleans(),
    }
)


@settings(deadline=None)
@given(st.lists(every_setting, max_size=2, unique_by=lambda one: one["name"]))
def test_no_reason_contradicts_its_verdict(chosen: list[dict[str, Any]]) -> None:
    workloads = [make_compared(**setting) for setting in chosen]
    for cited, claim in zip(read_claims(), find_claims(workloads, ()), strict=True):
        if isinstance(cited.test, ComparisonTest):
            check_reason(cited, claim, workloads)


def check_reason(cited: CitedClaim, claim: Claim, workloads: list[WorkloadFindings]) -> None:
    test = cited.test
    assert isinstance(test, ComparisonTest)
    asked = [
        one
        for workload in workloads
        if workload.name in test.workloads
        for one in workload.comparisons
        if one.quantity == test.quantity
    ]
    better = sorted(filter(None, map(name_better, asked)))
    said = sorted(match["more"] or match["less"] for match in LEADS.finditer(claim.why))
    assert said == better
    equivalent = sum(one.verdict == "equivalent" for one in asked)
    assert claim.why.count("is equivalent within") == equivalent
    for word in ("faster", "more accurate", "less memory at"):
        assert claim.why.count(word) <= len(better)
    if any(one.verdict in ("inconclusive", "single_run") for one in asked) or not asked:
        assert claim.verdict == "inconclusive"
    if claim.verdict == "equivalent":
        assert equivalent == len(asked)


@pytest.mark.parametrize(
    ("name", "quantity", "verdict", "expected"),
    [
        # In the constructed comparisons a is TensorFlow and b PyTorch.
        ("mnist-accuracy", "test_accuracy", "equivalent", "holds"),
        ("mnist-accuracy", "test_accuracy", "b_higher", "reversed"),
        ("mnist-accuracy", "test_accuracy", "single_run", "inconclusive"),
        ("training-time", "epoch_seconds", "a_higher", "holds"),
        ("training-time", "epoch_seconds", "b_higher", "reversed"),
        ("training-time", "epoch_seconds", "equivalent", "equivalent"),
        ("training-time", "epoch_seconds", "inconclusive", "inconclusive"),
        ("memory", "peak_memory_bytes", "b_higher", "holds"),
        ("memory", "peak_memory_bytes", "a_higher", "reversed"),
        ("cifar-accuracy", "test_accuracy", "equivalent", "holds"),
        ("cifar-accuracy", "test_accuracy", "b_higher", "holds"),
        ("cifar-accuracy", "test_accuracy", "a_higher", "reversed"),
        ("speed-parity", "epoch_seconds", "equivalent", "holds"),
        ("speed-parity", "epoch_seconds", "a_higher", "reversed"),
    ],
)
def test_a_verdict_answers_a_claim(
    name: str, quantity: Quantity, verdict: Verdict, expected: ClaimVerdict
) -> None:
    assert answer(name, quantity, verdict, verdict).verdict == expected


def test_workloads_that_disagree_leave_a_claim_open() -> None:
    claim = answer("training-time", "epoch_seconds", "a_higher", "b_higher")
    assert claim.verdict == "inconclusive"
    assert "MNIST CNN: PyTorch was faster than TensorFlow" in claim.why
    assert "CIFAR-10 CNN: TensorFlow was faster than PyTorch" in claim.why


def test_stand_in_images_leave_a_claim_about_mnist_open_and_say_what_they_show() -> None:
    workload = make_compared("mnist-cnn", {"test_accuracy": "equivalent"}, images="digits")
    claim = find(workload)["mnist-accuracy"]
    assert claim.verdict == "inconclusive"
    assert "measured on Optical handwritten digits, not on MNIST" in claim.why
    assert "is equivalent within the margin of 0.5 points" in claim.why
    assert "TensorFlow 98" in claim.now


def test_images_of_the_user_leave_a_claim_about_mnist_open() -> None:
    workload = make_compared("mnist-cnn", {"test_accuracy": "equivalent"})
    own = replace(workload.dataset, name="folder-0123", title="My letters")
    claim = find(replace(workload, dataset=own))["mnist-accuracy"]
    assert claim.verdict == "inconclusive"
    assert "measured on My letters, not on MNIST" in claim.why


def test_a_workload_that_is_missing_leaves_a_claim_about_two_open() -> None:
    alone = answer("training-time", "epoch_seconds", "a_higher")
    both = answer("training-time", "epoch_seconds", "a_higher", "a_higher")
    assert (alone.verdict, both.verdict) == ("inconclusive", "holds")
    assert "is missing, so that it is not decided" in alone.why
    assert "is missing" not in both.why


def test_the_controlled_protocol_is_preferred() -> None:
    idiomatic = make_compared("mnist-cnn", {"epoch_seconds": "b_higher"}, protocol="idiomatic")
    controlled = make_compared("mnist-cnn", {"epoch_seconds": "a_higher"})
    both = replace(idiomatic, comparisons=idiomatic.comparisons + controlled.comparisons)
    other = make_compared("cifar10-cnn", {"epoch_seconds": "a_higher"})
    claim = find(both, other)["training-time"]
    assert claim.verdict == "holds"
    assert "controlled" in claim.now
    assert "idiomatic" not in claim.now


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("a_higher", "reversed"),
        ("b_higher", "holds"),
        ("equivalent", "equivalent"),
        ("single_run", "inconclusive"),
    ],
)
def test_modes_of_one_framework_tell_whether_graphs_are_faster(
    verdict: Verdict, expected: ClaimVerdict
) -> None:
    workload = make_compared("mnist-cnn", {"epoch_seconds": verdict})
    modes = replace(workload.comparisons[0], b="tensorflow", a_mode="graph", b_mode="eager")
    claim = find(replace(workload, comparisons=(modes,)))["static-faster"]
    assert claim.verdict == expected
    assert ("TensorFlow (graph) was faster than TensorFlow (eager)" in claim.why) == (
        expected == "holds"
    )
    assert claim.why.count("was faster") == (verdict in ("a_higher", "b_higher"))


def test_the_training_loss_is_told_without_a_verdict() -> None:
    claim = find(make_compared("cifar10-cnn", {}))["cifar-loss"]
    assert claim.verdict == "inconclusive"
    assert "noise floor of the training loss is not measured" in claim.why
    assert "lower" not in claim.why
    assert re.search(
        r"PyTorch 0\.\d{4}, TensorFlow 0\.\d{4} \(idiomatic, 5 paired runs\)", claim.now
    )


def test_without_any_data_nothing_is_claimed_and_each_claim_says_what_to_do() -> None:
    claims = find_claims((), ())
    assert {claim.verdict for claim in claims} == {"inconclusive", "not_testable"}
    for claim in claims:
        assert not claim.now
        assert not claim.evidence
        assert "`dlsurvey " in claim.why or "would need" in claim.why, claim.id


def test_the_ledger_names_only_what_there_is() -> None:
    cited = read_claims()
    assert len({claim.id for claim in cited}) == len(cited)
    known = {reference.id for reference in read_references()}
    metrics = {signal.metric for signal in SIGNALS}
    for claim in cited:
        assert set(claim.sources) <= known, claim.id
        asked = getattr(claim.test, "signals", ()) or ((getattr(claim.test, "metric", ""),),)
        assert {metric for some in asked for metric in some} - {""} <= metrics, claim.id
        workloads = set(getattr(claim.test, "workloads", ()))
        assert workloads <= {workload.name for workload in list_workloads()}, claim.id
        unit = getattr(claim.test, "unit", "")
        assert not unit or unit in {signal.unit for signal in SIGNALS}, claim.id


def test_figures_of_then_keep_the_digits_of_the_survey() -> None:
    then = {claim.id: claim.then for claim in find_claims((), ())}
    assert then["training-time"].startswith("TensorFlow 11.19 s, PyTorch 7.67 s (")
    assert then["memory"].startswith("TensorFlow 1.7 GB, PyTorch 3.5 GB (")
    assert then["mnist-accuracy"].startswith("TensorFlow 99.14 %, PyTorch 98.95 % (")
    assert then["stars-ratio"] == "TensorFlow 3 times (as many as PyTorch, 2022)"
    assert then["jobs"] == ""
