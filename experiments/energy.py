"""Turns the machine's own energy counters into the joules that a stretch of work took.

Processors tell through Linux' powercap tree (Intel and AMD, package domains; most systems let
only root read it), an NVIDIA GPU through its management library (extra `gpu`). Both count since
the system started, whoever uses them: what other processes took is in it.
"""

from collections.abc import Callable
from pathlib import Path

from dlsurvey.records import Device

POWERCAP = Path("/sys/class/powercap")
MICRO = 1e-6
MILLI = 1e-3

Counter = Callable[[], float]
"""Joules since some moment in the past."""


class Meter:
    """A stopwatch for energy: `start` and `stop` as often as wanted, then read `joules`."""

    def __init__(self, counters: list[Counter]) -> None:
        """Add up `counters`."""
        self._counters = counters
        self._marks: list[float] = []
        self._joules = 0.0

    def start(self) -> None:
        """Count from now on."""
        self._marks = [read() for read in self._counters]

    def stop(self) -> None:
        """Count no more."""
        for read, mark in zip(self._counters, self._marks, strict=True):
            self._joules += read() - mark
        self._marks = []

    @property
    def joules(self) -> float | None:
        """What was counted; None where nothing counts, or a counter fell back to zero."""
        return self._joules if self._counters and self._joules >= 0 else None


def open_meter(device: Device, powercap: Path = POWERCAP) -> Meter:
    """The counters that this process may read: processors, and with `cuda` the first GPU."""
    counters = [*_list_packages(powercap)]
    if device == "cuda":
        counters += _list_gpus()
    return Meter(counters)


def _list_packages(powercap: Path) -> list[Counter]:
    counters: list[Counter] = []
    # intel-rapl:0 is a package; intel-rapl:0:1 is a part of it and would count twice.
    for folder in sorted(powercap.glob("intel-rapl:?")):
        try:
            limit = int((folder / "max_energy_range_uj").read_text())
            _read_microjoules(folder)
        except (OSError, ValueError):
            continue
        counters.append(_Unwrapped(folder, limit))
    return counters


def _read_microjoules(folder: Path) -> int:
    return int((folder / "energy_uj").read_text())


class _Unwrapped:
    """One package's counter, which starts anew at zero about once an hour under full load."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._last = _read_microjoules(folder)
        self._turns = 0

    def __call__(self) -> float:
        now = _read_microjoules(self._folder)
        if now < self._last:
            self._turns += 1
        self._last = now
        return (self._turns * self._limit + now) * MICRO


def _list_gpus() -> list[Counter]:
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(0)
        pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)
    except pynvml.NVMLError:
        return []
    return [lambda: pynvml.nvmlDeviceGetTotalEnergyConsumption(handle) * MILLI]
