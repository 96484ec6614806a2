"""Turns a request to train into what its result depends on: machine, versions, code, images, wishes."""

from collections.abc import Iterable, Iterator

from dlsurvey.basis import Basis, digest, digest_code
from dlsurvey.closure import hash_code
from dlsurvey.config import Config
from dlsurvey.errors import DatasetMissing, MissingDependency
from dlsurvey.records import Environment, content_sha256
from dlsurvey.requests import Request
from experiments.environment import read_environment
from experiments.frameworks import (
    Framework,
    find_framework,
    hash_source,
    list_frameworks,
    read_trainer_source,
    read_versions,
)
from experiments.sources import find_source, sign_source
from experiments.spec import WORKLOADS, Workload

TRIAL_CODE = ("experiments.worker", "experiments.adam")
"""With what they import, all that runs in a trial besides the trainer and the workload."""
PARITY_CODE = ("experiments.parity_worker", "experiments.adam")
NOT_CODE = ("experiments.spec",)
"""The workloads: each counts for its own trials only."""
NOWHERE = "nowhere on this machine"
STAND_IN = "a stand-in"


def hash_trial_code(workload: Workload) -> str:
    """Of all that decides what a trial does besides its spec, its trainer and its environment."""
    return content_sha256((hash_code(TRIAL_CODE, NOT_CODE), workload))


def describe_premises(config: Config, request: Request) -> Basis:
    """What the training that `request` asks for depends on; nothing is downloaded for it."""
    threads = config.settings.experiments.threads
    basis = {
        "profile": request.profile.name,
        "numbers of the profile": digest(request.profile),
        "workloads": ", ".join(request.workloads),
        "frameworks": ", ".join(request.frameworks),
        "protocols": ", ".join(request.protocols),
        "mode": request.mode or "the default",
        "device": request.device,
        "suites": ", ".join(request.suites) or "none",
        "executor": request.executor,
        "threads": "all" if threads is None else str(threads),
        "time limit of a trial": config.settings.experiments.trial_timeout,
        "the network": "not used" if request.offline else "used",
    }
    basis |= describe_machine(read_environment())
    basis |= dict(_list_versions(list_frameworks()))
    for name in request.frameworks:
        basis |= describe_trainer(find_framework(name))
    basis["the code of trials"] = digest_code(TRIAL_CODE, NOT_CODE)
    basis["the parity check"] = digest_code(PARITY_CODE, NOT_CODE)
    for workload in WORKLOADS:
        if workload.name in request.workloads:
            basis[f"the workload {workload.name}"] = digest(workload)
            basis[f"the images of {workload.name}"] = _find_images(config, workload)
    return basis


def describe_machine(environment: Environment) -> Basis:
    """What of the machine trials are recorded with."""
    return {
        "Python": environment.python,
        "the system": environment.os,
        "the processor": environment.cpu,
        "processors": str(environment.cores),
        "bytes of memory": f"{environment.memory_bytes:,}",
        "the GPU": environment.gpu or "none",
    }


def describe_trainer(framework: Framework) -> Basis:
    """The trainer's source, under the name of its file."""
    name = f"trainer {framework.trainer.rpartition('.')[2]}.py"
    return {name: f"sha256:{hash_source(read_trainer_source(framework))[:16]}"}


def has_all_images(basis: Basis) -> bool:
    """Whether a build with a network would look for none."""
    found = {value for name, value in basis.items() if name.startswith("the images of ")}
    return not any(value == NOWHERE or value.startswith(STAND_IN) for value in found)


def _list_versions(frameworks: Iterable[Framework]) -> Iterator[tuple[str, str]]:
    """Of every framework, asked for or not: suites are about all of them."""
    for framework in frameworks:
        try:
            yield from read_versions(framework).items()
        except MissingDependency:
            yield framework.title, "not installed"


def _find_images(config: Config, workload: Workload) -> str:
    try:
        source = find_source(
            workload,
            setting=config.find_data_setting(workload.name),
            data_folder=config.data_folder,
            cache=config.cache,
            offline=True,
        )
    except DatasetMissing:
        return NOWHERE
    # Names and times of files, and with them where they lie: a hash says nothing of this.
    signature = sign_source(source)[:16]
    return f"{STAND_IN} ({signature})" if source.stand_in_for else f"sha256:{signature}"
