"""A plan fits its budget, keeps the surveys' own epochs where it can, and is the same each time."""

from collections import Counter

import msgspec
import pytest

from dlsurvey.records import Protocol
from experiments.frameworks import PYTORCH, TENSORFLOW
from experiments.plan import Family, Plan, describe_plan, extend_plan, make_plan
from experiments.profiles import FULL, QUICK, STANDARD
from experiments.rounds import (
    MAX_SEEDS,
    Cost,
    Subject,
    find_budget,
    fit_to_budget,
    list_noise_rounds,
)
from experiments.workloads import find_workload
from tests.experiments.samples import DATASET, MNIST_CNN

SUBJECTS = tuple(
    Subject(workload=MNIST_CNN, framework=framework, dataset=DATASET, mode=framework.modes[0])
    for framework in (TENSORFLOW, PYTORCH)
)


def costs(seconds_per_epoch: float) -> dict[str, Cost]:
    per_image = seconds_per_epoch / DATASET.train_images
    return {
        subject.name: Cost(fixed_seconds=10.0, seconds_per_image=per_image) for subject in SUBJECTS
    }


EAGER = Subject(workload=MNIST_CNN, framework=TENSORFLOW, dataset=DATASET, mode="eager")
REAL = msgspec.structs.replace(DATASET, stand_in_for=None)
BOTH: tuple[Protocol, ...] = ("controlled", "idiomatic")


def on_real_images() -> tuple[Subject, ...]:
    return tuple(msgspec.structs.replace(subject, dataset=REAL) for subject in SUBJECTS)


@pytest.mark.parametrize(
    ("seconds_per_epoch", "epochs", "seeds", "kinds"),
    [
        (1.0, 5, 3, {"seed": 3, "noise": 2, "modes": 3}),  # 2 · 15 s a seed: room for all
        (12.0, 5, 3, {"seed": 3}),  # 2 · 70 s a seed: 420 of 540 s, and no 280 s for the noise
        (30.0, 5, 1, {"seed": 1}),  # 2 · 160 s a seed: one fits, and its epochs are the survey's
        (100.0, 2, 1, {"seed": 1}),  # two epochs, one seed
        (1000.0, 1, 1, {"seed": 1}),  # nothing fits: one epoch all the same
    ],
)
def test_budget_is_filled(
    seconds_per_epoch: float, epochs: int, seeds: int, kinds: dict[str, int]
) -> None:
    subjects = on_real_images()
    measured = costs(seconds_per_epoch) | {EAGER.name: costs(seconds_per_epoch)[SUBJECTS[0].name]}
    fit = fit_to_budget(subjects, (EAGER,), measured, STANDARD, ("idiomatic",))
    assert max(1, int(MNIST_CNN.epochs * fit.share)) == epochs
    assert Counter(one.kind for one in fit.rounds) == kinds
    assert kinds["seed"] == seeds
    assert fit.rest_seconds >= 0


def test_images_that_stand_in_for_others_get_less_time() -> None:
    assert find_budget(SUBJECTS, STANDARD) == 360
    assert find_budget(on_real_images(), STANDARD) == 600
    assert find_budget((*SUBJECTS, *on_real_images()), STANDARD) == 600


def test_the_default_survey_of_stand_ins_has_seeds_enough_for_verdicts() -> None:
    """Seconds as a machine with two cores has them: most of a trial is its start."""
    subjects = tuple(
        Subject(
            workload=find_workload(name),
            framework=framework,
            dataset=DATASET,
            mode=framework.modes[0],
        )
        for name in ("mnist-cnn", "cifar10-cnn")
        for framework in (TENSORFLOW, PYTORCH)
    )
    cost = Cost(fixed_seconds=7.5, seconds_per_image=0.0003, test_seconds=0.1)
    plan = make_plan(
        subjects,
        STANDARD,
        protocols=BOTH,
        threads=2,
        costs=dict.fromkeys([one.name for one in subjects], cost),
    )
    counts = Counter((spec.workload, spec.framework, spec.protocol) for spec in plan.specs)
    assert len(counts) == 8
    assert min(counts.values()) >= 3


def test_plan_says_how_long_it_will_take() -> None:
    plan = make_plan(
        on_real_images(), STANDARD, protocols=("idiomatic",), threads=2, costs=costs(12.0)
    )
    assert plan.estimated_seconds == pytest.approx(3 * 2 * 70)
    assert "3 seeds in the idiomatic protocol" in plan.sentence
    assert "seed 20211" in plan.sentence


def test_noise_takes_three_pairs_and_no_more_seeds_than_there_are() -> None:
    assert [(one.seed, len(one.subjects)) for one in list_noise_rounds(SUBJECTS, "controlled", range(5))] == [
        (0, 2), (1, 2),
    ]  # fmt: skip
    assert len(list_noise_rounds(SUBJECTS[:1], "controlled", range(5))) == 3
    assert list_noise_rounds(SUBJECTS[:1], "controlled", range(2)) == ()


