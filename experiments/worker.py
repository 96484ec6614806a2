"""The process that runs one trial: one job from standard input, its events as JSON lines.

Runs as `python -m experiments.worker`, one trial in one fresh process. It ends
itself when standard input closes: a parent that dies leaves no trial behind.
"""

import importlib
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np

from dlsurvey.errors import SurveyError, TrialError
from dlsurvey.records import Metrics, Mistake, Record, TrialSpec
from experiments.datasets import Arrays, load_arrays, load_examples
from experiments.energy import Meter, open_meter
from experiments.journal import Journal, Judge
from experiments.lookup import lay_files, redirect_libraries
from experiments.memory import read_memory_bytes, read_peak_memory_bytes
from experiments.outcome import count_confusion, list_mistakes
from experiments.programs import load_program, set_constants
from experiments.weights import draw_weights
from experiments.workloads import Workload


class Job(Record, frozen=True, kw_only=True):
    """What one worker is asked to do."""

    spec: TrialSpec
    workload: Workload
    adapter: str
    program: str
    """The name of the workload's program."""
    imports: tuple[str, ...]
    """What importing the framework is."""
    prepared: str
    """Path of the prepared data."""
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
    for name in job.imports:
        importlib.import_module(name)
    import_seconds = clock() - started
    adapter = importlib.import_module(job.adapter)
    if job.spec.device == "cuda" and not adapter.sees_gpu():
        raise TrialError("it sees no GPU; with --device auto it would train on the CPU")
    adapter.prepare_framework(job.spec)
    program = load_program(job.workload.programs[job.program], f"train_{job.program}")
    import_memory_bytes = read_memory_bytes()
    tell(Started(import_seconds=import_seconds))
    set_constants(program, job.spec, epochs=job.spec.epochs)

    started = clock()
    network = adapter.Network(program, job.workload, job.spec)
    build_seconds = clock() - started
    arrays = load_arrays(Path(job.prepared), job.spec.train_limit)
    with _open_data(job, network, program, arrays) as (train_data, test_data, data_seconds):
        meter = open_meter(job.spec.device)
        journal = _open_journal(lambda: network.evaluate(test_data), meter, tell)
        if job.spec.protocol == "controlled":
            network.load_weights(draw_weights(job.workload, job.spec.seed))
        meter.start()
        network.train(train_data, journal)
        meter.stop()
    peak_memory_bytes = read_peak_memory_bytes()
    steps = np.asarray(journal.step_seconds)
    outcome = _read_outcome(job, network, arrays[1])
    return Metrics(
        defaults=network.list_defaults() | {"loaded beside it": list_companions(job)},
        mapped=network.mapped,
        parameters=network.count_parameters(),
        epoch_loss=tuple(journal.epoch_loss),
        epoch_accuracy=tuple(journal.epoch_accuracy),
        epoch_seconds=tuple(journal.epoch_seconds),
        epoch_loading_seconds=tuple(journal.epoch_loading_seconds) if network.loops else (),
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
        peak_device_memory_bytes=network.read_device_memory_bytes(),
        energy_joules=meter.joules,
        confusion=outcome[0],
        mistakes=outcome[1],
    )


@contextmanager
def _open_data(
    job: Job, network: Any, program: Any, arrays: tuple[Arrays, Arrays]
) -> Iterator[tuple[Any, Any, float]]:
    """Training and test data, and how long it took to have them.

    In the idiomatic protocol the program loads them itself, in a folder where they lie as its
    library keeps them; in the controlled one they are arrays in the order that all share.
    """
    clock = time.perf_counter
    if job.spec.protocol == "controlled":
        started = clock()
        train = network.take_data(arrays[0], shuffle=True)
        test = network.take_data(arrays[1], shuffle=False)
        yield train, test, clock() - started
        return
    examples = load_examples(Path(job.prepared), job.spec.train_limit)
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="dlsurvey-data-", ignore_cleanup_errors=True) as name:
        lay_files(job.workload.dataset, examples, Path(name))
        redirect_libraries(job.workload.dataset, examples, Path(name), program)
        os.chdir(name)
        try:
            started = clock()
            train, test = network.load_data()
            yield train, test, clock() - started
        finally:
            os.chdir(before)


def _read_outcome(
    job: Job, network: Any, test: Arrays
) -> tuple[tuple[tuple[int, ...], ...], tuple[Mistake, ...]]:
    """The confusion matrix and the mistakes of images; of text there are none."""
    if test.labels.ndim > 1:
        return (), ()
    predicted = network.predict(test)
    return (
        count_confusion(test.labels, predicted, job.classes),
        list_mistakes(test.labels, predicted),
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


def list_companions(job: Job) -> str:
    """Frameworks in this process that its program does not name: they take memory."""
    named = job.workload.programs[job.program]
    loaded = [
        name
        for name in ("tensorflow", "torch", "jax")
        if name in sys.modules and name not in job.imports and f"import {name}" not in named
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
