"""Turns repeated starts of `dlsurvey --help` into the time a user waits for it."""

import subprocess
import sys
import time

from benchmarks.claim import Claim

LIMIT_SECONDS = 0.3


def measure(pairs: int) -> list[Claim]:
    """Start it three times as often as there are pairs, after one start that warms the disk cache."""
    command = [sys.executable, "-m", "dlsurvey", "--help"]
    seconds = []
    for _ in range(3 * pairs + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - started)
    return [Claim("dlsurvey --help", tuple(seconds[1:]), LIMIT_SECONDS, " s")]
