"""Only what is comparable is paired, and what readers ask first comes first."""

from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.measured import Comparison
from dlsurvey.records import Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET


def make_runs(
    framework: str, count: int = 3, seconds: float = 4.0, **setting: object
) -> list[Trial]:
    """Completed trials whose specs have `setting`."""
    runs = [
        make_trial(framework, seed, epoch_seconds=(seconds + 0.01 * seed,)) for seed in range(count)
    ]
    return [replace(run, spec=replace(run.spec, **setting)) for run in runs]


def list_sides(trials: list[Trial]) -> list[tuple[str, str, str, str, str]]:
    return [
        (one.protocol, one.a, one.a_mode, one.b, one.b_mode)
        for one in compare_workloads(trials, [DATASET])[0].comparisons
        if one.quantity == "epoch_seconds"
    ]


def test_protocols_are_never_mixed() -> None:
    trials = [
        run
        for framework in ("tensorflow", "pytorch")
        for protocol in ("controlled", "idiomatic")
        for run in make_runs(framework, protocol=protocol)
    ]
    assert [(sides[0], sides[1], sides[3]) for sides in list_sides(trials)] == [
        ("controlled", "tensorflow", "pytorch"),
        ("idiomatic", "tensorflow", "pytorch"),
    ]
    findings = compare_workloads(trials, [DATASET])[0]
    assert "MNIST CNN (controlled), time per epoch" in findings.comparisons[2].sentence
    assert "controlled and idiomatic protocols" in findings.setup


def test_default_modes_come_first_then_the_modes_of_one_framework() -> None:
    trials = [
        *make_runs("tensorflow", mode="eager", seconds=8.0),
        *make_runs("tensorflow", mode="graph"),
        *make_runs("pytorch", mode="eager"),
    ]
    assert list_sides(trials) == [
        ("idiomatic", "tensorflow", "graph", "pytorch", "eager"),
        ("idiomatic", "tensorflow", "graph", "tensorflow", "eager"),
    ]
    one = compare_workloads(trials, [DATASET])[0].comparisons[3]
    assert one.verdict == "b_higher"
    assert (
        "TensorFlow (graph) needed 50 % less time per epoch than TensorFlow (eager)" in one.sentence
    )


@pytest.mark.parametrize(
    "setting", [{"device": "cuda"}, {"epochs": 9}, {"train_limit": 100}, {"threads": 1}]
)
def test_other_settings_are_not_compared(setting: dict[str, Any]) -> None:
    assert list_sides([*make_runs("tensorflow"), *make_runs("pytorch", **setting)]) == []


def test_devices_are_compared_apart_and_told_apart() -> None:
    cpu = [*make_runs("tensorflow", seconds=8.0), *make_runs("pytorch", seconds=4.0)]
    gpu = [
        *make_runs("tensorflow", seconds=0.4, device="cuda"),
        *make_runs("pytorch", seconds=0.8, device="cuda"),
    ]
    both = compare_workloads([*cpu, *gpu], [DATASET])[0]
    seconds = [one for one in both.comparisons if one.quantity == "epoch_seconds"]
    assert [(one.device, one.verdict) for one in seconds] == [
        ("cpu", "a_higher"),
        ("cuda", "b_higher"),
    ]
    assert "MNIST CNN (CPU)" in seconds[0].sentence
    assert "MNIST CNN (GPU)" in seconds[1].sentence
    assert "on the CPU and GPU" in both.setup
    # The noise of one device says nothing of another's.
    alone = compare_workloads(cpu, [DATASET])[0]
    assert alone.noise_floors == tuple(one for one in both.noise_floors if one.device == "cpu")


def test_the_first_run_of_a_spec_is_the_one_compared() -> None:
    trials = [*make_runs("pytorch", seconds=4.0), *make_runs("pytorch", seconds=4.1)]
    (member,) = compare_workloads(trials, [DATASET])[0].members
    assert member.epoch_seconds.values == pytest.approx((4.0, 4.01, 4.02))


def test_p_values_are_adjusted_over_the_whole_edition() -> None:
    runs = [*make_runs("tensorflow", seconds=4.2), *make_runs("pytorch")]
    other = [replace(run, spec=replace(run.spec, workload="cifar10-cnn")) for run in runs]
    alone = find_seconds(runs)
    both = find_seconds(runs + other)
    assert (alone.family, both.family) == (3, 6)
    assert alone.p_difference is not None
    assert both.p_difference == pytest.approx(2 * alone.p_difference)


def find_seconds(trials: list[Trial]) -> Comparison:
    comparisons = compare_workloads(trials, [DATASET])[0].comparisons
    return next(one for one in comparisons if one.quantity == "epoch_seconds")


def test_runs_without_a_ratio_give_no_verdict_and_no_crash() -> None:
    trials = [*make_runs("tensorflow"), *make_runs("pytorch")]
    still = [
        replace(run, metrics=replace(run.metrics, peak_memory_bytes=0))
        for run in trials
        if run.metrics is not None
    ]
    one = compare_workloads(still, [DATASET])[0].comparisons[-1]
    assert (one.verdict, one.relative_effect, one.p_difference) == ("inconclusive", None, None)
    assert "was not tested" in one.sentence
