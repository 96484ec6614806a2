"""Turns what was found out about the ways out of the frameworks into records that pages print."""

from datetime import date
from typing import Literal

from dlsurvey.analysis.measured import Verdict
from dlsurvey.records import Record
from experiments.deployment.record import Deployment, Deployments

RouteQuantity = Literal["image_seconds", "batch_seconds", "cold_start_seconds", "peak_memory_bytes"]


class RouteTakes(Record, frozen=True, kw_only=True):
    """One way out, and what it takes: medians over its processes."""

    deployment: Deployment
    name: str
    """'LiteRT (int8) from TensorFlow'."""
    image_seconds: float | None = None
    image_seconds_p95: float | None = None
    batch_seconds: float | None = None
    batch_seconds_p95: float | None = None
    cold_start_seconds: float | None = None
    peak_memory_bytes: float | None = None
    frameworks: tuple[str, ...] = ()
    """Training frameworks that any of its processes loaded."""
    processes: int = 0
    loaded: int = 0
    """Of these, beside which other processes kept the machine visibly busy."""


class RouteComparison(Record, frozen=True, kw_only=True):
    """One quantity of two ways out, over the rounds that both completed."""

    workload: str
    quantity: RouteQuantity
    a: str
    """Framework and route: 'tensorflow/litert'."""
    b: str
    a_title: str
    b_title: str
    a_mean: float
    b_mean: float
    relative_effect: float | None
    """Geometric mean of a / b, less 1; None where a value is zero."""
    relative_low: float | None = None
    relative_high: float | None = None
    margin: float
    """The largest difference that does not matter, as a share."""
    noise_floor: float | None = None
    """How far two rounds of the same way out lie apart, as a share (95 % bound)."""
    p_difference: float | None = None
    p_equivalence: float | None = None
    """Both Holm-adjusted over the `family`."""
    family: int = 1
    n: int
    left_out: int = 0
    """Pairs of times that say nothing, because other work ran beside one of them."""
    verdict: Verdict
    sentence: str = ""


class MeasuredHere(Record, frozen=True, kw_only=True):
    """What stands under figure and tables; printed as any other provenance."""

    source: str
    status: Literal["measured"] = "measured"
    date: date
    by_year: bool = False
    note: str = ""
    url: str = ""
    role: str = ""


class DeploymentFindings(Record, frozen=True, kw_only=True):
    """What the ways out of the frameworks show."""

    record: Deployments
    """As it was measured; everything else follows from it."""
    takes: tuple[RouteTakes, ...]
    """Of every way out that was tried, in the order in which they were tried."""
    comparisons: tuple[RouteComparison, ...]
    sentences: tuple[str, ...]
    provenance: MeasuredHere
