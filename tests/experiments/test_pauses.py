"""A process that is stopped is noticed; one that computes, or has nothing to do, is not."""

import os
import signal
import subprocess
import sys
import time
from operator import length_hint

import pytest

from experiments.pauses import StopWatch, read_slept_seconds

BUSY = "print(flush=True)\nwhile True: pass"
IDLE = "import time\nprint(flush=True)\ntime.sleep(60)"


def look(code: str, *, stopped_seconds: float) -> float:
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with StopWatch(process.pid) as watch:
            if stopped_seconds:
                process.send_signal(signal.SIGSTOP)
                time.sleep(stopped_seconds)
                process.send_signal(signal.SIGCONT)
            time.sleep(1.2)
        process.kill()
    return watch.stopped_seconds


@pytest.mark.skipif(os.name != "posix", reason="other systems stop no process")
@pytest.mark.parametrize("code", [BUSY, IDLE])
def test_a_stopped_process_is_noticed(code: str) -> None:
    assert 1.0 <= look(code, stopped_seconds=2.0) <= 6.0


@pytest.mark.parametrize("code", [BUSY, IDLE])
def test_a_process_that_may_run_is_left_alone(code: str) -> None:
    assert look(code, stopped_seconds=0.0) == 0.0


def test_a_process_that_ends_is_no_fault() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process, StopWatch(process.pid) as watch:
        process.wait()
        time.sleep(0.7)
    assert watch.stopped_seconds == 0.0


def test_clocks_agree_on_a_machine_that_stays_awake() -> None:
    before = read_slept_seconds()
    time.sleep(0.2)
    assert read_slept_seconds() - before == pytest.approx(0.0, abs=0.05)


@pytest.mark.skipif(os.name != "posix", reason="other systems stop no process")
def test_a_watch_that_was_stopped_itself_asks_the_processor_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that is paused as a whole: neither process ran, and no state tells."""
    clock = iter([0.0, 0.5, 30.5, 31.0, 61.0])
    busy = iter([0.0, 0.5, 0.6, 1.1, 29.0])
    monkeypatch.setattr("experiments.pauses.TICK_SECONDS", 0.01)
    monkeypatch.setattr("experiments.pauses._read_busy_seconds", lambda process: next(busy, 29.0))
    monkeypatch.setattr("experiments.pauses.time.monotonic", lambda: next(clock, 61.0))
    with StopWatch(os.getpid()) as watch:
        while length_hint(clock):
            time.sleep(0.01)
    assert watch.stopped_seconds == 30.0
