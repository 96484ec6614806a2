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
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np

from dlsurvey.errors import SurveyError, TrialError
from dlsurvey.records import Metrics, Record, TrialSpec
from experiments import spec as workloads
from experiments.datasets import load_arrays
from experiments.energy import Meter, open_meter
from experiments.journal import Journal, Judge
from experiments.memory import read_memory_bytes, read_peak_memory_bytes
from experiments.outcome import count_confusion, list_mistakes
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
Tell: TypeAlias = Callable[[Event], None]


def run_job(job: Job, tell: Tell) -> Metrics:
    """Train and test once, measuring each stage apart; `tell` takes events."""
    clock = time.perf_counter
    started = clock()
    trainer = importlib.import_module(job.trainer)
    import_seconds = clock() - started
    import_memory_bytes = read_memory_bytes()
    if job.spec.device == "cuda" and not trainer.sees_gpu():
        raise TrialError("it sees no GPU; with --device auto it would train on the CPU")
    trainer.prepare_framework(job.spec)
    tell(Started(import_seconds=import_seconds))

    started = clock()
    train, test = load_arrays(Path(job.prepared), job.spec.train_limit)
    train_data = trainer.load_data(train, job.spec, shuffle=True)
    test_data = trainer.load_data(test, job.spec, shuffle=False)
    data_seconds = clock() - started

    started = clock()
    model = trainer.build_model(job.workload, job.classes)
    tools = trainer.choose_loss_and_optimizer(model, job.workload, job.spec)
    build_seconds = clock() - started

    meter = open_meter(job.spec.device)
    journal = _open_journal(lambda: trainer.evaluate(model, test_data, job.spec), meter, tell)
    meter.start()
    _train(trainer, job, model, tools, train_data, journal)
    meter.stop()
    peak_memory_bytes = read_peak_memory_bytes()
    peak_device_memory_bytes = trainer.read_device_memory_bytes(job.spec)

    predicted = trainer.predict(model, test_data, job.spec)
    steps = np.asarray(journal.step_seconds)
    return Metrics(
        defaults=trainer.list_defaults(model, tools, job.spec)
        | {"loaded beside it": list_companions(job.trainer)},
        parameters=trainer.count_parameters(model),
        epoch_loss=tuple(journal.epoch_loss),
        epoch_accuracy=tuple(journal.epoch_accuracy),
        epoch_seconds=tuple(journal.epoch_seconds),
        epoch_test_accuracy=tuple(accuracy for _, accuracy in journal.epoch_judgement),
        step_seconds_median=float(np.median(steps)) if len(steps) else None,
        step_seconds_p95=float(np.percentile(steps, 95)) if len(steps) else None,
        test_loss=journal.epoch_judgement[-1][0],
        test_accuracy=journal.epoch_judgement[-1][1],
        import_seconds=import_seconds,
        data_seconds=data_seconds,
        build_seconds=build_seconds,
        warmup_seconds=journal.warmup_seconds,
        train_seconds=float(np.sum(journal.epoch_seconds)),
        evaluation_seconds=journal.judge_seconds,
        import_memory_bytes=import_memory_bytes,
        peak_memory_bytes=peak_memory_bytes,
        peak_device_memory_bytes=peak_device_memory_bytes,
        energy_joules=meter.joules,
        confusion=count_confusion(test.labels, predicted, job.classes),
        mistakes=list_mistakes(test.labels, predicted),
    )


def _open_journal(evaluate: Judge, meter: Meter, tell: Tell) -> Journal:
    """The journal of a training whose tests take neither time nor energy from it."""

    def judge() -> tuple[float, float]:
        meter.stop()
        try:
            return evaluate()
        finally:
            meter.start()

    return Journal(
        lambda epoch, loss, accuracy, seconds: tell(
            EpochEnded(epoch=epoch, loss=loss, accuracy=accuracy, seconds=seconds)
        ),
        judge,
    )


def _train(trainer: Any, job: Job, model: Any, tools: Any, data: Any, journal: Journal) -> None:  # noqa: PLR0913, PLR0917  what a trainer takes
    """Train in the protocol of the spec; the controlled one starts from the shared weights."""
    train_network = trainer.train
    if job.spec.protocol == "controlled":
        weights = draw_weights(job.workload, job.classes, job.spec.seed)
        trainer.load_weights(model, weights, job.workload, job.classes)
        train_network = trainer.train_controlled
    train_network(model, tools, data, job.spec, journal)


def list_companions(trainer: str) -> str:
    """Frameworks that are in this process though its trainer does not name them: they take memory."""
    named = Path(str(sys.modules[trainer].__file__)).read_text(encoding="utf-8")
    loaded = [
        name
        for name in ("tensorflow", "torch", "jax")
        if name in sys.modules and f"import {name}" not in named
    ]
    return ", ".join(loaded) or "nothing"


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
