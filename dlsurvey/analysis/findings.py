"""Turns what analysis found out into records that figures and templates print without arithmetic."""

from datetime import date, datetime
from typing import Literal

from dlsurvey.records import (
    Dataset,
    Edition,
    Gap,
    Method,
    ObservationStatus,
    ParityCheck,
    Record,
    Resolution,
    Trial,
)

Verdict = Literal["a_higher", "b_higher", "equivalent", "inconclusive", "single_run"]
Quantity = Literal["test_accuracy", "epoch_seconds", "peak_memory_bytes"]
Basis = Literal["repeats", "halves"]


class Provenance(Record, frozen=True, kw_only=True):
    """What stands under every figure and table: where it comes from and how old it is."""

    source: str
    status: ObservationStatus | Literal["measured"]
    date: date
    """The day of retrieval; for a published figure, the day it was printed; for a trial, the day it ran."""
    note: str = ""
    url: str = ""


class Cover(Record, frozen=True, kw_only=True):
    """What the user says of the document in survey.toml."""

    title: str
    subtitle: str
    author: str
    course: str
    institution: str
    date: date
    language: str


class Fact(Record, frozen=True, kw_only=True):
    """One line of an overview card: 'Newest stable version', '2.21.0 (6 March 2026)'."""

    label: str
    text: str
    provenance: Provenance


class Card(Record, frozen=True, kw_only=True):
    """One framework's overview."""

    name: str
    title: str
    summary: str
    facts: tuple[Fact, ...]


class Spread(Record, frozen=True, kw_only=True):
    """Repeated measurements: every single value, their mean, and its 95 % interval where n > 1."""

    values: tuple[float, ...]
    seeds: tuple[int, ...]
    mean: float
    low: float | None
    high: float | None


class Curve(Record, frozen=True, kw_only=True):
    """Training loss and accuracy, epoch by epoch, of one trial."""

    seed: int
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]


class Member(Record, frozen=True, kw_only=True):
    """One framework's trials on one workload, in one mode and protocol."""

    framework: str
    title: str
    mode: str
    protocol: str
    trials: int
    parameters: int
    test_accuracy: Spread
    test_loss: Spread
    epoch_seconds: Spread
    """Per trial, the median over its epochs, the first left out where there are more."""
    train_seconds: Spread
    warmup_seconds: Spread
    import_seconds: Spread
    peak_memory_bytes: Spread
    curves: tuple[Curve, ...]


class Failure(Record, frozen=True, kw_only=True):
    """A trial that did not end well."""

    workload: str
    framework: str
    seed: int
    reason: str


class NoiseFloor(Record, frozen=True, kw_only=True):
    """How far apart two runs land that differ in nothing: no smaller difference is called one."""

    quantity: Quantity
    bound: float
    """The 95 % bound of the difference; of times and memory as a share, 0.02 for 2 %."""
    basis: Basis
    """From runs repeated with the same seed, or from each framework's seeds in two halves."""
    freedom: int
    """Degrees of freedom behind the bound; of repeats, the number of A/A pairs."""


class Comparison(Record, frozen=True, kw_only=True):
    """One question put to two members of one protocol, over the seeds that both completed."""

    workload: str
    quantity: Quantity
    protocol: str
    a: str
    b: str
    a_mode: str
    b_mode: str
    a_mean: float
    b_mean: float
    effect: float
    """Mean of the paired differences a minus b, in the quantity's unit."""
    low: float | None
    high: float | None
    """95 % interval of the effect (paired Student t); None for a single pair."""
    relative_effect: float | None = None
    """Of times and memory, the scale of the tests: geometric mean of a / b, less 1."""
    relative_low: float | None = None
    relative_high: float | None = None
    margin: float
    """The largest difference that does not matter: of accuracy 0.005 is half a point, else a share."""
    noise_floor: float | None = None
    """On the scale of `margin`; None where it cannot be told, and then nothing is called higher."""
    p_difference: float | None = None
    """Paired t test, Holm-adjusted over the edition; None with fewer than three pairs."""
    p_equivalence: float | None = None
    """Two one-sided tests against the margin, Holm-adjusted over the edition."""
    family: int = 1
    """How many comparisons the p values are adjusted for."""
    n: int
    verdict: Verdict
    sentence: str

    @property
    def tested(self) -> tuple[float | None, float | None, float | None]:
        """Effect and its interval on the scale of margin and tests: what is printed of them."""
        if self.quantity == "test_accuracy":
            return self.effect, self.low, self.high
        return self.relative_effect, self.relative_low, self.relative_high


class LedgerRow(Record, frozen=True, kw_only=True):
    """One default, as read from the live objects of each member, in the order of the members."""

    name: str
    values: tuple[str, ...]


class WorkloadFindings(Record, frozen=True, kw_only=True):
    """All that one workload's trials say."""

    name: str
    title: str
    dataset: Dataset
    dataset_note: str
    """Empty, or the sentence that says which stand-in the numbers come from."""
    setup: str
    """One sentence: epochs, batch size, training images, threads, trials."""
    layers: tuple[tuple[str, str], ...]
    """Layer and output shape, as text, the input first."""
    members: tuple[Member, ...]
    comparisons: tuple[Comparison, ...]
    """The frameworks in their default modes first, then the modes of each framework."""
    noise_floors: tuple[NoiseFloor, ...] = ()
    """At most one per quantity; none where it cannot be told."""
    parity: tuple[ParityCheck, ...] = ()
    """The certificate; empty where one framework ran alone."""
    parting: str = ""
    """Where the float32 losses of the frameworks part."""
    ledger: tuple[LedgerRow, ...] = ()
    defaults: tuple[str, ...] = ()
    """How much of each difference between frameworks is only defaults."""
    provenance: Provenance


class Point(Record, frozen=True, kw_only=True):
    """One value of a series."""

    start: date
    value: float
    status: ObservationStatus
    label: str = ""


class Series(Record, frozen=True, kw_only=True):
    """One subject's points of one metric of one source, oldest first."""

    source: str
    """The collector's name."""
    metric: str
    retrieved_at: datetime
    """When the source last said so; of published figures, when the newest was printed."""
    subject: str
    title: str
    points: tuple[Point, ...]
    resolution: Resolution
    method: Method


class Trend(Record, frozen=True, kw_only=True):
    """One popularity signal: one figure and one table."""

    key: str
    """`<source>-<metric>`: names the figure's and the table's files."""
    title: str
    unit: str
    meaning: str
    """What the signal can and cannot tell."""
    kind: Literal["lines", "bars", "shares"]
    series: tuple[Series, ...]
    sentence: str
    """The finding, from the numbers."""
    alt: str
    """The alternative text, from the numbers."""
    provenance: tuple[Provenance, ...]
    """One for each series, in the same order."""


class Listing(Record, frozen=True, kw_only=True):
    """One function of one trainer, as it ran."""

    framework: str
    title: str
    stage: str
    code: str
    first_line: int
    source_sha256: str


class Stage(Record, frozen=True, kw_only=True):
    """One step of the work, side by side."""

    key: str
    title: str
    explanation: str
    listings: tuple[Listing, ...]


class Findings(Record, frozen=True, kw_only=True):
    """Everything that one edition says."""

    cover: Cover
    edition: Edition
    cards: tuple[Card, ...]
    workloads: tuple[WorkloadFindings, ...]
    failures: tuple[Failure, ...]
    trends: tuple[Trend, ...]
    stages: tuple[Stage, ...]
    conclusions: tuple[str, ...]
    """Sentences that follow from the verdicts and the trends."""
    trials: tuple[Trial, ...]
    gaps: tuple[Gap, ...]
    created_at: datetime
