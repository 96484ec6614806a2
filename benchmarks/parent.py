"""Turns a small training into the peak memory of the parent process while its trials run."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.claim import Claim

LIMIT_MEGABYTES = 150.0
ROOT = Path(__file__).parent.parent


def measure(pairs: int) -> list[Claim]:
    """Train one epoch in each framework and watch the parent's own resident memory."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dlsurvey", "train", "mnist-cnn", "--offline",
                   "--epochs", "1", "--seeds", "1"]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL
        ) as process:
            peak = _watch(process)
        if process.returncode:
            raise SystemExit("the training failed: run `dlsurvey train` to see why")
    return [Claim("peak memory of the parent while trials run", (peak,), LIMIT_MEGABYTES, " MB")]


def _watch(process: subprocess.Popen[bytes]) -> float:
    peak = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    process.wait()
    return peak / 1e6
