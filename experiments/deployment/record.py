"""Turns one way out of a framework into records: whether it works, what it weighs, how it answers."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from dlsurvey.records import Count, Environment, Name, PositiveCount, Record, Seconds

Status: TypeAlias = Literal["completed", "failed", "missing"]
"""`missing`: a package that it needs is not installed."""
Precision: TypeAlias = Literal["float32", "int8"]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]

TOLERANCE = 1e-4
"""Greatest difference of a logit, relative to the largest logit, that rounding in float32 explains.

Single precision carries 6e-8; sums of some thousand products in another order lose two to three
digits of it. What was altered differs by far more.
"""
ACCURACY_MARGIN = 0.005
"""How far the accuracy of a network rounded to 8 bits may fall; half a point, as elsewhere."""
ROUNDS = 3
"""Fresh processes for each exported network: from three on there is an interval."""
BATCH = 64


class Run(Record, frozen=True, kw_only=True):
    """One fresh process that loads an exported network and answers; wall-clock times."""

    import_seconds: Seconds
    """Importing the runtime, with NumPy loaded already."""
    load_seconds: Seconds
    """From the file to a function that can be called."""
    first_seconds: Seconds
    """The first answer to one image."""
    image_seconds_median: Seconds
    """The answer to one image, after the first ones."""
    image_seconds_p95: Seconds
    """The 95th percentile of the same."""
    image_repeats: PositiveCount
    batch_seconds_median: Seconds
    """The answer to 64 images at once."""
    batch_seconds_p95: Seconds
    batch_repeats: PositiveCount
    peak_memory_bytes: Count
    """Largest resident memory of the process, the images and Python itself in it."""
    frameworks: tuple[str, ...]
    """Training frameworks that were loaded in the process at its end; empty: it needs none."""
    foreign_cores: Annotated[float, Meta(ge=0)] | None = None
    """How many processors other processes kept busy on average; None where nobody tells."""

    @property
    def cold_start_seconds(self) -> float:
        """From a Python that knows nothing of the runtime to the first answer."""
        return self.import_seconds + self.load_seconds + self.first_seconds


class Answers(Record, frozen=True, kw_only=True):
    """How an exported network answers the test images, against the network it was made from."""

    max_difference: Annotated[float, Meta(ge=0)]
    """Of the logits, the largest over all images and classes."""
    largest_logit: Annotated[float, Meta(ge=0)]
    """Of the trained network, as a scale for the difference."""
    changed: Count
    """Images that get another class."""
    images: PositiveCount
    accuracy: Share
    trained_accuracy: Share
    """Of the trained network itself, on the same images."""
    same: bool
    """In float32: logits within the tolerance. In int8: accuracy within the margin."""
    finding: str
    """Why not, in a sentence; empty where they are the same."""


class Deployment(Record, frozen=True, kw_only=True):
    """One way to take one trained network out of its framework, tried."""

    workload: Name
    framework: Name
    title: str
    """Of the framework."""
    route: Name
    route_title: str
    way: str
    """What was written around the network or fixed for it; empty where it was exported as it is."""
    precision: Precision
    runtime: Name
    runtime_title: str
    versions: dict[str, str]
    """Of what exports and what runs it."""
    status: Status
    error: str = ""
    """The line of the error that tells most; empty where it was exported and answers."""
    export_seconds: Seconds | None = None
    size_bytes: Count | None = None
    """On disk, of all its files; None where nothing was written."""
    files: Count | None = None
    runtime_bytes: Count | None = None
    """Of the installed distributions that the runtime needs, as their lists of files tell."""
    runtime_packages: Count | None = None
    runs: tuple[Run, ...] = ()
    answers: Answers | None = None

    @property
    def same_answers(self) -> bool:
        """Whether it ran, and answers as the trained network does."""
        return self.answers is not None and self.answers.same


class Serialization(Record, frozen=True, kw_only=True):
    """The weights of one trained network, saved and loaded again by its own framework."""

    workload: Name
    framework: Name
    title: str
    form: Name
    """'`state_dict`, torch.save'."""
    status: Status
    error: str = ""
    save_seconds: Seconds | None = None
    load_seconds: Seconds | None = None
    """Medians over `repeats`, in the process that trained, so that files are in the system's cache."""
    repeats: Count = 0
    size_bytes: Count | None = None
    same: bool | None = None
    """Whether every weight that came back is the one that was saved, bit by bit."""


class Deployments(Record, frozen=True, kw_only=True):
    """Every way out of every framework of one survey, kept together."""

    schema: int = 1
    measured_at: datetime
    environment: Environment
    threads: PositiveCount
    """Of every runtime that can be told."""
    rounds: PositiveCount = ROUNDS
    deployments: tuple[Deployment, ...]
    serializations: tuple[Serialization, ...]
