"""Turns Google's search interest into weekly series, each belonging to one request and to no other.

The values of a request are relative to its own largest one. A request is known by its terms,
its place and its first week, kept as the label; requests of different labels are never joined.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from collectors.base import Answer
from collectors.parts import explain_refused
from collectors.refusals import LATER, Refused, Unavailable, make_gap
from collectors.subjects import EVERY_SUBJECT, Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session
    from collectors.trends_client import TrendsClient

MAX_TERMS = 5
"""Google compares no more in one request."""
SPAN_YEARS = 5
"""Longer spans come by month."""
DEEP_LEARNING = "/m/0h1fn8h"
"""Google's topic 'Deep learning'."""
UNIT = "% of the request's largest value"
IMPORT_CURE = (
    f"{LATER} Or export the comparison on the site by hand, and run"
    " `dlsurvey import google-trends multiTimeline.csv`."
)
METRICS = {
    "search_interest": (
        "Searches for the framework in a week, worldwide, as a percentage of the largest value"
        " in the one request that the label names; a sample that differs from day to day, and"
        " not to be set against another request."
    ),
    "deep_learning_interest": (
        "Searches for the topic 'deep learning' in a week, worldwide, as a percentage of its own"
        " largest week of the span; tells its course, not how many searches there were."
    ),
}


@dataclass(frozen=True)
class Request:
    """One comparison: up to five terms, each with the subjects that are searched by it."""

    metric: str
    terms: Mapping[str, tuple[Subject, ...]]
    first_week: date

    @property
    def label(self) -> str:
        """What tells it from every other request."""
        names = ", ".join(_name_term(term, subjects) for term, subjects in self.terms.items())
        return f"{names}; worldwide; weeks from {self.first_week}"


@dataclass(frozen=True)
class GoogleTrends:
    """Weekly interest through pytrends; a refusal ends it at once, since asking on lengthens it."""

    base_url: str = "https://trends.google.com/trends"
    name: str = "google-trends"
    title: str = "Google Trends"
    homepage: str = "https://support.google.com/trends/answer/4365533"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Draw every comparison once."""
        from collectors.trends_client import TrendsClient

        today = session.clock.now().date()
        try:
            client = TrendsClient(session, self.base_url.rstrip("/"))
            for request in plan_requests(subjects, today):
                try:
                    yield from _draw(client, request, today)
                except Refused:
                    raise
                except SourceError as error:
                    yield make_gap(f"{self.title}: {request.label}", error)
        except Refused as error:
            raise Unavailable(error.why, IMPORT_CURE) from error


def plan_requests(subjects: Sequence[Subject], today: date) -> Iterator[Request]:
    """The comparisons of the frameworks, with a common anchor where one does not hold them all."""
    first_week = find_first_week(today)
    terms: dict[str, tuple[Subject, ...]] = {}
    for subject in subjects:
        if subject.topic:
            terms[subject.topic] = (*terms.get(subject.topic, ()), subject)
    if terms:
        anchor, *others = terms
        size = MAX_TERMS - 1
        for start in range(0, max(len(others), 1), size):
            chosen = (anchor, *others[start : start + size])
            compared = {term: terms[term] for term in chosen}
            yield Request("search_interest", compared, first_week)
    every = Subject(name=EVERY_SUBJECT, title="Deep learning", topic=DEEP_LEARNING)
    yield Request("deep_learning_interest", {DEEP_LEARNING: (every,)}, first_week)


def find_first_week(today: date) -> date:
    """Between four years and nine months and five years ago, the same for a whole quarter.

    A span that began on another day each time would be another request each time, and its draws
    could not be set beside each other as vintages.
    """
    quarter = (today.month - 1) // 3
    year = today.year - SPAN_YEARS
    return date(year + 1, 1, 1) if quarter == 3 else date(year, 3 * quarter + 4, 1)


def _draw(client: "TrendsClient", request: Request, today: date) -> Iterator[Observation | Gap]:
    timeframe = f"{request.first_week} {today}"
    frame = client.draw(tuple(request.terms), timeframe)
    answer = client.answer
    assert answer is not None  # a frame was read from it
    if client.refused:
        what = f"Google Trends: {request.label}"
        yield explain_refused(what, client.refused, client.entries)
    query = urlencode({"date": timeframe, "q": ",".join(request.terms)})
    url = f"{client.base_url}/explore?{query}"
    for index, (term, subjects) in enumerate(request.terms.items()):
        for moment, value in frame[term].items():
            start: date = moment.date()
            if (start, index) in client.missing:
                continue
            for subject in subjects:
                yield _observe(request, subject.name, (start, int(value)), answer, url)


def _observe(
    request: Request, subject: str, point: tuple[date, int], answer: Answer[Any], url: str
) -> Observation:
    start, value = point
    return Observation(
        source="google-trends",
        subject=subject,
        metric=request.metric,
        start=start,
        resolution="week",
        value=value,
        unit=UNIT,
        retrieved_at=answer.retrieved_at,
        url=url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
        label=request.label,
    )


def _name_term(term: str, subjects: Sequence[Subject]) -> str:
    title = subjects[0].title
    return title if term.lower() == title.lower() else f"{title} ({term})"
