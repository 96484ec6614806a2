"""A plan fits its budget, keeps the surveys' own epochs where it can, and is the same each time."""

from collections import Counter

import pytest

from dlsurvey.records import Protocol
from experiments.frameworks import PYTORCH, TENSORFLOW
from experiments.plan import FULL, QUICK, STANDARD, Cost, Subject, fit_to_budget, make_plan
from experiments.spec import MNIST_CNN
from tests.experiments.samples import DATASET

SUBJECTS = tuple(
    Subject(workload=MNIST_CNN, framework=framework, dataset=DATASET, mode=framework.modes[0])
    for framework in (TENSORFLOW, PYTORCH)
)


def costs(seconds_per_epoch: float) -> dict[str, Cost]:
    per_image = seconds_per_epoch / DATASET.train_images
    return {
        subject.name: Cost(fixed_seconds=10.0, seconds_per_image=per_image) for subject in SUBJECTS
    }


@pytest.mark.parametrize(
    ("seconds_per_epoch", "epochs", "seeds"),
    [
        (1.0, 5, 4),  # 2 · 15 s a seed: all that a budget is given
        (16.0, 5, 3),  # 2 · 90 s a seed: three fit 540 s
        (30.0, 5, 1),  # 2 · 160 s a seed: one fits, and its epochs are the survey's
        (100.0, 2, 1),  # two epochs, one seed
        (1000.0, 1, 1),  # nothing fits: one epoch all the same
    ],
)
def test_budget_is_filled(seconds_per_epoch: float, epochs: int, seeds: int) -> None:
    share, fitting = fit_to_budget(SUBJECTS, costs(seconds_per_epoch), STANDARD, ("idiomatic",))
    assert (max(1, int(MNIST_CNN.epochs * share)), fitting) == (epochs, seeds)


def test_plan_says_how_long_it_will_take() -> None:
    plan = make_plan(SUBJECTS, STANDARD, protocols=("idiomatic",), threads=2, costs=costs(16.0))
    assert plan.estimated_seconds == pytest.approx(3 * 2 * 90)
    assert "3 seeds in the idiomatic protocol" in plan.sentence


def test_rounds_are_interleaved_in_a_recorded_order() -> None:
    plan = make_plan(SUBJECTS, FULL, protocols=("idiomatic",), threads=2)
    again = make_plan(SUBJECTS, FULL, protocols=("idiomatic",), threads=2)
    assert plan == again
    assert [spec.seed for spec in plan.specs] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert Counter(spec.framework for spec in plan.specs) == {"tensorflow": 5, "pytorch": 5}
    assert len({spec.framework for spec in plan.specs[::2]}) == 2
    assert {spec.epochs for spec in plan.specs} == {MNIST_CNN.epochs}


def test_quick_limits_the_images_only_where_there_are_more() -> None:
    plan = make_plan(SUBJECTS, QUICK, protocols=("idiomatic",), threads=2)
    assert {spec.train_limit for spec in plan.specs} == {None}
    assert len(plan.specs) == 4


def test_every_trial_has_a_key_of_its_own() -> None:
    plan = make_plan(SUBJECTS, FULL, protocols=("idiomatic",), threads=2)
    assert len({spec.key for spec in plan.specs}) == len(plan.specs)


def test_budget_that_ends_in_between_has_spread_over_both_protocols() -> None:
    both: tuple[Protocol, ...] = ("controlled", "idiomatic")
    plan = make_plan(SUBJECTS, STANDARD, protocols=both, threads=2, costs=costs(16.0))
    assert Counter(spec.protocol for spec in plan.specs) == {"controlled": 4, "idiomatic": 2}
    assert {spec.epochs for spec in plan.specs} == {5}


def test_quick_has_few_trials_whatever_is_asked() -> None:
    both: tuple[Protocol, ...] = ("controlled", "idiomatic")
    few = make_plan(SUBJECTS, QUICK, protocols=both, threads=2)
    assert [(spec.protocol, spec.seed) for spec in few.specs[::2]] == [
        ("controlled", 0),
        ("idiomatic", 0),
    ]
    assert len(few.specs) == 4
    many = make_plan(SUBJECTS * 3, QUICK, protocols=both, threads=2)
    assert {(spec.protocol, spec.seed) for spec in many.specs} == {("controlled", 0)}
