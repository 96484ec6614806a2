"""Turns the name of a module into a process that runs it and ends with the one that started it.

`python -m experiments.child PARENT MODULE [ARGUMENT ...]` asks the system for that before anything
heavy is imported: while a framework loads, no thread of Python's would notice a parent's end.
"""

import ctypes
import os
import runpy
import sys
import threading
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def make_command(module: str, *arguments: str) -> list[str]:
    """What starts `python -m MODULE ARGUMENT ...` as a child of this process that never outlives it."""
    return [sys.executable, "-m", "experiments.child", str(os.getpid()), module, *arguments]


def end_with(parent: int) -> None:
    """End this process as soon as `parent` has ended, however that came; at once where it has."""
    if not _ask_system():
        threading.Thread(target=_wait_for, args=(parent,), daemon=True).start()
    elif os.getppid() != parent:
        os._exit(1)


def _ask_system() -> bool:
    """Linux alone kills a process with the thread that started it."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL) == 0)


def _wait_for(parent: int) -> None:
    import psutil

    with suppress(psutil.NoSuchProcess):
        psutil.Process(parent).wait()
    os._exit(1)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
