"""Turns the cited figures that ship with dlsurvey into observations of the tier `published`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from collectors.refusals import MalformedError
from collectors.subjects import EVERY_SUBJECT, Subject
from collectors.validation import ABSURD
from dlsurvey.records import Gap, Name, Observation

if TYPE_CHECKING:
    from collectors.session import Session

FILE_NAME = "published.toml"
METRICS = {
    "stars": (
        "Stars of the repository counted on that day; comparable with the totals GitHub gives"
        " today, not with the history of retained stars."
    ),
    "downloads_monthly": (
        "Downloads of the package in the month before that day; counts machines more than people."
    ),
    "questions_yearly": (
        "Questions asked on Stack Overflow in the year with the framework's tag; the volume of all"
        " tags has collapsed since 2023, so a share is telling and a count alone is not."
    ),
    "conference_papers": (
        "Papers of the conference named in the label that mention the framework; a paper that"
        " mentions two counts for both, so shares may exceed a whole."
    ),
    "conference_papers_all": (
        "All papers of the conference named in the label, under the subject `all`: what"
        " conference_papers is a share of."
    ),
    "survey_train_seconds": (
        "Seconds one small CNN took to train in a survey; one machine and the versions of its year."
    ),
    "survey_epoch_seconds": (
        "Seconds per epoch that a survey's notebook printed; one run on one cloud machine."
    ),
    "survey_memory_bytes": (
        "Bytes of memory one small CNN needed while training in a survey; how it was measured is"
        " not said."
    ),
    "survey_test_accuracy": (
        "Fraction of test images that a survey's CNN of the label got right; one run, no spread."
    ),
    "survey_train_loss": "Training loss (nats) a survey printed after its last epoch; one run.",
    "paper_share_percent": (
        "Percent of papers, of the kind in the label, that use the framework; papers that name"
        " none are left out."
    ),
    "author_migration_percent": (
        "Percent of authors who changed to this framework, as the label says; says nothing of"
        " authors who are new."
    ),
}

Value = Annotated[float, Meta(ge=0, le=ABSURD)]


class Point(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One figure: whose, of when, how much."""

    subject: Name
    start: date
    value: Annotated[int, Meta(ge=0)] | Value
    label: str = ""


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """One metric of one document."""

    title: Name
    citation: Name
    licence: Name
    dated: date
    metric: Name
    unit: Name
    resolution: Literal["instant", "day", "week", "month", "quarter", "year"]
    method: Literal["published", "observed"]
    note: str
    points: Annotated[tuple[Point, ...], Meta(min_length=1)]


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Published:
    """The last resort of every chain of fallbacks: old, cited and always there."""

    base_url: str = ""
    name: str = "published"
    title: str = "Published figures"
    homepage: str = ""
    needs_network: bool = False

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self,
        session: "Session",
        subjects: Sequence[Subject],
    ) -> Iterator[Observation | Gap]:
        """Read the file that comes with the package."""
        wanted = {subject.name for subject in subjects} | {EVERY_SUBJECT}
        for block in parse_blocks(read_file()):
            for point in block.points:
                if point.subject in wanted:
                    yield _observe(block, point)


def read_file() -> bytes:
    """The cited figures as they are shipped."""
    return resources.files("collectors").joinpath(FILE_NAME).read_bytes()


def parse_blocks(content: bytes) -> tuple[Block, ...]:
    """The validated blocks, for a list of references as well as for observations."""
    try:
        return msgspec.toml.decode(content, type=_Document).blocks
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(
            f"{FILE_NAME} cannot be read: {error}.", "Install dlsurvey again."
        ) from error


def _observe(block: Block, point: Point) -> Observation:
    # A figure is as old as its document: the day of its own where that is later or unknown.
    retrieved = point.start if block.resolution == "instant" else block.dated
    return Observation(
        source="published",
        subject=point.subject,
        metric=block.metric,
        start=point.start,
        resolution=block.resolution,
        value=point.value,
        unit=block.unit,
        retrieved_at=datetime.combine(retrieved, time(), UTC),
        url=block.citation,
        status="published",
        method=block.method,
        label=point.label,
    )
