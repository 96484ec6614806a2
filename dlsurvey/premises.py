"""What the result of a training depends on: machine, versions, code, data, wishes."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from dlsurvey.basis import Basis, digest, digest_code
from dlsurvey.closure import hash_code
from dlsurvey.config import Config
from dlsurvey.errors import MissingDependency
from dlsurvey.records import Environment, content_sha256
from dlsurvey.requests import Request
from experiments.environment import read_environment
from experiments.frameworks import (
    Framework,
    find_framework,
    hash_program,
    list_frameworks,
    read_versions,
)
from experiments.sources import find_source, sign_source
from experiments.workloads import Workload, find_workload

ADAPTERS = (
    "experiments.adapters.keras",
    "experiments.adapters.pytorch",
    "experiments.adapters.jax",
)
TRIAL_CODE = ("experiments.worker", *ADAPTERS)
"""With what they import, all that runs in a trial besides the workload and its programs."""
PARITY_CODE = ("experiments.parity_worker", "experiments.parity_traps", *ADAPTERS)
STAND_IN = "a stand-in"


def hash_trial_code(workload: Workload) -> str:
    """Of all that decides what a trial does besides its spec, its program and its environment."""
    return content_sha256((hash_code(TRIAL_CODE), replace(workload, programs={})))


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
    basis["the code of trials"] = digest_code(TRIAL_CODE)
    basis["the parity check"] = digest_code(PARITY_CODE)
    for workload in map(find_workload, request.workloads):
        basis[f"the workload {workload.name}"] = digest(replace(workload, programs={}))
        basis[f"the images of {workload.name}"] = _find_images(config, workload)
        for name in request.frameworks:
            basis |= describe_program(workload, find_framework(name))
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


def describe_program(workload: Workload, framework: Framework) -> Basis:
    """The source of one program, under the name of its file; nothing where there is none."""
    if framework.program not in workload.programs:
        return {}
    name = f"program {workload.name}/train_{framework.program}.py"
    return {name: f"sha256:{hash_program(workload, framework)[:16]}"}


def has_all_images(basis: Basis) -> bool:
    """Whether a build with a network would look for none."""
    found = {value for name, value in basis.items() if name.startswith("the images of ")}
    return not any(value.startswith(STAND_IN) for value in found)


def _list_versions(frameworks: Iterable[Framework]) -> Iterator[tuple[str, str]]:
    """Of every framework, asked for or not: suites are about all of them."""
    for framework in frameworks:
        try:
            yield from read_versions(framework).items()
        except MissingDependency:
            yield framework.title, "not installed"


def _find_images(config: Config, workload: Workload) -> str:
    source = find_source(
        workload,
        setting=config.find_data_setting(workload.name),
        data_folder=config.data_folder,
        cache=config.cache,
        offline=True,
    )
    # Names and times of files, and with them where they lie: a hash says nothing of this.
    signature = sign_source(source)[:16]
    return f"{STAND_IN} ({signature})" if source.stand_in_for else f"sha256:{signature}"
