"""Turns stored lines of observations into seals, and seals into the lines that a hand has changed since.

A seal holds a checksum for each line of one append. A line within the sealed ones whose checksum no
seal has was not written by a collector: it is told and left out. Against slips of a hand or a disk,
not against somebody who forges: seals are plain text too.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

from msgspec import Meta

from dlsurvey.lines import Block, Fault, Tell, append_lines, read_blocks
from dlsurvey.records import Name, Observation, Record, to_json
from dlsurvey.schema import UNREADABLE

DIGITS = 8
MOST = 1000
"""Lines of one seal: it is a line of text itself."""


class Seal(Record, frozen=True, kw_only=True):
    """Lines of one source that were stored together."""

    source: Name
    checksums: Annotated[str, Meta(pattern="^([0-9a-f]{8})+$")]
    """The CRC-32 of each, one after the other."""

    def list_checksums(self) -> Iterator[int]:
        """As numbers."""
        for place in range(0, len(self.checksums), DIGITS):
            yield int(self.checksums[place : place + DIGITS], 16)


class Sealed(NamedTuple):
    """What is known of the lines of one source."""

    checksums: frozenset[int]
    lines: int
    """How many lines are sealed; what comes after them was stored by a run that was cut short."""


class Seals:
    """The file of seals of one store."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path

    def append(self, source: str, lines: Sequence[bytes]) -> None:
        """Seal lines that are on the disk; raises OSError."""
        append_lines(self.path, list(write_seals(source, lines)))

    def read(self, source: str, tell: Tell) -> Sealed | None:
        """The seals of one source; None where a line of the file cannot be read, which is told."""
        damaged: list[Fault] = []
        checksums: set[int] = set()
        count = 0
        for block in read_blocks(self.path, Seal, None, damaged.append):
            for seal in block.decode():
                if seal.source == source:
                    found = list(seal.list_checksums())
                    checksums.update(found)
                    count += len(found)
        for fault in damaged:
            tell(fault)
        return None if damaged else Sealed(frozenset(checksums), count)


def write_seals(source: str, lines: Sequence[bytes]) -> Iterator[bytes]:
    """The seals of some lines, each a line itself."""
    for start in range(0, len(lines), MOST):
        checksums = "".join(f"{checksum(line):08x}" for line in lines[start : start + MOST])
        yield to_json(Seal(source=source, checksums=checksums))


def sift(
    blocks: Iterable[Block[Observation]], sealed: Sealed | None
) -> Iterator[Block[Observation]]:
    """The blocks without the lines that were changed since they were sealed; these are told."""
    for block in blocks:
        within = sealed.lines - block.before if sealed else 0
        if sealed is None or within <= 0:
            yield block
            continue
        lines = block.split()
        changed = [
            place
            for place, line in enumerate(lines[:within])
            if checksum(line) not in sealed.checksums and line.strip()
        ]
        for place in changed:
            block.tell(_find_fault(block, block.before + place + 1, lines[place]))
            lines[place] = b""
        yield (replace(block, content=b"\n".join(lines) + b"\n") if changed else block)


def checksum(line: bytes) -> int:
    """The CRC-32 of a line, however its end is written."""
    return zlib.crc32(line.rstrip(b"\r"))


def _find_fault(block: Block[Observation], number: int, line: bytes) -> Fault:
    try:
        block.decoder.decode(line)
    except UNREADABLE as error:
        return Fault(block.path, number, f"is no Observation ({error})")
    return Fault(block.path, number, "was changed after it was stored", changed=True)
