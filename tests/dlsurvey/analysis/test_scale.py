"""Along a sweep: who leads where, where the sign turns, and what never leaks into other verdicts."""

from msgspec.structs import replace

from dlsurvey.analysis.scale import assess_scale
from dlsurvey.analysis.sizes import ScaleAxis, ScaleFindings
from dlsurvey.records import Parity, ParityCheck, Trial
from dlsurvey.settings import Margins
from experiments.frameworks import JAX, PYTORCH, TENSORFLOW
from experiments.scale import Point
from tests.dlsurvey.samples import make_trial
from tests.dlsurvey.study_samples import BUSY, make_sweeps
from tests.experiments.samples import DATASET


def assess(trials: tuple[Trial, ...], *certificates: Parity) -> ScaleFindings:
    found = assess_scale(trials, (DATASET,), Margins(), certificates)
    assert found is not None
    return found


def find_axis(found: ScaleFindings, name: str) -> ScaleAxis:
    return next(axis for axis in found.axes if axis.name == name)


def test_sweeps_meet_at_the_base_and_change_one_thing() -> None:
    found = assess(make_sweeps())
    values = {axis.name: [point.value for point in axis.lines[0].points] for axis in found.axes}
    assert values == {"batch_size": [8, 32, 128, 512], "threads": [1, 2]}
    at_base = {axis.name: axis.lines[0].points for axis in found.axes}
    assert at_base["batch_size"][1].epoch_seconds == at_base["threads"][1].epoch_seconds


def test_the_turn_of_the_sign_is_named_where_it_is() -> None:
    sentences = find_axis(assess(make_sweeps()), "batch_size").sentences
    assert any(
        "turns: up to batch size 32 PyTorch needs less, from batch size 128 on TensorFlow" in one
        for one in sentences
    )


def test_a_sign_that_never_turns_is_said_to_stay() -> None:
    sentences = find_axis(assess(make_sweeps()), "threads").sentences
    (told,) = [one for one in sentences if one.startswith("Threads, time per epoch")]
    assert "PyTorch needed less than TensorFlow at 1 thread (0.60 times as much)" in told
    assert "never turns" in told


def test_equal_frameworks_get_no_leader() -> None:
    def take_time(framework: str, point: Point) -> float:
        return 1.0 / point.threads

    for axis in assess(make_sweeps(take_time)).axes:
        (told,) = [one for one in axis.sentences if "time per epoch:" in one]
        assert "equivalent" in told
        assert "needs less" not in told


def test_single_runs_and_disturbed_runs_give_no_verdict() -> None:
    for trials in (make_sweeps(seeds=1), make_sweeps(load=BUSY)):
        found = assess(trials)
        for axis in found.axes:
            for ratio in axis.ratios:
                if ratio.comparison.quantity == "epoch_seconds":
                    assert ratio.comparison.verdict in ("single_run", "inconclusive")
            (told,) = [one for one in axis.sentences if "time per epoch:" in one]
            assert "no verdict" in told
    assert "40 of 40 trials" in assess(make_sweeps(load=BUSY)).load


def test_every_run_is_shown_with_its_own_ratio() -> None:
    line = find_axis(assess(make_sweeps()), "batch_size").lines[1]
    for point in line.points:
        assert point.multiple is not None
        assert len(point.multiple.values) == 4
        assert abs(point.multiple.mean - (0.6 if point.value < 100 else 1.5)) < 1e-9
    assert find_axis(assess(make_sweeps()), "batch_size").lines[0].points[0].multiple is None


def test_a_pair_that_failed_its_parity_is_not_compared() -> None:
    failed = Parity(
        workload="mnist-cnn",
        checks=(
            ParityCheck(
                workload="mnist-cnn",
                a="tensorflow",
                b="pytorch",
                quantity="logits",
                max_relative_difference=0.1,
                tolerance=1e-10,
                passed=False,
                explanation="another padding",
            ),
        ),
        traces={},
    )
    found = assess(make_sweeps(), failed)
    assert all(axis.ratios == () for axis in found.axes)


def test_a_third_framework_is_set_beside_the_first() -> None:
    found = assess(make_sweeps(frameworks=(TENSORFLOW, PYTORCH, JAX)))
    axis = find_axis(found, "threads")
    assert [line.title for line in axis.lines] == ["TensorFlow", "PyTorch", "JAX"]
    assert sum("time per epoch:" in one for one in axis.sentences) == 2


def test_a_failed_trial_is_a_row_with_its_reason() -> None:
    trials = make_sweeps()
    lost = replace(trials[0], status="failed", reason="out of memory", metrics=None)
    found = assess((lost, *trials[1:]))
    (failure,) = found.failures
    assert failure.reason == "out of memory"


def test_nothing_trained_is_nothing_found() -> None:
    assert assess_scale((), (DATASET,), Margins()) is None
    assert assess_scale((make_trial(reason="crashed"),), (DATASET,), Margins()) is None


def test_where_neither_leads_equivalent_is_told_from_open() -> None:
    def take_time(framework: str, point: Point) -> float:
        ahead = framework == "pytorch" and point.batch_size == 8
        return 0.5 if ahead else 1.0

    (told,) = [
        one
        for one in find_axis(assess(make_sweeps(take_time)), "batch_size").sentences
        if "time per epoch:" in one
    ]
    assert "PyTorch needed less than TensorFlow at batch size 8 (0.50 times as much)" in told
    assert "They are equivalent at batch size 32, batch size 128 and batch size 512." in told
    assert "No clear difference" not in told
