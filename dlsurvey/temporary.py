"""Turns everything temporary of one run into one folder, which goes with the run or with the next one.

Each folder is locked by the process that works in it. A lock ends with its process, so what is found
without one was left by a run that was killed.
"""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from dlsurvey.errors import StoreError
from dlsurvey.files import explaining

PREFIX = "dlsurvey-run-"
OURS = re.compile(r"dlsurvey-(run|contact|data|parity|trial|words)-[a-z0-9_]{8}")
LOCK = ".lock"
LEFT_SECONDS = 86_400
"""Nothing that has no lock takes longer: a folder on a node of a cluster, or one just made."""


@contextmanager
def working_in_one_folder() -> Iterator[Path]:
    """What this process, and those it starts to print, put into `tempfile`'s folder goes into one.

    Frameworks in processes of their own keep the system's: some cache there what they compiled.
    Raises StoreError where nothing can be written.
    """
    before = tempfile.tempdir
    with explaining(StoreError, "write temporary files (TMPDIR names their folder)"):
        remove_left(Path(tempfile.gettempdir()))
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = FileLock(folder / LOCK, fallback_to_soft=False)
    with suppress(OSError):  # without locks it counts by its age
        lock.acquire(timeout=0)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            lock.release()


def remove_left(place: Path) -> None:
    """Remove the folders that runs of this user left in `place` when they were killed."""
    for folder in place.iterdir():
        with suppress(OSError):
            if OURS.fullmatch(folder.name) and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or (hasattr(os, "getuid") and facts.st_uid != os.getuid()):
        return False
    path = folder / LOCK
    if not path.exists():
        return time.time() - facts.st_mtime > LEFT_SECONDS
    try:
        with FileLock(path, fallback_to_soft=False, timeout=0):
            return True
    except Timeout:
        return False
