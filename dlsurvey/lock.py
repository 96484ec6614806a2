"""Turns two runs in one survey folder into one run and one sentence.

The lock belongs to the open file, not to its name: when a process dies, however it dies, the
system gives the lock back, so that no stale one can be left behind. Where a file system has no such
locks, a file that names its process stands in for one: it is taken over where that process is gone.
"""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from dlsurvey.errors import BusyError, StoreError
from dlsurvey.files import explaining

NAME = ".run"
STAND_IN_SECONDS = 0.5
"""To take over the file of a process that is gone."""
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)
logger = logging.getLogger(__name__)


class Holder(msgspec.Struct, frozen=True):
    """Who is at work."""

    command: str
    process: int
    since: datetime


@contextmanager
def holding(folder: Path, command: str) -> Iterator[None]:
    """Keep other runs out of the store in `folder`; raises BusyError at once where one is at work."""
    note = folder / f"{NAME}.json"
    with explaining(StoreError, f"write {folder / NAME}"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = take_lock(folder / NAME, timeout_seconds=0)
        except Timeout as busy:
            raise BusyError(_describe(note, Path(busy.lock_file))) from None
    try:
        holder = Holder(command=command, process=os.getpid(), since=datetime.now(UTC))
        with explaining(StoreError, f"write {note}"):
            note.write_bytes(msgspec.json.encode(holder))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def take_lock(path: Path, timeout_seconds: float) -> BaseFileLock:
    """The lock of `path`, held; raises Timeout where another process keeps it, and OSError."""
    lock = FileLock(path, fallback_to_soft=False)
    try:
        lock.acquire(timeout=timeout_seconds)
        return lock
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        _tell(path.parent, error.strerror)
    # Under another name: a file that a real lock has left behind would hold everybody up.
    stand_in = SoftFileLock(_find_stand_in(path))
    stand_in.acquire(timeout=max(timeout_seconds, STAND_IN_SECONDS))
    return stand_in


def _find_stand_in(path: Path) -> Path:
    return path.with_name(f"{path.name}.held")


@cache
def _tell(folder: Path, why: str) -> None:
    logger.warning(
        f"The file system of {folder} has no locks ({why}): a file stands in for them, which keeps"
        " out other runs on this machine."
    )


def _describe(note: Path, lock: Path) -> str:
    cure = "wait until it has ended"
    if lock.name == _find_stand_in(Path(NAME)).name:
        cure += f", or remove {lock} if it ran on another machine that was switched off"
    try:
        holder = msgspec.json.decode(note.read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return f"Another dlsurvey is at work in this folder: {cure}."
    return (
        f"Another dlsurvey is at work in this folder (`{holder.command}`, process {holder.process},"
        f" since {holder.since:%Y-%m-%d %H:%M} UTC): {cure}."
    )
