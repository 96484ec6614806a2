"""Turns a framework's packages into one real installation, timed part by part, and then removed.

An empty environment in a temporary folder, pip without its own cache, the versions of what runs
here, and one program that trains one batch. Whatever fails is told; what came before it stays.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from packaging.version import InvalidVersion, Version

from dlsurvey.records import Record
from experiments.contact.commands import StepStopped, run_command
from experiments.contact.newcomers import Newcomer, describe_job, read_program
from experiments.contact.record import Installation
from experiments.deployment.sizes import Size, find_distributions, measure_files
from experiments.load import LoadMeter
from experiments.runner import make_variables

NEEDED_BYTES = 12_000_000_000
"""Free disk without which nothing is installed: the largest framework and what was downloaded."""


class FirstBatch(Record, frozen=True, kw_only=True):
    """What a first program prints."""

    import_seconds: float
    build_seconds: float
    step_seconds: float
    loss: float


class Place(NamedTuple):
    """An environment that is being filled, and by when it must be done."""

    folder: Path
    deadline: float
    variables: Mapping[str, str]

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))

    def run(self, what: str, command: Sequence[str], text: str = "") -> tuple[str, float]:
        """What the step printed, and its seconds; raises StepStopped."""
        started = time.perf_counter()
        seconds = self.deadline - time.monotonic()
        output = run_command(what, command, text, self.variables, seconds)
        return output, time.perf_counter() - started


def install(newcomer: Newcomer, deadline: float) -> Installation:
    """One installation that ends by `deadline` (of `time.monotonic`); its error where it fails."""
    wanted = pin(newcomer)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < NEEDED_BYTES:
        needed = NEEDED_BYTES / 1e9
        return Installation(
            requirements=wanted,
            error=f"not begun: {free / 1e9:.0f} GB of disk are free, {needed:.0f} GB are needed",
        )
    meter = LoadMeter()
    found: dict[str, Any] = {}
    # What a killed process still wrote must not keep the folder from being removed.
    with tempfile.TemporaryDirectory(
        prefix="dlsurvey-contact-", ignore_cleanup_errors=True
    ) as name:
        variables = make_variables("cpu", newcomer.framework)
        place = Place(Path(name) / "environment", deadline, variables)
        try:
            _fill(newcomer, place, wanted, found)
        except StepStopped as stopped:
            found["error"] = str(stopped)
    return Installation(requirements=wanted, load=meter.read(), **found)


def pin(newcomer: Newcomer) -> tuple[str, ...]:
    """What pip is asked for: 'torch==2.9.0', as it runs here; the bare name of what does not.

    A label such as '+cpu' belongs to one index, and is left out: what pip finds is the usual build.
    """
    here = find_distributions(newcomer.packages) or {}
    return tuple(
        f"{name}=={_drop_label(here[name].version)}" if name in here else name
        for name in newcomer.packages
    )


def list_constraints(newcomer: Newcomer) -> str:
    """The versions of all that comes with it here, one a line."""
    here = find_distributions(newcomer.packages) or {}
    return "".join(f"{name}=={_drop_label(one.version)}\n" for name, one in sorted(here.items()))


def _fill(newcomer: Newcomer, place: Place, wanted: Sequence[str], found: dict[str, Any]) -> None:
    """Every step puts what it measured into `found`; raises StepStopped."""
    _, found["venv_seconds"] = place.run(
        "python -m venv", [sys.executable, "-m", "venv", str(place.folder)]
    )
    empty = _measure(place)
    constraints = place.folder / "constraints.txt"
    constraints.write_text(list_constraints(newcomer), encoding="utf-8")
    _, found["install_seconds"] = place.run(
        "pip install",
        [place.python, "-m", "pip", "install", "--no-cache-dir", "--no-input", "--quiet",
         "--disable-pip-version-check", "-c", str(constraints), *wanted],
    )  # fmt: skip
    found |= _subtract(_measure(place), empty)
    program = place.folder / newcomer.program
    program.write_text(read_program(newcomer), encoding="utf-8")
    job = json.dumps(describe_job(newcomer))
    output, _ = place.run("the first batch", [place.python, "-I", str(program)], job)
    try:
        batch = msgspec.json.decode(output.strip().rpartition("\n")[2], type=FirstBatch)
    except msgspec.MsgspecError as error:
        raise StepStopped("the first batch: it printed no answer") from error
    found |= {
        "import_seconds": batch.import_seconds,
        "build_seconds": batch.build_seconds,
        "step_seconds": batch.step_seconds,
    }


def _measure(place: Place) -> Size:
    """Bytes of all packages, and how many there are."""
    sites = [
        *place.folder.glob("lib/python*/site-packages"),
        *place.folder.glob("Lib/site-packages"),
    ]
    sizes = [size.size_bytes for site in sites if (size := measure_files(site)) is not None]
    return Size(sum(sizes), sum(len(list(site.glob("*.dist-info"))) for site in sites))


def _subtract(full: Size, empty: Size) -> dict[str, int]:
    (bytes_after, packages_after), (bytes_before, packages_before) = full, empty
    return {
        "size_bytes": max(0, bytes_after - bytes_before),
        "packages": max(0, packages_after - packages_before),
    }


def _drop_label(version: str) -> str:
    try:
        return Version(version).public
    except InvalidVersion:
        return version
