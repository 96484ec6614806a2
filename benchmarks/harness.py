"""The cost of being measured: each program in a trial, and the same program by itself, in turn."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.claim import Claim
from dlsurvey.records import TrialSpec
from experiments.environment import count_cores, read_environment
from experiments.frameworks import JAX, KERAS_TORCH, PYTORCH, TENSORFLOW
from experiments.rounds import Subject, is_small
from experiments.runner import Bench, make_environment
from experiments.sources import Prepared, find_source, prepare
from experiments.workloads import list_workloads

LIMIT_RATIO = 1.02
SECONDS = 6.0
"""Of training in each run, about: less would tell of the clock rather than of the cost."""
IMAGES = 960
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "268435456",
}
"""glibc gives freed buffers back to the system and faults them in anew, more or less often from one
process to the next, which spreads times far wider than the cost that is looked for."""
MEMBERS = (TENSORFLOW, PYTORCH, JAX, KERAS_TORCH)
ROOT = Path(__file__).parent.parent


def measure(
    pairs: int, workloads: Sequence[str] = (), frameworks: Sequence[str] = ()
) -> list[Claim]:
    """For each workload and framework, or those named, the ratio of the time of training.

    Of a trial over that of the bare program.
    """
    os.environ.update(ALLOCATOR)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        claims = []
        for workload in list_workloads():
            if workloads and workload.name not in workloads:
                continue
            source = find_source(
                workload, setting="auto", data_folder=None, cache=folder, offline=True
            )
            prepared = prepare(source, folder)
            for framework in MEMBERS:
                if frameworks and framework.name not in frameworks:
                    continue
                subject = Subject(
                    workload=workload, framework=framework, dataset=prepared.dataset,
                    mode=framework.modes[0],
                )  # fmt: skip
                claims.append(_measure_subject(subject, prepared, pairs, folder))
        return claims


def _measure_subject(subject: Subject, prepared: Prepared, pairs: int, folder: Path) -> Claim:
    title = f"{subject.workload.name}, {subject.framework.title}"
    # One pass tells how many make a run of about six seconds.
    epochs = max(1, round(SECONDS / _run_bare(_make_spec(subject, 1), subject, prepared, folder)))
    spec = _make_spec(subject, min(epochs, 20))
    ratios = []
    for pair in range(pairs):
        # The order changes from pair to pair, so that neither is always the one that runs warm.
        runs = [_run_trial, _run_bare]
        seconds = {
            run: run(spec, subject, prepared, folder) for run in (runs if pair % 2 else runs[::-1])
        }
        ratios.append(seconds[_run_trial] / seconds[_run_bare])
        print(
            f"  {title}, pair {pair + 1}: trial {seconds[_run_trial]:.3f} s, bare"
            f" {seconds[_run_bare]:.3f} s, ratio {ratios[-1]:.3f}",
            flush=True,
        )
    text = f"trial / bare program, {title}, seconds of training"
    return Claim(text, tuple(ratios), LIMIT_RATIO, "")


def _make_spec(subject: Subject, epochs: int) -> TrialSpec:
    return TrialSpec(
        workload=subject.workload.name,
        framework=subject.framework.name,
        dataset=subject.dataset.name,
        dataset_sha256=subject.dataset.sha256,
        mode=subject.mode,
        protocol="idiomatic",
        seed=0,
        epochs=epochs,
        batch_size=subject.workload.batch_size,
        threads=count_cores(),
        train_limit=None if is_small(subject.workload) else IMAGES,
    )


def _run_trial(spec: TrialSpec, subject: Subject, prepared: Prepared, folder: Path) -> float:
    """Seconds of training in one trial, its first step included as in the bare program."""
    framework = subject.framework
    bench = Bench(
        framework, read_environment(framework), timeout_seconds=600, log_folder=folder / "logs"
    )
    trial = bench.run(
        spec, subject.workload, prepared.dataset, Path(prepared.path), lambda event: None
    )
    if trial.metrics is None:
        raise SystemExit(f"the trial failed: {trial.reason}")
    return trial.metrics.warmup_seconds + trial.metrics.train_seconds


def _run_bare(spec: TrialSpec, subject: Subject, prepared: Prepared, folder: Path) -> float:
    """Seconds of `train` of the program by itself."""
    program = folder / f"{subject.workload.name}-{subject.framework.program}.py"
    program.write_text(subject.workload.programs[subject.framework.program])
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare", str(program), subject.workload.dataset,
         prepared.path, str(spec.epochs), str(spec.threads), str(spec.train_limit or 0)],
        cwd=ROOT, env=make_environment(spec, subject.framework), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return float(json.loads(answer.stdout.splitlines()[-1]))
