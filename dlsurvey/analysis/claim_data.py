"""Turns claims.toml into claims, each with the test that answers it."""

from importlib import resources
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from dlsurvey.analysis.measured import Quantity
from dlsurvey.language import gettext as _
from dlsurvey.records import Mode, Record

FILE_NAME = "claims.toml"
Unit = Literal["accuracy", "seconds", "bytes", "percent", "times", "loss"]
Outcome = Literal["higher", "lower", "equivalent"]
Text = Annotated[str, Meta(min_length=1)]


class Quoted(Record, frozen=True, kw_only=True):
    """One number of a survey."""

    subject: Text
    value: Annotated[float, Meta(ge=0)]
    unit: Unit


class ComparisonTest(Record, frozen=True, kw_only=True, tag="comparison"):
    """The verdicts on one quantity, of PyTorch against TensorFlow unless said otherwise."""

    quantity: Quantity
    expects: Annotated[tuple[Outcome, ...], Meta(min_length=1)]
    """What the claim says of `subject`; any of these confirms it."""
    subject: str = "pytorch"
    against: str = "tensorflow"
    workloads: tuple[str, ...] = ("mnist-cnn", "cifar10-cnn")
    images: str = ""
    """The dataset that the claim is about; empty where it is about any."""


class LossTest(Record, frozen=True, kw_only=True, tag="loss"):
    """The training loss after the last epoch, which has no verdict."""

    workload: str
    subject: str = "pytorch"
    against: str = "tensorflow"
    images: str = ""


class ModesTest(Record, frozen=True, kw_only=True, tag="modes"):
    """The time per epoch of each framework's graphs against its own eager mode."""

    graphs: tuple[Mode, ...] = ("graph", "compiled")


class LengthTest(Record, frozen=True, kw_only=True, tag="length"):
    """Lines and tokens of the listings."""

    subject: str = "pytorch"
    against: str = "tensorflow"


class SimilarityTest(Record, frozen=True, kw_only=True, tag="similarity"):
    """The share of stages whose listings match."""

    subject: str = "pytorch"
    against: str = "tensorflow"


class GradientTest(Record, frozen=True, kw_only=True, tag="gradient"):
    """Whether the worked example of differentiation works as written."""

    framework: str
    variant: str = "eager"


class DeploymentTest(Record, frozen=True, kw_only=True, tag="deployment"):
    """Whether the subject's way out works, is smaller and answers faster than the other's."""

    subject: str = "tensorflow"
    route: str
    against: str = "pytorch"
    against_route: str


class LeadTest(Record, frozen=True, kw_only=True, tag="lead"):
    """Who is ahead on each signal, and by how many times."""

    subject: str
    against: str
    signals: Annotated[tuple[tuple[str, ...], ...], Meta(min_length=1)]
    """Metrics; of each inner list the first that both have values of."""
    unit: str = ""
    """Of the trend that is read where a metric has several."""
    least: Annotated[float, Meta(ge=1)] = 1.0
    most: float | None = None
    proxies: bool = False
    """Whether the signals only hint at what is claimed."""


class ShareTest(Record, frozen=True, kw_only=True, tag="share"):
    """What part of the two the subject has."""

    subject: str
    against: str
    metric: str
    least: Annotated[float, Meta(gt=0.5, le=1)]


class CrossingTest(Record, frozen=True, kw_only=True, tag="crossing"):
    """Whether and since when the subject is ahead."""

    metric: str
    subject: str = "pytorch"
    against: str = "tensorflow"


class DifferenceTest(Record, frozen=True, kw_only=True, tag="difference"):
    """Whether the frameworks differ at all."""

    metric: str


class NoTest(Record, frozen=True, kw_only=True, tag="none"):
    """Nothing here can answer it."""

    needs: Text


Test: TypeAlias = (
    ComparisonTest
    | LossTest
    | ModesTest
    | LengthTest
    | SimilarityTest
    | GradientTest
    | DeploymentTest
    | LeadTest
    | ShareTest
    | CrossingTest
    | DifferenceTest
    | NoTest
)


class CitedClaim(Record, frozen=True, kw_only=True):
    """One claim of claims.toml."""

    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$")]
    title: Text
    claim: Text
    sources: Annotated[tuple[str, ...], Meta(min_length=1)]
    test: Test
    figures: tuple[Quoted, ...] = ()
    context: str = ""
    reading: str = ""


class _Ledger(Record, frozen=True):
    claim: tuple[CitedClaim, ...]


def read_claims() -> tuple[CitedClaim, ...]:
    """All claims that ship with the program, in their order."""
    text = resources.files("dlsurvey").joinpath(FILE_NAME).read_bytes()
    return msgspec.toml.decode(text, type=_Ledger).claim


def write_then(claim: CitedClaim) -> str:
    """'TensorFlow 99.14 %, PyTorch 98.95 % (5 epochs, one run each)'; empty without a figure."""
    figures = ", ".join(f"{_(one.subject)} {_write(one)}" for one in claim.figures)
    context = translate(claim.context)
    if figures and context:
        return f"{figures} ({context})"
    return figures or context


def translate(text: str) -> str:
    """A text of claims.toml in the language of the report; empty stays empty."""
    return _(text) if text else ""


def _write(quoted: Quoted) -> str:
    """With the digits that the survey gave, no more and no fewer."""
    value = quoted.value
    match quoted.unit:
        case "accuracy":
            return f"{100 * value:.4g} %"
        case "seconds":
            return f"{value:.6g} s"
        case "bytes":
            return f"{value / 1e9:.4g} GB"
        case "percent":
            return f"{value:.4g} %"
        case "times":
            return _("{value:.4g} times").format(value=value)
        case "loss":
            return f"{value:.4g}"
