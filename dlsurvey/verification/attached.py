"""Turns the attached results.json into typed records, or into one sentence why it is none."""

from datetime import date, datetime
from typing import Any

import msgspec

from dlsurvey.analysis.findings import (
    Band,
    Card,
    Cover,
    Estimate,
    Outage,
    Point,
    Revision,
    SourceHealth,
)
from dlsurvey.analysis.signal import Kind
from dlsurvey.analysis.studied import CodeFindings, GradientFindings
from dlsurvey.errors import VerificationError
from dlsurvey.records import (
    SCHEMA,
    Dataset,
    Environment,
    Gap,
    Method,
    ObservationStatus,
    Resolution,
)
from dlsurvey.sections import Shape
from dlsurvey.verification.studies import AttachedStudies
from experiments.deployment.record import Deployments

UNKNOWN_SHA256 = "0" * 64


class Margin(msgspec.Struct):
    """What a comparison names as the margin of its quantity."""

    quantity: str
    margin: float


class Imprint(msgspec.Struct):
    """What results.json says of its edition; the keys that came later have a value for 'not told'."""

    id: str
    created_at: datetime
    versions: dict[str, str]
    environment: Environment
    profile: str
    offline: bool
    plan: str
    previous: str | None
    datasets: tuple[Dataset, ...]
    config_sha256: str = UNKNOWN_SHA256
    evidence_sha256: str = UNKNOWN_SHA256
    parity_traces: dict[str, dict[str, tuple[float, ...]]] = {}


class AttachedSignal(msgspec.Struct):
    """One series of one figure; what came later has a value for 'not told'."""

    key: str
    title: str
    unit: str
    source: str
    subject: str
    metric: str
    retrieved_at: datetime
    status: ObservationStatus
    url: str
    cited_as: str
    role: str
    method: Method
    resolution: Resolution
    series: tuple[Point, ...]
    label: str = ""
    drawn: bool = True
    subject_title: str = ""
    meaning: str = ""
    kind: Kind = "lines"
    notes: tuple[str, ...] = ()
    outages: tuple[Outage, ...] = ()
    revisions: tuple[Revision, ...] = ()
    band: tuple[Band, ...] = ()
    ended: date | None = None
    sampled: bool = True
    estimate: Estimate = "census"
    by_year: bool = False
    provenance_note: str = ""


class AttachedChapter(msgspec.Struct, frozen=True):
    """One chapter in its place: the report's own, or one in the author's words."""

    key: str
    title: str
    own: bool


class Drawing(msgspec.Struct, frozen=True):
    """A figure that the edition prints."""

    key: str
    caption: str


class _Deployments(msgspec.Struct):
    """Only what was measured: the rest is computed anew."""

    record: Deployments


class Attached(msgspec.Struct):
    """What is read of results.json; keys beside these are compared, and need no type."""

    schema: int
    edition: Imprint
    trials: tuple[dict[str, Any], ...]
    parity: tuple[dict[str, Any], ...] = ()
    comparisons: tuple[Margin, ...] = ()
    signals: tuple[AttachedSignal, ...] = ()
    cards: tuple[Card, ...] = ()
    code: CodeFindings | None = None
    gradients: GradientFindings | None = None
    deployments: _Deployments | None = None
    studies: AttachedStudies = AttachedStudies()
    health: tuple[SourceHealth, ...] = ()
    gaps: tuple[Gap, ...] = ()
    cover: Cover | None = None
    chapters: dict[Shape, tuple[AttachedChapter, ...]] | None = None
    figures: tuple[Drawing, ...] | None = None


def read_attached(content: bytes) -> Attached:
    """Raises VerificationError where it is not the results.json of an edition."""
    try:
        attached = msgspec.json.decode(content, type=Attached)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise VerificationError(
            f"The attached results.json is damaged or not of dlsurvey: {error}."
        ) from error
    if attached.schema != SCHEMA:
        raise VerificationError(
            f"The attached results.json has schema {attached.schema}, this dlsurvey knows {SCHEMA}:"
            f" check it with dlsurvey {attached.edition.versions.get('dlsurvey', 'that wrote it')}."
        )
    return attached
