"""Turns OpenAlex's groups into research works a year that mention a framework."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Raw, Struct

from collectors.base import Answer
from collectors.credentials import QueryKey, read_credential
from collectors.parts import explain_refused, read_parts
from collectors.refusals import MalformedError, Refused, make_gap
from collectors.subjects import Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

FIRST_YEAR = 2010
"""Before it the words mean something else."""
KEPT_DAYS = 1
"""Without a key about ten searches a day are free: a second collection of a day makes none."""
SYNTAX = re.compile(r"[,|!:*?\"()\\]+")
"""What the filter would read as an operator."""
METRICS = {
    "works_yearly": (
        "Works of the year whose title or abstract contains every word of the framework's phrase,"
        " whatever their order; ordinary words match too, works without an open abstract are"
        " missed, and each year still grows while the index catches up."
    ),
}


class Group(Struct, frozen=True):
    """One year."""

    key: Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")] | Annotated[int, Meta(ge=0, le=9999)]
    count: Annotated[int, Meta(ge=0, le=10**10)]


class Groups(Struct, frozen=True):
    """The part of the answer that is read."""

    group_by: Annotated[list[Raw], Meta(max_length=1000)]


@dataclass(frozen=True)
class Openalex:
    """One request a framework; a 429 ends it, since the allowance is one for all."""

    base_url: str = "https://api.openalex.org"
    name: str = "openalex"
    title: str = "OpenAlex"
    homepage: str = "https://openalex.org"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Ask once for every framework with a phrase."""
        key = read_credential("OPENALEX_API_KEY")
        for subject in subjects:
            phrase = " ".join(SYNTAX.sub(" ", subject.research_phrase).split())
            if not phrase:
                continue
            params = {
                "filter": f"title_and_abstract.search:{phrase}",
                "group_by": "publication_year",
            }
            try:
                answer = session.get_json(
                    f"{self.base_url.rstrip('/')}/works",
                    Groups,
                    params=params,
                    authorization=QueryKey("api_key", key) if key else None,
                    keep_days=KEPT_DAYS,
                )
                yield from _read(session, answer, subject)
            except SourceError as error:
                if isinstance(error, Refused) and error.status_code == 429:
                    raise
                yield make_gap(f"Research works on {subject.title}", error)


def _read(
    session: "Session", answer: Answer[Groups], subject: Subject
) -> Iterator[Observation | Gap]:
    what = f"Research works on {subject.title}"
    groups, refused = read_parts(session, answer, answer.value.group_by, Group)
    try:
        years, contradictory = _sort_years(groups, session.clock.now().year)
    except MalformedError:
        session.forget_answers([answer.sha256])
        raise
    if refused:
        yield explain_refused(what, refused, len(answer.value.group_by))
    if contradictory:
        session.forget_answers([answer.sha256])
        yield Gap(
            what=what[:200],
            why=f"OpenAlex gives two counts for {', '.join(map(str, sorted(contradictory)))}.",
            cure="Look at the source's own page; they were left out.",
        )
    for year, count in years:
        yield _observe(answer, subject.name, year, count)


def _sort_years(groups: Sequence[Group], running: int) -> tuple[list[tuple[int, int]], set[int]]:
    """Every year but the running one, which is not over, and those of two counts, left out.

    The future is for `gather` to refuse.
    """
    years: dict[int, int] = {}
    contradictory = {
        int(group.key)
        for group in groups
        if years.setdefault(int(group.key), group.count) != group.count
    }
    wanted = {year: n for year, n in years.items() if year >= FIRST_YEAR and year != running}
    if not wanted:
        raise MalformedError(
            "OpenAlex names no year with such works.", "Check the phrase in the settings."
        )
    return sorted((year, n) for year, n in wanted.items() if year not in contradictory), (
        contradictory
    )


def _observe(answer: Answer[Groups], subject: str, year: int, count: int) -> Observation:
    return Observation(
        source="openalex",
        subject=subject,
        metric="works_yearly",
        start=date(year, 1, 1),
        resolution="year",
        value=count,
        unit="works",
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
    )
