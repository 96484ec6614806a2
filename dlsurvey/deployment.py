"""Turns trained networks into the stored record of their ways out, kept until what it rests on changes."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from msgspec.structs import replace

from dlsurvey.console import Console
from dlsurvey.records import Sha256, Trial, TrialSpec, content_sha256
from dlsurvey.store import Store
from experiments.environment import read_environment
from experiments.frameworks import (
    find_framework,
    hash_program,
    list_frameworks,
)
from experiments.sources import Prepared
from experiments.workloads import find_workload, list_workloads

PACKAGE = "experiments.deployment"


def find_deployments(  # noqa: PLR0913  what it rests on, and whether to measure
    store: Store,
    console: Console,
    trials: Sequence[Trial],
    prepared: Mapping[str, Prepared],
    *,
    timeout_seconds: float | None,
    anew: bool = False,
) -> Sha256 | None:
    """Every way out of the frameworks that `trials` trained: the stored record, or a new one.

    None where there is none and no time is given for one step of it. With `anew` it is measured
    again, whatever is stored.
    """
    specs = choose_specs(trials)
    if not specs:
        return None
    other = sorted({spec.workload for spec in specs if not _takes_images(spec)})
    if other and timeout_seconds is not None:
        console.say(f"The ways out are tried with images: {', '.join(other)} left out.")
    # Late: it loads numpy, which the parent of trials does without.
    from experiments.deployment.exporting import Subject
    from experiments.deployment.record import Deployments
    from experiments.deployment.routes import EXPORTERS
    from experiments.deployment.runner import deploy_all

    subjects = [
        Subject(
            framework=find_framework(spec.framework),
            spec=spec,
            workload=find_workload(spec.workload),
            prepared=prepared[spec.workload].path,
        )
        for spec in specs
        if spec.framework in EXPORTERS and spec.workload in prepared and _takes_images(spec)
    ]
    identity = content_sha256(
        (
            [(one.spec, one.workload, _hash_program(one.spec)) for one in subjects],
            _read_versions(),
            read_environment().sha256,
            _hash_sources(resources.files(PACKAGE)),
        )
    )
    known = store.read_deployments(identity, Deployments) is not None
    if timeout_seconds is None or not subjects or (known and not anew):
        return identity if known else None
    found = deploy_all(subjects, timeout_seconds=timeout_seconds, say=console.say)
    store.keep_deployments(identity, found)
    return identity


def choose_specs(trials: Sequence[Trial]) -> tuple[TrialSpec, ...]:
    """Of each framework and workload one spec, in the order of the registries.

    That of the smallest seed in the framework's default mode; trained again in the controlled
    protocol, in float32 on the processors, so that all frameworks start from the same weights.
    """
    by_network: dict[tuple[str, str], TrialSpec] = {}
    for trial in trials:
        spec = trial.spec
        if trial.metrics is None or spec.mode != find_framework(spec.framework).modes[0]:
            continue
        known = by_network.setdefault((spec.workload, spec.framework), spec)
        if spec.seed < known.seed:
            by_network[spec.workload, spec.framework] = spec
    return tuple(
        replace(spec, protocol="controlled", device="cpu", precision="float32")
        for spec in sorted(by_network.values(), key=_rank)
    )


def _takes_images(spec: TrialSpec) -> bool:
    """The ways out are tried with images: of one height, width and number of channels."""
    return len(find_workload(spec.workload).input_shape) == 3


def _rank(spec: TrialSpec) -> tuple[int, int]:
    """Trials ran in an order that was drawn."""
    workloads = [one.name for one in list_workloads()]
    frameworks = [one.name for one in list_frameworks()]
    return workloads.index(spec.workload), frameworks.index(spec.framework)


def _hash_program(spec: TrialSpec) -> str:
    return hash_program(find_workload(spec.workload), find_framework(spec.framework))


def _read_versions() -> dict[str, str]:
    """Of every distribution that a route may need; of one that is not installed, nothing."""
    from experiments.deployment.routes import ROUTES

    versions = {}
    for route in ROUTES:
        runtime = route.runtime.packages if route.runtime else ()
        framework = (route.framework.package, *route.framework.companions)
        for package in (*framework, *route.packages, *runtime):
            try:
                versions[package] = metadata.version(package)
            except metadata.PackageNotFoundError:
                continue
    return versions


def _hash_sources(folder: Traversable) -> str:
    """How it is exported, run and judged."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.is_dir() and file.name != "__pycache__":
            digest.update(_hash_sources(file).encode())
        elif file.name.endswith(".py"):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
