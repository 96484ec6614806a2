"""Turns two runs in one survey folder into one run and one sentence.

The lock belongs to the open file, not to its name: when a process dies, however it dies, the
system gives the lock back, so that no stale one can be left behind.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from dlsurvey.errors import BusyError, StoreError
from dlsurvey.files import explaining

NAME = ".run"


class Holder(msgspec.Struct, frozen=True):
    """Who is at work."""

    command: str
    process: int
    since: datetime


@contextmanager
def holding(folder: Path, command: str) -> Iterator[None]:
    """Keep other runs out of the store in `folder`; raises BusyError at once where one is at work."""
    with explaining(StoreError, f"write {folder / NAME}"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / NAME)
        note = folder / f"{NAME}.json"
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BusyError(_describe(note)) from None
    try:
        holder = Holder(command=command, process=os.getpid(), since=datetime.now(UTC))
        with explaining(StoreError, f"write {note}"):
            note.write_bytes(msgspec.json.encode(holder))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _describe(note: Path) -> str:
    try:
        holder = msgspec.json.decode(note.read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return "Another dlsurvey is at work in this folder: wait until it has ended."
    return (
        f"Another dlsurvey is at work in this folder (`{holder.command}`, process {holder.process},"
        f" since {holder.since:%Y-%m-%d %H:%M} UTC): wait until it has ended."
    )
