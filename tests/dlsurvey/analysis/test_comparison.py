"""Verdicts say no more than the spread allows, and every sentence agrees with its verdict."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsurvey.analysis.comparison import compare_workloads, list_failures
from dlsurvey.analysis.findings import Comparison
from dlsurvey.analysis.spread import find_interval, summarize
from dlsurvey.records import Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET

ACCURACY, SECONDS, MEMORY = "test_accuracy", "epoch_seconds", "peak_memory_bytes"


def make_trials(quantity: str, a: Sequence[float], b: Sequence[float]) -> list[Trial]:
    def change(value: float) -> dict[str, object]:
        return {quantity: (value,) if quantity == "epoch_seconds" else value}

    return [make_trial("tensorflow", seed, **change(value)) for seed, value in enumerate(a)] + [
        make_trial("pytorch", seed, **change(value)) for seed, value in enumerate(b)
    ]


def compare(quantity: str, a: Sequence[float], b: Sequence[float]) -> Comparison:
    findings = compare_workloads(make_trials(quantity, a, b), [DATASET])
    return next(one for one in findings[0].comparisons if one.quantity == quantity)


def test_interval_is_students() -> None:
    # Mean 10, s = 1, n = 3: t(0.975, 2) = 4.303; 4.303 / sqrt(3) = 2.484
    assert find_interval([9.0, 10.0, 11.0]) == pytest.approx((7.516, 12.484), abs=1e-3)
    assert find_interval([9.0]) == (None, None)


@given(st.dictionaries(st.integers(0, 50), st.floats(-1e6, 1e6), min_size=2, max_size=10))
def test_interval_holds_the_mean(by_seed: dict[int, float]) -> None:
    spread = summarize(by_seed)
    assert spread.low is not None
    assert spread.high is not None
    assert spread.low <= spread.mean + 1e-6
    assert spread.mean - 1e-6 <= spread.high
    assert dict(zip(spread.seeds, spread.values, strict=True)) == by_seed


@pytest.mark.parametrize(
    ("quantity", "a", "b", "verdict", "words"),
    [
        (ACCURACY, (0.95, 0.96, 0.95), (0.90, 0.91, 0.90), "a_higher",
         "TensorFlow was more accurate than PyTorch"),
        (SECONDS, (4.0, 4.1, 4.0), (8.0, 8.2, 8.1), "b_higher",
         "TensorFlow needed 50 % less time per epoch than PyTorch"),
        (SECONDS, (8.0, 8.2, 8.1), (4.0, 4.1, 4.0), "a_higher",
         "PyTorch needed 50 % less time per epoch than TensorFlow"),
        (MEMORY, (8e8, 8.1e8, 8e8), (6e8, 6.1e8, 6e8), "a_higher",
         "PyTorch needed 25 % less memory at its peak than TensorFlow"),
        (ACCURACY, (0.95, 0.90, 0.93), (0.92, 0.94, 0.91), "inconclusive", "inconclusive"),
        (ACCURACY, (0.95, 0.95), (0.90, 0.90), "inconclusive", "inconclusive"),
        (ACCURACY, (0.95,), (0.90,), "single_run", "nothing is said about which is higher"),
    ],
)  # fmt: skip
def test_verdict_and_sentence(
    quantity: str, a: Sequence[float], b: Sequence[float], verdict: str, words: str
) -> None:
    comparison = compare(quantity, a, b)
    assert comparison.verdict == verdict
    assert words in comparison.sentence
    assert comparison.n == len(a)


@given(
    st.lists(st.floats(0.1, 1), min_size=1, max_size=6),
    st.lists(st.floats(0.1, 1), min_size=1, max_size=6),
)
def test_no_sentence_contradicts_its_verdict(a: list[float], b: list[float]) -> None:
    comparison = compare("test_accuracy", a, b)
    claims = "more accurate" in comparison.sentence
    assert claims == (comparison.verdict in ("a_higher", "b_higher"))
    if comparison.verdict == "a_higher":
        assert comparison.a_mean > comparison.b_mean
        assert "TensorFlow was more" in comparison.sentence


def test_only_seeds_that_both_completed_are_paired() -> None:
    trials = make_trials("test_accuracy", (0.9, 0.91, 0.92), (0.9, 0.91))
    trials.append(make_trial("pytorch", 2, reason="killed"))
    findings = compare_workloads(trials, [DATASET])
    assert {one.n for one in findings[0].comparisons} == {2}
    (failure,) = list_failures(trials)
    assert (failure.framework, failure.seed, failure.reason) == ("PyTorch", 2, "killed")


def test_first_epoch_is_left_out_of_the_usual_one() -> None:
    trials = [make_trial(epoch_seconds=(9.0, 4.0, 5.0, 6.0))]
    member = compare_workloads(trials, [DATASET])[0].members[0]
    assert member.epoch_seconds.values == (5.0,)


def test_stand_in_is_said() -> None:
    findings = compare_workloads([make_trial()], [DATASET])[0]
    assert "not on MNIST" in findings.dataset_note
    assert findings.provenance.note == findings.dataset_note
