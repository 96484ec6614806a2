"""Turns one job, read as JSON from standard input, into one trial's metrics, told as JSON lines.

Runs as `python -m experiments.worker`, one trial in one fresh process. It ends
itself when standard input closes: a parent that dies leaves no trial behind.
"""

import importlib
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dlsurvey.errors import SurveyError
from dlsurvey.records import Metrics, Record, TrialSpec
from experiments import spec as workloads
from experiments.datasets import load_arrays
from experiments.journal import Journal
from experiments.memory import read_memory_bytes, read_peak_memory_bytes
from experiments.weights import draw_weights


class Job(Record, frozen=True, kw_only=True):
    """What one worker is asked to do."""

    spec: TrialSpec
    workload: workloads.Workload
    trainer: str
    prepared: str
    """Path of the prepared images."""
    classes: int


class Started(Record, frozen=True, kw_only=True, tag="started"):
    """The framework is imported and the data are loaded."""

    import_seconds: float


class EpochEnded(Record, frozen=True, kw_only=True, tag="epoch"):
    """One epoch has ended."""

    epoch: int
    loss: float
    accuracy: float
    seconds: float


class Completed(Record, frozen=True, kw_only=True, tag="completed"):
    """The trial has ended well."""

    metrics: Metrics


class Failed(Record, frozen=True, kw_only=True, tag="failed"):
    """The trial has ended in an error."""

    reason: str


Event = Started | EpochEnded | Completed | Failed


def run_job(job: Job, tell: Any) -> Metrics:
    """Train and test once, measuring each stage apart; `tell` takes events."""
    started = time.perf_counter()
    trainer = importlib.import_module(job.trainer)
    import_seconds = time.perf_counter() - started
    import_memory_bytes = read_memory_bytes()
    trainer.prepare_framework(job.spec)
    tell(Started(import_seconds=import_seconds))

    started = time.perf_counter()
    train, test = load_arrays(Path(job.prepared), job.spec.train_limit)
    train_data = trainer.load_data(train, job.spec, shuffle=True)
    test_data = trainer.load_data(test, job.spec, shuffle=False)
    data_seconds = time.perf_counter() - started

    started = time.perf_counter()
    model = trainer.build_model(job.workload, job.classes)
    tools = trainer.choose_loss_and_optimizer(model, job.workload, job.spec)
    build_seconds = time.perf_counter() - started

    journal = _train(trainer, job, model, tools, train_data, tell)

    started = time.perf_counter()
    test_loss, test_accuracy = trainer.evaluate(model, test_data, job.spec)
    evaluation_seconds = time.perf_counter() - started
    peak_memory_bytes = read_peak_memory_bytes()
    return Metrics(
        defaults=trainer.list_defaults(model, tools, job.spec),
        parameters=trainer.count_parameters(model),
        epoch_loss=tuple(journal.epoch_loss),
        epoch_accuracy=tuple(journal.epoch_accuracy),
        epoch_seconds=tuple(journal.epoch_seconds),
        test_loss=float(test_loss),
        test_accuracy=float(test_accuracy),
        import_seconds=import_seconds,
        data_seconds=data_seconds,
        build_seconds=build_seconds,
        warmup_seconds=journal.warmup_seconds,
        train_seconds=float(np.sum(journal.epoch_seconds)),
        evaluation_seconds=evaluation_seconds,
        import_memory_bytes=import_memory_bytes,
        peak_memory_bytes=peak_memory_bytes,
    )


def _train(trainer: Any, job: Job, model: Any, tools: Any, data: Any, tell: Any) -> Journal:  # noqa: PLR0913, PLR0917  what a trainer takes
    """Train in the protocol of the spec; the controlled one starts from the shared weights."""
    journal = Journal(
        lambda epoch, loss, accuracy, seconds: tell(
            EpochEnded(epoch=epoch, loss=loss, accuracy=accuracy, seconds=seconds)
        )
    )
    train_network = trainer.train
    if job.spec.protocol == "controlled":
        weights = draw_weights(job.workload, job.classes, job.spec.seed)
        trainer.load_weights(model, weights, job.workload, job.classes)
        train_network = trainer.train_controlled
    train_network(model, tools, data, job.spec, journal)
    return journal


def main() -> None:
    """Read the job, run it, tell how it ended; exit code 1 after a failure."""
    # What a framework prints goes to the log (standard error); the events keep a channel of their own.
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def tell(event: Event) -> None:
        channel.write(msgspec.json.encode(event) + b"\n")

    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        tell(Completed(metrics=run_job(job, tell)))
    except MemoryError:
        traceback.print_exc()
        tell(Failed(reason="out of memory (MemoryError)"))
    except SurveyError as error:
        tell(Failed(reason=str(error)))
    except Exception as error:  # noqa: BLE001  a framework may raise anything: it becomes the trial's reason
        traceback.print_exc()
        tell(Failed(reason=_describe(error)))


def _describe(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0] if lines else 'no message'}"[:300]
    exhausted = (
        "out of memory" in str(error).lower() or "can't allocate memory" in str(error).lower()
    )
    return f"out of memory ({text})" if exhausted else text


def _end_with_parent() -> None:
    # os.read, not sys.stdin: a daemon thread inside its lock would abort the interpreter's own exit.
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
