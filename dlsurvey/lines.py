"""Turns records into the lines of an append-only file and back, naming each line that is none.

A line that is no record is told and passed over, so that one slip of a hand takes one line away and
no more; a line cut short by a crash was never finished, and is passed over without a word.
"""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.files import explaining, make_folder, sync_file, sync_folder
from dlsurvey.schema import UNREADABLE, refuse_newer

T = TypeVar("T")
_BLOCK_BYTES = 1 << 16
_READ_BYTES = 1 << 22


class Fault(NamedTuple):
    """A line, or with line 0 a whole file, that is left out, and why."""

    path: Path
    line: int
    why: str
    changed: bool = False
    """It can be read, and is not what was stored."""

    def __str__(self) -> str:
        """As it is logged: '..., line 7, is no Observation (...): it is left out.'."""
        line = f", line {self.line}," if self.line else ""
        return f"{self.path}{line} {self.why}: it is left out; restore, repair or remove it."


Tell = Callable[[Fault], None]


@dataclass(frozen=True)
class Block(Generic[T]):
    """Some thousands of whole lines of an append-only file."""

    path: Path
    decoder: "msgspec.json.Decoder[T]"
    content: bytes
    """Empty lines stand for those that were left out already."""
    count: int
    before: int
    """How many lines of the file come before it."""
    tell: Tell

    def decode(self) -> list[T]:
        """The records; a line that is none is told."""
        try:
            records = self.decoder.decode_lines(self.content)
        except UNREADABLE:
            return self._decode_each()
        return records if len(records) == self.count else self._decode_each()

    def split(self) -> list[bytes]:
        """The lines, without their ends."""
        return self.content[:-1].split(b"\n")

    def _decode_each(self) -> list[T]:
        records = []
        for number, line in enumerate(self.split(), start=self.before + 1):
            if not line.strip():
                continue
            try:
                records.append(self.decoder.decode(line))
            except UNREADABLE as error:
                refuse_newer(line, self.path)
                self.tell(Fault(self.path, number, f"is no {self.decoder.type.__name__} ({error})"))
        return records


def read_blocks(path: Path, kind: type[T], lines: int | None, tell: Tell) -> Iterator[Block[T]]:
    """The whole lines of a file, or the first so many; none where there is no file."""
    if not path.is_file():
        if path.exists():  # a pipe or a device may never end
            tell(Fault(path, 0, "is no plain file"))
        return
    decoder = msgspec.json.Decoder(kind)
    before = 0
    with explaining(StoreError, f"read {path}"), path.open("rb") as file:
        while content := file.read(_READ_BYTES):
            content += file.readline()
            # A line cut short by a crash is left out; the next append removes it.
            content = content[: content.rfind(b"\n") + 1]
            count = content.count(b"\n")
            if lines is not None and before + count > lines:
                count = lines - before
                content = b"\n".join(content.split(b"\n", count)[:count]) + b"\n"
            if not count:
                return
            yield Block(path, decoder, content, count, before, tell)
            before += count


def append_lines(path: Path, lines: list[bytes]) -> None:
    """Add lines, on the disk when this returns; where that fails, the file is as it was.

    The caller holds the lock. Raises OSError, also where `path` is a link: a data folder from
    somebody else must not lead the lines elsewhere.
    """
    if not lines:
        return
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    make_folder(path.parent)
    is_new = not path.exists()
    # Without a buffer, which would try once more to write, as it is closed, what did not fit.
    with path.open("ab+", buffering=0) as file:
        drop_unfinished_line(file)
        end = file.seek(0, os.SEEK_END)
        rest = memoryview(b"".join(line + b"\n" for line in lines))
        try:
            while rest:
                rest = rest[file.write(rest) :]
            sync_file(file.fileno())
        except OSError:
            file.truncate(end)
            raise
    if is_new:
        sync_folder(path.parent)


def drop_unfinished_line(file: FileIO) -> None:
    """Cut off what a killed process left after the last newline."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _BLOCK_BYTES)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    file.truncate(end)
