"""Small inputs that several tests share: constructed, except for scikit-learn's real digits."""

from pathlib import Path

import pytest

from dlsurvey.errors import MissingDependency
from dlsurvey.records import Dataset, Environment, Mode, TrialSpec
from experiments.datasets import save_examples
from experiments.digits import read_pixels
from experiments.frameworks import Framework, read_versions
from experiments.sources import Prepared
from experiments.workloads import find_workload

MNIST_CNN = find_workload("mnist-cnn")
CIFAR10_CNN = find_workload("cifar10-cnn")

ENVIRONMENT = Environment(
    python="3.11.0", os="Linux", cpu="constructed", cores=2, memory_bytes=8 * 10**9, versions={}
)

DATASET = Dataset(
    name="sklearn-digits",
    title="the handwritten digits of scikit-learn",
    sha256="d" * 64,
    train_images=1437,
    test_images=360,
    height=28,
    width=28,
    channels=1,
    classes=tuple("0123456789"),
    origin="carried by scikit-learn",
    stand_in_for="MNIST",
)


def make_spec(
    framework: str = "fake", seed: int = 0, epochs: int = 2, mode: Mode = "eager"
) -> TrialSpec:
    return TrialSpec(
        workload="mnist-cnn",
        framework=framework,
        dataset=DATASET.name,
        dataset_sha256=DATASET.sha256,
        mode=mode,
        protocol="idiomatic",
        seed=seed,
        epochs=epochs,
        batch_size=32,
        threads=2,
    )


def make_fake(name: str) -> Framework:
    """A framework with one of the fakes for its adapter; it runs the program of PyTorch."""
    return Framework(
        name="fake",
        title="Fake",
        adapter=f"tests.experiments.fakes.{name}",
        program="pytorch",
        imports=("numpy",),
        package="numpy",
        modes=("eager",),
    )


def skip_missing(framework: Framework) -> None:
    """Skip the test, saying what to install, where the framework is not installed."""
    try:
        read_versions(framework)
    except MissingDependency as error:
        pytest.skip(str(error))


def prepare_digits(folder: Path) -> Prepared:
    """The real digits that scikit-learn carries, as trials read them."""
    path = folder / "digits.npz"
    save_examples(path, read_pixels())
    return Prepared(dataset=DATASET, path=str(path))
