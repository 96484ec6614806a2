"""Turns facts (an observation, a trial, an edition) into frozen, typed records and back to JSON.

No numpy and no framework in here: the same records travel between the worker
processes, the store and the report. `docs/data-format.md` documents every key.
"""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

SCHEMA = 1
"""Version of the records; every stored file carries it."""

ObservationStatus = Literal["live", "cached", "stale", "archived", "imported", "published"]
Method = Literal["observed", "retained", "digitised", "imported", "published"]
Resolution = Literal["instant", "day", "week", "month", "quarter", "year"]
TrialStatus = Literal["completed", "failed", "skipped"]
Mode = Literal["eager", "graph", "compiled"]
Protocol = Literal["controlled", "idiomatic"]
Device = Literal["cpu", "cuda"]
Precision = Literal["float32", "float64"]

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0)]
PositiveCount = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: immutable, unknown keys refused; `kw_only` msgspec does not pass on."""


class Observation(Record, frozen=True, kw_only=True):
    """One value of one metric of one subject in one period, as one source told it.

    Append-only: a source that revises its past adds a vintage (same period,
    later `retrieved_at`). A missing value has no observation; it is never zero.
    """

    source: Name
    subject: Name
    metric: Name
    start: date
    resolution: Resolution
    value: int | float
    unit: Name
    retrieved_at: datetime
    url: str
    status: ObservationStatus
    method: Method
    raw_sha256: Sha256 | None = None
    label: str = ""
    """What the value belongs to where the subject alone does not say it: a version, a repository."""

    @property
    def series(self) -> tuple[str, str, str]:
        """The series this observation is a point of."""
        return (self.source, self.subject, self.metric)


class Gap(Record, frozen=True, kw_only=True):
    """Something an edition should have and has not: printed in every edition."""

    what: Name
    why: str
    cure: str


class Dataset(Record, frozen=True, kw_only=True):
    """Images prepared as arrays: which they are, where they came from, how many."""

    name: Name
    title: str
    sha256: Sha256
    train_images: PositiveCount
    test_images: PositiveCount
    height: PositiveCount
    width: PositiveCount
    channels: PositiveCount
    classes: tuple[str, ...]
    origin: str
    """One sentence on where the images came from, without machine paths."""
    stand_in_for: str | None = None
    """The dataset that could not be had and that this one replaces."""


class TrialSpec(Record, frozen=True, kw_only=True):
    """Everything that decides what one trial does. Its content hash is its key."""

    workload: Name
    framework: Name
    dataset: Name
    dataset_sha256: Sha256
    mode: Mode
    protocol: Protocol
    seed: Count
    epochs: PositiveCount
    batch_size: PositiveCount
    threads: PositiveCount
    device: Device = "cpu"
    precision: Precision = "float32"
    train_limit: PositiveCount | None = None
    """Train on the first so many images only; None is all of them."""

    @property
    def key(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the canonical JSON."""
        return content_sha256(self)[:16]


class Metrics(Record, frozen=True, kw_only=True):
    """What one completed trial measured. Times are wall-clock, memory is resident."""

    parameters: PositiveCount
    defaults: dict[str, str] = {}
    """The fairness ledger: what differs unless somebody chooses, read from the live objects."""
    epoch_loss: tuple[float, ...]
    epoch_accuracy: tuple[float, ...]
    epoch_seconds: tuple[Seconds, ...]
    """Per epoch; the first excludes the warm-up step."""
    test_loss: float
    test_accuracy: Annotated[float, Meta(ge=0, le=1)]
    import_seconds: Seconds
    data_seconds: Seconds
    build_seconds: Seconds
    warmup_seconds: Seconds
    """From the start of training to the end of its first step: tracing, compiling, first allocation."""
    train_seconds: Seconds
    """Sum of `epoch_seconds`: training without the warm-up step and without evaluation."""
    evaluation_seconds: Seconds
    import_memory_bytes: Count
    """Resident memory once the framework is imported, before any data."""
    peak_memory_bytes: Count


class Environment(Record, frozen=True, kw_only=True):
    """The machine and the versions that a trial ran on."""

    python: str
    os: str
    cpu: str
    cores: PositiveCount
    memory_bytes: Count
    versions: dict[str, str]
    gpu: str | None = None
    git_commit: str | None = None

    @property
    def sha256(self) -> str:
        """Two trials are comparable only where this agrees; the commit is left out of it."""
        return content_sha256(msgspec.structs.replace(self, git_commit=None))


class Trial(Record, frozen=True, kw_only=True):
    """One run of one spec in one fresh process."""

    schema: int = SCHEMA
    spec: TrialSpec
    status: TrialStatus
    reason: str | None
    started_at: datetime
    metrics: Metrics | None
    environment: Environment
    trainer_sha256: Sha256
    """Hash of the trainer's source, kept under data/sources/ as it ran."""


class ParityCheck(Record, frozen=True, kw_only=True):
    """Whether two frameworks compute the same in one quantity, from the same weights and images."""

    workload: Name
    a: Name
    b: Name
    quantity: Name
    max_relative_difference: float | None
    """None where the numbers cannot be set against each other at all."""
    tolerance: float
    passed: bool
    explanation: str
    """Empty, or what a difference in this quantity points to."""


class Parity(Record, frozen=True, kw_only=True):
    """The certificate of one workload: every pair of its frameworks, every quantity."""

    schema: int = SCHEMA
    workload: Name
    checks: tuple[ParityCheck, ...]
    traces: dict[str, tuple[float, ...]]
    """Per framework, the float32 losses of the first 50 controlled steps."""


class Collection(Record, frozen=True, kw_only=True):
    """One attempt to collect one source: the health of that source at that time."""

    schema: int = SCHEMA
    source: Name
    at: datetime
    status: Literal["complete", "partial", "failed"]
    observations: Count
    new_observations: Count
    seconds: Seconds
    gaps: tuple[Gap, ...] = ()


class Edition(Record, frozen=True, kw_only=True):
    """One issue of the report and the evidence it stands on."""

    schema: int = SCHEMA
    id: Name
    created_at: datetime
    profile: str
    offline: bool
    config_sha256: Sha256
    evidence_sha256: Sha256
    observation_lines: dict[str, int]
    """Per source, how many lines of its append-only file the edition stands on."""
    trials: tuple[str, ...]
    """`key/n` of each trial."""
    datasets: tuple[Dataset, ...]
    parity: tuple[Parity, ...] = ()
    """The certificates that its comparisons rest on."""
    plan: str
    """The training plan in one sentence."""
    gaps: tuple[Gap, ...]
    previous: str | None
    versions: dict[str, str]
    environment: Environment


def to_json(record: Any, *, indent: int = 0) -> bytes:
    """The canonical JSON of a record (keys sorted), pretty-printed if `indent` is positive."""
    encoded = msgspec.json.encode(record, order="sorted")
    return msgspec.json.format(encoded, indent=indent) if indent else encoded


def content_sha256(record: Any) -> str:
    """SHA-256 of the canonical JSON of a record, in hexadecimal."""
    return hashlib.sha256(to_json(record)).hexdigest()
