"""`dlsurvey parity` tells two programs that are the same network from two that are not, and where."""

from pathlib import Path

import pytest

from dlsurvey.config import Config
from dlsurvey.errors import ConfigError
from dlsurvey.initialise import initialise_workload
from dlsurvey.porting import check_parity
from dlsurvey.settings import Settings
from experiments.frameworks import PYTORCH, TENSORFLOW
from tests.dlsurvey.test_cli import run
from tests.experiments.samples import skip_missing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new workload, as it is written for the user."""
    initialise_workload(tmp_path / "my-net")
    return tmp_path / "my-net"


def check(folder: Path, *frameworks: str) -> tuple[bool, str]:
    lines: list[str] = []
    config = Config(Settings(), folder.parent, {})
    return check_parity(config, str(folder), frameworks, lines.append), "\n".join(lines)


@pytest.mark.trains
def test_same_network(folder: Path) -> None:
    skip_missing(PYTORCH)
    skip_missing(TENSORFLOW)
    is_same, told = check(folder)
    assert is_same
    assert "my-net: TensorFlow, PyTorch; 17,226 weights" in told
    assert "TensorFlow and PyTorch: the same network" in told
    assert "Changed from outside in PyTorch, to compare the rest: rate of Dropout: 0.2 → 0" in told
    assert "looks like" not in told


@pytest.mark.trains
def test_other_network_ends_with_1_and_stores_nothing(folder: Path) -> None:
    skip_missing(PYTORCH)
    skip_missing(TENSORFLOW)
    path = folder / "train_pytorch.py"
    text = path.read_text(encoding="utf-8")
    assert "torch.relu(self.dense2(x))" in text
    path.write_text(text.replace("torch.relu(self.dense2(x))", "self.dense2(x)"), encoding="utf-8")
    answer = run(folder.parent, "parity", "./my-net")
    assert answer.returncode == 1, answer.stderr
    assert "TensorFlow and PyTorch: NOT the same network" in answer.stdout
    assert "Up to the input of dense2 they agree, and part behind it" in answer.stdout
    assert "a missing activation: TensorFlow has ReLU there, PyTorch has none" in answer.stdout
    assert sorted(path.name for path in folder.parent.iterdir()) == ["cache", "my-net"]


def test_one_program_cannot_be_compared(folder: Path) -> None:
    (folder / "train_tensorflow.py").unlink()
    with pytest.raises(ConfigError, match="it takes two programs to compare"):
        check(folder)


def test_framework_without_a_program(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"no program for JAX: write train_jax\.py"):
        check(folder, "pytorch", "jax")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("./nowhere", "workload.toml cannot be read"),
        ("nowhere", "There is no workload 'nowhere'"),
    ],
)
def test_wrong_usage_ends_with_2(tmp_path: Path, given: str, words: str) -> None:
    answer = run(tmp_path, "parity", given)
    assert answer.returncode == 2
    assert words in answer.stderr


def test_train_takes_a_folder(tmp_path: Path) -> None:
    answer = run(tmp_path, "train", "./nowhere")
    assert answer.returncode == 2
    assert "workload.toml cannot be read" in answer.stderr
