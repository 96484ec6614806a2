"""Turns what was found out about sizes, limits and first contacts into records without arithmetic."""

from datetime import datetime

from dlsurvey.analysis.measured import Comparison, Failure, Spread
from dlsurvey.records import Record, Trial
from experiments.contact.record import Contacts
from experiments.limit.product import Products
from experiments.scale import Axis


class ScalePoint(Record, frozen=True, kw_only=True):
    """One framework at one place of a sweep."""

    value: int
    """Of the axis: images in a batch, times as wide, threads."""
    epoch_seconds: Spread
    peak_memory_bytes: Spread
    loaded_seeds: tuple[int, ...] = ()
    """Of the runs beside which other work ran."""
    multiple: Spread | None = None
    """Its time as a multiple of the first framework's, seed by seed; None for the first itself.

    The mean is geometric, of the undisturbed pairs where there are any, and so is the interval.
    """
    multiple_loaded_seeds: tuple[int, ...] = ()
    """Of the pairs beside either run of which other work ran."""


class ScaleLine(Record, frozen=True, kw_only=True):
    """One framework along a sweep."""

    framework: str
    title: str
    points: tuple[ScalePoint, ...]


class ScaleRatio(Record, frozen=True, kw_only=True):
    """Two frameworks set against each other at one place of a sweep, with a verdict."""

    value: int
    comparison: Comparison


class ScaleAxis(Record, frozen=True, kw_only=True):
    """One sweep: all else is held."""

    name: Axis
    title: str
    lines: tuple[ScaleLine, ...]
    ratios: tuple[ScaleRatio, ...]
    """Times and memory, every pair of frameworks that shares a seed and passed the parity check."""
    sentences: tuple[str, ...]


class ScaleFindings(Record, frozen=True, kw_only=True):
    """All sweeps of one workload."""

    workload: str
    title: str
    setup: str
    """What was held, and how much was trained."""
    load: str
    axes: tuple[ScaleAxis, ...]
    failures: tuple[Failure, ...]
    trials: tuple[Trial, ...]
    measured_at: datetime
    """When the last trial began."""


class Attained(Record, frozen=True, kw_only=True):
    """How fast one framework trained, in operations a second."""

    workload: str
    workload_title: str
    framework: str
    title: str
    mode: str
    protocol: str
    rate: Spread
    share: float
    """Of the limit: the mean rate."""
    loaded_seeds: tuple[int, ...] = ()


class Multiplied(Record, frozen=True, kw_only=True):
    """How fast one framework multiplied large matrices, in operations a second."""

    framework: str
    title: str
    version: str
    rate: Spread | None
    """Of fresh processes; None where none came to an end."""
    share: float | None = None
    """Of the limit: the mean rate."""
    loaded: tuple[int, ...] = ()
    """Those of them beside which other work ran."""
    error: str = ""


class Work(Record, frozen=True, kw_only=True):
    """Operations of one image in training, counted from the layers."""

    workload: str
    title: str
    forward: int
    backward: int


class LimitFindings(Record, frozen=True, kw_only=True):
    """The machine's limit, and how near training came to it."""

    products: Products
    multiplied: tuple[Multiplied, ...]
    limit: float
    """The highest rate of all, each framework by the mean of its processes."""
    limit_title: str
    """Whose it is."""
    works: tuple[Work, ...]
    attained: tuple[Attained, ...]
    sentences: tuple[str, ...]


class ImportTime(Record, frozen=True, kw_only=True):
    """How long importing took."""

    framework: str
    title: str
    seconds: Spread | None
    """The run number takes the place of the seed."""
    loaded: tuple[int, ...] = ()
    """Runs beside which other work ran."""


class ContactFindings(Record, frozen=True, kw_only=True):
    """The first contact with each framework."""

    record: Contacts
    imports: tuple[ImportTime, ...]
    sentences: tuple[str, ...]
    load: str


class StudyFindings(Record, frozen=True, kw_only=True):
    """What was measured beside training; None for what this edition does not hold."""

    contact: ContactFindings | None = None
    scale: ScaleFindings | None = None
    limit: LimitFindings | None = None
