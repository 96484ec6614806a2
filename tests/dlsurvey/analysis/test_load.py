"""A busy machine is said and marked, and what nobody recorded is not called quiet."""

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.load import FOREIGN_CORES, describe_frequency, describe_load, is_loaded
from dlsurvey.records import Load, Trial
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import DATASET


def run(seed: int, foreign_cores: float | None) -> Trial:
    load = Load(load_average=None, foreign_cores=foreign_cores, frequency_mhz=2450.0)
    return replace(make_trial("pytorch", seed), load=load)


@pytest.mark.parametrize(
    ("cores", "loaded"), [(None, False), (0.0, False), (0.24, False), (FOREIGN_CORES, True)]
)
def test_mark(cores: float | None, loaded: bool) -> None:
    assert is_loaded(run(0, cores)) == loaded
    assert not is_loaded(make_trial())


def test_sentence_counts_the_busy_ones() -> None:
    sentence = describe_load([run(0, 0.5), run(1, 1.25), run(2, 0.1)])
    assert "During 2 of 3 trials other processes kept 0.50 to 1.25 processors busy" in sentence


def test_quiet_is_said_only_of_what_was_recorded() -> None:
    quiet = describe_load([run(0, 0.1), run(1, 0.0)])
    assert quiet.startswith("During all 2 trials other processes kept less than 0.25")
    mixed = describe_load([run(0, 0.1), run(1, None), make_trial()])
    assert "During 1 of 3 trials" in mixed
    assert "Of 2 of 3 trials it was not recorded." in mixed
    assert describe_load([make_trial(), run(1, None)]) == ""


def test_frequency_is_said_where_it_is_known() -> None:
    fast = replace(run(1, 0.1), load=Load(load_average=1, foreign_cores=0.1, frequency_mhz=3100.4))
    assert describe_frequency([run(0, 0.1)]) == (
        "The processors ran at 2,450 MHz when the trials ended."
    )
    assert describe_frequency([run(0, 0.1), fast, make_trial()]) == (
        "The processors ran between 2,450 and 3,100 MHz when the trials ended."
    )
    assert describe_frequency([make_trial()]) == ""


def test_member_knows_its_busy_seeds() -> None:
    (workload,) = compare_workloads([run(0, 0.5), run(1, 0.1), run(2, 2.0)], [DATASET])
    assert (workload.members[0].loaded, workload.members[0].loaded_seeds) == (2, (0, 2))
    assert "2 of 3 trials" in workload.load