def test_repeated_runs_have_the_same_spec() -> None:
    plan = make_plan(SUBJECTS, FULL, protocols=BOTH, threads=2, others=(EAGER,))
    counts = Counter(spec.key for spec in plan.specs)
    assert sorted(counts.values()).count(2) == 4
    assert {spec.protocol for spec in plan.specs if counts[spec.key] == 2} == {"controlled"}
    assert "4 runs repeated with nothing changed" in plan.sentence
    eager = [spec for spec in plan.specs if spec.framework == "tensorflow" and spec.mode == "eager"]
    assert [spec.seed for spec in eager] == [0, 1, 2, 3, 4]
    assert "5 seeds in other modes (TensorFlow eager)" in plan.sentence


def test_other_seeds_make_an_independent_repetition() -> None:
    profile = msgspec.structs.replace(FULL, first_seed=100, seeds=3)
    plan = make_plan(SUBJECTS, profile, protocols=("idiomatic",), threads=2, others=(EAGER,))
    assert {spec.seed for spec in plan.specs} == {100, 101, 102}
    first = make_plan(SUBJECTS, FULL, protocols=("idiomatic",), threads=2, others=(EAGER,))
    assert not {spec.key for spec in plan.specs} & {spec.key for spec in first.specs}


def plan_with_rest(seconds: float) -> Plan:
    plan = make_plan(on_real_images(), STANDARD, protocols=BOTH, threads=2, costs=costs(1.0))
    return msgspec.structs.replace(plan, rest_seconds=seconds)


def test_rest_goes_where_the_interval_is_widest() -> None:
    narrow = Family(workload="mnist-cnn", protocol="controlled")
    wide = Family(workload="mnist-cnn", protocol="idiomatic")
    plan = plan_with_rest(65.0)  # a seed of both frameworks costs 30 s
    once = extend_plan(plan, {narrow: 0.1, wide: 0.3})
    assert once is not None
    assert [(spec.protocol, spec.seed) for spec in once.specs[len(plan.specs) :]] == [
        ("idiomatic", 3), ("idiomatic", 3),
    ]  # fmt: skip
    twice = extend_plan(once, {narrow: 0.1, wide: 0.05})
    assert twice is not None
    assert twice.specs[-1].protocol == "controlled"
    assert twice.rest_seconds == pytest.approx(5.0)
    assert extend_plan(twice, {narrow: 0.1, wide: 0.05}) is None
    assert "1 seed more of mnist-cnn in the idiomatic protocol" in describe_plan(twice)
    assert describe_plan(plan) == plan.sentence


def test_no_rest_and_no_interval_add_nothing() -> None:
    family = Family(workload="mnist-cnn", protocol="controlled")
    assert extend_plan(plan_with_rest(0.0), {family: 1.0}) is None
    assert extend_plan(plan_with_rest(1e6), {}) is None
    assert extend_plan(plan_with_rest(65.0), {family: 1.0}, overrun_seconds=-50.0) is not None
    assert extend_plan(plan_with_rest(65.0), {family: 1.0}, overrun_seconds=50.0) is None


def test_what_is_added_ends() -> None:
    family = Family(workload="mnist-cnn", protocol="controlled")
    plan: Plan | None = plan_with_rest(1e9)
    seeds = 0
    while plan is not None:
        seeds = max(spec.seed for spec in plan.specs)
        plan = extend_plan(plan, {family: 1.0})
    assert seeds == MAX_SEEDS - 1


def test_rounds_are_interleaved_in_a_recorded_order() -> None:
    plan = make_plan(SUBJECTS, FULL, protocols=("idiomatic",), threads=2)
    again = make_plan(SUBJECTS, FULL, protocols=("idiomatic",), threads=2)
    assert plan == again
    assert [spec.seed for spec in plan.specs] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0, 1, 1]
    assert Counter(spec.framework for spec in plan.specs) == {"tensorflow": 7, "pytorch": 7}
    assert len({spec.framework for spec in plan.specs[::2]}) == 2
    assert {spec.epochs for spec in plan.specs} == {MNIST_CNN.epochs}


def test_quick_limits_the_images_only_where_there_are_more() -> None:
    plan = make_plan(SUBJECTS, QUICK, protocols=("idiomatic",), threads=2)
    assert {spec.train_limit for spec in plan.specs} == {None}
    assert len(plan.specs) == 4


def test_budget_that_ends_in_between_has_spread_over_both_protocols() -> None:
    plan = make_plan(on_real_images(), STANDARD, protocols=BOTH, threads=2, costs=costs(14.0))
    assert Counter(spec.protocol for spec in plan.specs) == {"controlled": 4, "idiomatic": 2}
    assert {spec.epochs for spec in plan.specs} == {5}


def test_quick_has_few_trials_whatever_is_asked() -> None:
    few = make_plan(SUBJECTS, QUICK, protocols=BOTH, threads=2)
    assert [(spec.protocol, spec.seed) for spec in few.specs[::2]] == [
        ("controlled", 0),
        ("idiomatic", 0),
    ]
    assert len(few.specs) == 4
    many = make_plan(SUBJECTS * 3, QUICK, protocols=BOTH, threads=2)
    assert {(spec.protocol, spec.seed) for spec in many.specs} == {("controlled", 0)}
