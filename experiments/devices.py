"""Turns 'auto', 'cpu' or 'cuda' into the device that every framework of a training can use.

Runs as `python -m experiments.devices ADAPTER` too, in a process of its own: whether a framework
sees a GPU is known only once it is imported.
"""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal, NamedTuple

from dlsurvey.records import Device
from experiments.child import make_command
from experiments.frameworks import Framework

Choice = Literal["auto", "cpu", "cuda"]
PROBE_TIMEOUT_SECONDS = 180


class Chosen(NamedTuple):
    """One device for all trials of a training, and the frameworks that cannot use it."""

    device: Device
    blind: tuple[Framework, ...]
    reason: str
    """Why this one, in a sentence."""


@cache
def read_gpu_name() -> str | None:
    """The first NVIDIA GPU of this machine; None where there is none or its driver does not answer."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    try:
        answer = subprocess.run(
            [program, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    names = answer.stdout.splitlines()
    return names[0].strip() or None if names else None


def probe(framework: Framework) -> bool:
    """Whether this framework, as installed, can train on the GPU."""
    # Here, since the runner reads the environment, which reads the GPU's name from this module.
    from experiments.runner import make_variables

    try:
        answer = subprocess.run(
            make_command("experiments.devices", framework.adapter),
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_SECONDS,
            check=True,
            env=make_variables("cuda", framework),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.split()[-1:] == ["True"]


def choose_device(
    choice: Choice,
    frameworks: Iterable[Framework],
    *,
    gpu: str | None,
    sees: Callable[[Framework], bool] = probe,
) -> Chosen:
    """The CPU, unless a GPU is asked for, or is there and every framework can use it.

    One device for all: a framework on a GPU is never compared with one on a CPU.
    """
    if choice == "cpu":
        return Chosen("cpu", (), "The CPU was asked for.")
    frameworks = tuple(frameworks)
    if gpu is None:
        blind = frameworks if choice == "cuda" else ()
        device: Device = "cuda" if choice == "cuda" else "cpu"
        return Chosen(device, blind, "No NVIDIA GPU answers on this machine.")
    blind = tuple(framework for framework in frameworks if not sees(framework))
    if choice == "cuda" or not blind:
        return Chosen("cuda", blind, f"Every trial runs on the GPU ({gpu}).")
    names = " and ".join(framework.title for framework in blind)
    return Chosen("cpu", (), f"{names} cannot use the GPU ({gpu}), so every trial runs on the CPU.")


def main() -> None:
    """Print whether the framework of the named adapter sees a GPU."""
    adapter = importlib.import_module(sys.argv[1])
    print(adapter.sees_gpu())  # noqa: T201  the parent reads it


if __name__ == "__main__":
    main()
