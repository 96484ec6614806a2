"""Starts the process of one trial, listens to it, and records the trial however it ends."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.records import Dataset, Device, Environment, Metrics, Trial, TrialSpec
from experiments.child import make_command
from experiments.frameworks import Framework, hash_program
from experiments.load import LoadMeter
from experiments.worker import Completed, Event, Failed, Job
from experiments.workloads import Workload

Listener = Callable[[Event], None]


class Bench:
    """Everything that trials of one framework share: its name, machine, limits, where the log goes."""

    def __init__(
        self,
        framework: Framework,
        environment: Environment,
        *,
        timeout_seconds: float,
        log_folder: Path,
    ) -> None:
        """`environment` must be that of `framework`, as `experiments.environment` reads it."""
        self.framework = framework
        self.environment = environment
        self.timeout_seconds = timeout_seconds
        self.log_folder = log_folder

    def run(
        self,
        spec: TrialSpec,
        workload: Workload,
        dataset: Dataset,
        prepared: Path,
        listen: Listener,
    ) -> Trial:
        """Run one trial. Whatever the process does, a Trial comes back; Ctrl-C ends the process first."""
        started_at = datetime.now(UTC)
        job = Job(
            spec=spec,
            workload=workload,
            adapter=self.framework.adapter,
            program=self.framework.program,
            imports=self.framework.imports,
            prepared=str(prepared),
            classes=len(dataset.classes),
        )
        meter = LoadMeter()
        metrics, reason = self._run_process(job, listen, meter)
        return Trial(
            spec=spec,
            status="failed" if metrics is None else "completed",
            reason=reason,
            started_at=started_at,
            metrics=metrics,
            environment=self.environment,
            trainer_sha256=hash_program(workload, self.framework),
            load=meter.read(),
        )

    def _run_process(
        self, job: Job, listen: Listener, meter: LoadMeter
    ) -> tuple[Metrics | None, str | None]:
        expired = threading.Event()
        with self._open_log(job.spec) as log, _start_process(job, self.framework, log) as process:

            def expire() -> None:
                expired.set()
                _kill_group(process)

            timer = threading.Timer(self.timeout_seconds, expire)
            timer.start()
            try:
                with meter.watching(process.pid):
                    last = _listen(process, job, listen)
                code = process.wait()
            finally:
                timer.cancel()
                _kill_group(process)
        if isinstance(last, Completed):
            return last.metrics, None
        if isinstance(last, Failed):
            return None, last.reason
        if expired.is_set():
            return (
                None,
                f"stopped after the time limit of {self.timeout_seconds:.0f} s for one trial",
            )
        return None, _explain_exit(code)

    def keep_log(self, spec: TrialSpec, text: str) -> None:
        """Keep what a trial printed elsewhere where the logs of all trials are."""
        with self._open_log(spec) as log:
            log.write(text.encode())

    def _open_log(self, spec: TrialSpec) -> IO[bytes]:
        path = self.log_folder / f"{spec.key}.log"
        try:
            self.log_folder.mkdir(parents=True, exist_ok=True)
            return path.open("wb")
        except OSError as error:
            raise StoreError(
                f"The log {path} cannot be written ({error.strerror}): make room, or choose another"
                " folder with [build] logs."
            ) from error


def make_environment(spec: TrialSpec, framework: Framework) -> dict[str, str]:
    """The environment variables of a worker: threads pinned, the device chosen, the log quiet."""
    pinned = pin_threads(spec.threads)
    return make_variables(spec.device, framework) | pinned | framework.variables


def pin_threads(threads: int) -> dict[str, str]:
    """The environment variables that keep libraries to so many threads."""
    return {
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "PJRT_NPROC": str(threads),  # JAX's
    }


def make_variables(device: Device, framework: Framework) -> dict[str, str]:
    """Those that do not depend on a spec; on the CPU every GPU is hidden."""
    environment = os.environ | {
        "TF_CPP_MIN_LOG_LEVEL": "1",
        "KERAS_BACKEND": "tensorflow",
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
    }
    if device == "cpu":
        environment |= {
            "CUDA_VISIBLE_DEVICES": "",
            "JAX_PLATFORMS": "cpu",
            "KERAS_TORCH_DEVICE": "cpu",
        }
    return environment | framework.variables


def _start_process(job: Job, framework: Framework, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        make_command("experiments.worker"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=make_environment(job.spec, framework),
        start_new_session=True,
    )


def _listen(process: subprocess.Popen[bytes], job: Job, listen: Listener) -> Event | None:
    """Hand the job over, pass its events on, return the last one."""
    assert process.stdin is not None
    assert process.stdout is not None
    last: Event | None = None
    try:
        process.stdin.write(msgspec.json.encode(job) + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        return None
    for line in process.stdout:
        try:
            last = msgspec.json.decode(line, type=Event)
        except msgspec.MsgspecError:
            continue  # a line cut off by a kill
        listen(last)
    return last


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


def _explain_exit(code: int) -> str:
    if code == -signal.SIGKILL:
        return "killed from outside (signal 9); most often the system had run out of memory"
    if code < 0:
        return f"crashed with signal {-code} ({signal.Signals(-code).name})"
    return f"ended with exit code {code} before it was done"
