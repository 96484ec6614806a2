"""Energy is what the counters say, across their wrap-around, and missing where nothing counts."""

import sys
import types
from pathlib import Path

import pytest

from experiments.energy import Meter, open_meter


def make_package(folder: Path, number: int, energy: int, limit: int = 1_000_000) -> Path:
    package = folder / f"intel-rapl:{number}"
    package.mkdir()
    (package / "energy_uj").write_text(f"{energy}\n")
    (package / "max_energy_range_uj").write_text(f"{limit}\n")
    return package


def test_a_machine_that_does_not_tell_has_no_energy(tmp_path: Path) -> None:
    meter = open_meter("cpu", tmp_path)
    meter.start()
    meter.stop()
    assert meter.joules is None


def test_packages_are_added_up_across_a_wrap_and_pauses_left_out(tmp_path: Path) -> None:
    first, second = make_package(tmp_path, 0, 900_000), make_package(tmp_path, 1, 0)
    part = tmp_path / "intel-rapl:0:0"  # lies within the first package
    part.mkdir()
    (part / "energy_uj").write_text("5")
    meter = open_meter("cpu", tmp_path)
    meter.start()
    (first / "energy_uj").write_text("100000")  # wrapped: 200,000 microjoules later
    (second / "energy_uj").write_text("500000")
    meter.stop()
    (second / "energy_uj").write_text("600000")  # during a pause
    meter.start()
    (second / "energy_uj").write_text("900000")
    meter.stop()
    assert meter.joules == pytest.approx(0.2 + 0.5 + 0.3)


def test_a_counter_that_fell_back_tells_nothing() -> None:
    readings = iter([10.0, 3.0])
    meter = Meter([lambda: next(readings)])
    meter.start()
    meter.stop()
    assert meter.joules is None


def test_the_gpu_is_asked_on_a_gpu_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    millijoules = iter([0, 1000, 4000])
    library = types.SimpleNamespace(
        NVMLError=RuntimeError,
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetTotalEnergyConsumption=lambda handle: next(millijoules),
    )
    monkeypatch.setitem(sys.modules, "pynvml", library)
    assert open_meter("cpu", tmp_path).joules is None
    meter = open_meter("cuda", tmp_path)
    meter.start()
    meter.stop()
    assert meter.joules == pytest.approx(3.0)
