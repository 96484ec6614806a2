"""The twins are twins: the same functions, and both really learn real digits in a process of their own."""

import ast
import importlib.util
from pathlib import Path

import pytest

from experiments.environment import read_environment
from experiments.frameworks import FRAMEWORKS, Framework, read_trainer_source
from experiments.runner import Bench
from experiments.sources import Prepared
from experiments.spec import MNIST_CNN
from tests.conftest import REPOSITORY
from tests.experiments.samples import make_spec, prepare_digits

TWINS = (
    "prepare_framework", "load_data", "build_model", "choose_loss_and_optimizer", "train",
    "train_controlled", "train_steps", "evaluate", "count_parameters", "load_weights",
    "read_weights", "differentiate",
)  # fmt: skip
HEAVY = {"tensorflow", "keras", "torch", "torchvision", "jax", "flax"}


def list_functions(source: str) -> list[str]:
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def test_twins_have_the_same_functions_in_the_same_order() -> None:
    for framework in FRAMEWORKS:
        functions = list_functions(read_trainer_source(framework))
        assert [name for name in functions if name in TWINS] == list(TWINS), framework.name


def test_only_trainers_and_the_download_import_frameworks() -> None:
    allowed = {"download.py"}
    for path in [
        *REPOSITORY.glob("experiments/*.py"),
        *REPOSITORY.glob("dlsurvey/**/*.py"),
        *REPOSITORY.glob("collectors/*.py"),
    ]:
        if path.name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            roots = {name.partition(".")[0] for name in names}
            assert not roots & HEAVY, f"{path} imports {roots & HEAVY}"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_digits(tmp_path_factory.mktemp("prepared"))


@pytest.mark.trains
@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.name)
def test_trainer_learns_real_digits(
    framework: Framework, prepared: Prepared, tmp_path: Path
) -> None:
    if importlib.util.find_spec(framework.package) is None:
        pytest.skip(f"{framework.package} is not installed")
    bench = Bench(framework, read_environment(framework), timeout_seconds=300, log_folder=tmp_path)
    spec = make_spec(framework.name, epochs=4, mode=framework.modes[0])
    trial = bench.run(spec, MNIST_CNN, prepared.dataset, Path(prepared.path), lambda event: None)
    assert trial.reason is None
    metrics = trial.metrics
    assert metrics is not None
    assert metrics.parameters == MNIST_CNN.count_parameters(10)
    assert len(metrics.epoch_loss) == len(metrics.epoch_accuracy) == len(metrics.epoch_seconds) == 4
    assert metrics.epoch_loss[-1] < 0.5 * metrics.epoch_loss[0]
    assert metrics.test_accuracy > 0.75  # ten classes: chance is 0.1
    assert metrics.train_seconds == pytest.approx(sum(metrics.epoch_seconds))
    assert min(metrics.warmup_seconds, metrics.import_seconds, metrics.evaluation_seconds) > 0
    assert metrics.peak_memory_bytes > metrics.import_memory_bytes
    assert trial.environment.versions[framework.package]


@pytest.mark.trains
def test_tensorflow_runs_eagerly_when_asked(prepared: Prepared, tmp_path: Path) -> None:
    framework = FRAMEWORKS[0]
    if importlib.util.find_spec(framework.package) is None:
        pytest.skip(f"{framework.package} is not installed")
    bench = Bench(framework, read_environment(framework), timeout_seconds=300, log_folder=tmp_path)
    spec = make_spec(framework.name, epochs=1, mode="eager")
    trial = bench.run(spec, MNIST_CNN, prepared.dataset, Path(prepared.path), lambda event: None)
    assert trial.status == "completed"
