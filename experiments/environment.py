"""Turns this machine and the installed packages into the environment that trials are recorded with."""

import os
import platform
import subprocess
from functools import cache
from pathlib import Path

import psutil

from dlsurvey.records import Environment
from experiments.devices import read_gpu_name
from experiments.frameworks import Framework, read_versions

_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
"""Variables that name a repository, as a hook of git sets them."""


def count_cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_environment(framework: Framework | None = None) -> Environment:
    """The machine, with the versions of one framework's packages (none: the machine alone).

    Raises MissingDependency where the framework is not installed.
    """
    return Environment(
        python=platform.python_version(),
        os=f"{platform.system()} {platform.release()} {platform.machine()}",
        cpu=_read_cpu_name(),
        cores=count_cores(),
        memory_bytes=int(psutil.virtual_memory().total),
        versions=read_versions(framework) if framework else {},
        gpu=read_gpu_name(),
        git_commit=_read_git_commit(),
    )


@cache
def _read_cpu_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "unknown"


@cache
def _read_git_commit() -> str | None:
    """Commit of the code, with '+' where the working tree differs from it; None outside a checkout.

    A repository that only lies around the code, as that of a survey around its `.venv`, is not its own.
    """
    variables = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}

    def ask(*command: str) -> str:
        return subprocess.run(
            ["git", *command],
            cwd=Path(__file__).parent,
            env=variables,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout.strip()

    try:
        ask("ls-files", "--error-unmatch", "--", Path(__file__).name)
        return ask("describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*") or None
    except (OSError, subprocess.SubprocessError):
        return None
