"""Turns what a driver asks of one node of a cluster into answers: what the node is, one trial, one check.

These functions run on the node, in a process of the cluster's own; nothing in here knows which
kind of cluster it is. The trial itself is a fresh process, as everywhere.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from msgspec import field

from dlsurvey.errors import MissingDependency, SurveyError
from dlsurvey.records import Environment, Precision, Record, Trial, TrialSpec
from experiments.devices import probe
from experiments.environment import read_environment
from experiments.executors import Errand
from experiments.frameworks import Framework
from experiments.parity import ParityError, compute_numbers
from experiments.parity_differences import Numbers
from experiments.rounds import Subject
from experiments.runner import Bench
from experiments.sources import Prepared, find_source, prepare
from experiments.workloads import Workload

MAX_LOG_BYTES = 64 * 2**10
"""Of what a trial's process printed, its end comes back."""


class Report(Record, frozen=True, kw_only=True):
    """What one node is and has."""

    environments: dict[str, Environment] = field(default_factory=dict)
    """By framework; those that are not installed are in `missing`."""
    missing: dict[str, str] = field(default_factory=dict)
    """By framework, what to install."""
    code_sha256: str = ""
    """Of all else that decides what a trial does."""
    prepared: dict[str, Prepared] = field(default_factory=dict)
    """By workload, the images as this node found them."""
    faults: dict[str, str] = field(default_factory=dict)
    """By workload, why it has no images."""
    fault: str = ""
    """Why nothing else is known of it."""


class Task(Record, frozen=True, kw_only=True):
    """One trial, with all that a node needs for it."""

    spec: TrialSpec
    workload: Workload
    framework: Framework
    prepared: Prepared
    timeout_seconds: float


class Outcome(Record, frozen=True, kw_only=True):
    """However the trial ended, and the end of its log."""

    trial: Trial
    log: str


def look_around(errand: Errand) -> Report:
    """What this node has of what the errand needs; its images are prepared, fetched if need be."""
    environments: dict[str, Environment] = {}
    missing: dict[str, str] = {}
    for framework in errand.frameworks:
        try:
            environments[framework.name] = read_environment(framework)
        except MissingDependency as error:
            missing[framework.name] = str(error)
    prepared: dict[str, Prepared] = {}
    faults: dict[str, str] = {}
    for workload in errand.workloads:
        try:
            prepared[workload.name] = _prepare_images(workload, errand)
        except SurveyError as error:
            faults[workload.name] = str(error)
    return Report(
        environments=environments,
        missing=missing,
        code_sha256=hash_experiments(),
        prepared=prepared,
        faults=faults,
    )


def hash_experiments() -> str:
    """SHA-256 over the names and sources of all modules of `experiments`, as installed here."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def run_task(task: Task) -> Outcome:
    """Run one trial in a fresh process; ends with the process that called, however that ends."""
    with tempfile.TemporaryDirectory(prefix="dlsurvey-trial-") as name:
        bench = Bench(
            task.framework,
            read_environment(task.framework),
            timeout_seconds=task.timeout_seconds,
            log_folder=Path(name),
        )
        prepared = task.prepared
        trial = bench.run(
            task.spec, task.workload, prepared.dataset, Path(prepared.path), lambda event: None
        )
        return Outcome(trial=trial, log=_read_end(Path(name) / f"{task.spec.key}.log"))


def compute(subject: Subject, prepared: Prepared, precision: Precision) -> Numbers | str:
    """What one framework computes for the parity check, or in a sentence why it could not."""
    with tempfile.TemporaryDirectory(prefix="dlsurvey-parity-") as name:
        try:
            return compute_numbers(subject, prepared, Path(name), precision)
        except ParityError as error:
            return str(error)


def sees_gpu(framework: Framework) -> bool:
    """Whether this framework, as installed here, can train on the GPU."""
    return probe(framework)


def _prepare_images(workload: Workload, errand: Errand) -> Prepared:
    """From the node's own places; the driver's hold where they are there too."""
    from platformdirs import user_cache_path

    named = os.environ.get("DLSURVEY_DATA_DIR") or errand.data_folder
    folder = Path(named) if named and Path(named).is_dir() else None
    cache = Path(errand.cache) if errand.cache else user_cache_path("dlsurvey")
    source = find_source(
        workload,
        setting=errand.settings.get(workload.name, "auto"),
        data_folder=folder,
        cache=cache,
        offline=errand.offline,
    )
    return prepare(source, cache)


def _read_end(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - MAX_LOG_BYTES))
        return file.read().decode(errors="replace")
