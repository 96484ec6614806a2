"""Turns pairs of runs, the harness and a bare script in turn, into the harness's cost per epoch."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.claim import Claim
from dlsurvey.records import Dataset, TrialSpec
from experiments.datasets import Pixels, save_pixels
from experiments.digits import read_pixels
from experiments.environment import count_cores, read_environment
from experiments.frameworks import PYTORCH, TENSORFLOW, Framework
from experiments.runner import Bench
from experiments.spec import MNIST_CNN

LIMIT_RATIO = 1.02
EPOCHS = 4
TIMES = 3
"""How often the 1,437 training digits are repeated: an epoch of 135 steps."""
ROOT = Path(__file__).parent.parent


def measure(pairs: int) -> list[Claim]:
    """For each framework the ratio, harness over bare script, of the time per epoch."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digits = read_pixels()
        pixels = Pixels(
            np.tile(digits.train_images, (TIMES, 1, 1, 1)),
            np.tile(digits.train_labels, TIMES),
            digits.test_images,
            digits.test_labels,
        )
        save_pixels(folder / "digits.npz", pixels)
        return [_measure_framework(framework, pairs, folder) for framework in (TENSORFLOW, PYTORCH)]


def _measure_framework(framework: Framework, pairs: int, folder: Path) -> Claim:
    ratios = []
    for pair in range(pairs + 1):
        # The order changes from pair to pair, so that neither is always the one that runs warm.
        runs = [_run_harness, _run_bare]
        seconds = {run: run(framework, folder) for run in (runs if pair % 2 else runs[::-1])}
        ratios.append(seconds[_run_harness] / seconds[_run_bare])
        print(
            f"  {framework.title}, pair {pair}{' (warm-up, not counted)' if not pair else ''}:"
            f" harness {seconds[_run_harness]:.3f} s, bare {seconds[_run_bare]:.3f} s an epoch,"
            f" ratio {ratios[-1]:.3f}",
            flush=True,
        )
    text = f"harness / bare script, {framework.title}, seconds per epoch"
    return Claim(text, tuple(ratios[1:]), LIMIT_RATIO, "")


def _run_harness(framework: Framework, folder: Path) -> float:
    """Seconds per epoch of one trial, its first step included as in the bare script."""
    bench = Bench(
        framework, read_environment(framework), timeout_seconds=600, log_folder=folder / "logs"
    )
    images = read_pixels().train_images
    dataset = Dataset(
        name="digits", title="digits", sha256="0" * 64, train_images=TIMES * len(images),
        test_images=360, height=28, width=28, channels=1, classes=tuple("0123456789"),
        origin="scikit-learn",
    )  # fmt: skip
    spec = TrialSpec(
        workload=MNIST_CNN.name, framework=framework.name, dataset="digits",
        dataset_sha256="0" * 64, mode=framework.modes[0], protocol="idiomatic", seed=0,
        epochs=EPOCHS, batch_size=MNIST_CNN.batch_size, threads=count_cores(),
    )  # fmt: skip
    trial = bench.run(spec, MNIST_CNN, dataset, folder / "digits.npz", lambda event: None)
    if trial.metrics is None:
        raise SystemExit(f"the trial failed: {trial.reason}")
    return (trial.metrics.warmup_seconds + trial.metrics.train_seconds) / EPOCHS


def _run_bare(framework: Framework, folder: Path) -> float:
    """Seconds per epoch of the same loop written down as a script."""
    threads = str(count_cores())
    environment = os.environ | {
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    answer = subprocess.run(
        [sys.executable, f"benchmarks/bare_{framework.name}.py", str(folder / "digits.npz"),
         str(EPOCHS), threads],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(json.loads(answer.stdout.splitlines()[-1]))
