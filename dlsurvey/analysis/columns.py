"""Turns lines of observations into columns of codes, decoding only once what many lines repeat.

The lines of a series differ in their period and value and, from one retrieval to the next, in the
time and the hash of the response. All else of a line is its template, of which there are few.
A line that is not as `to_json` writes it is decoded as a whole and written so first.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from dlsurvey.lines import Block
from dlsurvey.records import Observation, Sha256, to_json

T = TypeVar("T", bound=Hashable)
Codes = npt.NDArray[np.int32]
SHA256 = b',"raw_sha256":'
RESOLUTION = b',"resolution":'
RETRIEVED_AT = b',"retrieved_at":"'
START = b',"start":"'
VALUE = b',"value":'
DATE_LENGTH = 10


class _UnusualLine(Exception):
    """A line that is not written as `to_json` does."""


@dataclass(frozen=True)
class Columns:
    """For each row its template, its time of retrieval, its period and its value."""

    templates: list[Observation]
    retrieved: list[datetime]
    starts: list[date]
    template_of_row: Codes
    retrieved_of_row: Codes
    start_of_row: Codes
    values: list[int | float]


class ColumnReader:
    """Columns that grow block by block."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._templates: _Codebook[Observation] = _Codebook(_read_observation)
        self._retrieved: _Codebook[datetime] = _Codebook(_read_quoted(datetime))
        self._starts: _Codebook[date] = _Codebook(_read_quoted(date))
        self._hashes: _Codebook[str | None] = _Codebook(_read_hash)
        self._values: list[int | float] = []
        self._numbers = msgspec.json.Decoder(list[int | float])

    def add(self, block: Block[Observation]) -> None:
        """Read on; a line that is no observation is told and left out."""
        try:
            self._add(block.content)
        except _UnusualLine:
            lines = [to_json(observation) + b"\n" for observation in block.decode()]
            if lines:
                self._add(b"".join(lines))

    def close(self) -> Columns:
        """All that was read."""
        return Columns(
            templates=self._templates.entries,
            retrieved=self._retrieved.entries,
            starts=self._starts.entries,
            template_of_row=self._templates.join(),
            retrieved_of_row=self._retrieved.join(),
            start_of_row=self._starts.join(),
            values=self._values,
        )

    def _add(self, content: bytes) -> None:
        templates, hashes, retrieved, starts, numbers = [], [], [], [], []
        try:
            for line in content[:-1].split(b"\n"):
                hash_at = line.index(SHA256)
                resolution_at = line.index(RESOLUTION, hash_at)
                retrieved_at = line.index(RETRIEVED_AT, resolution_at) + len(RETRIEVED_AT)
                retrieved_end = line.index(b'"', retrieved_at)
                start_at = line.index(START, retrieved_end) + len(START)
                start_end = start_at + DATE_LENGTH
                value_at = line.rindex(VALUE, start_end)
                hashes.append(line[hash_at:resolution_at])
                retrieved.append(line[retrieved_at:retrieved_end])
                starts.append(line[start_at:start_end])
                numbers.append(line[value_at + len(VALUE) : -1])
                # With a place kept for each, so that a template is still an observation.
                templates.append(
                    b'%b%b1970-01-01T00:00:00Z%b1970-01-01%b,"value":0%b'
                    % (
                        line[:hash_at], line[resolution_at:retrieved_at],
                        line[retrieved_end:start_at], line[start_end:value_at], line[-1:],
                    )
                )  # fmt: skip
            values = self._numbers.decode(b"[" + b",".join(numbers) + b"]")
        except (ValueError, msgspec.MsgspecError) as error:
            raise _UnusualLine from error
        if len(values) != len(numbers):
            raise _UnusualLine
        books: tuple[tuple[_Codebook[Any], list[bytes]], ...] = (
            (self._templates, templates), (self._hashes, hashes),
            (self._retrieved, retrieved), (self._starts, starts),
        )  # fmt: skip
        coded = [book.encode(texts) for book, texts in books]
        for (book, _), codes in zip(books, coded, strict=True):
            book.codes.append(codes)
        self._values += values


class _Codebook(dict[bytes, int], Generic[T]):
    """The number of each text that occurs in a column, and the value it stands for."""

    def __init__(self, read: Callable[[bytes], T]) -> None:
        super().__init__()
        self._read = read
        self._numbers: dict[T, int] = {}
        self.codes: list[Codes] = []

    def __missing__(self, text: bytes) -> int:
        try:
            value = self._read(text)
        except msgspec.MsgspecError as error:
            raise _UnusualLine from error
        # Two ways to write one value are one value.
        self[text] = number = self._numbers.setdefault(value, len(self._numbers))
        return number

    @property
    def entries(self) -> list[T]:
        """By their numbers."""
        return list(self._numbers)

    def encode(self, texts: Sequence[bytes]) -> Codes:
        """The number of each text; raises _UnusualLine where one cannot be read."""
        return np.fromiter(map(self.__getitem__, texts), np.int32, len(texts))

    def join(self) -> Codes:
        """The numbers of all rows."""
        return np.concatenate([np.empty(0, np.int32), *self.codes])


def _read_observation(text: bytes) -> Observation:
    observation = msgspec.json.decode(text, type=Observation)
    if to_json(observation).replace(b',"raw_sha256":null', b"", 1) != text:
        raise _UnusualLine
    return observation


def _read_quoted(kind: type[T]) -> Callable[[bytes], T]:
    return lambda text: msgspec.json.decode(b'"%b"' % text, type=kind)


def _read_hash(text: bytes) -> str | None:
    return msgspec.json.decode(text.removeprefix(SHA256), type=Sha256 | None)
