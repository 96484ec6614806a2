"""Turns observations into lines of `data/observations/<source>.jsonl`, each sealed, and back."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from dlsurvey.errors import StoreError
from dlsurvey.lines import Block, Fault, Tell, append_lines, read_blocks
from dlsurvey.records import Gap, Observation, to_json
from dlsurvey.seals import Seal, Seals, sift

NAME = re.compile(r"\w[\w.-]*", re.ASCII)
SEALS = "seals.jsonl"
SHOWN = 5
"""Numbers of lines that a gap names."""


class ObservationFiles:
    """One append-only file per source, and the seals of their lines. The store holds the lock."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        """`folder` is that of the store; `tell` hears of each line that is left out."""
        self.folder = folder / "observations"
        self.seals = Seals(folder / SEALS)
        self._tell = tell

    def append(self, source: str, observations: Iterable[Observation]) -> int:
        """Append what is new, under the store's lock; returns how many; raises OSError."""
        path = self.find_path(source)
        sealed = self.seals.read(source, self._tell)
        vintages = _Vintages()
        unsealed: list[bytes] = []  # by a run that was killed between lines and seals
        for block in sift(read_blocks(path, Observation, None, self._tell), sealed):
            for known in block.decode():
                vintages.add(known)
            if sealed is not None:
                unsealed += block.split()[max(sealed.lines - block.before, 0) :]
        lines = []
        for observation in observations:
            if vintages.is_new(observation):
                vintages.add(observation)
                lines.append(to_json(observation))
        append_lines(path, lines)
        self.seals.append(source, unsealed + lines)
        return len(lines)

    def seal_all(self) -> None:
        """Seal what has no seal yet, as it is; for a store that was written without seals."""
        for source in self.count_lines():
            self.append(source, ())

    def find_path(self, source: str, folder: str = "observations") -> Path:
        """Where the lines of a source are; raises StoreError for what is no name."""
        if not NAME.fullmatch(source):
            raise StoreError(f"'{source}' is no source: a name of letters, digits, - and _.")
        return self.folder.with_name(folder) / f"{source}.jsonl"

    def read_blocks(self, source: str, lines: int | None) -> Iterator[Block[Observation]]:
        """All lines of a source, or the first so many, without those that are left out."""
        blocks = read_blocks(self.find_path(source), Observation, lines, self._tell)
        yield from sift(blocks, self.seals.read(source, self._tell))

    def count_lines(self) -> dict[str, int]:
        """Per source, how many lines are stored."""
        paths = sorted(path for path in self.folder.glob("*.jsonl") if path.is_file())
        return {path.stem: path.read_bytes().count(b"\n") for path in paths}

    def find_faults(self) -> tuple[Gap, ...]:
        """What is left out, since a line is damaged or was changed: one gap per file and kind."""
        faults: dict[tuple[Path, bool], list[int]] = {}

        def note(fault: Fault) -> None:
            faults.setdefault((fault.path, fault.changed), []).append(fault.line)

        for source in self.count_lines():
            sealed = self.seals.read(source, lambda fault: None)
            path = self.find_path(source)
            for block in sift(read_blocks(path, Observation, None, note), sealed):
                if sealed is None or block.before + block.count > sealed.lines:
                    block.decode()
        for block_of_seals in read_blocks(self.seals.path, Seal, None, note):
            block_of_seals.decode()
        return tuple(_make_gap(path, changed, lines) for (path, changed), lines in faults.items())


class _Vintages:
    """Of each period the value that holds, which is the one retrieved last, and the one stored last.

    They differ where a clock was set back in between.
    """

    def __init__(self) -> None:
        self._holding: dict[tuple[object, ...], tuple[datetime, int | float]] = {}
        self._stored: dict[tuple[object, ...], int | float] = {}

    def add(self, observation: Observation) -> None:
        period = _period(observation)
        known = self._holding.get(period)
        if known is None or observation.retrieved_at >= known[0]:
            self._holding[period] = (observation.retrieved_at, observation.value)
            self._stored.pop(period, None)
        else:
            self._stored[period] = observation.value

    def is_new(self, observation: Observation) -> bool:
        """Whether it says otherwise than what holds, and is not what was stored last in vain."""
        period = _period(observation)
        known = self._holding.get(period)
        if known is None:
            return True
        retrieved_at, value = known
        in_vain = observation.retrieved_at < retrieved_at
        return value != observation.value and not (
            in_vain and self._stored.get(period) == observation.value
        )


def _period(observation: Observation) -> tuple[object, ...]:
    return (
        observation.source,
        observation.subject,
        observation.metric,
        observation.start,
        observation.resolution,
        observation.label,
    )


def _make_gap(path: Path, changed: bool, lines: list[int]) -> Gap:
    first = ", ".join(f"{line:,}" for line in lines[:SHOWN])
    more = f" and {len(lines) - SHOWN:,} more" if len(lines) > SHOWN else ""
    what = f"{'Line' if len(lines) == 1 else 'Lines'} {first}{more} of data/"
    if path.name == SEALS:
        return Gap(
            what=f"{what}{SEALS}",
            why="It cannot be read, so that changed observations are not noticed.",
            cure=f"Restore {SEALS} from a backup or from version control.",
        )
    return Gap(
        what=f"{what}observations/{path.name}",
        why="It was changed after it was stored, so it is left out."
        if changed
        else "It is no observation, so it is left out.",
        cure="Restore the file from a backup or from version control, or remove what is wrong.",
    )
