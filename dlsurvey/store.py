"""Turns records into plain text under `data/` and back: append-only, atomic, readable in a diff.

data/observations/<source>.jsonl   one observation a line, append-only
data/raw/<source>/<sha256>.gz      each response as received
data/trials/<key>/<n>.json         the n-th run of the spec with that key
data/sources/<sha256>.py           each trainer as it ran
data/plans/<sha256>.json           each training plan, by what it was made from
data/parity/<sha256>.json          each parity certificate, by what it holds for
data/gradients/<sha256>.json       what frameworks can differentiate, by what it holds for
data/samples/<sha256>.json         a few images of a dataset, by their content
data/training.json                 what the last training brought
data/collections.jsonl             each attempt to collect, append-only
data/editions/<id>.json            what each edition stands on
"""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from filelock import FileLock, Timeout

from dlsurvey.errors import StoreError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.lines import Block, drop_unfinished_line, read_blocks
from dlsurvey.records import (
    SCHEMA,
    Collection,
    Edition,
    Observation,
    Samples,
    Trial,
    content_sha256,
    to_json,
)

LOCK_TIMEOUT_SECONDS = 60
T = TypeVar("T")


class _Versioned(msgspec.Struct):
    """The one key that every version of every file has."""

    schema: int


class Store:
    """The evidence of one survey. Reads are tolerant of a file cut short by a crash, never of nonsense."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made at the first write."""
        self.folder = folder

    # Observations

    def append_observations(self, source: str, observations: Iterable[Observation]) -> int:
        """Append what is new: a value that the latest vintage of its period already has is left out.

        Returns the number appended; raises StoreError.
        """
        with self._writing(f"observations of {source}"):
            latest = {_period(known): known.value for known in self.read_observations(source)}
            lines = []
            for observation in observations:
                period = _period(observation)
                if latest.get(period) == observation.value:
                    continue
                latest[period] = observation.value
                lines.append(to_json(observation))
            self._append(self._observations_path(source), lines)
        return len(lines)

    def read_observations(self, source: str, lines: int | None = None) -> Iterator[Observation]:
        """All observations of a source, oldest vintage first; or those of the first `lines` lines."""
        yield from self._read_lines(self._observations_path(source), Observation, lines)

    def read_observation_blocks(
        self, source: str, lines: int | None = None
    ) -> Iterator[Block[Observation]]:
        """The same as blocks of lines that are not decoded yet."""
        yield from read_blocks(self._observations_path(source), Observation, lines)

    def count_observation_lines(self) -> dict[str, int]:
        """Per source, how many observations are stored."""
        folder = self.folder / "observations"
        return {
            path.stem: path.read_bytes().count(b"\n") for path in sorted(folder.glob("*.jsonl"))
        }

    # Raw responses

    def keep_raw(self, source: str, body: bytes) -> str:
        """Keep a response as received; returns its SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.folder / "raw" / source / f"{sha256}.gz"
        if not path.exists():
            with explaining(StoreError, f"write {path}"):
                write_atomic(path, gzip.compress(body, mtime=0))
        return sha256

    # Collections

    def append_collection(self, collection: Collection) -> None:
        """Note how an attempt to collect went."""
        with self._writing("the record of collections"):
            self._append(self.folder / "collections.jsonl", [to_json(collection)])

    def read_collections(self) -> Iterator[Collection]:
        """All attempts to collect, oldest first."""
        yield from self._read_lines(self.folder / "collections.jsonl", Collection, None)

    # Trials

    def add_trial(self, trial: Trial) -> str:
        """Store a trial beside earlier runs of its spec; returns its id, `key/n`."""
        folder = self.folder / "trials" / trial.spec.key
        with self._writing("a trial"):
            number = 1 + max((int(path.stem) for path in _list_numbered(folder)), default=0)
            write_atomic(folder / f"{number}.json", to_json(trial, indent=1) + b"\n")
        return f"{trial.spec.key}/{number}"

    def read_trial(self, trial_id: str) -> Trial:
        """One trial by its id; raises StoreError."""
        return self._read(self.folder / "trials" / f"{trial_id}.json", Trial)

    def list_trials(self, key: str) -> tuple[tuple[str, Trial], ...]:
        """Ids and trials of one spec, oldest first."""
        paths = _list_numbered(self.folder / "trials" / key)
        return tuple((f"{key}/{path.stem}", self._read(path, Trial)) for path in paths)

    def iterate_trials(self) -> Iterator[Trial]:
        """Every stored trial."""
        for folder in sorted((self.folder / "trials").glob("*")):
            for _, trial in self.list_trials(folder.name):
                yield trial

    # Trainer sources and plans

    def keep_source(self, text: str) -> str:
        """Keep a trainer as it runs; returns the SHA-256 of its text."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        path = self.folder / "sources" / f"{sha256}.py"
        if not path.exists():
            with explaining(StoreError, f"write {path}"):
                write_atomic(path, text.encode())
        return sha256

    def read_source(self, sha256: str) -> str:
        """A trainer as it ran; raises StoreError where it is gone."""
        path = self.folder / "sources" / f"{sha256}.py"
        with explaining(StoreError, f"read {path}"):
            return path.read_text(encoding="utf-8")

    def keep_plan(self, request_sha256: str, plan: object) -> None:
        """Keep a training plan under the hash of what it was made from."""
        path = self.folder / "plans" / f"{request_sha256}.json"
        with explaining(StoreError, f"write {path}"):
            write_atomic(path, to_json(plan, indent=1) + b"\n")

    def read_plan(self, request_sha256: str, kind: type[T]) -> T | None:
        """The plan made from the same request earlier, or None."""
        path = self.folder / "plans" / f"{request_sha256}.json"
        return self._read(path, kind) if path.exists() else None

    def keep_parity(self, identity: str, parity: object) -> None:
        """Keep a certificate under the hash of what it holds for."""
        path = self.folder / "parity" / f"{identity}.json"
        with explaining(StoreError, f"write {path}"):
            write_atomic(path, to_json(parity, indent=1) + b"\n")

    def read_parity(self, identity: str, kind: type[T]) -> T | None:
        """The certificate made for the same, or None."""
        path = self.folder / "parity" / f"{identity}.json"
        return self._read(path, kind) if path.exists() else None

    def keep_gradients(self, identity: str, gradients: object) -> None:
        """Keep what frameworks can differentiate under the hash of what it holds for."""
        path = self.folder / "gradients" / f"{identity}.json"
        with explaining(StoreError, f"write {path}"):
            write_atomic(path, to_json(gradients, indent=1) + b"\n")

    def read_gradients(self, identity: str, kind: type[T]) -> T | None:
        """What was found for the same, or None."""
        path = self.folder / "gradients" / f"{identity}.json"
        return self._read(path, kind) if path.exists() else None

    def keep_samples(self, samples: Samples) -> str:
        """Keep a few images; returns the SHA-256 that names them."""
        sha256 = content_sha256(samples)
        path = self.folder / "samples" / f"{sha256}.json"
        if not path.exists():
            with explaining(StoreError, f"write {path}"):
                write_atomic(path, to_json(samples, indent=1) + b"\n")
        return sha256

    def read_samples(self, sha256: str) -> Samples:
        """The images kept under this name; raises StoreError."""
        return self._read(self.folder / "samples" / f"{sha256}.json", Samples)

    def keep_training(self, training: object) -> None:
        """Keep what the last training brought, for the next edition."""
        path = self.folder / "training.json"
        with explaining(StoreError, f"write {path}"):
            write_atomic(path, to_json(training, indent=1) + b"\n")

    def read_training(self, kind: type[T]) -> T | None:
        """What the last training brought, or None before the first."""
        path = self.folder / "training.json"
        return self._read(path, kind) if path.exists() else None

    # Editions

    def add_edition(self, edition: Edition) -> None:
        """Store what an edition stands on."""
        with self._writing("an edition"):
            write_atomic(
                self.folder / "editions" / f"{edition.id}.json", to_json(edition, indent=1) + b"\n"
            )

    def read_edition(self, edition_id: str) -> Edition:
        """One edition; raises StoreError naming the known ones."""
        path = self.folder / "editions" / f"{edition_id}.json"
        # A name, not a way to somewhere else.
        if Path(edition_id).name != edition_id or not path.exists():
            known = ", ".join(edition.id for edition in self.list_editions()) or "none yet"
            raise StoreError(f"There is no edition '{edition_id}'. Known: {known}.")
        return self._read(path, Edition)

    def list_editions(self) -> tuple[Edition, ...]:
        """All editions, oldest first."""
        editions = [self._read(path, Edition) for path in (self.folder / "editions").glob("*.json")]
        return tuple(sorted(editions, key=lambda edition: (edition.created_at, edition.id)))

    # How files are read and written

    def _observations_path(self, source: str) -> Path:
        return self.folder / "observations" / f"{source}.jsonl"

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """Hold the store's lock, and explain what goes wrong while it is held."""
        with explaining(StoreError, f"write {what} to {self.folder}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with FileLock(self.folder / ".lock", timeout=LOCK_TIMEOUT_SECONDS):
                    yield
            except Timeout:
                raise StoreError(
                    f"Another dlsurvey has been writing to {self.folder} for over"
                    f" {LOCK_TIMEOUT_SECONDS} s: wait for it to end."
                ) from None

    def _append(self, path: Path, lines: list[bytes]) -> None:
        if not lines:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            drop_unfinished_line(file)
            end = file.seek(0, 2)
            try:
                file.write(b"".join(line + b"\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)  # a full disk leaves no half of a line behind
                raise

    def _read_lines(self, path: Path, kind: type[T], lines: int | None) -> Iterator[T]:
        for block in read_blocks(path, kind, lines):
            yield from block.decode()

    def _read(self, path: Path, kind: type[T]) -> T:
        with explaining(StoreError, f"read {path}"):
            content = path.read_bytes()
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            if (_read_schema(content) or 0) > SCHEMA:
                raise StoreError(
                    f"{path} was written by a newer dlsurvey (schema {_read_schema(content)}, this one"
                    f" reads {SCHEMA}): update dlsurvey."
                ) from error
            raise StoreError(
                f"{path} is no {kind.__name__} ({error}): remove or repair the file."
            ) from error


def _list_numbered(folder: Path) -> list[Path]:
    """`1.json`, `2.json` and so on, in this order; other files are not ours."""
    paths = [path for path in folder.glob("*.json") if path.stem.isdecimal()]
    return sorted(paths, key=lambda path: int(path.stem))


def _period(observation: Observation) -> tuple[object, ...]:
    return (
        observation.source,
        observation.subject,
        observation.metric,
        observation.start,
        observation.resolution,
        observation.label,
    )


def _read_schema(content: bytes) -> int | None:
    try:
        return msgspec.json.decode(content, type=_Versioned).schema
    except msgspec.MsgspecError:
        return None
