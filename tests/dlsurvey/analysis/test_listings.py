"""Listings are the stored programs, cut whole where their stages end."""

from pathlib import Path

from msgspec.structs import replace

from dlsurvey.analysis.listings import (
    STAGES,
    cut_stages,
    list_networks,
    list_programs,
    list_stages,
)
from dlsurvey.store import Store
from experiments.frameworks import FRAMEWORKS
from experiments.workloads import find_workload
from tests.dlsurvey.code_samples import make_programs
from tests.dlsurvey.samples import make_trial

TITLES = ["TensorFlow", "PyTorch", "JAX", "Keras on PyTorch / Keras on JAX"]
SOURCE = '''"""A program."""

import x

N = 1


def load_data():
    return 1


class Net:
    pass


# what it is made of
@x.traced
def build_model():
    return Net()


if __name__ == "__main__":
    build_model()
'''


def test_a_stage_has_what_it_needs_and_nothing_of_another() -> None:
    stages = cut_stages(SOURCE)
    assert list(stages) == ["load_data", "build_model"]
    assert stages["load_data"] == (
        "import x\n\nN = 1\n\n\ndef load_data():\n    return 1", 3,
    )  # fmt: skip
    code, first_line = stages["build_model"]
    assert code.startswith("class Net:")
    assert code.endswith("# what it is made of\n@x.traced\ndef build_model():\n    return Net()")
    assert SOURCE.splitlines()[first_line - 1] == "class Net:"


def test_stages_show_every_program_once_as_it_ran(tmp_path: Path) -> None:
    store = Store(tmp_path)
    trials = []
    for framework in FRAMEWORKS:
        source = find_workload("mnist-cnn").programs[framework.program]
        sha256 = store.keep_source(source)
        trials.append(replace(make_trial(framework.name), trainer_sha256=sha256))
    programs = list_programs(store, trials)
    assert [one.framework for one in programs] == [one.name for one in FRAMEWORKS]
    stages = list_stages(programs)
    assert [stage.key for stage in stages] == [key for key, _, _ in STAGES]
    for stage in stages:
        assert [one.title for one in stage.listings] == TITLES
        for listing in stage.listings:
            (program, *_twins) = [one for one in programs if one.sha256 == listing.source_sha256]
            assert listing.code in program.text
    assert list_networks(programs) == ()


def test_together_the_stages_are_the_program_but_for_its_last_lines() -> None:
    for program in make_programs():
        stages = cut_stages(program.text)
        assert list(stages) == [key for key, _, _ in STAGES]
        rest = program.text
        for code, _first_line in stages.values():
            assert code in rest
            rest = rest.replace(code, "", 1)
        head, _, main = rest.partition('if __name__ == "__main__":')
        assert head.strip().startswith('"""')
        assert head.strip().endswith('"""')
        assert "train(" in main


def test_of_the_other_workloads_the_network_is_shown() -> None:
    networks = list_networks(make_programs())
    assert [one.title for one in networks][:2] == ["CIFAR-10 CNN", "Digits MLP"]
    for network in networks:
        assert [one.title for one in network.listings] == TITLES
        assert all("build_model" in one.code for one in network.listings)
