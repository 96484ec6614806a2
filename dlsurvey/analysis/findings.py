"""Turns what analysis found out into records that figures and templates print without arithmetic."""

from datetime import date, datetime
from typing import Literal

from dlsurvey.records import (
    Dataset,
    Edition,
    Gap,
    Method,
    ObservationStatus,
    Record,
    Resolution,
    Trial,
)

Verdict = Literal["a_higher", "b_higher", "inconclusive", "single_run"]


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


class Comparison(Record, frozen=True, kw_only=True):
    """One question put to two members, over the seeds that both completed."""

    workload: str
    quantity: Literal["test_accuracy", "epoch_seconds", "peak_memory_bytes"]
    a: str
    b: str
    a_mean: float
    b_mean: float
    effect: float
    """Mean of the paired differences a minus b, in the quantity's unit."""
    low: float | None
    high: float | None
    """95 % interval of the effect (paired Student t); None for a single pair."""
    n: int
    verdict: Verdict
    sentence: str


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
