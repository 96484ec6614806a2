"""What the report says of fairness follows from certificates and live defaults, and from nothing else."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.fairness import describe_parting, list_incomparable
from dlsurvey.certification import describe_certificate, find_parity_gaps
from dlsurvey.records import Parity, ParityCheck, Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET

TITLES = {"tensorflow": "TensorFlow", "pytorch": "PyTorch"}


def make_parity(*, difference: float | None = 4e-14, tolerance: float = 1e-10) -> Parity:
    passed = difference is not None and difference <= tolerance
    check = ParityCheck(
        workload="mnist-cnn",
        a="tensorflow",
        b="pytorch",
        quantity="logits",
        max_relative_difference=difference,
        tolerance=tolerance,
        passed=passed,
        explanation="" if passed else "the forward pass differs",
    )
    traces: dict[str, tuple[float, ...]] = {
        "tensorflow": (2.0, 1.0, 0.5),
        "pytorch": (2.0, 1.0, 0.501),
    }
    return Parity(workload="mnist-cnn", checks=(check,), traces=traces)


def make_trials(protocol: str, accuracies: Mapping[str, tuple[float, ...]]) -> list[Trial]:
    trials = []
    for framework, values in accuracies.items():
        for seed, value in enumerate(values):
            defaults = {"layout": "last" if framework == "tensorflow" else "first", "TF32": "off"}
            trial = make_trial(framework, seed, test_accuracy=value, defaults=defaults)
            changes: dict[str, Any] = {"protocol": protocol}
            trials.append(replace(trial, spec=replace(trial.spec, **changes)))
    return trials


CLEAR = {"tensorflow": (0.95, 0.951, 0.95, 0.952), "pytorch": (0.90, 0.901, 0.902, 0.90)}


def test_pair_that_fails_takes_part_in_no_verdict() -> None:
    trials = make_trials("controlled", CLEAR)
    passed = compare_workloads(trials, [DATASET], certificates=[make_parity()])[0]
    failed = compare_workloads(trials, [DATASET], certificates=[make_parity(difference=1e-3)])[0]
    assert passed.comparisons
    assert failed.comparisons == ()
    assert len(failed.members) == 2
    assert not failed.parity[0].passed


def test_losses_in_float32_decide_nothing() -> None:
    parity = make_parity(difference=0.5, tolerance=0.02)
    assert list_incomparable([parity]) == frozenset()


def test_failure_is_a_gap_that_names_quantity_and_cause() -> None:
    parity = make_parity(difference=1e-3)
    (gap,) = find_parity_gaps([parity])
    assert "logits differ by 1.0e-03 relative; the forward pass differs" in gap.why
    assert "NOT COMPARABLE: mnist-cnn" in describe_certificate(parity)
    assert "passed" in describe_certificate(make_parity())
    assert find_parity_gaps([make_parity()]) == ()


def test_parting_names_the_step() -> None:
    sentence = describe_parting(make_parity(), TITLES)
    assert "TensorFlow and PyTorch first differ by more than 1e-06 at step 3" in sentence
    assert "5.0e-04 of the first loss" in sentence


def test_ledger_has_a_value_for_every_member_and_differences_first() -> None:
    trials = make_trials("controlled", CLEAR)
    workload = compare_workloads(trials, [DATASET])[0]
    assert [(row.name, row.values) for row in workload.ledger] == [
        ("layout", ("last", "first")),
        ("TF32", ("off", "off")),
    ]


def test_share_of_the_defaults_is_said_in_both_protocols() -> None:
    idiomatic = {"tensorflow": (0.97, 0.97, 0.97), "pytorch": (0.90, 0.90, 0.90)}
    trials = make_trials("controlled", CLEAR) + make_trials("idiomatic", idiomatic)
    (sentence,) = compare_workloads(trials, [DATASET])[0].defaults
    assert "+7.00 points as the tutorials write it" in sentence
    assert "+5.00 points from the same weights" in sentence
    assert "+2.00 points between the two" in sentence


def test_what_was_changed_from_outside_has_rows_of_its_own() -> None:
    trials = []
    for protocol in ("controlled", "idiomatic"):
        for trial in make_trials(protocol, CLEAR):
            assert trial.metrics is not None
            is_changed = (protocol, trial.spec.framework) == ("controlled", "pytorch")
            mapped = {"epsilon of Adam": "1e-08 → 1e-07"} if is_changed else {}
            trials.append(replace(trial, metrics=replace(trial.metrics, mapped=mapped)))
    workload = compare_workloads(trials, [DATASET])[0]
    last = workload.ledger[-1]
    assert last.name == "epsilon of Adam, changed from outside"
    told = {
        (member.protocol, member.framework): value
        for member, value in zip(workload.members, last.values, strict=True)
    }
    assert told.pop(("controlled", "pytorch")) == "1e-08 → 1e-07"
    assert set(told.values()) == {"as it is"}


def test_waiting_for_batches_is_told_where_it_was_seen() -> None:
    trials = make_trials("idiomatic", CLEAR)
    assert compare_workloads(trials, [DATASET])[0].loading == ""
    trials = [
        replace(trial, metrics=replace(trial.metrics, epoch_loading_seconds=(3.0, 1.5)))
        if trial.spec.framework == "pytorch" and trial.metrics is not None
        else trial
        for trial in trials
    ]
    loading = compare_workloads(trials, [DATASET])[0].loading
    assert "50.00 % in PyTorch, idiomatic" in loading
    assert "TensorFlow" not in loading
