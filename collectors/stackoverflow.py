"""Turns Stack Exchange's totals into questions a month, with the framework's tags and in all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from collectors.base import Answer
from collectors.credentials import QueryKey, read_credential
from collectors.explanations import read_explanation
from collectors.months import list_past_months, next_month
from collectors.refusals import (
    LATER,
    MalformedError,
    Refused,
    Unavailable,
    make_gap,
    name_duration,
)
from collectors.subjects import EVERY_SUBJECT, Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

MONTHS = 36
KEPT_DAYS = 90
"""A month that is over is asked again only then: questions are deleted and tagged anew."""
RESERVED_REQUESTS = 2
"""Left of the daily quota, for whoever shares the address."""
BACKOFF_MARGIN_SECONDS = 2
"""Waiting to the second has been answered with another throttle."""
KEY = re.compile(r"[A-Za-z0-9()*_.\-]{1,255}")
WAIT = re.compile(r"available in (\d{1,9}) second")
WRONG_KEY = "Correct STACKEXCHANGE_KEY, or unset it: without a key less may be asked a day."
MORE = "Set STACKEXCHANGE_KEY, or run it again tomorrow: the months that are known are not asked again."
METRICS = {
    "questions_monthly": (
        "Questions asked on Stack Overflow in the month that bear one of the framework's tags"
        " when counted; later deletions and new tags change it a little, and since 2023 all"
        " tags have collapsed, so a share is telling and a count alone is not."
    ),
    "questions_monthly_all": (
        "All questions asked on Stack Overflow in the month, under the subject `all`: what"
        " questions_monthly is a share of."
    ),
}


class Total(Struct, frozen=True):
    """A count, and what the source says of its capacity."""

    total: Annotated[int, Meta(ge=0, le=10**9)]
    backoff: Annotated[int, Meta(ge=0)] | None = None
    quota_remaining: int | None = None


class Throttle(Struct, frozen=True):
    """What Stack Exchange says when it refuses."""

    error_name: str
    error_message: str = ""


class Exhausted(Unavailable):
    """No further request can help today."""


@dataclass
class _Series:
    """The questions of one subject, read from the newest month to the oldest."""

    subject: str
    metric: str
    tags: tuple[str, ...] = ()
    reached: date | None = None
    zeros: list[Observation] = field(default_factory=list)
    """Months without a question, held back until an older one with some shows that the tag was
    there: before its first question a tag is missing, not zero."""
    has_questions: bool = False

    @property
    def what(self) -> str:
        return f"Questions tagged {';'.join(self.tags)}" if self.tags else "All questions"


@dataclass(frozen=True)
class Stackoverflow:
    """One request a month and series, newest months first, so that a limit ends the oldest."""

    base_url: str = "https://api.stackexchange.com/2.3"
    name: str = "stackoverflow"
    title: str = "Stack Overflow"
    homepage: str = "https://api.stackexchange.com"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Ask month by month for all questions and for each framework's."""
        key = read_credential("STACKEXCHANGE_KEY", KEY)
        api = _Api(session, self.base_url.rstrip("/"), QueryKey("key", key) if key else None)
        waiting = [_Series(EVERY_SUBJECT, "questions_monthly_all")]
        waiting += [
            _Series(subject.name, "questions_monthly", subject.tags)
            for subject in subjects
            if subject.tags
        ]
        for month in list_past_months(session.clock.now().date(), MONTHS):
            for series in list(waiting):
                try:
                    answer = api.count(series.tags, month)
                except Exhausted as error:
                    yield from (_explain_stop(one, error) for one in waiting)
                    return
                except SourceError as error:
                    yield make_gap(series.what, error)
                    waiting.remove(series)
                    continue
                series.reached = month
                yield from _release(series, _observe(series, answer, month))
        for series in waiting:
            if not series.has_questions:
                session.forget_answers(one.raw_sha256 for one in series.zeros)
                yield _explain_silence(series)


@dataclass
class _Api:
    """Stack Exchange's way of being asked: the key, its back-off, its quota."""

    session: "Session"
    base: str
    key: QueryKey | None
    stopped: Exhausted | None = None

    def count(self, tags: tuple[str, ...], month: date) -> Answer[Total]:
        if self.stopped is not None:
            raise self.stopped
        last_second = _find_epoch(next_month(month)) - 1  # both ends are inclusive
        params: dict[str, str | int] = {
            "site": "stackoverflow",
            "fromdate": _find_epoch(month),
            "todate": last_second,
            "filter": "total",
        }
        if tags:
            params["tagged"] = ";".join(tags)
        # Several tags: /questions wants all of them, /search/advanced any one.
        method = "search/advanced" if len(tags) > 1 else "questions"
        try:
            answer = self.session.get_json(
                f"{self.base}/{method}",
                Total,
                params=params,
                authorization=self.key,
                keep_days=KEPT_DAYS,
            )
        except Refused as error:
            raise _explain(error, has_key=self.key is not None) from error
        if answer.status == "live":
            self._heed(answer.value)
        return answer

    def _heed(self, told: Total) -> None:
        """Wait as it asks; where that is too long, or the quota low, ask for no more."""
        if told.quota_remaining is not None:
            self.session.quota_left = told.quota_remaining
        if told.quota_remaining is not None and told.quota_remaining <= RESERVED_REQUESTS:
            self.stopped = Exhausted("Stack Exchange's daily quota came near its end.", MORE)
        elif told.backoff and told.backoff > self.session.limits.max_wait_seconds:
            self.stopped = Exhausted(
                f"Stack Exchange asks to wait {name_duration(told.backoff)}, longer than allowed"
                " here.",
                LATER,
            )
        elif told.backoff:
            self.session.clock.sleep(told.backoff + BACKOFF_MARGIN_SECONDS)


def _find_epoch(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _explain(error: Refused, *, has_key: bool) -> Unavailable:
    throttle = read_explanation(error, Throttle)
    if has_key and throttle is not None and "`key`" in throttle.error_message:
        return Exhausted("Stack Exchange does not know the key in STACKEXCHANGE_KEY.", WRONG_KEY)
    if throttle is not None and throttle.error_name == "throttle_violation":
        wait = WAIT.search(throttle.error_message)
        after = f" for {name_duration(int(wait[1]))}" if wait else ""
        return Exhausted(
            f"Stack Exchange refuses further requests{after}: too many were made.", MORE
        )
    if error.status_code == 429:
        return Exhausted(error.why, error.cure)
    return error


def _release(series: _Series, observation: Observation) -> Iterator[Observation]:
    if not observation.value:
        series.zeros.append(observation)
        return
    series.has_questions = True
    yield from series.zeros
    series.zeros.clear()
    yield observation


def _explain_silence(series: _Series) -> Gap:
    error = MalformedError(
        f"Stack Overflow counts no question since {series.reached}.",
        "Check the tags in the settings.",
    )
    return make_gap(series.what, error)


def _explain_stop(series: _Series, error: Exhausted) -> Gap:
    reach = (
        f"It reaches back to {series.reached:%Y-%m}" if series.reached else "None of it was read"
    )
    return Gap(what=series.what[:200], why=f"{reach}: {error.why}", cure=error.cure)


def _observe(series: _Series, answer: Answer[Total], month: date) -> Observation:
    return Observation(
        source="stackoverflow",
        subject=series.subject,
        metric=series.metric,
        start=month,
        resolution="month",
        value=answer.value.total,
        unit="questions",
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
        label=";".join(series.tags),
    )
