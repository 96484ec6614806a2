"""Turns records into plain text under `data/` and back: append-only, atomic, readable in a diff.

data/observations/<source>.jsonl   one observation a line, append-only
data/seals.jsonl                   a checksum for each of these lines, append-only
data/doubtful/<source>.jsonl       what nobody should believe yet, append-only
data/raw/<source>/<sha256>.gz      each response as received
data/trials/<key>/<n>.json         the n-th run of the spec with that key
data/sources/<sha256>.py           each program as it ran
data/plans/<sha256>.json           each training plan, by what it was made from
data/parity/<sha256>.json          each parity certificate, by what it holds for
data/gradients/<sha256>.json       what frameworks can differentiate, by what it holds for
data/deployments/<sha256>.json     every way out of every framework, by what it holds for
data/contacts/<sha256>.json        the first contact with each framework, by what it holds for
data/limits/<sha256>.json          large matrix products in each framework, by what they hold for
data/sweeps/<sha256>.json          which trials sweep over sizes, by what they were made from
data/samples/<sha256>.json         a few images of a dataset, by their content
data/training.json                 what the last training brought
data/collections.jsonl             each attempt to collect, append-only
data/editions/<id>.json            what each edition stands on
"""

import gzip
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from filelock import Timeout

from dlsurvey.documents import DamagedFile, Documents
from dlsurvey.errors import StoreError
from dlsurvey.files import explaining, write_atomic
from dlsurvey.lines import Block, Fault, append_lines, read_blocks
from dlsurvey.lock import take_lock
from dlsurvey.observations import ObservationFiles
from dlsurvey.records import (
    Collection,
    Doubt,
    Edition,
    Gap,
    Observation,
    Samples,
    Trial,
    content_sha256,
)

LOCK_TIMEOUT_SECONDS = 60
PLAIN = re.compile(r"\w[\w.-]*", re.ASCII)
TRIAL_ID = re.compile(r"[0-9a-f]{16}/[0-9]{1,9}")
"""Names, not ways to somewhere else."""
logger = logging.getLogger(__name__)
T = TypeVar("T")
Study = Literal["contacts", "limits", "sweeps"]


