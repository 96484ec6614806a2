"""Stored trials become TensorBoard's files, once, and read back as what was measured."""

from pathlib import Path

import pytest

from experiments.tensorboard import name_run, write_runs
from tests.dlsurvey.samples import make_trial

accumulators = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator",
    reason="TensorBoard itself reads the files back",
)


def test_runs_read_back_as_measured(tmp_path: Path) -> None:
    trial = make_trial()
    assert trial.metrics is not None
    assert write_runs({"0123456789abcdef/2": trial}, tmp_path) is None
    run = tmp_path / name_run("0123456789abcdef/2", trial)
    assert run.name.endswith("-seed0-0123456789abcdef-2")
    read = accumulators.EventAccumulator(str(run))
    read.Reload()
    for tag, values in (
        ("loss/train", trial.metrics.epoch_loss),
        ("accuracy/train", trial.metrics.epoch_accuracy),
        ("seconds/epoch", trial.metrics.epoch_seconds),
    ):
        events = read.Scalars(tag)
        assert [event.step for event in events] == list(range(1, len(values) + 1))
        assert [event.value for event in events] == pytest.approx(list(values))


def test_a_run_that_is_there_is_left_alone(tmp_path: Path) -> None:
    trial = make_trial()
    write_runs({"0123456789abcdef/1": trial}, tmp_path)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert write_runs({"0123456789abcdef/1": trial}, tmp_path) is None
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == files


def test_a_folder_that_cannot_be_written_is_a_reason(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    reason = write_runs({"0123456789abcdef/1": make_trial()}, blocked)
    assert reason is not None
    assert "file" in reason
