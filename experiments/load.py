"""Turns the system's accounts of its processors into how busy others kept them meanwhile."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from dlsurvey.records import Load
from experiments.pauses import LEAST_SLEEP_SECONDS, StopWatch, read_slept_seconds

WORKER = "experiments.worker"
"""What the command of a trial's process names: `experiments/runner.py` starts it."""


class LoadMeter:
    """Reads the accounts when it is made and when it is asked: what lies between is one trial."""

    def __init__(self) -> None:
        """The trial begins now."""
        self._average = _read_average()
        self._mark = time.monotonic()
        self._busy = _read_busy_seconds()
        self._own = _read_own_seconds()
        self._beside = count_trials_beside()
        self._slept = read_slept_seconds()
        self._stopped_seconds = 0.0

    @contextmanager
    def watching(self, process: int) -> Iterator[None]:
        """Notice meanwhile that this process is stopped."""
        with StopWatch(process) as watch:
            yield
        self._stopped_seconds += watch.stopped_seconds

    def read(self) -> Load:
        """The trial's process has ended and was waited for."""
        wall = time.monotonic() - self._mark
        busy = _read_busy_seconds() - self._busy
        own = _read_own_seconds() - self._own
        foreign = max(0.0, busy - own) / wall if wall > 0 else None
        return Load(
            load_average=self._average,
            foreign_cores=None if foreign is None else round(foreign, 3),
            frequency_mhz=_read_frequency(),
            trials_beside=_find_larger(self._beside, count_trials_beside()),
            paused_seconds=self._read_paused_seconds(),
        )

    def _read_paused_seconds(self) -> float:
        slept = read_slept_seconds() - self._slept
        return round(self._stopped_seconds + (slept if slept >= LEAST_SLEEP_SECONDS else 0.0), 3)


def count_trials_beside() -> int | None:
    """Processes of other trials that may run on processors of this one; None where nobody tells.

    Its own has ended, or has not begun. Those that come and go in between are seen by the time
    they take from the processors.
    """
    own = _read_affinity(psutil.Process())
    count = 0
    try:
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if WORKER in command and own & _read_affinity(process):
                count += 1
    except (psutil.Error, OSError):
        return None
    return count


def _read_affinity(process: psutil.Process) -> frozenset[int]:
    """The processors that a process may use; all of them where nobody tells."""
    try:
        return frozenset(process.cpu_affinity() or ())
    except psutil.NoSuchProcess:
        return frozenset()
    except (AttributeError, psutil.Error, OSError):
        return frozenset(range(psutil.cpu_count() or 1))


def _find_larger(one: int | None, other: int | None) -> int | None:
    told = [each for each in (one, other) if each is not None]
    return max(told, default=None)


def _read_average() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def _read_busy_seconds() -> float:
    """Of all processors since the system started, with what the machine under it took away."""
    times = psutil.cpu_times()
    fields = ("user", "nice", "system", "irq", "softirq", "steal")
    return float(sum(getattr(times, name, 0.0) for name in fields))


def _read_own_seconds() -> float:
    """Of this process and of all children that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _read_frequency() -> float | None:
    try:
        frequency = psutil.cpu_freq()
    except (NotImplementedError, OSError):
        return None
    return round(frequency.current, 0) if frequency and frequency.current else None
