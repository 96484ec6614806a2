"""Turns GitHub's star histories into weeks of retained stars, newest first and in turns."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from msgspec import Raw

from collectors.base import Answer
from collectors.github_api import LIMIT_CURE, Api, LimitReached, Place, observe
from collectors.parts import explain_refused, read_parts
from collectors.refusals import REPORT, MalformedError, make_gap
from collectors.stars import Week, select_past
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

WEEKS_PER_PAGE = 30
MAX_PAGES = 100
KEPT_DAYS = 7
"""Pages but the first are kept for a week, so that without a token a second run reads on where
the hourly limit ended the first. A new week moves all pages by one: no ETag matches then, and a
kept page would leave out what has moved into it."""


@dataclass
class History:
    """How far one repository's history has been read."""

    place: Place
    url: str
    weeks: set[date] = field(default_factory=set)
    pages: int = 0

    @property
    def what(self) -> str:
        """What is missing where it ends early."""
        return f"GitHub star history of {self.place.configured}"


def read_histories(api: Api, places: Sequence[Place]) -> Iterator[Observation | Gap]:
    """One page of each in turn, so that all reach back about as far when the limit ends them."""
    waiting = [
        History(
            place,
            f"{api.base}/repos/{place.present}/stargazers/history?per_page={WEEKS_PER_PAGE}",
        )
        for place in places
    ]
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


def _read_page(api: Api, history: History) -> Generator[Observation | Gap, None, str | None]:
    keep_days = KEPT_DAYS if history.pages else 0
    answer: Answer[list[Raw]] = api.get(history.url, list[Raw], keep_days)
    weeks, refused = read_parts(api.session, answer, answer.value, Week)
    if answer.status == "cached" and _leaves_hole(history, weeks):
        api.session.forget_answers([answer.sha256])
        answer = api.get(history.url, list[Raw], keep_days)
        weeks, refused = read_parts(api.session, answer, answer.value, Week)
    history.pages += 1
    if refused:
        yield explain_refused(history.what, refused, len(answer.value))
    for week in weeks:
        if why := week.explain_fault():
            api.session.forget_answers([answer.sha256])
            yield Gap(what=history.what[:200], why=why, cure=REPORT)
    whole = [week for week in weeks if not week.explain_fault()]
    if not answer.value and history.pages == 1:
        raise MalformedError(
            "GitHub answered with an empty star history.", "Look at the repository's own page."
        )
    place = history.place
    for start, total in select_past(whole, api.session.clock.now().date()):
        if start not in history.weeks:
            history.weeks.add(start)
            yield observe(
                answer,
                place.subject,
                "stars_retained_weekly",
                (start, total, "stars"),
                label=place.configured,
                is_history=True,
            )
    following = api.find_next(answer, "star history")
    if following is not None and history.pages >= MAX_PAGES:
        raise MalformedError(f"GitHub's star history has more than {MAX_PAGES} pages.")
    return following


def _leaves_hole(history: History, weeks: Sequence[Week]) -> bool:
    """Whether a page that was kept begins more than a week before the one above it ends."""
    if not weeks or not history.weeks:
        return False
    return max(week.start for week in weeks) < min(history.weeks) - timedelta(days=7)


def _explain_stop(history: History) -> Gap:
    reach = f"It reaches back to {min(history.weeks)}" if history.weeks else "None of it was read"
    return Gap(
        what=history.what,
        why=f"{reach}: GitHub's hourly limit of requests came near its end.",
        cure=LIMIT_CURE,
    )
