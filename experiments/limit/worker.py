"""Turns one framework into the times of a large matrix product, told as one line of JSON.

Runs as `python -m experiments.limit.worker`, job on standard input, in a fresh process.
"""

import importlib
import os
import sys
import time
import traceback
from collections.abc import Callable

import msgspec

from dlsurvey.records import Device, Record
from experiments.autodiff.worker import describe


class Job(Record, frozen=True, kw_only=True):
    """What one process multiplies."""

    module: str
    """Dotted name of the module that makes the product."""
    size: int
    threads: int
    device: Device
    warmup_seconds: float
    repeats: int


class Answer(Record, frozen=True, kw_only=True):
    """The seconds of each product, or the error instead of them."""

    seconds: tuple[float, ...] = ()
    error: str = ""


def measure(job: Job, clock: Callable[[], float] = time.perf_counter) -> Answer:
    """Multiply until it is warm, then so often; whatever a framework raises becomes the answer."""
    try:
        multiply = importlib.import_module(job.module).make_product(
            job.size, job.threads, job.device
        )
        multiply()
        begin = clock()
        while clock() - begin < job.warmup_seconds:
            multiply()
        seconds = []
        for _ in range(job.repeats):
            begin = clock()
            multiply()
            seconds.append(clock() - begin)
    except Exception as error:  # noqa: BLE001  a framework may raise anything: it is the result
        traceback.print_exc()
        return Answer(error=describe(error))
    return Answer(seconds=tuple(seconds))


def main() -> None:
    """Read the job and tell the answer."""
    # What a framework prints goes to the log (standard error); the answer keeps a channel of its own.
    with os.fdopen(os.dup(1), "wb", buffering=0) as channel:
        os.dup2(2, 1)
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        channel.write(msgspec.json.encode(measure(job)) + b"\n")


if __name__ == "__main__":
    main()
