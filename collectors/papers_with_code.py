"""Turns the frozen archive of Papers with Code into links between papers and code, by month.

The archive ends in July 2025 and never changes: once counted, its counts are kept and it is not
fetched again.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from collectors.paper_links import NONE, LinkCounts, count_links
from collectors.refusals import MalformedError, make_gap
from collectors.subjects import EVERY_SUBJECT, Subject
from dlsurvey.records import Gap, Observation, Sha256

if TYPE_CHECKING:
    from collectors.session import Session

DATASET = "pwc-archive/links-between-paper-and-code"
HOMEPAGE = f"https://huggingface.co/datasets/{DATASET}"
FORMATS = (".parquet", ".json.gz", ".json", ".csv.gz", ".csv")
UNIT = "links"
METRICS = {
    "paper_links_monthly": (
        "Links between a paper of that month and code in the framework, as Papers with Code"
        " listed them; the month is that of the arXiv id, and the archive ends in July 2025."
    ),
    "paper_links_monthly_all": (
        "All links between papers of that month and code, under the subject `all`: what"
        " paper_links_monthly is a share of when links without a framework count, too."
    ),
    "paper_links_monthly_none": (
        "Links of that month for which no framework was found, under the subject `all`: about"
        " two in five, to be taken off the whole for the other share."
    ),
}


class Sibling(Struct, frozen=True):
    """One file of the archive."""

    rfilename: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_./-]{1,300}$")]


class Listing(Struct, frozen=True):
    """What the archive consists of."""

    siblings: Annotated[list[Sibling], Meta(max_length=10_000)]


class Counted(Struct, frozen=True):
    """The counts of one archive, as they are kept."""

    url: str
    sha256: Sha256
    retrieved_at: datetime
    months: list[tuple[date, str, Annotated[int, Meta(ge=0)]]]


@dataclass(frozen=True)
class PapersWithCode:
    """The dump of links, of whatever format; `base_url` may also name the file itself."""

    base_url: str = "https://huggingface.co"
    name: str = "papers-with-code"
    title: str = "Papers with Code"
    homepage: str = HOMEPAGE
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Count the archive's links, or take the counts that are kept."""
        base = self.base_url.rstrip("/")
        kept = _find_place(session)
        counted = None if session.refresh else _read_kept(kept, base)
        if counted is None:
            counted = _count(session, base)
            try:
                _keep(kept, base, counted)
            except OSError as error:
                why = f"The counts cannot be kept ({error.strerror}), so it is fetched each time."
                yield make_gap(self.title, MalformedError(why, "Make room in the cache folder."))
        yield from observe(
            _restore(counted),
            subjects,
            source=self.name,
            url=counted.url,
            retrieved_at=counted.retrieved_at,
            raw_sha256=counted.sha256,
        )


def observe(  # noqa: PLR0913 - what each observation carries
    counts: LinkCounts,
    subjects: Sequence[Subject],
    *,
    source: str,
    url: str,
    retrieved_at: datetime,
    raw_sha256: str,
) -> Iterator[Observation]:
    """The series of every subject, of all links, and of those without a framework."""
    series = [
        ("paper_links_monthly", subject.name, counts.of(subject.archive_names))
        for subject in subjects
        if subject.archive_names
    ]
    series.append(("paper_links_monthly_all", EVERY_SUBJECT, counts.total()))
    series.append(("paper_links_monthly_none", EVERY_SUBJECT, counts.of([NONE])))
    for metric, subject, months in series:
        for start, value in months.items():
            yield Observation(
                source=source,
                subject=subject,
                metric=metric,
                start=start,
                resolution="month",
                value=value,
                unit=UNIT,
                retrieved_at=retrieved_at,
                url=url,
                status="archived",
                method="imported" if source.startswith("import-") else "observed",
                raw_sha256=raw_sha256,
            )


def _count(session: "Session", base: str) -> Counted:
    answer = session.get_bytes(_find_dump(session, base))
    counts = count_links(io.BytesIO(answer.value))
    if not counts.months:
        raise MalformedError("The archive of Papers with Code holds no link with a month.")
    months = [(month, name, count) for (month, name), count in sorted(counts.months.items())]
    # The address that answered is signed and ends: the archive's own page is what lasts.
    shown = _name_archive(base)
    page = shown if base.endswith(FORMATS) else f"{shown}/datasets/{DATASET}"
    return Counted(url=page, sha256=answer.sha256, retrieved_at=answer.retrieved_at, months=months)


def _find_dump(session: "Session", base: str) -> str:
    if base.endswith(FORMATS):
        return base
    listing = session.get_json(f"{base}/api/datasets/{DATASET}", Listing).value
    names = [one.rfilename for one in listing.siblings]
    for ending in FORMATS:
        found = [name for name in names if name.endswith(ending) and ".." not in name]
        if len(found) == 1:
            return f"{base}/datasets/{DATASET}/resolve/main/{found[0]}"
        if found:
            raise MalformedError(
                f"The archive of Papers with Code has {len(found)} dumps, not one."
            )
    raise MalformedError("The archive of Papers with Code lists no dump.")


def _restore(counted: Counted) -> LinkCounts:
    counts = LinkCounts()
    for month, framework, count in counted.months:
        counts.months[month, framework] = count
    return counts


def _find_place(session: "Session") -> Path | None:
    folder = session.cache_dir
    return folder / "papers-with-code-links.json" if folder else None


def _read_kept(place: Path | None, base: str) -> Counted | None:
    """The counts of this archive, or None where there are none or they cannot be read."""
    if place is None:
        return None
    try:
        kept = msgspec.json.decode(place.read_bytes(), type=dict[str, Counted])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return kept.get(_name_archive(base))


def _keep(place: Path | None, base: str, counted: Counted) -> None:
    """Keep the counts; a file that a crash cut short reads as none."""
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(msgspec.json.encode({_name_archive(base): counted}))


def _name_archive(base: str) -> str:
    """The address without user and password."""
    return re.sub(r"//[^/@]*@", "//", base)
