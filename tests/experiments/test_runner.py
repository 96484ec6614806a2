"""However a trial ends, it is recorded with its reason and nothing is left running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from dlsurvey.records import Trial
from experiments import programs
from experiments.runner import Bench
from experiments.sources import Prepared
from experiments.worker import EpochEnded, Event, Job
from tests.experiments.samples import ENVIRONMENT, MNIST_CNN, make_fake, make_spec, prepare_digits

STAGES = "".join(f"def {name}(): pass\n" for name in programs.STAGES)
"""A program that imports nothing: the fakes never call it."""
WORKLOAD = msgspec.structs.replace(MNIST_CNN, programs={"pytorch": STAGES})


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare_digits(tmp_path_factory.mktemp("prepared"))


def run(
    fake: str, prepared: Prepared, folder: Path, timeout_seconds: float = 60
) -> tuple[Trial, list[Event]]:
    bench = Bench(make_fake(fake), ENVIRONMENT, timeout_seconds=timeout_seconds, log_folder=folder)
    events: list[Event] = []
    trial = bench.run(make_spec(), WORKLOAD, prepared.dataset, Path(prepared.path), events.append)
    return trial, events


def test_completed_trial_has_every_measure(prepared: Prepared, tmp_path: Path) -> None:
    trial, events = run("base", prepared, tmp_path)
    assert trial.status == "completed"
    assert trial.reason is None
    assert trial.metrics is not None
    assert trial.metrics.test_accuracy == 0.75
    assert trial.metrics.epoch_loss == (1.0, 0.5)
    assert len(trial.metrics.epoch_seconds) == 2
    assert trial.metrics.peak_memory_bytes >= trial.metrics.import_memory_bytes > 10**7
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [1, 2]


@pytest.mark.parametrize(
    ("fake", "reason"),
    [
        ("raising", "ImportError: libfake.so: cannot open shared object file"),
        ("crashing", "crashed with signal 11 (SIGSEGV)"),
        ("killed", "killed from outside (signal 9); most often the system had run out of memory"),
        ("diverging", "the training loss became nan in epoch 2"),
        (
            "exhausted",
            "out of memory (RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory)",
        ),
        ("quitting", "ended with exit code 7 before it was done"),
    ],
)
def test_failure_is_recorded_with_its_reason(
    fake: str, reason: str, prepared: Prepared, tmp_path: Path
) -> None:
    trial, _ = run(fake, prepared, tmp_path)
    assert trial.status == "failed"
    assert trial.reason == reason
    assert trial.metrics is None


def test_hanging_trial_is_stopped_at_its_limit(prepared: Prepared, tmp_path: Path) -> None:
    started = time.monotonic()
    trial, _ = run("hanging", prepared, tmp_path, timeout_seconds=3)
    assert trial.reason == "stopped after the time limit of 3 s for one trial"
    assert time.monotonic() - started < 20


def test_what_a_framework_prints_goes_to_the_log(prepared: Prepared, tmp_path: Path) -> None:
    trial, _ = run("chatty", prepared, tmp_path)
    assert trial.status == "completed"
    log = (tmp_path / f"{trial.spec.key}.log").read_text()
    assert "{not an event}" in log
    assert "straight to the descriptor" in log


def test_worker_ends_when_its_parent_dies(prepared: Prepared, tmp_path: Path) -> None:
    job = Job(
        spec=make_spec(),
        workload=WORKLOAD,
        adapter="tests.experiments.fakes.hanging",
        program="pytorch",
        imports=("numpy",),
        prepared=prepared.path,
        classes=10,
    )
    code = (
        "import subprocess, sys, time\n"
        "worker = subprocess.Popen([sys.executable, '-m', 'experiments.worker'],"
        " stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)\n"
        f"worker.stdin.write({msgspec.json.encode(job)!r} + b'\\n')\n"
        "worker.stdin.flush()\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker_pid = int(parent.stdout.readline())
        time.sleep(1)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 15
    while psutil.pid_exists(worker_pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not psutil.pid_exists(worker_pid)


def test_a_program_that_lacks_a_stage_is_refused(prepared: Prepared, tmp_path: Path) -> None:
    lacking = msgspec.structs.replace(
        WORKLOAD, programs={"pytorch": STAGES.replace("train", "fit")}
    )
    bench = Bench(make_fake("base"), ENVIRONMENT, timeout_seconds=60, log_folder=tmp_path)
    path = Path(prepared.path)
    trial = bench.run(make_spec(), lacking, prepared.dataset, path, lambda event: None)
    assert (trial.status, trial.reason) == ("failed", "train_pytorch.py has no function train")