class Store:
    """The evidence of one survey. What cannot be read is told and left out, and what can is used."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made at the first write."""
        self.folder = folder
        self._told: set[Fault] = set()
        self._observations = ObservationFiles(folder, self._tell)
        self._documents = Documents(folder, self._tell)

    # Observations

    def append_observations(self, source: str, observations: Iterable[Observation]) -> int:
        """Append what is new: a value that the latest vintage of its period already has is left out.

        Returns the number appended; raises StoreError.
        """
        with self._writing(f"observations of {source}"):
            return self._observations.append(source, observations)

    def read_observations(self, source: str, lines: int | None = None) -> Iterator[Observation]:
        """All observations of a source, oldest vintage first; or those of the first `lines` lines."""
        for block in self._observations.read_blocks(source, lines):
            yield from block.decode()

    def read_observation_blocks(
        self, source: str, lines: int | None = None
    ) -> Iterator[Block[Observation]]:
        """The same as blocks of lines that are not decoded yet."""
        yield from self._observations.read_blocks(source, lines)

    def count_observation_lines(self) -> dict[str, int]:
        """Per source, how many lines of observations are stored."""
        return self._observations.count_lines()

    def find_faults(self) -> tuple[Gap, ...]:
        """What of the stored observations is left out, since a line is damaged or was changed."""
        return self._observations.find_faults()

    # Doubtful values

    def append_doubts(self, source: str, doubts: Iterable[Doubt]) -> None:
        """Keep as received what is not believed yet; raises StoreError."""
        lines = [self._documents.encode(doubt) for doubt in doubts]
        if lines:
            with self._writing(f"doubtful values of {source}"):
                append_lines(self._observations.find_path(source, "doubtful"), lines)

    def read_doubts(self, source: str) -> Iterator[Doubt]:
        """All values of a source that were doubtful when they came, oldest first."""
        path = self._observations.find_path(source, "doubtful")
        for block in read_blocks(path, Doubt, None, self._tell):
            yield from block.decode()

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
            append_lines(self.folder / "collections.jsonl", [self._documents.encode(collection)])

    def read_collections(self, lines: int | None = None) -> Iterator[Collection]:
        """All attempts to collect, oldest first; or those of the first `lines` lines."""
        path = self.folder / "collections.jsonl"
        for block in read_blocks(path, Collection, lines, self._tell):
            yield from block.decode()

    def count_collection_lines(self) -> int:
        """How many lines the record of attempts has."""
        path = self.folder / "collections.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    # Trials

    def add_trial(self, trial: Trial) -> str:
        """Store a trial beside earlier runs of its spec; returns its id, `key/n`."""
        folder = self.folder / "trials" / trial.spec.key
        with self._writing("a trial"):
            number = 1 + max((int(path.stem) for path in _list_numbered(folder)), default=0)
            self._documents.keep(f"trials/{trial.spec.key}/{number}.json", trial)
        return f"{trial.spec.key}/{number}"

    def read_trial(self, trial_id: str) -> Trial:
        """One trial by its id; raises StoreError."""
        if not TRIAL_ID.fullmatch(trial_id):
            raise StoreError(f"'{trial_id}' is no trial: its id is a key and a number, key/n.")
        return self._documents.read(self.folder / "trials" / f"{trial_id}.json", Trial)

    def list_trials(self, key: str) -> tuple[tuple[str, Trial], ...]:
        """Ids and trials of one spec, oldest first; a damaged file is told and left out."""
        paths = _list_numbered(self.folder / "trials" / key)
        read = [(path, self._documents.attempt(path, Trial)) for path in paths]
        return tuple((f"{key}/{path.stem}", trial) for path, trial in read if trial is not None)

    def list_trial_ids(self) -> frozenset[str]:
        """Of every stored trial, without reading any."""
        paths = (self.folder / "trials").glob("*/*.json")
        return frozenset(f"{path.parent.name}/{path.stem}" for path in paths)

    def iterate_trials(self) -> Iterator[Trial]:
        """Every stored trial."""
        for folder in sorted((self.folder / "trials").glob("*")):
            for _, trial in self.list_trials(folder.name):
                yield trial

    # Trainer sources and plans

    def keep_source(self, text: str) -> str:
        """Keep a program as it runs; returns the SHA-256 of its text."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        path = self.folder / "sources" / f"{sha256}.py"
        if not path.exists():
            with explaining(StoreError, f"write {path}"):
                write_atomic(path, text.encode())
        return sha256

    def read_source(self, sha256: str) -> str:
        """A program as it ran; raises StoreError where it is gone."""
        path = self.folder / "sources" / f"{sha256}.py"
        with explaining(StoreError, f"read {path}"):
            return path.read_text(encoding="utf-8")

    def keep_plan(self, request_sha256: str, plan: object) -> None:
        """Keep a training plan under the hash of what it was made from."""
        self._documents.keep(f"plans/{request_sha256}.json", plan)

    def read_plan(self, request_sha256: str, kind: type[T]) -> T | None:
        """The plan made from the same request earlier, or None."""
        return self._documents.recall(f"plans/{request_sha256}.json", kind)

    def keep_parity(self, identity: str, parity: object) -> None:
        """Keep a certificate under the hash of what it holds for."""
        self._documents.keep(f"parity/{identity}.json", parity)

    def read_parity(self, identity: str, kind: type[T]) -> T | None:
        """The certificate made for the same, or None."""
        return self._documents.recall(f"parity/{identity}.json", kind)

    def keep_gradients(self, identity: str, gradients: object) -> None:
        """Keep what frameworks can differentiate under the hash of what it holds for."""
        self._documents.keep(f"gradients/{identity}.json", gradients)

    def read_gradients(self, identity: str, kind: type[T]) -> T | None:
        """What was found for the same, or None."""
        return self._documents.recall(f"gradients/{identity}.json", kind)

    def keep_deployments(self, identity: str, deployments: object) -> None:
        """Keep every way out of every framework under the hash of what it holds for."""
        self._documents.keep(f"deployments/{identity}.json", deployments)

    def read_deployments(self, identity: str, kind: type[T]) -> T | None:
        """What was measured for the same, or None."""
        return self._documents.recall(f"deployments/{identity}.json", kind)

    def keep_study(self, study: Study, identity: str, record: object) -> None:
        """Keep what a suite measured, or planned, under the hash of what it holds for."""
        self._documents.keep(f"{study}/{identity}.json", record)

    def read_study(self, study: Study, identity: str, kind: type[T]) -> T | None:
        """What was kept for the same, or None."""
        return self._documents.recall(f"{study}/{identity}.json", kind)

    def keep_samples(self, samples: Samples) -> str:
        """Keep a few images; returns the SHA-256 that names them."""
        sha256 = content_sha256(samples)
        if not (self.folder / "samples" / f"{sha256}.json").exists():
            self._documents.keep(f"samples/{sha256}.json", samples)
        return sha256

    def read_samples(self, sha256: str) -> Samples:
        """The images kept under this name; raises StoreError."""
        return self._documents.read(self.folder / "samples" / f"{sha256}.json", Samples)

    def keep_training(self, training: object) -> None:
        """Keep what the last training brought, for the next edition."""
        self._documents.keep("training.json", training)

    def read_training(self, kind: type[T]) -> T | None:
        """What the last training brought, or None before the first."""
        path = self.folder / "training.json"
        return self._documents.read(path, kind) if path.exists() else None

    # Editions

    def add_edition(self, edition: Edition) -> None:
        """Store what an edition stands on."""
        with self._writing("an edition"):
            self._documents.keep(f"editions/{edition.id}.json", edition)

    def read_edition(self, edition_id: str) -> Edition:
        """One edition; raises StoreError naming the known ones."""
        path = self.folder / "editions" / f"{edition_id}.json"
        # A name, not a way to somewhere else.
        if Path(edition_id).name != edition_id or not path.exists():
            known = ", ".join(edition.id for edition in self.list_editions()) or "none yet"
            raise StoreError(f"There is no edition '{edition_id}'. Known: {known}.")
        return _check_id(path, self._documents.read(path, Edition))

    def list_editions(self) -> tuple[Edition, ...]:
        """All editions, oldest first; a damaged file is told and left out."""
        editions = []
        for path in (self.folder / "editions").glob("*.json"):
            with self._documents.telling(path, Edition):
                editions.append(_check_id(path, self._documents.read(path, Edition)))
        return tuple(sorted(editions, key=lambda edition: (edition.created_at, edition.id)))

    # How files are read and written

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        """Hold the store's lock, and explain what goes wrong while it is held."""
        with explaining(StoreError, f"write {what} to {self.folder}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                lock = take_lock(self.folder / ".lock", LOCK_TIMEOUT_SECONDS)
            except Timeout:
                raise StoreError(
                    f"Another dlsurvey has been writing to {self.folder} for over"
                    f" {LOCK_TIMEOUT_SECONDS} s: wait for it to end."
                ) from None
            try:
                yield
            finally:
                lock.release()

    def _tell(self, fault: Fault) -> None:
        if fault not in self._told:
            self._told.add(fault)
            logger.warning(str(fault))


def _check_id(path: Path, edition: Edition) -> Edition:
    """The edition, whose id names a folder under `reports` and so must be that of its file."""
    if edition.id != path.stem or not PLAIN.fullmatch(edition.id):
        raise DamagedFile(f"{path} says that it is '{edition.id}': give it its own id again.")
    return edition


def _list_numbered(folder: Path) -> list[Path]:
    """`1.json`, `2.json` and so on, in this order; other files are not ours."""
    paths = [path for path in folder.glob("*.json") if path.stem.isdecimal()]
    return sorted(paths, key=lambda path: int(path.stem))
