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


class Doubt(Record, frozen=True, kw_only=True):
    """A value as it was received that nobody should believe before a later answer confirms it."""

    observation: Observation
    reason: str


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


class Mistake(Record, frozen=True, kw_only=True):
    """One test image that a trained network got wrong."""

    image: Count
    """Its place among the test images, from 0."""
    label: Count
    predicted: Count


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
    peak_device_memory_bytes: Count | None = None
    """Largest memory that the framework held on the GPU; None on a CPU."""
    energy_joules: Annotated[float, Meta(ge=0)] | None = None
    """Of processors and GPU while training; None where the machine does not tell."""
    mapped: dict[str, str] = {}
    """Defaults of the program that the controlled protocol changed from outside: before and after."""
    epoch_loading_seconds: tuple[Seconds, ...] = ()
    """Of each epoch, waiting for batches; empty where the framework's `fit` loads within itself."""
    epoch_test_accuracy: tuple[float, ...] = ()
    """On the test images after each epoch; the time it takes is in no other measure."""
    step_seconds_median: Seconds | None = None
    """From the end of one step to the end of the next, within an epoch, after the first step."""
    step_seconds_p95: Seconds | None = None
    """The 95th percentile of the same."""
    confusion: tuple[tuple[Count, ...], ...] = ()
    """Test images by true class (row) and predicted class (column)."""
    mistakes: tuple[Mistake, ...] = ()
    """The first 50 test images it got wrong."""


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


class Load(Record, frozen=True, kw_only=True):
    """How busy the machine was with other things while a trial ran."""

    load_average: float | None
    """Of the minute before it began; None where the system does not tell."""
    foreign_cores: Annotated[float, Meta(ge=0)] | None
    """How many processors other processes kept busy on average; None where nobody tells."""
    frequency_mhz: float | None
    """Of the processors when it ended; None where the system does not tell."""
    trials_beside: Count | None = None
    """Other trials seen on the same processors when it began or ended; None where nobody looked."""
    paused_seconds: Annotated[float, Meta(ge=0)] | None = None
    """How long the machine slept or the trial's process was stopped; None where nobody looked."""


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
    """Hash of the program's source, kept under data/sources/ as it ran."""
    load: Load | None = None
    code_sha256: Sha256 | None = None
    """Hash of the rest of the code that decides what it does, and of the workload; null where unknown."""


class Sample(Record, frozen=True, kw_only=True):
    """One test image, small enough to keep beside the results."""

    image: Count
    """Its place among the test images, from 0."""
    label: Count
    pixels: str
    """Base64 of its bytes: rows, columns, channels, each from 0 to 255."""


class Samples(Record, frozen=True, kw_only=True):
    """A few test images of one dataset: examples of each class, and those most often got wrong."""

    schema: int = SCHEMA
    dataset_sha256: Sha256
    height: PositiveCount
    width: PositiveCount
    channels: PositiveCount
    examples: tuple[Sample, ...]
    """The first two of each class."""
    mistaken: tuple[Sample, ...]
    """Those that the most trials got wrong, the most often mistaken first."""


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
    quota_left: Count | None = None
    """Requests that the source said are left to us; null where it did not tell."""
    basis: dict[str, str] = {}
    """What the attempt depended on; empty in records of older versions."""
    doubtful: Count = 0
    """Values that wait for a later answer to confirm them; they are in no other count."""


class Studies(Record, frozen=True, kw_only=True):
    """What was measured beside training: the first contact, the machine's limit, other sizes."""

    contact: Sha256 | None = None
    """Under data/contacts/; null where it was not measured."""
    limit: Sha256 | None = None
    """Under data/limits/; null where it was not measured."""
    scale: tuple[str, ...] = ()
    """`key/n` of each trial of the sweeps; they take no part in any other comparison."""


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
    samples: tuple[Sha256, ...] = ()
    """The `Samples` of its datasets, under data/samples/."""
    gradients: Sha256 | None = None
    """What the frameworks could differentiate, under data/gradients/; null where it was not tried."""
    deployments: Sha256 | None = None
    """Every way out of the frameworks, under data/deployments/; null where it was not tried."""
    studies: Studies = Studies()
    plan: str
    """The training plan in one sentence."""
    gaps: tuple[Gap, ...]
    previous: str | None
    versions: dict[str, str]
    environment: Environment
    attempts: Count | None = None
    """How many lines of the record of collections it stands on; null in editions of older versions."""
    due: datetime | None = None
    """When the next one is due; null in editions of older versions."""


def to_json(record: Any, *, indent: int = 0) -> bytes:
    """The canonical JSON of a record (keys sorted), pretty-printed if `indent` is positive."""
    encoded = msgspec.json.encode(record, order="sorted")
    return msgspec.json.format(encoded, indent=indent) if indent else encoded


def content_sha256(record: Any) -> str:
    """SHA-256 of the canonical JSON of a record, in hexadecimal."""
    return hashlib.sha256(to_json(record)).hexdigest()
