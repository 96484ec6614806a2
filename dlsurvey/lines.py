"""Turns an append-only file of JSON lines into blocks of records, and cuts off a line left unfinished."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.files import explaining

T = TypeVar("T")
_BLOCK_BYTES = 1 << 16
_READ_BYTES = 1 << 22


@dataclass(frozen=True)
class Block(Generic[T]):
    """Some thousands of whole lines of an append-only file."""

    path: Path
    decoder: "msgspec.json.Decoder[T]"
    content: bytes
    count: int
    before: int
    """How many lines of the file come before it."""

    def decode(self) -> list[T]:
        """The records; raises StoreError naming the line that is none."""
        try:
            records = self.decoder.decode_lines(self.content)
        except msgspec.MsgspecError:
            return self._decode_each()
        return records if len(records) == self.count else self._decode_each()

    def _decode_each(self) -> list[T]:
        records = []
        for number, line in enumerate(self.content[:-1].split(b"\n"), start=self.before + 1):
            try:
                records.append(self.decoder.decode(line))
            except msgspec.MsgspecError as error:
                raise StoreError(
                    f"{self.path}, line {number}, is no {self.decoder.type.__name__} ({error}):"
                    " remove or repair that line."
                ) from error
        return records


def read_blocks(path: Path, kind: type[T], lines: int | None) -> Iterator[Block[T]]:
    """The whole lines of a file, or the first so many; none where there is no file."""
    if not path.exists():
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
            yield Block(path, decoder, content, count, before)
            before += count


def drop_unfinished_line(file: BinaryIO) -> None:
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
