"""What is not installed says what to install; what a framework needs of its workers reaches them."""

from importlib import metadata

import pytest
from msgspec.structs import replace

from dlsurvey.errors import MissingDependency
from experiments.frameworks import (
    FRAMEWORKS,
    JAX,
    KERAS_JAX,
    KERAS_TORCH,
    PYTORCH,
    TENSORFLOW,
    Framework,
    read_versions,
)
from experiments.runner import make_environment
from tests.experiments.samples import make_spec


def forget(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package look as if it were not installed, and every other one as if it were."""

    def find(name: str) -> str:
        if name == package:
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(metadata, "version", find)


def test_registry_is_in_the_order_of_the_report() -> None:
    assert [one.name for one in FRAMEWORKS] == [
        "tensorflow", "pytorch", "jax", "keras-torch", "keras-jax",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("framework", "package", "message"),
    [
        (JAX, "jax", "JAX is not installed: pip install 'dlsurvey[jax]'"),
        (JAX, "optax", "JAX is not installed: pip install 'dlsurvey[jax]'"),
        (KERAS_JAX, "jax", "Keras on JAX is not installed: pip install 'dlsurvey[jax]'"),
        (KERAS_TORCH, "torch", "Keras on PyTorch is not installed: pip install torch"),
        (TENSORFLOW, "tensorflow", "TensorFlow is not installed: pip install tensorflow"),
    ],
)
def test_missing_framework_names_what_to_install(
    framework: Framework, package: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(package, monkeypatch)
    with pytest.raises(MissingDependency) as caught:
        read_versions(framework)
    assert str(caught.value).startswith(message)


def test_versions_of_all_that_it_needs_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    forget("tensorflow", monkeypatch)
    assert list(read_versions(KERAS_JAX)) == ["keras", "jax", "jaxlib", "numpy"]


def test_workers_get_the_variables_of_their_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    spec = make_spec()
    backends = [make_environment(spec, one)["KERAS_BACKEND"] for one in FRAMEWORKS]
    assert backends == ["tensorflow", "tensorflow", "tensorflow", "torch", "jax"]
    chosen = replace(PYTORCH, variables={"OMP_NUM_THREADS": "7"})
    assert make_environment(spec, chosen)["OMP_NUM_THREADS"] == "7"


def test_workers_are_pinned_and_kept_on_the_cpu() -> None:
    environment = make_environment(replace(make_spec(), threads=3), JAX)
    assert environment["PJRT_NPROC"] == environment["OMP_NUM_THREADS"] == "3"
    assert environment["JAX_PLATFORMS"] == environment["KERAS_TORCH_DEVICE"] == "cpu"
    assert environment["CUDA_VISIBLE_DEVICES"] == ""
