"""Turns 'a file that somebody brings' into a contract: what an importer understands and refuses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from collectors.subjects import Subject
from collectors.validation import find_fault
from dlsurvey.characters import show_on_line
from dlsurvey.records import Observation

MAX_EXAMPLES = 20
"""Refused rows that are kept to be shown; the others are counted."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be run by a spreadsheet."""
SHOWN_LENGTH = 60


@dataclass(frozen=True)
class ImportedFile:
    """What is known of a file before it is read."""

    path: Path
    sha256: str
    written_at: datetime
    """When it was written last: as old as what stands in it, at the youngest."""
    today: date


@dataclass(frozen=True)
class Refusal:
    """One row, or one column, that was left out."""

    where: str
    why: str
    count: int = 1
    """How many rows it stands for."""


@dataclass
class Reading:
    """What one file gave: first what was understood, then what was refused, and why."""

    understood: list[str] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    examples: list[Refusal] = field(default_factory=list)
    refused: int = 0
    repeated: int = 0
    """Rows that say again what an earlier row said."""
    _seen: dict[tuple[object, ...], float] = field(default_factory=dict)

    def refuse(self, where: str, why: str, count: int = 1) -> None:
        """Leave out; the first few are kept as examples."""
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(Refusal(where, why, count))
        self.refused += count

    def accept(self, where: str, observation: Observation, today: date) -> None:
        """Keep an observation that can be believed and is said for the first time."""
        fault = find_fault(observation, today)
        if fault is not None:
            self.refuse(where, fault.replace("The source's ", "The file's "))
            return
        period = (
            observation.subject,
            observation.metric,
            observation.start,
            observation.resolution,
            observation.label,
        )
        known = self._seen.setdefault(period, observation.value)
        if known != observation.value:
            self.refuse(where, "An earlier row gives another value for the same period.")
        elif len(self._seen) > len(self.observations):
            self.observations.append(observation)
        else:
            self.repeated += 1


class Importer(Protocol):
    """One kind of file."""

    @property
    def name(self) -> str:
        """What it is called on the command line; `import-` and this is the source."""

    @property
    def title(self) -> str:
        """What kind of file it reads, in a few words."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """What it can bring; empty: anything."""

    def read(self, file: ImportedFile, subjects: Sequence[Subject]) -> Reading:
        """Read the file; raises MalformedError where it is another kind of file altogether."""


def show(text: str) -> str:
    """A text of the file as it may be printed: short, and without control characters."""
    cleaned = show_on_line(text)
    return cleaned if len(cleaned) <= SHOWN_LENGTH else f"{cleaned[: SHOWN_LENGTH - 3]}..."


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text."""
    return text.lstrip(" ").startswith(FORMULA_STARTS)


def parse_count(text: str) -> int | float | None:
    """A number as programs write it, or None: no words, no grouping, no infinity."""
    cleaned = text.strip()
    if len(cleaned) > 40 or not cleaned.isascii() or not set(cleaned) <= set("0123456789+-.eE"):
        return None
    try:
        number = float(cleaned)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def parse_day(text: str) -> date | None:
    """A day as 2026-11-20, or None."""
    cleaned = text.strip()
    if len(cleaned) != 10 or not cleaned.isascii():
        return None
    try:
        return date.fromisoformat(cleaned)
    except ValueError:
        return None


def number_rows(count: int) -> str:
    """'1 row', '2 rows'."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def list_lines(reading: Reading) -> Iterator[str]:
    """What a reading has to say, in the order in which it is to be read."""
    for sentence in reading.understood:
        yield f"Understood: {sentence}"
    if reading.repeated:
        yield f"Understood: {number_rows(reading.repeated)} repeat what an earlier one says."
    if reading.refused:
        yield f"Refused: {number_rows(reading.refused)}."
    for example in reading.examples:
        yield f"  {example.where}: {example.why}"
    left = reading.refused - sum(example.count for example in reading.examples)
    if left > 0:
        yield f"  and {left:,} more."
