"""The process that trains one network and writes the files of its routes, told as JSON lines.

Runs as `python -m experiments.deployment.export_worker`, job on standard input. The trained weights
are kept in the job's folder: a process that goes on after one that died does not train again.
"""

import importlib
import os
import shutil
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np

from dlsurvey.records import Record, TrialSpec
from experiments.autodiff.worker import describe
from experiments.datasets import Arrays, load_arrays
from experiments.deployment.sizes import measure_files
from experiments.journal import Journal
from experiments.programs import load_program, set_constants
from experiments.weights import draw_weights
from experiments.workloads import Workload

REPEATS = 5
"""Of saving and of loading weights."""
WEIGHTS, IMAGES, LOGITS = "weights.npz", "images.npy", "logits.npy"


class Wanted(Record, frozen=True, kw_only=True):
    """One route, and the ways to try it."""

    route: str
    file: str
    """Where it is written, inside the job's folder."""
    ways: tuple[str, ...]


class Job(Record, frozen=True, kw_only=True):
    """What one process trains and exports."""

    spec: TrialSpec
    workload: Workload
    adapter: str
    program: str
    exporter: str
    prepared: str
    folder: str
    wanted: tuple[Wanted, ...]
    forms: tuple[str, ...] | None = None
    """Of weights alone that are still to be saved; None: all that the exporter knows."""


class Tried(Record, frozen=True, kw_only=True, tag="export"):
    """One way of one route; an empty error means that the file is there."""

    route: str
    way: str
    seconds: float
    error: str = ""


class Saved(Record, frozen=True, kw_only=True, tag="weights"):
    """One form of weights alone."""

    form: str
    error: str = ""
    save_seconds: float | None = None
    load_seconds: float | None = None
    size_bytes: int | None = None
    same: bool | None = None


Event: TypeAlias = Tried | Saved
Pair: TypeAlias = tuple[Callable[[Any, Path], None], Callable[[Any, Path], None]]
"""How weights are saved, and how they are loaded."""


def run_job(job: Job) -> Iterator[Event]:
    """Train, or take what was trained, then save and export; whatever a framework raises is an answer."""
    exporter = importlib.import_module(job.exporter)
    adapter = importlib.import_module(job.adapter)
    adapter.prepare_framework(job.spec)
    folder = Path(job.folder)
    train, test = load_arrays(Path(job.prepared), job.spec.train_limit)
    network = _train(adapter, job, train, folder)
    if not (folder / LOGITS).exists():
        images = exporter.arrange(test.inputs)
        np.save(folder / IMAGES, images)
        np.save(folder / LOGITS, exporter.answer(network.model, images))
    forms = exporter.list_forms()
    for form in forms if job.forms is None else job.forms:
        yield _save(form, forms[form], adapter, job, network)
    shown = exporter.arrange(train.inputs)
    for wanted in job.wanted:
        yield from _export(wanted, exporter, network.model, shown, folder)


def _make_network(adapter: Any, job: Job) -> Any:
    program = load_program(job.workload.programs[job.program], f"train_{job.program}")
    set_constants(program, job.spec, epochs=job.spec.epochs)
    return adapter.Network(program, job.workload, job.spec)


def _train(adapter: Any, job: Job, train: Arrays, folder: Path) -> Any:
    """The network of the spec, trained in the controlled protocol, or with its weights from before."""
    network = _make_network(adapter, job)
    path = folder / WEIGHTS
    if path.exists():
        with np.load(path) as stored:
            network.load_weights(dict(stored))
        return network
    network.load_weights(draw_weights(job.workload, job.spec.seed))
    network.train(network.take_data(train, shuffle=True), _make_journal())
    np.savez(path, **network.read_weights())
    return network


def _make_journal() -> Journal:
    """Training is measured elsewhere."""
    return Journal(lambda *_: None, lambda: (0.0, 0.0))


def _save(form: str, pair: Pair, adapter: Any, job: Job, network: Any) -> Saved:
    save, load = pair
    path = Path(job.folder) / f"network.{form.replace(' ', '-')}"
    try:
        save_seconds = [_time(lambda: save(network.model, path)) for _ in range(REPEATS)]
        fresh = _make_network(adapter, job)
        load_seconds = [_time(lambda: load(fresh.model, path)) for _ in range(REPEATS)]
        before, after = network.read_weights(), fresh.read_weights()
    except Exception as error:  # noqa: BLE001  a framework may raise anything: it is the result
        traceback.print_exc()
        return Saved(form=form, error=describe(error))
    size = measure_files(path)
    return Saved(
        form=form,
        save_seconds=statistics.median(save_seconds),
        load_seconds=statistics.median(load_seconds),
        size_bytes=None if size is None else size.size_bytes,
        same=all(np.array_equal(before[name], after[name]) for name in before),
    )


def _export(
    wanted: Wanted, exporter: Any, model: Any, images: Any, folder: Path
) -> Iterator[Tried]:
    """Each way until one writes its files; what a failed way left behind is removed."""
    path = folder / wanted.file
    for way in wanted.ways:
        started = time.perf_counter()
        try:
            exporter.export(model, wanted.route, way, path, images)
        except Exception as error:  # noqa: BLE001  as above
            traceback.print_exc()
            _remove(path)
            seconds = time.perf_counter() - started
            yield Tried(route=wanted.route, way=way, seconds=seconds, error=describe(error))
        else:
            yield Tried(route=wanted.route, way=way, seconds=time.perf_counter() - started)
            return


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _time(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Read the job and tell what came of each part as it comes."""
    # What a framework prints goes to the log (standard error); the answers keep a channel of their own.
    with os.fdopen(os.dup(1), "wb", buffering=0) as channel:
        os.dup2(2, 1)
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        for event in run_job(job):
            channel.write(msgspec.json.encode(event) + b"\n")


if __name__ == "__main__":
    main()
