"""Verdicts say no more than the spread allows, and every sentence agrees with its verdict."""

import random
from collections.abc import Sequence
from math import exp
from pathlib import Path
from statistics import stdev

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads, list_failures
from dlsurvey.analysis.inference import ALPHA
from dlsurvey.analysis.measured import Comparison, Verdict
from dlsurvey.analysis.pairing import scale_effect
from dlsurvey.analysis.quantities import find_epoch_seconds
from dlsurvey.analysis.sentences import describe_comparison
from dlsurvey.analysis.spread import find_interval, summarize
from dlsurvey.records import Metrics, Trial
from dlsurvey.settings import Margins
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


@given(st.dictionaries(st.integers(0, 50), st.floats(-1e6, 1e6), min_size=3, max_size=10))
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


CLAIMS = ("more accurate", "less time", "less memory", "faster", "slower")


@given(
    st.sampled_from([ACCURACY, SECONDS]),
    st.lists(st.floats(0.1, 1), min_size=1, max_size=6),
    st.lists(st.floats(0.1, 1), min_size=1, max_size=6),
)
def test_no_sentence_contradicts_its_verdict(quantity: str, a: list[float], b: list[float]) -> None:
    comparison = compare(quantity, a, b)
    claims = any(words in comparison.sentence for words in CLAIMS)
    assert claims == (comparison.verdict in ("a_higher", "b_higher"))
    assert ("quivalent" in comparison.sentence) == (comparison.verdict == "equivalent")
    assert ("inconclusive" in comparison.sentence) == (comparison.verdict == "inconclusive")
    if comparison.verdict == "a_higher":
        assert comparison.a_mean > comparison.b_mean
        subject = "TensorFlow was more" if quantity == ACCURACY else "PyTorch needed"
        assert subject in comparison.sentence


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("a_higher", "A needed 9.1 % less time per epoch than B"),
        ("b_higher", "A needed 9.1 % less time per epoch than B"),
        ("equivalent", "Equivalent within the margin of 5 % (difference from "),
        ("inconclusive", "not beyond the spread of 4 paired runs (6 comparisons considered) and"),
        ("single_run", "nothing is said about which is higher"),
    ],
)
def test_every_verdict_has_its_sentence(verdict: Verdict, words: str) -> None:
    sign = -1 if verdict == "b_higher" else 1
    one = replace(
        compare(SECONDS, (1.1, 1.2, 1.1, 1.2), (1.0, 1.0, 1.0, 1.0)),
        relative_effect=1.1**sign - 1,
        verdict=verdict,
        p_difference=0.2,
        family=6,
    )
    # 'A' needs less in both: the higher side is the other one.
    titles = (
        {"pytorch": "A", "tensorflow": "B"} if sign == 1 else {"tensorflow": "A", "pytorch": "B"}
    )
    sentence = describe_comparison(one, "W", titles)
    assert words in sentence
    claims = any(word in sentence for word in CLAIMS)
    assert claims == verdict.endswith("_higher")


def test_equivalence_is_shown_and_not_supposed() -> None:
    close = compare(SECONDS, (4.00, 4.02, 4.01, 3.99, 4.0), (4.01, 4.0, 4.02, 4.0, 3.99))
    assert close.verdict == "equivalent"
    assert "measurable" not in close.sentence
    small = compare(MEMORY, [8e8 + seed for seed in range(5)], [7.9e8 + seed for seed in range(5)])
    assert small.verdict == "equivalent"
    assert "A small difference is measurable, but it is within the margin." in small.sentence


def test_nothing_is_called_slower_inside_the_noise_floor() -> None:
    a, b = (4.4, 4.41, 4.4), (4.0, 4.0, 4.01)
    assert compare(SECONDS, a, b).verdict == "a_higher"
    shaken = [make_trial("tensorflow", seed, epoch_seconds=(5.0 - seed,)) for seed in range(3)]
    findings = compare_workloads(make_trials(SECONDS, a, b), [DATASET], repeats=shaken)[0]
    (one,) = (one for one in findings.comparisons if one.quantity == SECONDS)
    assert one.verdict == "inconclusive"
    assert "within the noise floor: runs of one and the same framework differ" in one.sentence
    assert {floor.basis for floor in findings.noise_floors} == {"repeats"}


