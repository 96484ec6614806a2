"""Turns stored trials into TensorBoard's event files, one run a trial: `tensorboard --logdir FOLDER`.

Runs in a process of its own (`python -m experiments.tensorboard FOLDER`, trials as JSON lines on
standard input). A run that is there is left as it is: a stored trial never changes.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from dlsurvey.records import Metrics, Record, Trial
from experiments.child import make_command


class Run(Record, frozen=True, kw_only=True):
    """One trial and the id that it is stored under."""

    id: str
    trial: Trial


def write_runs(trials: Mapping[str, Trial], folder: Path) -> str | None:
    """Write what is not there yet, by the ids of the trials; the reason where that failed."""
    missing = [
        Run(id=trial_id, trial=trial)
        for trial_id, trial in trials.items()
        if trial.metrics is not None and not (folder / name_run(trial_id, trial)).exists()
    ]
    if not missing:
        return None
    answer = subprocess.run(
        make_command("experiments.tensorboard", str(folder)),
        input=b"\n".join(map(msgspec.json.encode, missing)),
        capture_output=True,
        check=False,
    )
    if answer.returncode == 0:
        return None
    lines = answer.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {answer.returncode}"


def name_run(trial_id: str, trial: Trial) -> str:
    """What TensorBoard shows: 'mnist-cnn/tensorflow-graph-controlled-seed0-1a2b3c4d5e6f7a8b-1'."""
    spec = trial.spec
    return (
        f"{spec.workload}/{spec.framework}-{spec.mode}-{spec.protocol}-seed{spec.seed}"
        f"-{trial_id.replace('/', '-')}"
    )


def _write(run: Run, folder: Path) -> None:
    from tensorboardX import SummaryWriter

    metrics = run.trial.metrics
    assert metrics is not None  # `write_runs` leaves out the others
    final = folder / name_run(run.id, run.trial)
    unfinished = final.with_name(f".{final.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    with SummaryWriter(str(unfinished)) as writer:
        moment = run.trial.started_at.timestamp()
        for epoch, values in enumerate(list_scalars(metrics), 1):
            moment += metrics.epoch_seconds[epoch - 1]
            for tag, value in values.items():
                writer.add_scalar(tag, value, epoch, walltime=moment)
        writer.add_text("trial", f"```json\n{msgspec.json.encode(run.trial.spec).decode()}\n```")
    unfinished.replace(final)


def list_scalars(metrics: Metrics) -> list[dict[str, float]]:
    """What TensorBoard draws, epoch by epoch."""
    rows = []
    for epoch, loss in enumerate(metrics.epoch_loss):
        row = {
            "loss/train": loss,
            "accuracy/train": metrics.epoch_accuracy[epoch],
            "seconds/epoch": metrics.epoch_seconds[epoch],
        }
        if metrics.epoch_test_accuracy:
            row["accuracy/test"] = metrics.epoch_test_accuracy[epoch]
        rows.append(row)
    return rows


def main() -> None:
    """Write the runs given on standard input below the folder named on the command line."""
    for line in sys.stdin.buffer:
        _write(msgspec.json.decode(line, type=Run), Path(sys.argv[1]))


if __name__ == "__main__":
    main()
