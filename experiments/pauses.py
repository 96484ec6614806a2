"""Turns clocks and a process's processor time into how long it could not run, asleep or stopped.

A machine that sleeps stops the clock that times are taken with, but not the one that counts since its
start. A stopped process takes no processor time while the clock goes on.
"""

import threading
import time
from types import TracebackType
from typing import Self

import psutil

TICK_SECONDS = 0.5
GAP_SECONDS = 1.5
"""So long between two ticks, and the watching process did not run either."""
IDLE = 0.1
"""A process that took less of a processor in a gap did not run."""
LEAST_SLEEP_SECONDS = 0.1
"""Below, two clocks that are not read at once."""


def read_slept_seconds() -> float:
    """How long the machine has slept since its start, so far as its clocks tell; 0 where they do not."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if hasattr(time, "CLOCK_UPTIME_RAW"):  # macOS, whose monotonic clock goes on
        return time.clock_gettime(time.CLOCK_MONOTONIC) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    return 0.0


class StopWatch:
    """Looks at a process twice a second, from a thread; a context."""

    def __init__(self, process: int) -> None:
        """`process` is a number; nothing is looked at yet."""
        self.stopped_seconds = 0.0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Look no more; `stopped_seconds` stays."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        try:
            process = psutil.Process(self._process)
            mark, busy = time.monotonic(), _read_busy_seconds(process)
            while not self._ended.wait(TICK_SECONDS):
                now, busy_now = time.monotonic(), _read_busy_seconds(process)
                gap = now - mark
                stood = gap >= GAP_SECONDS and busy_now - busy < IDLE * gap
                if stood or process.status() == psutil.STATUS_STOPPED:
                    self.stopped_seconds += gap
                mark, busy = now, busy_now
        except psutil.Error:
            return  # it has ended


def _read_busy_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
