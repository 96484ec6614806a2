"""Turns GitHub's repositories into totals of today, releases and the history of retained stars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from collectors.base import Answer
from collectors.credentials import read_credential
from collectors.github_api import Api, LimitReached, Place, observe
from collectors.github_history import read_histories
from collectors.github_releases import count_contributors, read_releases
from collectors.refusals import make_gap
from collectors.stars import Count
from collectors.subjects import Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

METRICS = {
    "repository_id": (
        "GitHub's own number of the repository, which stays when its name changes: an answer with"
        " another number is of another repository."
    ),
    "stars": (
        "Stars a repository has on the day it was asked; tells attention, not use, and includes"
        " accounts that no longer look at it."
    ),
    "forks": "Forks a repository has on the day it was asked; many are never touched again.",
    "open_issues": (
        "Issues and pull requests together that are open on the day; tells activity and backlog"
        " at once, not which."
    ),
    "contributors": (
        "Authors of commits on the main branch on the day: accounts, and beyond the first 500"
        " e-mail addresses, addresses without an account, so that a person with several counts"
        " several times; says nothing of how much each gave."
    ),
    "github_release": (
        "Releases on GitHub: one per tag that is neither draft nor marked as preliminary, dated"
        " by its publication there; tells the cadence, and differs from the package index where"
        " a project publishes in one place only."
    ),
    "stars_retained_weekly": (
        "Stars given in a week that are still given today; withdrawn ones are missing, so that"
        " sums lie 3 to 4 % off the totals observed at the time: never to be spliced with `stars`."
    ),
}


class Repository(Struct, frozen=True):
    """The part of a repository's answer that is read."""

    full_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$")]
    stargazers_count: Count
    forks_count: Count
    open_issues_count: Count
    id: Annotated[int, Meta(ge=0, le=10**12)] | None = None


@dataclass(frozen=True)
class Github:
    """Totals of every repository first, then what changes less, and the histories last."""

    base_url: str = "https://api.github.com"
    name: str = "github"
    title: str = "GitHub"
    homepage: str = "https://docs.github.com/rest"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Ask for totals, then for the rest as far as the hourly limit allows."""
        token = read_credential("GITHUB_TOKEN")
        api = Api(session, self.base_url.rstrip("/"), f"Bearer {token}" if token else None)
        places: list[Place] = []
        for subject in subjects:
            for repository in subject.repositories:
                yield from _read_totals(api, subject, repository, places)
        for place in places:
            yield from count_contributors(api, place)
        for place in places:
            yield from read_releases(api, place)
        yield from read_histories(api, places)


def _read_totals(
    api: Api, subject: Subject, repository: str, places: list[Place]
) -> Iterator[Observation | Gap]:
    what = f"GitHub totals of {repository}"
    try:
        answer: Answer[Repository] = api.get(f"{api.base}/repos/{repository}", Repository)
    except LimitReached:
        raise
    except SourceError as error:
        yield make_gap(what, error)
        return
    found = answer.value
    known = [place.present.lower() for place in places if place.subject == subject.name]
    if found.full_name.lower() in known:
        yield Gap(
            what=what[:200],
            why=f"It is {found.full_name} by now, which is counted already.",
            cure="Name the repository once in the settings.",
        )
        return
    is_first = repository == subject.repositories[0]
    places.append(Place(subject.name, repository, found.full_name, is_first))
    day = answer.retrieved_at.date()
    if found.id:
        point = (day, found.id, "number of the repository")
        yield observe(answer, subject.name, "repository_id", point, label=found.full_name)
    for metric, value, unit in (
        ("stars", found.stargazers_count, "stars"),
        ("forks", found.forks_count, "forks"),
        ("open_issues", found.open_issues_count, "issues and pull requests"),
    ):
        yield observe(answer, subject.name, metric, (day, value, unit), label=found.full_name)
