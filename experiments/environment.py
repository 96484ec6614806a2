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
    """Commit of the code, with '+' where the working tree differs from it; None outside a checkout."""
    folder = Path(__file__).parent
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
