"""Turns GitHub's repositories into totals of today and the weekly history of retained stars."""

import os
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from collectors.base import Answer
from collectors.refusals import MalformedError, Refused, Unavailable, make_gap
from collectors.stars import Count, Week, select_past
from collectors.subjects import Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2026-03-10",
}
WEEKS_PER_PAGE = 30
MAX_PAGES = 100
RESERVED_REQUESTS = 2
"""Left of the hourly limit, for whoever shares the address."""
TOKEN = re.compile(r"[A-Za-z0-9_.\-]{1,255}")
METRICS = {
    "stars": (
        "Stars a repository has on the day it was asked; tells attention, not use, and includes"
        " accounts that no longer look at it."
    ),
    "forks": "Forks a repository has on the day it was asked; many are never touched again.",
    "open_issues": (
        "Issues and pull requests together that are open on the day; tells activity and backlog"
        " at once, not which."
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


@dataclass
class _History:
    """How far one repository's history has been read."""

    subject: str
    repository: str
    url: str
    weeks: set[date] = field(default_factory=set)
    pages: int = 0

    @property
    def what(self) -> str:
        return f"GitHub star history of {self.repository}"


@dataclass
class _Budget:
    """What is left of the hourly limit, as the latest answer told; None where none told."""

    remaining: int | None = None

    def note(self, answer: Answer[Any]) -> None:
        told = answer.headers.get("x-ratelimit-remaining", "")
        if answer.status == "live" and told.isascii() and told.isdigit() and len(told) < 10:
            self.remaining = int(told)

    @property
    def is_low(self) -> bool:
        return self.remaining is not None and self.remaining <= RESERVED_REQUESTS


@dataclass(frozen=True)
class Github:
    """Totals of every repository first, then their histories in turns, newest weeks first."""

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
        """Ask for totals, then for histories as far as the hourly limit allows."""
        api = _Api(session, self.base_url.rstrip("/"), _read_authorization())
        histories: list[_History] = []
        for subject in subjects:
            for repository in subject.repositories:
                try:
                    answer = api.get(f"{api.base}/repos/{repository}", Repository)
                except Unavailable as error:
                    if _is_limit(error):
                        raise
                    yield make_gap(f"GitHub totals of {repository}", error)
                    continue
                except SourceError as error:
                    yield make_gap(f"GitHub totals of {repository}", error)
                    continue
                yield from _observe_totals(subject.name, answer)
                present = answer.value.full_name
                url = f"{api.base}/repos/{present}/stargazers/history?per_page={WEEKS_PER_PAGE}"
                histories.append(_History(subject.name, present, url))
        yield from _read_histories(api, histories)


class LimitReached(Unavailable):
    """The hourly limit is used up: no further request can help."""


@dataclass
class _Api:
    """GitHub's way of being asked: version, token, hourly limit."""

    session: "Session"
    base: str
    authorization: str | None
    budget: _Budget = field(default_factory=_Budget)

    def get(self, url: str, shape: Any) -> Answer[Any]:
        try:
            answer = self.session.get_json(
                url, shape, headers=HEADERS, authorization=self.authorization
            )
        except Refused as error:
            self._explain(error)
        self.budget.note(answer)
        return answer

    def _explain(self, error: Refused) -> NoReturn:
        if error.is_used_up and self.authorization is None:
            raise LimitReached(
                "GitHub's hourly limit of 60 requests without a token is used up.",
                "Set GITHUB_TOKEN, or run it again in an hour.",
            ) from error
        if error.is_used_up:
            raise LimitReached(
                "GitHub's hourly limit of this token is used up.", "Run it again in an hour."
            ) from error
        if error.status_code == 401:
            raise Unavailable(
                "GitHub does not accept GITHUB_TOKEN.", "Renew GITHUB_TOKEN, or unset it."
            ) from error
        if error.status_code == 403 and self.authorization is None:
            raise Unavailable(error.why, "Set GITHUB_TOKEN, or run it again later.") from error
        raise error


def _is_limit(error: Unavailable) -> bool:
    return isinstance(error, LimitReached)


def _read_authorization() -> str | None:
    token = os.environ.get("GITHUB_TOKEN", "").strip()
    if not token:
        return None
    if not TOKEN.fullmatch(token):
        raise Unavailable(
            "GITHUB_TOKEN contains a character that no token has.",
            "Correct GITHUB_TOKEN, or unset it.",
        )
    return f"Bearer {token}"


def _observe_totals(subject: str, answer: Answer[Repository]) -> Iterator[Observation]:
    found = answer.value
    totals = (
        ("stars", found.stargazers_count, "stars"),
        ("forks", found.forks_count, "forks"),
        ("open_issues", found.open_issues_count, "issues and pull requests"),
    )
    for metric, value, unit in totals:
        day = answer.retrieved_at.date()
        yield _make(subject, metric, answer, (day, value, unit), found.full_name)


def _read_histories(api: _Api, histories: list[_History]) -> Iterator[Observation | Gap]:
    """One page of each in turn, so that all reach back about as far when the limit ends them."""
    waiting = list(histories)
    while waiting:
        for history in list(waiting):
            if api.budget.is_low:
                yield from map(_explain_stop, waiting)
                return
            try:
                following = yield from _read_page(api, history)
            except LimitReached:
                yield from map(_explain_stop, waiting)
                return
            except SourceError as error:
                yield make_gap(history.what, error)
                following = None
            if following is None:
                waiting.remove(history)
            else:
                history.url = following


def _read_page(api: _Api, history: _History) -> Generator[Observation, None, str | None]:
    answer: Answer[list[Week]] = api.get(history.url, list[Week])
    history.pages += 1
    if not answer.value and history.pages == 1:
        raise MalformedError(
            "GitHub answered with an empty star history.", "Look at the repository's own page."
        )
    for start, total in select_past(answer.value, api.session.clock.now().date()):
        if start not in history.weeks:
            history.weeks.add(start)
            point = (start, total, "stars")
            yield _make(history.subject, "stars_retained_weekly", answer, point, history.repository)
    return _check_next(api, history, answer.next_url)


def _check_next(api: _Api, history: _History, following: str | None) -> str | None:
    if following is None:
        return None
    here, there = urlsplit(api.base), urlsplit(following)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise MalformedError("GitHub's next page of the star history lies on another host.")
    if history.pages >= MAX_PAGES:
        raise MalformedError(f"GitHub's star history has more than {MAX_PAGES} pages.")
    return following


def _explain_stop(history: _History) -> Gap:
    reach = f"It reaches back to {min(history.weeks)}" if history.weeks else "None of it was read"
    return Gap(
        what=history.what,
        why=f"{reach}: GitHub's hourly limit of requests came near its end.",
        cure="Set GITHUB_TOKEN, or run it again in an hour.",
    )


def _make(
    subject: str,
    metric: str,
    answer: Answer[Any],
    point: tuple[date, int, str],
    label: str,
) -> Observation:
    start, value, unit = point
    is_history = metric == "stars_retained_weekly"
    return Observation(
        source="github",
        subject=subject,
        metric=metric,
        start=start,
        resolution="week" if is_history else "day",
        value=value,
        unit=unit,
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="retained" if is_history else "observed",
        raw_sha256=answer.sha256,
        label=label,
    )
