"""Turns the operating system's accounts into this process's memory, in bytes."""

import sys
from pathlib import Path

import psutil


def read_memory_bytes() -> int:
    """Resident memory of this process now."""
    return int(psutil.Process().memory_info().rss)


def read_peak_memory_bytes() -> int:
    """Largest resident memory of this process so far.

    On Linux from VmHWM, which starts anew with the program; `ru_maxrss` would
    still hold the parent's size from before the exec.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)
