"""Turns pypistats.org's counts into daily downloads of each package."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Raw, Struct
from packaging.utils import canonicalize_name

from collectors.base import Answer
from collectors.parts import explain_refused, read_parts
from collectors.refusals import MalformedError, Refused, make_gap
from collectors.subjects import Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

METRICS = {
    "downloads_daily": (
        "Downloads of the package on one day, without known mirrors; counts build servers more"
        " than people, and the source forgets a day after 180 days."
    ),
}


class Row(Struct, frozen=True):
    """The downloads of one day."""

    category: Literal["without_mirrors"]
    date: date
    downloads: Annotated[int, Meta(ge=0, le=10**12)]


class Downloads(Struct, frozen=True):
    """The part of the answer that is read."""

    data: Annotated[list[Raw], Meta(max_length=10_000)]
    package: str | None = None


@dataclass(frozen=True)
class Pypistats:
    """One request a package; a 429 ends it, since the limit is on the address."""

    base_url: str = "https://pypistats.org"
    name: str = "pypistats"
    title: str = "PyPI download statistics"
    homepage: str = "https://pypistats.org"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Ask once for every package."""
        for subject in subjects:
            for package in subject.packages:
                try:
                    yield from _read(session, self.base_url.rstrip("/"), subject.name, package)
                except SourceError as error:
                    if isinstance(error, Refused) and error.status_code == 429:
                        raise
                    yield make_gap(f"Downloads of {package}", error)


def _read(session: "Session", base: str, subject: str, package: str) -> Iterator[Observation | Gap]:
    name = canonicalize_name(package)
    url = f"{base}/api/packages/{name}/overall"
    answer = session.get_json(url, Downloads, params={"mirrors": "false"})
    rows, refused = read_parts(session, answer, answer.value.data, Row)
    told = answer.value.package
    if told is not None and canonicalize_name(told) != name:
        raise MalformedError("pypistats answered for another package.")
    days, contradictory = _sort_days(rows, session.clock.now().date())
    if refused:
        yield explain_refused(f"Downloads of {package}", refused, len(answer.value.data))
    if contradictory:
        yield Gap(
            what=f"Downloads of {package}",
            why=f"pypistats gives two counts for {min(contradictory)}"
            + (f" and {len(contradictory) - 1} other days." if len(contradictory) > 1 else "."),
            cure="Look at the source's own page; they were left out.",
        )
    for day, downloads in days:
        yield _observe(answer, subject, package, day, downloads)


def _sort_days(rows: Sequence[Row], today: date) -> tuple[list[tuple[date, int]], set[date]]:
    """Every day but today, which is not over, and those of two counts, which are left out.

    The future is left for `gather` to refuse.
    """
    days: dict[date, int] = {}
    contradictory = {
        row.date for row in rows if days.setdefault(row.date, row.downloads) != row.downloads
    }
    days.pop(today, None)
    if not days:
        raise MalformedError(
            "pypistats answered without any day.", "Check the package's name in the settings."
        )
    return sorted((day, n) for day, n in days.items() if day not in contradictory), contradictory


def _observe(
    answer: Answer[Downloads], subject: str, package: str, day: date, downloads: int
) -> Observation:
    return Observation(
        source="pypistats",
        subject=subject,
        metric="downloads_daily",
        start=day,
        resolution="day",
        value=downloads,
        unit="downloads",
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
        label=package,
    )
