"""A mode pays only where it was shown to need less time; then warm-up and epochs say when."""

from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.breakeven import conclude_modes, write_epochs
from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.measured import BreakEven
from dlsurvey.records import Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET


def make_runs(mode: str, warmup: float, epoch: float, runs: int = 4, **setting: Any) -> list[Trial]:
    trials = [
        make_trial("tensorflow", s, warmup_seconds=warmup, epoch_seconds=(epoch + 0.01 * s,))
        for s in range(runs)
    ]
    return [replace(one, spec=replace(one.spec, mode=mode, **setting)) for one in trials]


def find(*trials: list[Trial]) -> tuple[BreakEven, ...]:
    return compare_workloads([one for some in trials for one in some], [DATASET])[0].break_evens


def test_extra_warm_up_is_divided_by_what_an_epoch_saves() -> None:
    (one,) = find(make_runs("graph", 1.0, 4.0), make_runs("compiled", 4.0, 2.0))
    assert (one.default_mode, one.mode, one.verdict, one.n) == ("graph", "compiled", "a_higher", 4)
    assert one.epochs == pytest.approx(1.5)
    assert one.epochs_low == pytest.approx(1.5)
    assert "The 3.00 s more of start-up are earned back after 1.5 epochs." in one.sentence
    assert "start-up 4.00 s against 1.00 s" in one.sentence


def test_compiling_again_in_the_first_epoch_is_start_up_too() -> None:
    default = make_runs("graph", 1.0, 4.0)
    compiled = [
        replace(one, metrics=replace(one.metrics, epoch_seconds=(7.0, 2.0 + 0.01 * seed, 2.0)))
        for seed, one in enumerate(make_runs("compiled", 4.0, 2.0))
        if one.metrics is not None
    ]
    (one,) = find(default, compiled)
    assert one.startup_seconds == pytest.approx(9.0, abs=0.05)
    assert one.epochs == pytest.approx(4.0, abs=0.1)


def test_a_shorter_warm_up_pays_from_the_start() -> None:
    (one,) = find(make_runs("graph", 4.0, 4.0), make_runs("eager", 1.0, 2.0))
    assert one.epochs == 0
    assert "eager pays from the start" in one.sentence
    assert conclude_modes([one]) == ["TensorFlow, modes against graph: eager pays from the start."]


@pytest.mark.parametrize(
    ("epoch", "runs", "words"),
    [
        (8.0, 4, "Its epochs are longer: compiled earns nothing back."),
        (4.0, 4, "equivalent within the margin, so there is no break-even"),
        (2.0, 2, "not shown to need less time per epoch, so there is no break-even"),
        (2.0, 1, "not shown to need less time per epoch, so there is no break-even"),
    ],
)
def test_what_is_not_shown_to_be_faster_has_no_break_even(
    epoch: float, runs: int, words: str
) -> None:
    (one,) = find(make_runs("graph", 1.0, 4.0, runs), make_runs("compiled", 4.0, epoch, runs))
    assert one.epochs is None
    assert words in one.sentence
    assert "earned back after" not in one.sentence


def test_every_mode_is_set_against_the_default_only() -> None:
    found = find(
        make_runs("eager", 0.5, 8.0), make_runs("graph", 1.0, 4.0), make_runs("compiled", 3.0, 2.0)
    )
    assert [(one.default_mode, one.mode) for one in found] == [
        ("graph", "eager"),
        ("graph", "compiled"),
    ]
    assert conclude_modes(found) == [
        "TensorFlow, modes against graph: eager was not shown to need less time per epoch;"
        " compiled pays after 1 epoch."
    ]


def test_protocols_are_told_apart() -> None:
    found = find(
        make_runs("graph", 1.0, 4.0, protocol="controlled"),
        make_runs("compiled", 4.0, 2.0, protocol="controlled"),
        make_runs("graph", 1.0, 4.0),
        make_runs("compiled", 3.0, 2.0),
    )
    assert [one.epochs for one in found] == pytest.approx([1.5, 1.0])
    assert "TensorFlow (controlled), compiled against graph" in found[0].sentence
    assert conclude_modes(found) == [
        "TensorFlow, modes against graph:"
        " compiled pays after 1.5 epochs (controlled) and pays after 1 epoch (idiomatic)."
    ]


def test_devices_are_never_set_against_each_other() -> None:
    assert find(make_runs("graph", 1.0, 4.0), make_runs("compiled", 4.0, 2.0, device="cuda")) == ()


def test_one_framework_in_one_mode_has_none() -> None:
    assert find(make_runs("graph", 1.0, 4.0)) == ()


@pytest.mark.parametrize(
    ("count", "text"), [(0.0, "0"), (0.421, "0.42"), (1.0, "1"), (3.14, "3.1"), (1234.5, "1,234")]
)
def test_epochs_are_written_short(count: float, text: str) -> None:
    assert write_epochs(count) == text
