"""A time that was taken beside other work is shown, and stands behind no verdict."""

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.claim_sentences import Told, say_verdict
from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.conclusion import conclude_quantity
from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.load import describe_load
from dlsurvey.analysis.measured import Comparison, Quantity
from dlsurvey.records import Load, Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET

QUIET = Load(load_average=None, foreign_cores=0.01, frequency_mhz=None, trials_beside=0)
BUSY = replace(QUIET, foreign_cores=1.5)
BESIDE = replace(QUIET, trials_beside=1)
NAMES = {"tensorflow": 5.0, "pytorch": 4.0}
TITLES = {"tensorflow": "TensorFlow", "pytorch": "PyTorch"}


def run(framework: str, seed: int, load: Load | None = QUIET, slow: float = 1.0) -> Trial:
    seconds = NAMES[framework] * (1 + seed / 1000) * slow
    trial = make_trial(framework, seed, epoch_seconds=(9.0, seconds))
    return replace(trial, load=load)


def compare(trials: list[Trial]) -> WorkloadFindings:
    (workload,) = compare_workloads(trials, [DATASET])
    return workload


def pick(workload: WorkloadFindings, quantity: Quantity = "epoch_seconds") -> Comparison:
    (found,) = (one for one in workload.comparisons if one.quantity == quantity)
    return found


def make_trials(count: int, disturbed: dict[int, Load]) -> list[Trial]:
    """TensorFlow is disturbed in some seeds, and ten times as slow there."""
    trials = [run("pytorch", seed) for seed in range(count)]
    for seed in range(count):
        load = disturbed.get(seed, QUIET)
        trials.append(run("tensorflow", seed, load, 1.0 if load is QUIET else 10.0))
    return trials


@pytest.mark.parametrize("load", [BUSY, BESIDE])
def test_disturbed_times_are_left_out_and_counted(load: Load) -> None:
    whole = pick(compare(make_trials(3, {})))
    workload = compare(make_trials(5, {3: load, 4: load}))
    found = pick(workload)
    assert (found.n, found.left_out, found.verdict) == (3, 2, "a_higher")
    assert (found.a_mean, found.b_mean) == (whole.a_mean, whole.b_mean)
    assert found.sentence.endswith(
        "2 pairs of runs are left out of it: other work ran beside them."
    )
    assert "left out" in say_verdict(Told(workload, found), TITLES)


@pytest.mark.parametrize("quantity", ["test_accuracy", "peak_memory_bytes"])
def test_accuracy_and_memory_stay(quantity: Quantity) -> None:
    found = pick(compare(make_trials(5, {3: BUSY, 4: BUSY})), quantity)
    assert (found.n, found.left_out) == (5, 0)
    assert "left out" not in found.sentence


@pytest.mark.parametrize("quiet", [0, 1, 2])
def test_too_few_undisturbed_runs_give_no_verdict(quiet: int) -> None:
    disturbed = dict.fromkeys(range(quiet, 5), BUSY)
    workload = compare(make_trials(5, disturbed))
    found = pick(workload)
    assert (found.n, found.left_out) == (quiet, 5 - quiet)
    assert (found.verdict, found.p_difference) == ("inconclusive", None)
    assert f"Too few undisturbed runs, {quiet} pairs of 5: inconclusive." in found.sentence
    assert conclude_quantity(workload, "epoch_seconds") == [found.sentence]
    assert found.low is None or quiet == 2


def test_disturbed_comparisons_cost_the_others_no_power() -> None:
    quiet = pick(compare(make_trials(5, {})), "peak_memory_bytes").family
    assert pick(compare(make_trials(5, dict.fromkeys(range(5), BUSY)))).family == quiet - 1


def test_an_undisturbed_repetition_takes_the_place_of_the_disturbed_run() -> None:
    trials = make_trials(3, {2: BUSY})
    found = pick(compare([*trials, run("tensorflow", 2)]))
    assert (found.n, found.left_out) == (3, 0)
    assert found.a_mean == pick(compare(make_trials(3, {}))).a_mean


def test_noise_is_not_taken_from_disturbed_times() -> None:
    quiet = compare(make_trials(5, {})).noise_floors
    again = [run(name, 0, BUSY, slow=10.0) for name in NAMES for _ in range(3)]
    floors = compare([*make_trials(5, {}), *again]).noise_floors
    assert [one for one in floors if one.quantity == "epoch_seconds"] == [
        one for one in quiet if one.quantity == "epoch_seconds"
    ]


def test_it_is_said_what_happens_to_the_marked() -> None:
    said = describe_load([run("pytorch", 0, BUSY), run("pytorch", 1, BESIDE), run("pytorch", 2)])
    assert "their times take part in no verdict" in said
    assert "1 of 3 trials ran beside another trial on the same processors" in said


def test_trials_of_other_versions_or_machines_are_never_paired() -> None:
    """One seed here and another there make no pair, whatever else they share."""
    here = [run("pytorch", seed) for seed in range(3)]
    for change in ({"cpu": "another"}, {"versions": {"numpy": "1"}}, {"python": "3.12.0"}):
        trials = [run("tensorflow", seed) for seed in range(3)]
        environment = replace(trials[0].environment, **change)
        known = replace(here[0].environment, versions={"numpy": "2"})
        moved = [replace(one, environment=environment) for one in trials]
        stayed = [replace(one, environment=known) for one in here]
        workload = compare([*stayed, *moved])
        assert workload.comparisons == ()
        assert {one.device for one in workload.members} == {"cpu", "cpu@2"}
    other = [replace(run("tensorflow", seed), trainer_sha256="b" * 64) for seed in range(3)]
    again = [run("tensorflow", seed) for seed in range(3)]
    assert [one.device for one in compare([*other, *again]).members] == ["cpu", "cpu@2"]
