"""What is computed from a trial follows its definition; what a trial cannot tell is None."""

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.measured import Member
from dlsurvey.analysis.measures import (
    find_images_per_second,
    find_seconds_to_target,
    find_working_memory,
)
from dlsurvey.analysis.members import sum_confusions
from dlsurvey.records import Trial
from tests.dlsurvey.samples import make_metrics, make_trial
from tests.experiments.samples import DATASET, make_spec


def describe(*trials: Trial) -> Member:
    return compare_workloads(trials, [DATASET])[0].members[0]


def test_throughput_leaves_out_the_batch_of_the_warm_up() -> None:
    metrics = make_metrics(epoch_seconds=(5.0, 4.0), train_seconds=9.0)
    # Two epochs of 1,437 images less a batch of 32.
    assert find_images_per_second(make_spec(), DATASET, metrics) == pytest.approx(2842 / 9)
    limited = replace(make_spec(), train_limit=100)
    assert find_images_per_second(limited, DATASET, metrics) == pytest.approx(168 / 9)


def test_throughput_of_no_time_is_none() -> None:
    assert find_images_per_second(make_spec(), DATASET, make_metrics(train_seconds=0.0)) is None
    single = replace(make_spec(), train_limit=10)
    assert find_images_per_second(single, DATASET, make_metrics(epoch_seconds=(0.0,))) is None


def test_memory_beyond_the_import() -> None:
    assert find_working_memory(make_metrics()) == 400_000_000
    assert find_working_memory(make_metrics(peak_memory_bytes=1)) is None


@pytest.mark.parametrize(
    ("accuracies", "seconds"),
    [
        ((0.98, 0.99, 0.99), 0.5 + 5.0),
        ((0.90, 0.98, 0.97), 0.5 + 5.0 + 4.0),
        ((0.90, 0.91, 0.979), None),
        ((), None),
    ],
)
def test_time_to_target(accuracies: tuple[float, ...], seconds: float | None) -> None:
    metrics = make_metrics(epoch_test_accuracy=accuracies, epoch_seconds=(5.0, 4.0, 3.0))
    assert find_seconds_to_target(metrics, 0.98) == seconds


def test_confusions_are_summed_cell_by_cell() -> None:
    assert sum_confusions([((1, 2), (3, 4)), (), ((10, 0), (0, 10))]) == ((11, 2), (3, 14))
    assert sum_confusions([(), ()]) == ()


def test_trials_of_older_versions_tell_nothing_new() -> None:
    member = describe(make_trial(seed=0), make_trial(seed=1))
    assert member.step_seconds_median is None
    assert member.step_seconds_p95 is None
    assert member.device_memory_bytes is None
    assert member.energy_joules is None
    assert member.seconds_to_target is None
    assert (member.reached, member.watched, member.confusion) == (0, 0, ())
    assert member.curves[0].test_accuracy == ()


def test_only_trials_that_tell_are_in_a_spread() -> None:
    member = describe(
        make_trial(seed=0, step_seconds_median=0.01, epoch_test_accuracy=(0.5, 0.99)),
        make_trial(seed=1, epoch_test_accuracy=(0.5, 0.6)),
        make_trial(seed=2),
    )
    assert member.step_seconds_median is not None
    assert member.step_seconds_median.seeds == (0,)
    assert (member.reached, member.watched) == (1, 2)
    assert member.seconds_to_target is not None
    assert member.seconds_to_target.values == (9.5,)
