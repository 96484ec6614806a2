"""Turns one framework's network, trained here, into the files of its routes, told as JSON lines.

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
from experiments import spec as workloads
from experiments.autodiff.worker import describe
from experiments.datasets import Arrays, load_arrays
from experiments.deployment.sizes import measure_files
from experiments.journal import Journal
from experiments.weights import draw_weights

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
    workload: workloads.Workload
    trainer: str
    exporter: str
    prepared: str
    classes: int
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
    trainer = importlib.import_module(job.trainer)
    exporter = importlib.import_module(job.exporter)
    trainer.prepare_framework(job.spec)
    train, test = load_arrays(Path(job.prepared), job.spec.train_limit)
    folder = Path(job.folder)
    model = _train(trainer, job, train, test, folder)
    if not (folder / LOGITS).exists():
        images = exporter.arrange(test.images)
        np.save(folder / IMAGES, images)
        np.save(folder / LOGITS, exporter.answer(model, images))
    forms = exporter.list_forms()
    for form in forms if job.forms is None else job.forms:
        yield _save(form, forms[form], trainer, job, model)
    shown = exporter.arrange(train.images)
    for wanted in job.wanted:
        yield from _export(wanted, exporter, model, shown, folder)


def _train(trainer: Any, job: Job, train: Arrays, test: Arrays, folder: Path) -> Any:
    """The network of the spec, trained in the controlled protocol, or its weights from before."""
    spec, workload, classes = job.spec, job.workload, job.classes
    model = trainer.build_model(workload, classes)
    tools = trainer.choose_loss_and_optimizer(model, workload, spec)
    path = folder / WEIGHTS
    if path.exists():
        with np.load(path) as stored:
            trainer.load_weights(model, tuple(stored.values()), workload, classes)
        return model
    trainer.load_weights(model, draw_weights(workload, classes, spec.seed), workload, classes)
    data = trainer.load_data(train, spec, shuffle=True)
    trainer.train_controlled(model, tools, data, spec, _make_journal())
    np.savez(path, *trainer.read_weights(model, workload, classes))
    return model


def _make_journal() -> Journal:
    """Training is measured elsewhere."""
    return Journal(lambda *_: None, lambda: (0.0, 0.0))


def _save(form: str, pair: Pair, trainer: Any, job: Job, model: Any) -> Saved:
    save, load = pair
    path = Path(job.folder) / f"network.{form.replace(' ', '-')}"
    try:
        save_seconds = [_time(lambda: save(model, path)) for _ in range(REPEATS)]
        fresh = trainer.build_model(job.workload, job.classes)
        load_seconds = [_time(lambda: load(fresh, path)) for _ in range(REPEATS)]
        before, after = (
            trainer.read_weights(one, job.workload, job.classes) for one in (model, fresh)
        )
    except Exception as error:  # noqa: BLE001  a framework may raise anything: it is the result
        traceback.print_exc()
        return Saved(form=form, error=describe(error))
    size = measure_files(path)
    return Saved(
        form=form,
        save_seconds=statistics.median(save_seconds),
        load_seconds=statistics.median(load_seconds),
        size_bytes=None if size is None else size.size_bytes,
        same=all(np.array_equal(one, other) for one, other in zip(before, after, strict=True)),
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
