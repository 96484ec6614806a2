"""The rest of a budget goes where intervals are widest; widths come from the default modes only."""

from math import exp

import msgspec
import pytest

from dlsurvey.planning import format_minutes, list_disturbed, measure_widths
from dlsurvey.records import Load, Mode, Protocol, Trial
from experiments.plan import Family, Plan, describe_plan, repeat_trials
from experiments.rounds import Cost
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


def disturb(trial: Trial, cores: float = 1.0) -> Trial:
    load = Load(load_average=None, foreign_cores=cores, frequency_mhz=None)
    return msgspec.structs.replace(trial, load=load)


def make_plan(trials: list[Trial], rest_seconds: float) -> Plan:
    cost = Cost(fixed_seconds=10.0, seconds_per_image=0.0)
    return Plan(
        specs=tuple(trial.spec for trial in trials),
        sentence="A plan.",
        estimated_seconds=100.0,
        costs={f"mnist-cnn/{name}/eager": cost for name in ("tensorflow", "pytorch")},
        images={"mnist-cnn": 1000},
        rest_seconds=rest_seconds,
    )


def test_disturbed_times_have_no_width() -> None:
    trials = [disturb(make("tensorflow", seed, 1.0)) for seed in range(3)]
    trials += [make("pytorch", seed, 1.0) for seed in range(3)]
    assert measure_widths(trials) == {}


def test_a_disturbed_trial_is_repeated_once_where_the_rest_has_room() -> None:
    trials = [make(name, seed, 1.0) for name in ("tensorflow", "pytorch") for seed in range(2)]
    trials[1:3] = map(disturb, trials[1:3])
    disturbed = list_disturbed(trials)
    assert disturbed == [trials[1].spec, trials[2].spec]
    assert repeat_trials(make_plan(trials, 9.0), disturbed) is None
    plan = make_plan(trials, 19.0)
    assert repeat_trials(plan, disturbed, overrun_seconds=10.0) is None
    repeated = repeat_trials(plan, disturbed)
    assert repeated is not None
    assert repeated.specs[-1] == trials[1].spec
    assert (repeated.rest_seconds, repeated.estimated_seconds) == (9.0, 110.0)
    assert describe_plan(repeated).endswith("1 run beside which other work ran came a second time.")
    again = msgspec.structs.replace(repeated, rest_seconds=19.0)
    second = repeat_trials(again, disturbed)
    assert second is not None
    assert second.repeated == (trials[1].spec.key, trials[2].spec.key)
    assert repeat_trials(msgspec.structs.replace(second, rest_seconds=99.0), disturbed) is None


def test_a_spec_with_one_quiet_run_is_not_disturbed() -> None:
    trial = make("tensorflow", 0, 1.0)
    assert list_disturbed([disturb(trial), trial]) == []
    assert list_disturbed([disturb(trial, cores=0.1)]) == []
