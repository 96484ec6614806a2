"""Turns frameworks into the rates at which they multiply large matrices on this machine."""

from collections.abc import Sequence
from datetime import UTC, datetime

from dlsurvey.errors import MissingDependency
from dlsurvey.records import Device, Record
from experiments.deployment.processes import ask
from experiments.environment import read_environment
from experiments.frameworks import JAX, PYTORCH, TENSORFLOW, Framework, read_versions
from experiments.limit.product import Product, ProductRun, Products
from experiments.limit.worker import Answer, Job
from experiments.load import LoadMeter
from experiments.runner import make_variables, pin_threads

TIMEOUT_SECONDS = 180
ROUNDS = 3
"""Fresh processes of each framework, in turn: from three on there is an interval."""
REPEATS = 7
WARMUP_SECONDS = 0.5
SIZES: dict[Device, int] = {"cpu": 2048, "cuda": 8192}
"""Large enough that starting an operation takes no part of it that could be seen."""


class Multiplier(Record, frozen=True, kw_only=True):
    """One framework and the module that multiplies with it."""

    framework: Framework
    module: str


MULTIPLIERS = (
    Multiplier(framework=TENSORFLOW, module="experiments.limit.tensorflow"),
    Multiplier(framework=PYTORCH, module="experiments.limit.pytorch"),
    Multiplier(framework=JAX, module="experiments.limit.jax"),
)
"""The registry: one line to add a framework. Keras multiplies with one of these."""


def list_installed(multipliers: Sequence[Multiplier] = MULTIPLIERS) -> dict[str, str]:
    """Versions of those that are here, by name; the others cannot be measured."""
    versions = {}
    for one in multipliers:
        try:
            versions[one.framework.name] = read_versions(one.framework)[one.framework.package]
        except MissingDependency:
            continue
    return versions


def multiply_all(
    threads: int, device: Device, multipliers: Sequence[Multiplier] = MULTIPLIERS
) -> Products:
    """The frameworks that are installed, round by round, so that a slow minute meets all of them."""
    versions = list_installed(multipliers)
    here = [one for one in multipliers if one.framework.name in versions]
    runs: dict[str, list[ProductRun]] = {one.framework.name: [] for one in here}
    errors: dict[str, str] = {}
    for _ in range(ROUNDS):
        for one in here:
            found = _multiply(one, threads, device)
            if isinstance(found, ProductRun):
                runs[one.framework.name].append(found)
            else:
                errors[one.framework.name] = found
    return Products(
        measured_at=datetime.now(UTC).replace(microsecond=0),
        environment=read_environment(),
        threads=threads,
        device=device,
        size=SIZES[device],
        warmup_seconds=WARMUP_SECONDS,
        products=tuple(
            Product(
                framework=one.framework.name,
                title=one.framework.title,
                version=versions[one.framework.name],
                runs=tuple(runs[one.framework.name]),
                error=errors.get(one.framework.name, ""),
            )
            for one in here
        ),
    )


def _multiply(one: Multiplier, threads: int, device: Device) -> ProductRun | str:
    job = Job(
        module=one.module,
        size=SIZES[device],
        threads=threads,
        device=device,
        warmup_seconds=WARMUP_SECONDS,
        repeats=REPEATS,
    )
    variables = make_variables(device, one.framework) | pin_threads(threads)
    meter = LoadMeter()
    answer = ask("experiments.limit.worker", job, Answer, variables, TIMEOUT_SECONDS)
    load = meter.read()
    if isinstance(answer, str):
        return answer
    return answer.error or ProductRun(seconds=answer.seconds, load=load)
