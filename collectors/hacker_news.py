"""Turns Hacker News' monthly hiring threads into job posts that name a framework."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Raw, Struct, field

from collectors.base import Answer
from collectors.job_posts import (
    Comment,
    count_posts,
    count_replies,
    list_posts,
    make_patterns,
)
from collectors.months import list_past_months
from collectors.parts import decode_parts, explain_refused, read_parts
from collectors.refusals import LATER, MalformedError, Refused, make_gap
from collectors.subjects import EVERY_SUBJECT, Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

MONTHS = 24
THREADS = 120
"""The account opens three threads a month, of which one is about jobs on offer."""
KEPT_DAYS = 90
"""A thread takes no comments once its month is over; deletions are rare."""
SHORT = 0.5
"""The share of the comments that the search counts below which a thread is not all there."""
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
TITLE = re.compile(rf"Ask HN: Who is hiring\? \(({'|'.join(MONTH_NAMES)}) (2[0-9]{{3}})\)")
METRICS = {
    "job_posts_monthly": (
        "Posts in the month's thread 'Who is hiring?' on Hacker News that name the framework as a"
        " whole word; start-ups that advertise there are no sample of all employers, and JAX is"
        " also a city's airport."
    ),
    "job_posts_monthly_all": (
        "All posts in the month's thread 'Who is hiring?', under the subject `all`: what"
        " job_posts_monthly is a share of."
    ),
}


class Thread(Struct, frozen=True):
    """One hit of the search."""

    id: Annotated[str, Meta(pattern=r"^[0-9]{1,12}$")] = field(name="objectID")
    title: Annotated[str, Meta(max_length=300)] | None = None
    comments: Annotated[int, Meta(ge=0, le=10**6)] | None = field(name="num_comments", default=None)


class Hits(Struct, frozen=True):
    """The part of the search's answer that is read."""

    hits: Annotated[list[Raw], Meta(max_length=1000)]


class Item(Struct, frozen=True):
    """A thread with its top-level comments; what is below those is only counted."""

    children: Annotated[list[Raw], Meta(max_length=20_000)]


@dataclass(frozen=True)
class HackerNews:
    """One search for the threads, then one request for each that is over."""

    base_url: str = "https://hn.algolia.com/api/v1"
    name: str = "hacker-news"
    title: str = "Hacker News: Who is hiring?"
    homepage: str = "https://hn.algolia.com/api"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Read the threads of the newest months that are over."""
        base = self.base_url.rstrip("/")
        patterns = make_patterns(subjects)
        params: dict[str, str | int] = {"tags": "story,author_whoishiring", "hitsPerPage": THREADS}
        found = session.get_json(f"{base}/search_by_date", Hits, params=params)
        hits, refused = read_parts(session, found, found.value.hits, Thread)
        if refused:
            what = "Threads 'Who is hiring?'"
            yield explain_refused(what, refused, len(found.value.hits))
        threads = find_threads(hits)
        wanted = list(list_past_months(session.clock.now().date(), MONTHS))
        if not threads.keys() & set(wanted):
            raise MalformedError("The search finds no thread 'Who is hiring?' of the last months.")
        for month in wanted:
            if month not in threads:
                yield _explain_missing(month)
                continue
            try:
                answer = _ask(session, base, threads[month])
                comments, refused = read_parts(session, answer, answer.value.children, Comment)
            except SourceError as error:
                if isinstance(error, Refused) and error.status_code == 429:
                    raise
                yield make_gap(_name(month), error)
                continue
            if refused:
                yield explain_refused(_name(month), refused, len(answer.value.children))
            posts = list(list_posts(comments))
            yield _observe(answer, EVERY_SUBJECT, month, len(posts))
            for subject, count in count_posts(posts, patterns).items():
                yield _observe(answer, subject, month, count)


def _ask(session: "Session", base: str, thread: Thread) -> Answer[Item]:
    """The thread, where it holds posts and about as many comments as the search counts."""

    def check(item: Item) -> None:
        comments, _fault = decode_parts(item.children, Comment)
        if not item.children or (comments and not any(list_posts(comments))):
            raise MalformedError("The thread holds no post.")
        count = sum(map(count_replies, comments)) + len(comments)
        if comments and count < SHORT * (thread.comments or 0):
            raise MalformedError(
                f"The thread holds {count:,} of the {thread.comments:,} comments that the search"
                " counts.",
                LATER,
            )

    return session.get_json(f"{base}/items/{thread.id}", Item, keep_days=KEPT_DAYS, check=check)


def find_threads(hits: Sequence[Thread]) -> Mapping[date, Thread]:
    """The thread of each month by its title; of two the one with more comments."""
    threads: dict[date, Thread] = {}
    for thread in hits:
        month = _read_month(thread.title or "")
        if month is None:
            continue
        known = threads.get(month)
        if known is None or (thread.comments or 0) > (known.comments or 0):
            threads[month] = thread
    return threads


def _read_month(title: str) -> date | None:
    match = TITLE.fullmatch(title.strip())
    return date(int(match[2]), MONTH_NAMES.index(match[1]) + 1, 1) if match else None


def _name(month: date) -> str:
    return f"Thread 'Who is hiring?' of {month:%Y-%m}"


def _explain_missing(month: date) -> Gap:
    return Gap(
        what=_name(month),
        why="The search does not find it.",
        cure="Look at https://news.ycombinator.com/submitted?id=whoishiring.",
    )


def _observe(answer: Answer[Item], subject: str, month: date, count: int) -> Observation:
    is_all = subject == EVERY_SUBJECT
    return Observation(
        source="hacker-news",
        subject=subject,
        metric="job_posts_monthly_all" if is_all else "job_posts_monthly",
        start=month,
        resolution="month",
        value=count,
        unit="posts",
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
    )