def test_margins_are_those_of_the_settings() -> None:
    a, b = (4.4, 4.41, 4.4), (4.0, 4.0, 4.01)
    findings = compare_workloads(make_trials(SECONDS, a, b), [DATASET], Margins(time_percent=20))
    (one,) = (one for one in findings[0].comparisons if one.quantity == SECONDS)
    assert (one.margin, one.verdict) == (0.2, "equivalent")


TIMES = st.lists(
    st.tuples(st.floats(0.5, 2), st.floats(0.5, 2)), min_size=1, max_size=6
)  # fmt: skip


@given(TIMES, st.floats(0.01, 100))
def test_the_unit_of_time_leaves_the_verdict(times: list[tuple[float, float]], unit: float) -> None:
    a, b = zip(*times, strict=True)
    one = compare(SECONDS, a, b)
    other = compare(SECONDS, [unit * x for x in a], [unit * x for x in b])
    if not_on_the_edge(one):
        assert other.verdict == one.verdict
        assert other.relative_effect == pytest.approx(one.relative_effect, abs=1e-9)


@given(TIMES)
def test_swapped_frameworks_swap_the_verdict(times: list[tuple[float, float]]) -> None:
    a, b = zip(*times, strict=True)
    one, other = compare(SECONDS, a, b), compare(SECONDS, b, a)
    mirror = {"a_higher": "b_higher", "b_higher": "a_higher"}
    if not_on_the_edge(one):
        assert other.verdict == mirror.get(one.verdict, one.verdict)


def not_on_the_edge(one: Comparison) -> bool:
    """Whether no decision hangs on the last digit."""
    told = [p for p in (one.p_difference, one.p_equivalence) if p is not None]
    effect, floor = scale_effect(one)
    near = effect is not None and floor is not None and abs(abs(effect) - floor) < 1e-9
    return not near and all(abs(p - ALPHA) > 1e-6 for p in told)


def test_a_fifth_more_time_is_found() -> None:
    """The true difference 20 %, each run with a spread of 2 %, so 3 % of a pair: five seeds do."""
    draw = random.Random(20)
    found = 0
    for _ in range(50):
        a = [1.2 * exp(draw.gauss(0, 0.021)) for _ in range(5)]
        b = [exp(draw.gauss(0, 0.021)) for _ in range(5)]
        found += compare(SECONDS, a, b).verdict == "a_higher"
    assert found >= 48


SAMPLE = Path(__file__).parents[2] / "sample_store" / "trials"


@pytest.mark.parametrize("protocol", ["controlled", "idiomatic"])
@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
def test_a_framework_against_itself_is_never_higher(framework: str, protocol: str) -> None:
    """Twenty A/A comparisons of trials drawn from stored ones, moved by the spread they have."""
    stored = [
        msgspec.json.decode(path.read_bytes(), type=Trial) for path in SAMPLE.glob("*/*.json")
    ]
    metrics = [
        one.metrics
        for one in stored
        if one.metrics and (one.spec.framework, one.spec.protocol) == (framework, protocol)
    ]
    assert len(metrics) >= 3
    draw = random.Random(7)
    verdicts = []
    for _ in range(20):
        trials = [
            make_trial(name, seed, **draw_run(draw, metrics))
            for name in ("tensorflow", "pytorch")
            for seed in range(5)
        ]
        verdicts += [one.verdict for one in compare_workloads(trials, [DATASET])[0].comparisons]
    assert len(verdicts) == 60
    assert not {"a_higher", "b_higher"} & set(verdicts)


def draw_run(draw: random.Random, metrics: Sequence[Metrics]) -> dict[str, object]:
    """A smoothed bootstrap: one stored run, every value moved by a half of the runs' deviation."""
    one = draw.choice(metrics)

    def move(values: Sequence[float], value: float) -> float:
        return value + draw.gauss(0, stdev(values) / 2)

    return {
        "test_accuracy": min(1.0, move([m.test_accuracy for m in metrics], one.test_accuracy)),
        "epoch_seconds": (move([find_epoch_seconds(m) for m in metrics], find_epoch_seconds(one)),),
        "peak_memory_bytes": round(
            move([m.peak_memory_bytes for m in metrics], one.peak_memory_bytes)
        ),
    }


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
