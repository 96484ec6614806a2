"""The frameworks that take part, and what is known of each before it is imported."""

import hashlib
from importlib import metadata

from msgspec import field

from dlsurvey.errors import ConfigError, MissingDependency
from dlsurvey.records import Mode, Record
from experiments.workloads import Workload

ENTRY_POINT_GROUP = "dlsurvey.frameworks"


class Framework(Record, frozen=True, kw_only=True):
    """One member of the comparison. Only its adapter and its programs import it."""

    name: str
    title: str
    adapter: str
    """Dotted name of the module that runs its programs; see `experiments.adapters`."""
    program: str
    """Which of a workload's programs it runs: NAME of `train_NAME.py`."""
    imports: tuple[str, ...]
    """The modules whose import is measured as importing the framework."""
    package: str
    """The distribution whose version is recorded and whose absence makes a gap."""
    companions: tuple[str, ...] = ()
    """Further distributions that it needs and whose versions are recorded."""
    extra: str | None = None
    """The optional extra of dlsurvey that installs it; None: installed with dlsurvey."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables of its workers, set before it is imported."""
    modes: tuple[Mode, ...]
    """The modes its adapter can run in; the first is the framework's own default."""


TENSORFLOW = Framework(
    name="tensorflow",
    title="TensorFlow",
    adapter="experiments.adapters.keras",
    program="tensorflow",
    imports=("tensorflow", "keras"),
    package="tensorflow",
    companions=("keras", "numpy"),
    variables={"KERAS_BACKEND": "tensorflow"},
    modes=("graph", "eager", "compiled"),
)

PYTORCH = Framework(
    name="pytorch",
    title="PyTorch",
    adapter="experiments.adapters.pytorch",
    program="pytorch",
    imports=("torch",),
    package="torch",
    companions=("numpy",),
    modes=("eager", "compiled"),
)

JAX = Framework(
    name="jax",
    title="JAX",
    adapter="experiments.adapters.jax",
    program="jax",
    imports=("jax", "flax.nnx", "optax"),
    package="jax",
    companions=("jaxlib", "flax", "optax", "numpy"),
    extra="jax",
    modes=("graph", "eager"),
)

KERAS_TORCH = Framework(
    name="keras-torch",
    title="Keras on PyTorch",
    adapter="experiments.adapters.keras",
    program="keras",
    imports=("keras",),
    package="keras",
    companions=("torch", "numpy"),
    variables={"KERAS_BACKEND": "torch"},
    modes=("eager",),
)

KERAS_JAX = Framework(
    name="keras-jax",
    title="Keras on JAX",
    adapter="experiments.adapters.keras",
    program="keras",
    imports=("keras",),
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


def hash_program(workload: Workload, framework: Framework) -> str:
    """SHA-256 of the program that this framework runs for this workload."""
    return hash_source(workload.programs[framework.program])


def hash_source(source: str) -> str:
    """SHA-256 of a source text, in hexadecimal."""
    return hashlib.sha256(source.encode()).hexdigest()
