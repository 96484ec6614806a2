"""Every member of the registry is a twin, has its listings, and really learns real digits."""

import ast
from pathlib import Path

import pytest
from experiments.spec import MNIST_CNN

from dlsurvey.analysis.listings import STAGES, extract_function
from experiments.environment import read_environment
from experiments.frameworks import TENSORFLOW, Framework, list_frameworks, read_trainer_source
from experiments.runner import Bench
from experiments.sources import Prepared
from tests.conftest import REPOSITORY
from tests.experiments.samples import make_spec, prepare_digits, skip_missing

TWINS = (
    "sees_gpu", "prepare_framework", "load_data", "build_model", "choose_loss_and_optimizer",
    "train", "train_controlled", "train_steps", "evaluate", "predict",
    "read_device_memory_bytes", "count_parameters", "load_weights", "read_weights",
    "differentiate", "list_defaults",
)  # fmt: skip
DEFAULTS = [
    "kernel initialiser", "bias initialiser", "optimiser", "epsilon", "betas", "shuffle",
    "input dtype", "layout", "threads", "compiler", "TF32", "loader", "loaded beside it",
]  # fmt: skip
HEAVY = {"tensorflow", "keras", "torch", "torchvision", "jax", "jaxlib", "flax", "optax"}

every_member = pytest.mark.parametrize("framework", list_frameworks(), ids=lambda one: one.name)


def list_functions(source: str) -> list[str]:
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


@every_member
def test_twins_have_the_same_functions_in_the_same_order(framework: Framework) -> None:
    functions = list_functions(read_trainer_source(framework))
    assert [name for name in functions if name in TWINS] == list(TWINS)


@every_member
def test_every_stage_has_a_listing(framework: Framework) -> None:
    source = read_trainer_source(framework)
    for function, _, _ in STAGES:
        found = extract_function(source, function)
        assert found is not None, function
        code, first_line = found
        assert source.splitlines()[first_line - 1] == code.splitlines()[0]


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
@every_member
def test_trainer_learns_real_digits(
    framework: Framework, prepared: Prepared, tmp_path: Path
) -> None:
    skip_missing(framework)
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
    assert list(metrics.defaults) == DEFAULTS
    assert trial.environment.versions[framework.package]


@pytest.mark.trains
def test_tensorflow_runs_eagerly_when_asked(prepared: Prepared, tmp_path: Path) -> None:
    framework = TENSORFLOW
    skip_missing(framework)
    bench = Bench(framework, read_environment(framework), timeout_seconds=300, log_folder=tmp_path)
    spec = make_spec(framework.name, epochs=1, mode="eager")
    trial = bench.run(spec, MNIST_CNN, prepared.dataset, Path(prepared.path), lambda event: None)
    assert trial.status == "completed"
