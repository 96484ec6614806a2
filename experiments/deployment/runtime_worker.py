"""Turns one exported network into its answers and what they take, in a process that only runs it.

Runs as `python -m experiments.deployment.runtime_worker`, job on standard input. Nothing here
imports a framework: what is loaded at the end was loaded by the runtime.
"""

import importlib
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dlsurvey.records import Record
from experiments.autodiff.worker import describe
from experiments.deployment.record import BATCH, Run
from experiments.memory import read_peak_memory_bytes

FRAMEWORKS = ("tensorflow", "torch", "jax", "flax", "keras")
WARM_UP, IMAGE_REPEATS, BATCH_REPEATS = 10, 200, 40
LEAST, LONGEST_SECONDS = 10, 3.0
"""Slow ones are repeated less often: until this time is over, but at least so often."""


class Job(Record, frozen=True, kw_only=True):
    """What one process runs."""

    module: str
    path: str
    images: str
    """Path of the test images, as the network takes them."""
    threads: int
    answers: str = ""
    """Where the logits of all test images are written; empty: they are not wanted."""


class Outcome(Record, frozen=True, kw_only=True):
    """What was measured, or the error instead."""

    run: Run | None = None
    error: str = ""


def measure(job: Job) -> Run:
    """Import, load, answer; the test images are read before the clock starts."""
    clock = time.perf_counter
    images = np.load(job.images)
    started = clock()
    runtime = importlib.import_module(job.module)
    imported = clock()
    answer = runtime.load(Path(job.path), job.threads)
    loaded = clock()
    answer(images[:1])
    answered = clock()
    if job.answers:
        parts = [answer(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
        np.save(job.answers, np.concatenate(parts))
    one = _repeat(answer, images[:1], IMAGE_REPEATS)
    many = _repeat(answer, _take(images, BATCH), BATCH_REPEATS)
    return Run(
        import_seconds=imported - started,
        load_seconds=loaded - imported,
        first_seconds=answered - loaded,
        image_seconds_median=float(np.median(one)),
        image_seconds_p95=float(np.percentile(one, 95)),
        image_repeats=len(one),
        batch_seconds_median=float(np.median(many)),
        batch_seconds_p95=float(np.percentile(many, 95)),
        batch_repeats=len(many),
        peak_memory_bytes=read_peak_memory_bytes(),
        frameworks=tuple(name for name in FRAMEWORKS if name in sys.modules),
    )


def _repeat(answer: Callable[[Any], Any], images: Any, most: int) -> list[float]:
    """Seconds of each answer after the first ones."""
    clock = time.perf_counter
    begun = clock()
    for _ in range(WARM_UP):
        answer(images)
        if clock() - begun > LONGEST_SECONDS / 3:
            break
    begun = clock()
    found: list[float] = []
    while len(found) < most and (len(found) < LEAST or clock() - begun < LONGEST_SECONDS):
        started = clock()
        answer(images)
        found.append(clock() - started)
    return found


def _take(images: Any, count: int) -> Any:
    """So many, again from the start where there are fewer."""
    return np.ascontiguousarray(images[np.arange(count) % len(images)])


def main() -> None:
    """Read the job and tell what came of it."""
    with os.fdopen(os.dup(1), "wb", buffering=0) as channel:
        os.dup2(2, 1)
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        try:
            outcome = Outcome(run=measure(job))
        except Exception as error:  # noqa: BLE001  a runtime may raise anything: it is the result
            traceback.print_exc()
            outcome = Outcome(error=describe(error))
        channel.write(msgspec.json.encode(outcome) + b"\n")


if __name__ == "__main__":
    main()
