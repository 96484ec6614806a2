"""Every workload is declared whole and has its programs; a folder that cannot be used says why."""

import shutil
from pathlib import Path

import pytest

from dlsurvey.errors import ConfigError
from experiments import workloads
from experiments.frameworks import FRAMEWORKS
from experiments.layers import place_layers
from experiments.workloads import (
    ALWAYS,
    MAX_BYTES,
    Workload,
    add_workloads,
    find_workload,
    list_workloads,
    load_workload,
)
from tests.experiments.samples import MNIST_CNN

MNIST_FOLDER = Path(workloads.__file__).parent / "mnist_cnn"
BUILT_IN = [find_workload(name) for name in (
    "mnist-cnn", "cifar10-cnn", "digits-mlp", "cifar10-resnet", "text-transformer",
)]  # fmt: skip

every_workload = pytest.mark.parametrize("workload", BUILT_IN, ids=lambda one: one.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the user's, with MNIST's network in it."""
    return Path(shutil.copytree(MNIST_FOLDER, tmp_path / "My_Net"))


@pytest.fixture
def unregistered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(workloads, "_own", {})


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "workload.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_the_networks_of_the_surveys_come_first() -> None:
    assert list_workloads()[:5] == tuple(BUILT_IN)
    assert tuple(one.name for one in BUILT_IN[:2]) == ALWAYS


@every_workload
def test_every_framework_has_its_program(workload: Workload) -> None:
    assert {framework.program for framework in FRAMEWORKS} == set(workload.programs)


@every_workload
def test_declarations_fit(workload: Workload) -> None:
    placed = place_layers(workload.layers, workload.input_shape)
    assert len({one.name for one in placed}) == len(placed)
    assert placed[-1].output_shape[-1] == workload.classes
    assert 0 < workload.target_accuracy < 1


@every_workload
def test_programs_say_the_numbers_that_are_declared(workload: Workload) -> None:
    for name, source in workload.programs.items():
        lines = source.splitlines()
        assert f"EPOCHS = {workload.epochs}" in lines, name
        assert f"BATCH_SIZE = {workload.batch_size}" in lines, name
        assert f"LEARNING_RATE = {workload.learning_rate}" in lines, name


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        # 32·(25+1) + 64·(800+1) + 64·(1024+1) + 10·(64+1)
        ("mnist-cnn", 832 + 51264 + 65600 + 650),
        # 32·(27+1) + 64·(288+1) + 64·(576+1) + 64·(1024+1) + 10·(64+1)
        ("cifar10-cnn", 896 + 18496 + 36928 + 65600 + 650),
    ],
)
def test_parameters_are_those_of_the_surveys(name: str, parameters: int) -> None:
    assert find_workload(name).parameters == parameters


def test_a_folder_of_the_user_is_a_workload(folder: Path) -> None:
    (folder / "train_keras.py").unlink()
    (folder / "notes.py").write_text("x = 1\n")
    loaded = load_workload(folder)
    assert loaded.name == "my-net"
    assert set(loaded.programs) == {"tensorflow", "pytorch", "jax"}
    assert loaded.layers == MNIST_CNN.layers
    assert loaded.programs["jax"] == MNIST_CNN.programs["jax"]


@pytest.mark.usefixtures("unregistered")
def test_what_is_added_is_found(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"no workload 'my-net'\. Known: mnist-cnn, "):
        find_workload("my-net")
    assert add_workloads([folder]) == ("my-net",)
    assert find_workload("my-net") == list_workloads()[-1]
    edit(folder, "epochs = 5", "epochs = 6")
    add_workloads([folder])
    assert find_workload("my-net").epochs == 6
    assert [one.name for one in list_workloads()].count("my-net") == 1


@pytest.mark.usefixtures("unregistered")
def test_a_name_that_is_taken_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="rename the folder"):
        add_workloads([folder.rename(folder.with_name("mnist-cnn"))])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("epochs = 5", "epochs = 0", "Expected `int` >= 1.*epochs"),
        ("epochs = 5", "epoch = 5", "unknown field `epoch`"),
        ("epochs = 5", "", "missing required field `epochs`"),
        ("epochs = 5", "epochs =", "cannot be used"),
        ('kind = "max_pool"', 'kind = "maxpool"', "Invalid value 'maxpool'"),
        ("kernel = 5", "kernel = 50", "a kernel of 50 does not fit an image of 28"),
        ("classes = 10", "classes = 9", "declares 9 classes, but its last layer has 10 outputs"),
    ],
)
def test_mistakes_in_a_declaration_are_named(
    folder: Path, before: str, after: str, message: str
) -> None:
    edit(folder, before, after)
    with pytest.raises(ConfigError, match=message) as caught:
        load_workload(folder)
    assert str(folder / "workload.toml") in str(caught.value)


def test_a_folder_without_a_declaration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"workload\.toml cannot be read"):
        load_workload(tmp_path)


def test_a_folder_without_programs_says_what_to_write(folder: Path) -> None:
    for path in folder.glob("train_*.py"):
        path.unlink()
    with pytest.raises(ConfigError, match=r"holds no program: write train_pytorch\.py"):
        load_workload(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b" " * (MAX_BYTES + 1), "is larger than"), (b"\xff\xfe", "is not UTF-8 text")],
)
def test_a_program_that_is_no_source_is_named(folder: Path, content: bytes, message: str) -> None:
    (folder / "train_pytorch.py").write_bytes(content)
    with pytest.raises(ConfigError, match=rf"train_pytorch\.py {message}"):
        load_workload(folder)
