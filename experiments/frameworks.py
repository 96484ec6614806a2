"""Turns a framework's name into what is known of it before it is imported: trainer, package, modes."""

import hashlib
import importlib.util
from importlib import metadata
from pathlib import Path

from msgspec import field

from dlsurvey.errors import ConfigError, MissingDependency
from dlsurvey.records import Mode, Record

ENTRY_POINT_GROUP = "dlsurvey.frameworks"


class Framework(Record, frozen=True, kw_only=True):
    """One member of the comparison. Only its trainer module imports it."""

    name: str
    title: str
    trainer: str
    """Dotted name of the trainer module."""
    package: str
    """The distribution whose version is recorded and whose absence makes a gap."""
    companions: tuple[str, ...] = ()
    """Further distributions that it needs and whose versions are recorded."""
    extra: str | None = None
    """The optional extra of dlsurvey that installs it; None: installed with dlsurvey."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables of its workers, set before it is imported."""
    modes: tuple[Mode, ...]
    """The modes its trainer can run in; the first is the framework's own default."""


TENSORFLOW = Framework(
    name="tensorflow",
    title="TensorFlow",
    trainer="experiments.trainers.tensorflow",
    package="tensorflow",
    companions=("keras", "numpy"),
    modes=("graph", "eager", "compiled"),
)

PYTORCH = Framework(
    name="pytorch",
    title="PyTorch",
    trainer="experiments.trainers.pytorch",
    package="torch",
    companions=("numpy",),
    modes=("eager", "compiled"),
)

JAX = Framework(
    name="jax",
    title="JAX",
    trainer="experiments.trainers.jax",
    package="jax",
    companions=("jaxlib", "flax", "optax", "numpy"),
    extra="jax",
    modes=("graph", "eager"),
)

KERAS_TORCH = Framework(
    name="keras-torch",
    title="Keras on PyTorch",
    trainer="experiments.trainers.keras",
    package="keras",
    companions=("torch", "numpy"),
    variables={"KERAS_BACKEND": "torch"},
    modes=("eager",),
)

KERAS_JAX = Framework(
    name="keras-jax",
    title="Keras on JAX",
    trainer="experiments.trainers.keras",
    package="keras",
    companions=("jax", "jaxlib", "numpy"),
    extra="jax",
    variables={"KERAS_BACKEND": "jax"},
    modes=("graph", "eager"),
)

FRAMEWORKS = (TENSORFLOW, PYTORCH, JAX, KERAS_TORCH, KERAS_JAX)
"""The registry: one line to add a framework. Third parties use the entry point `dlsurvey.frameworks`."""


def list_frameworks() -> tuple[Framework, ...]:
    """The built-in frameworks, then those of installed entry points.

    Raises ConfigError where two members share a name.
    """
    found = [*FRAMEWORKS]
    for entry in metadata.entry_points(group=ENTRY_POINT_GROUP):
        found.append(entry.load())
    names = [framework.name for framework in found]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"Two frameworks are registered as '{name}': remove one of them.")
    return tuple(found)


def find_framework(name: str) -> Framework:
    """The framework registered under `name`; raises ConfigError naming the known ones."""
    for framework in list_frameworks():
        if framework.name == name:
            return framework
    known = ", ".join(framework.name for framework in list_frameworks())
    raise ConfigError(f"There is no framework '{name}'. Known: {known}.")


def read_versions(framework: Framework) -> dict[str, str]:
    """Versions of the framework and its companions, read without importing them.

    Raises MissingDependency, naming what to install, where one of them is not installed.
    """
    versions = {}
    for package in (framework.package, *framework.companions):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            extra = framework.extra
            wanted = (
                f"'dlsurvey[{extra}]' (in a checkout: .venv/bin/python -m pip install -e '.[{extra}]')"
                if extra
                else package
            )
            raise MissingDependency(
                f"{framework.title} is not installed: pip install {wanted}"
            ) from None
    return versions


def read_trainer_source(framework: Framework) -> str:
    """The source text of the trainer module, read without importing it."""
    spec = importlib.util.find_spec(framework.trainer)
    if spec is None or spec.origin is None:
        raise MissingDependency(f"The trainer {framework.trainer} cannot be found.")
    return Path(spec.origin).read_text(encoding="utf-8")


def hash_source(source: str) -> str:
    """SHA-256 of a source text, in hexadecimal."""
    return hashlib.sha256(source.encode()).hexdigest()
