"""Turns what analysis found out into records that figures and templates print without arithmetic."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, UnsetType

from dlsurvey.analysis.deployed import DeploymentFindings
from dlsurvey.analysis.differences import Changes
from dlsurvey.analysis.measured import (
    BreakEven,
    Comparison,
    Failure,
    LedgerRow,
    Member,
    NoiseFloor,
    Pictures,
)
from dlsurvey.analysis.sizes import StudyFindings
from dlsurvey.analysis.studied import CodeFindings, GradientFindings, ProgramSource
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

SO_FAR = "so far"
"""Label of a period that is not over."""


class Provenance(Record, frozen=True, kw_only=True):
    """What stands under every figure and table: where it comes from and how old it is."""

    source: str
    status: ObservationStatus | Literal["measured"]
    date: date
    """The day of retrieval; for a published figure, the day it was printed; for a trial, the day it ran."""
    by_year: bool = False
    """Of the date only the year is known."""
    note: str = ""
    url: str = ""
    role: str = ""
    """Its place in the chain of fallbacks, where it is not the source that was asked first."""


class Cover(Record, frozen=True, kw_only=True):
    """What the user says of the document in survey.toml."""

    title: str
    subtitle: str
    author: str
    course: str
    institution: str
    date: date
    language: str
    variant: Literal["coursework", "lecture", "page"] = "coursework"


class Fact(Record, frozen=True, kw_only=True):
    """One line of an overview card: 'Newest stable version', '2.21.0 (6 March 2026)'."""

    label: str
    text: str
    provenance: Provenance
    reference: str = ""
    """The work it was read in, as references.toml names it; empty for collected values."""


class Card(Record, frozen=True, kw_only=True):
    """One framework's overview."""

    name: str
    title: str
    summary: str
    facts: tuple[Fact, ...]


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
    break_evens: tuple[BreakEven, ...] = ()
    """One per framework and mode other than its default, where both have runs."""
    load: str = ""
    """What else the machine was busy with; empty where nothing is known of it."""
    loading: str = ""
    """How long written loops waited for batches; empty where nobody told."""
    target_accuracy: float | None = None
    pictures: Pictures | None = None
    provenance: Provenance


Estimate = Literal["census", "count", "share", "index"]


class Point(Record, frozen=True, kw_only=True):
    """One value of a series."""

    start: date
    value: float
    status: ObservationStatus
    label: str = ""
    count: float | UnsetType = UNSET
    """Of a share, how many events it was made of;"""
    whole: float | UnsetType = UNSET
    """and of how many these are a part. Not set where the value is no share."""


class Band(Record, frozen=True, kw_only=True):
    """The lowest and the highest value that a source has told of one period."""

    start: date
    low: float
    high: float


class Revision(Record, frozen=True, kw_only=True):
    """One value of a period that was over, told otherwise later."""

    start: date
    first: float
    """As it was told first."""
    now: float
    told: date
    """The day on which it was told first."""


class Outage(Record, frozen=True, kw_only=True):
    """A time in which the source, not the frameworks, fell: nearly all series dropped together."""

    start: date
    end: date
    """The first and the last period that is affected."""
    sentence: str


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
    label: str = ""
    """What the whole series belongs to: a repository under its present name, a package, a request."""
    drawn: bool = True
    """False where a better member of the chain of fallbacks covers the same time."""
    revisions: tuple[Revision, ...] = ()
    band: tuple[Band, ...] = ()
    """Where each request draws another sample, the spread of all draws."""


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
    notes: tuple[str, ...] = ()
    """What stands in for what and why, what was revised, where a repository moved, and such."""
    outages: tuple[Outage, ...] = ()
    ended: date | None = None
    """The last day of an archive that no longer grows; after it nothing is known."""
    sampled: bool = True
    """False where points come when they come, as releases do: the time between is no hole."""
    estimate: Estimate = "census"
    """Whether all there is was counted, or events that chance makes more or fewer."""

    @property
    def revised(self) -> bool:
        """Whether a source told any of it otherwise before."""
        return any(series.revisions for series in self.series)


class SourceHealth(Record, frozen=True, kw_only=True):
    """How one source is doing, from the record of all attempts at it."""

    source: str
    title: str
    state: Literal["complete", "partial", "failed", "never asked"]
    """Of the newest attempt."""
    asked: datetime | None = None
    last_success: datetime | None = None
    """The newest attempt that brought anything."""
    last_failure: datetime | None = None
    """The newest attempt that left anything open."""
    reason: str = ""
    """Why the newest failure left it open; empty where nothing ever failed."""
    age_days: int | None = None
    """Whole days since the last success."""
    rhythm: str
    """How often it has something new: daily, weekly, monthly or never."""
    due: date | None = None
    """When it should be asked next; None where it never has anything new."""
    overdue: bool = False
    quota_left: int | None = None
    """Requests that the source said are left, at the newest attempt; None where it did not tell."""
    gaps: tuple[Gap, ...] = ()
    """What the newest attempt left open."""
    doubtful: int = 0
    """Values of the newest attempt that wait for a later answer to confirm them."""


class Listing(Record, frozen=True, kw_only=True):
    """One stage of one program, as it ran."""

    framework: str
    """The first of those that run this program."""
    program: str
    """NAME of `train_NAME.py`."""
    title: str
    """Of all frameworks that run it."""
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


ClaimVerdict = Literal["holds", "reversed", "equivalent", "inconclusive", "not_testable"]


class Claim(Record, frozen=True, kw_only=True):
    """What an older survey claimed, and what this edition says to it."""

    id: str
    title: str
    claim: str
    """In our own words."""
    sources: tuple[str, ...]
    """Ids of references.toml."""
    then: str
    """The figures of the survey; empty where it gave none."""
    now: str
    """The figures of this edition, each with its day or its number of runs; empty where none is."""
    verdict: ClaimVerdict
    why: str
    """From the verdicts and the numbers; commands stand between backticks."""
    evidence: tuple[str, ...] = ()
    """What it rests on: `comparison/...`, `curves/...`, `signal/...`, `stage/...`, `gradient/...` or
    `deployment/...`."""


class Advice(Record, frozen=True, kw_only=True):
    """What the results of this edition say to someone with one purpose."""

    purpose: str
    choice: str
    """A framework's title; empty where the data do not decide."""
    because: str
    """The verdicts or the claim that it rests on, in a sentence."""


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
    overview_trend: Trend | None = None
    """How much deep learning itself is looked for; None where nothing is known of it."""
    health: tuple[SourceHealth, ...] = ()
    """How each source was doing when the edition was made."""
    claims: tuple[Claim, ...] = ()
    """What older surveys claimed, tested again, in the order of claims.toml."""
    programs: tuple[ProgramSource, ...] = ()
    """The newest program of each workload in each framework, whole: listings and notebooks come from it."""
    networks: tuple[Stage, ...] = ()
    """The models of the other workloads, side by side."""
    code: CodeFindings | None = None
    """The listings counted and aligned; None where there are none."""
    gradients: GradientFindings | None = None
    """The worked example of differentiation; None where it was not run."""
    deployments: DeploymentFindings | None = None
    """Every way out of the frameworks; None where none was tried."""
    studies: StudyFindings = StudyFindings()
    """Other sizes, the machine's limit, first contacts."""
    advice: tuple[Advice, ...] = ()
    """By purpose, from the verdicts and the claims."""
    changes: Changes | None = None
    """What differs from the edition before; None where nobody compared them."""
