"""What others keep busy is what the system counted less what this process and its children took."""

import os
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
