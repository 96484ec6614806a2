"""The rest of a budget goes where intervals are widest; widths come from the default modes only."""

from math import exp

import msgspec
import pytest

from dlsurvey.planning import format_minutes, measure_widths
from dlsurvey.records import Mode, Protocol, Trial
from experiments.plan import Family
from tests.dlsurvey.samples import make_trial

CONTROLLED = Family(workload="mnist-cnn", protocol="controlled")
IDIOMATIC = Family(workload="mnist-cnn", protocol="idiomatic")


def make(
    framework: str,
    seed: int,
    seconds: float,
    protocol: Protocol = "controlled",
    mode: Mode = "eager",
) -> Trial:
    trial = make_trial(framework, seed)
    assert trial.metrics is not None
    return msgspec.structs.replace(
        trial,
        spec=msgspec.structs.replace(trial.spec, protocol=protocol, mode=mode),
        metrics=msgspec.structs.replace(trial.metrics, epoch_seconds=(9.0, seconds)),
    )


def test_width_is_that_of_the_ratio_between_frameworks() -> None:
    # Log ratios -s, 0, s: their standard deviation is s, the t quantile for two degrees is 4.303.
    spread = 0.01
    trials = [make("tensorflow", seed, exp(spread * (seed - 1))) for seed in range(3)]
    trials += [make("pytorch", seed, 1.0) for seed in range(3)]
    widths = measure_widths(trials)
    assert widths == {CONTROLLED: pytest.approx(exp(4.3027 * spread / 3**0.5) - 1, rel=1e-3)}


def test_too_few_seeds_and_a_framework_alone_have_no_width() -> None:
    trials = [make(name, seed, 1.0) for name in ("tensorflow", "pytorch") for seed in range(2)]
    trials += [make("tensorflow", seed, 1.0, "idiomatic") for seed in range(5)]
    assert measure_widths(trials) == {}


def test_other_modes_and_repeated_runs_do_not_widen_it() -> None:
    steady = [make(name, seed, 1.0) for name in ("tensorflow", "pytorch") for seed in range(3)]
    wild = [make("tensorflow", seed, 2.0**seed, mode="compiled") for seed in range(3)]
    again = [make("pytorch", 0, 7.0)]
    assert measure_widths([*steady, *wild, *again]) == {CONTROLLED: pytest.approx(0.0)}


def test_each_family_has_its_own() -> None:
    trials = [make(name, seed, 1.0) for name in ("tensorflow", "pytorch") for seed in range(3)]
    for seed in range(3):
        trials.append(make("tensorflow", seed, 1.0 + seed, "idiomatic"))
        trials.append(make("pytorch", seed, 1.0, "idiomatic"))
    widths = measure_widths(trials)
    assert widths[IDIOMATIC] > widths[CONTROLLED] == pytest.approx(0.0)


def test_minutes_are_written_out() -> None:
    assert [format_minutes(seconds) for seconds in (45.2, 580.0)] == ["45 s", "9 min 40 s"]
