"""What others keep busy is what the system counted less what this process and its children took."""

import os
import subprocess
import sys
import types

import psutil
import pytest

from experiments import load
from experiments.load import LoadMeter


def test_own_work_is_no_foreign_load(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0])
    busy = iter([100.0, 121.0])
    own = iter([5.0, 20.0])
    monkeypatch.setattr("experiments.load.time.monotonic", lambda: next(clock))
    monkeypatch.setattr(load, "_read_busy_seconds", lambda: next(busy))
    monkeypatch.setattr(load, "_read_own_seconds", lambda: next(own))
    found = LoadMeter().read()
    assert found.foreign_cores == pytest.approx(0.6)  # 21 s busy, 15 s of them ours, in 10 s


def test_a_system_that_does_not_tell_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getloadavg", raising=False)
    monkeypatch.setattr(psutil, "cpu_freq", lambda: None)
    found = LoadMeter().read()
    assert found.load_average is None
    assert found.frequency_mhz is None


def test_time_that_the_host_took_away_is_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        psutil, "cpu_times", lambda: types.SimpleNamespace(user=1.0, system=2.0, steal=4.0)
    )
    assert load._read_busy_seconds() == 7.0


def test_a_trial_on_the_same_processors_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "WORKER", "a-trial-of-this-test")
    assert load.count_trials_beside() == 0
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "a-trial-of-this-test"], stdin=subprocess.PIPE
    ) as trial:
        assert load.count_trials_beside() == 1
        assert LoadMeter().read().trials_beside == 1
        # On other processors it is beside no trial of ours.
        monkeypatch.setattr(
            load,
            "_read_affinity",
            lambda process: frozenset({1 if process.pid == trial.pid else 0}),
        )
        assert load.count_trials_beside() == 0
        trial.kill()


def test_a_trial_that_began_meanwhile_counts_and_an_unknown_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seen, told in (((0, 2), 2), ((1, 0), 1), ((None, 1), 1), ((None, None), None)):
        counts = iter(seen)
        monkeypatch.setattr(load, "count_trials_beside", lambda counts=counts: next(counts))
        assert LoadMeter().read().trials_beside == told


@pytest.mark.parametrize(("slept", "told"), [(0.01, 0.0), (3600.0, 3600.0)])
def test_a_machine_that_slept_is_told(
    monkeypatch: pytest.MonkeyPatch, slept: float, told: float
) -> None:
    """What two clocks say, one of which stands still in a sleep; they are not read at once."""
    clocks = iter([50.0, 50.0 + slept])
    monkeypatch.setattr(load, "read_slept_seconds", lambda: next(clocks))
    assert LoadMeter().read().paused_seconds == told
