"""The noise floor is that of the same framework against itself, and says where it comes from."""

from math import expm1, log, sqrt
from statistics import stdev

import pytest
from msgspec.structs import replace
from scipy import stats

from dlsurvey.analysis.noise import find_noise_floor
from dlsurvey.records import Trial
from tests.dlsurvey.samples import make_trial


def run(seed: int, seconds: float, **changes: object) -> Trial:
    return make_trial("pytorch", seed, epoch_seconds=(seconds,), **changes)


def test_repeated_runs_are_pairs() -> None:
    trials = [run(seed, 4.0) for seed in range(3)]
    repeats = [run(0, 4.1), run(1, 3.9), run(2, 4.0)]
    floor = find_noise_floor(trials, repeats)["epoch_seconds"]
    assert floor is not None
    assert (floor.basis, floor.freedom) == ("repeats", 3)
    spread = sqrt((log(4.1 / 4) ** 2 + log(3.9 / 4) ** 2) / 3)
    assert floor.bound == pytest.approx(expm1(stats.t.ppf(0.975, 3) * spread))


def test_repeated_runs_may_stand_among_the_trials() -> None:
    trials = [run(seed, seconds) for seconds in (4.0, 4.1) for seed in range(3)]
    assert find_noise_floor(trials) == find_noise_floor(trials[:3], trials[3:])


def test_runs_of_another_source_or_machine_are_no_pairs() -> None:
    trials = [run(seed, 4.0) for seed in range(3)]
    strange = [replace(one, trainer_sha256="b" * 64) for one in trials]
    strange += [replace(one, environment=replace(one.environment, cpu="another")) for one in trials]
    floor = find_noise_floor(trials, strange)["epoch_seconds"]
    assert floor is not None
    assert floor.basis == "halves"


def test_without_repeats_the_seeds_are_halved() -> None:
    accuracies = [0.90, 0.92, 0.91, 0.93]
    trials = [make_trial("pytorch", seed, test_accuracy=a) for seed, a in enumerate(accuracies)]
    floor = find_noise_floor(trials)["test_accuracy"]
    assert floor is not None
    assert (floor.basis, floor.freedom) == ("halves", 3)
    # Halves of two runs each: s · sqrt(1/2 + 1/2).
    assert floor.bound == pytest.approx(stats.t.ppf(0.975, 3) * stdev(accuracies))


def test_single_runs_and_zeros_tell_nothing() -> None:
    assert set(find_noise_floor([run(0, 4.0)]).values()) == {None}
    floors = find_noise_floor([run(0, 0.0), run(1, 4.0)])
    assert floors["epoch_seconds"] is None
    assert floors["test_accuracy"] is not None
