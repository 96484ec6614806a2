"""Every member of the registry really learns real digits, run from outside by its adapter."""

import ast
from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey.records import Metrics
from experiments.environment import read_environment
from experiments.frameworks import PYTORCH, TENSORFLOW, Framework, list_frameworks
from experiments.runner import Bench
from experiments.sources import Prepared
from tests.conftest import REPOSITORY
from tests.experiments.samples import MNIST_CNN, make_spec, prepare_digits, skip_missing

DEFAULTS = [
    "kernel initialiser", "bias initialiser", "optimiser", "epsilon", "betas", "shuffle",
    "input dtype", "layout", "threads", "compiler", "TF32", "loader", "loaded beside it",
]  # fmt: skip
HEAVY = {"tensorflow", "keras", "torch", "torchvision", "jax", "jaxlib", "flax", "optax"}

every_member = pytest.mark.parametrize("framework", list_frameworks(), ids=lambda one: one.name)


def list_imports(path: Path) -> set[str]:
    """The packages that a module imports as it is imported itself."""
    names = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return {name.partition(".")[0] for name in names}


def test_only_adapters_and_the_download_import_frameworks() -> None:
    allowed = {"download.py"}
    for path in [
        *REPOSITORY.glob("experiments/*.py"),
        *REPOSITORY.glob("dlsurvey/**/*.py"),
        *REPOSITORY.glob("collectors/*.py"),
    ]:
        if path.name not in allowed:
            assert not list_imports(path) & HEAVY, path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_digits(tmp_path_factory.mktemp("prepared"))


def train(framework: Framework, prepared: Prepared, folder: Path, **changes: object) -> Metrics:
    """The measures of one training of MNIST's network, which must end well."""
    skip_missing(framework)
    bench = Bench(framework, read_environment(framework), timeout_seconds=300, log_folder=folder)
    spec = replace(make_spec(framework.name, epochs=4, mode=framework.modes[0]), **changes)
    trial = bench.run(spec, MNIST_CNN, prepared.dataset, Path(prepared.path), lambda event: None)
    assert trial.reason is None
    assert trial.metrics is not None
    assert trial.environment.versions[framework.package]
    return trial.metrics


@pytest.mark.trains
@every_member
def test_network_learns_real_digits(
    framework: Framework, prepared: Prepared, tmp_path: Path
) -> None:
    metrics = train(framework, prepared, tmp_path)
    assert metrics.parameters == MNIST_CNN.parameters
    assert len(metrics.epoch_loss) == len(metrics.epoch_accuracy) == len(metrics.epoch_seconds) == 4
    assert metrics.epoch_loss[-1] < 0.5 * metrics.epoch_loss[0]
    assert metrics.test_accuracy > 0.75  # ten classes: chance is 0.1
    assert metrics.train_seconds == pytest.approx(sum(metrics.epoch_seconds))
    assert min(metrics.warmup_seconds, metrics.import_seconds, metrics.evaluation_seconds) > 0
    assert metrics.peak_memory_bytes > metrics.import_memory_bytes
    assert list(metrics.defaults) == DEFAULTS
    assert metrics.mapped == {}
    # Keras' own loop does not tell what it waits for.
    loops = framework.name in {"pytorch", "jax"}
    assert len(metrics.epoch_loading_seconds) == (4 if loops else 0)
    for loading, seconds in zip(metrics.epoch_loading_seconds, metrics.epoch_seconds, strict=False):
        assert 0 < loading < seconds


SHORT = {"protocol": "controlled", "epochs": 1, "train_limit": 128}


@pytest.fixture(scope="module")
def shared_loss(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Of PyTorch, in one epoch of the first 128 digits."""
    return train(PYTORCH, prepared, tmp_path_factory.mktemp("logs"), **SHORT).epoch_loss[0]


@pytest.mark.trains
@pytest.mark.parametrize(
    "framework", [one for one in list_frameworks() if one != PYTORCH], ids=lambda one: one.name
)
def test_controlled_trials_have_the_weights_and_the_order_in_common(
    framework: Framework, prepared: Prepared, tmp_path: Path, shared_loss: float
) -> None:
    metrics = train(framework, prepared, tmp_path, **SHORT)
    assert metrics.defaults["kernel initialiser"] == "shared weights"
    assert metrics.defaults["shuffle"] == "shared order"
    assert metrics.epoch_loss[0] == pytest.approx(shared_loss, rel=1e-4)


@pytest.mark.trains
def test_tensorflow_runs_eagerly_when_asked(prepared: Prepared, tmp_path: Path) -> None:
    metrics = train(TENSORFLOW, prepared, tmp_path, epochs=1, mode="eager", train_limit=320)
    assert metrics.defaults["compiler"] == "none"
