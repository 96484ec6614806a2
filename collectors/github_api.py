"""Turns a path of GitHub's API into an answer, within the hourly limit of requests."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from collectors.base import Answer
from collectors.refusals import MalformedError, Refused, Unavailable
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2026-03-10",
}
RESERVED_REQUESTS = 2
"""Left of the hourly limit, for whoever shares the address."""
LIMIT_CURE = "Set GITHUB_TOKEN, or run it again in an hour."
LAST_PAGE = re.compile(r'<[^<>]*[?&]page=(\d{1,9})(?:&[^<>]*)?>;\s*rel="last"')


class LimitReached(Unavailable):
    """The hourly limit is used up: no further request can help."""


@dataclass(frozen=True)
class Place:
    """One repository of one subject, as it is called in the settings and at present."""

    subject: str
    configured: str
    """Labels what is counted for the past, so that a series goes on when the repository moves."""
    present: str
    """Labels what is counted today."""
    is_first: bool
    """Whether it is the first of its subject."""


@dataclass
class Budget:
    """What is left of the hourly limit, as the latest answer told; None where none told."""

    remaining: int | None = None

    def note(self, answer: Answer[Any]) -> None:
        """Read what an answer that was just given says of it."""
        told = answer.headers.get("x-ratelimit-remaining", "")
        if answer.status == "live" and told.isascii() and told.isdigit() and len(told) < 10:
            self.remaining = int(told)

    @property
    def is_low(self) -> bool:
        """Whether the rest is to be left to others."""
        return self.remaining is not None and self.remaining <= RESERVED_REQUESTS


@dataclass
class Api:
    """GitHub's way of being asked: version, token, hourly limit."""

    session: "Session"
    base: str
    authorization: str | None
    budget: Budget = field(default_factory=Budget)

    def get(self, url: str, shape: Any, keep_days: float = 0) -> Answer[Any]:
        """Ask; a limit that is used up raises LimitReached."""
        try:
            answer = self.session.get_json(
                url,
                shape,
                headers=HEADERS,
                authorization=self.authorization,
                keep_days=keep_days,
            )
        except Refused as error:
            self._explain(error)
        self.budget.note(answer)
        return answer

    def get_within_budget(self, url: str, shape: Any) -> Answer[Any]:
        """Ask only where enough of the limit is left."""
        if self.budget.is_low:
            raise LimitReached("GitHub's hourly limit of requests came near its end.", LIMIT_CURE)
        return self.get(url, shape)

    def find_next(self, answer: Answer[Any], what: str) -> str | None:
        """The next page, which must lie where the first one did."""
        if answer.next_url is None:
            return None
        here, there = urlsplit(self.base), urlsplit(answer.next_url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise MalformedError(f"GitHub's next page of the {what} lies on another host.")
        return answer.next_url

    def _explain(self, error: Refused) -> NoReturn:
        if error.is_used_up and self.authorization is None:
            raise LimitReached(
                "GitHub's hourly limit of 60 requests without a token is used up.", LIMIT_CURE
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


def read_last_page(answer: Answer[Any]) -> int | None:
    """The number of the last page, where the answer names one."""
    match = LAST_PAGE.search(answer.headers.get("link", ""))
    return int(match[1]) if match else None


def explain_limit(what: str, error: LimitReached) -> Gap:
    """The gap of what was not asked for, since the limit comes first."""
    return Gap(what=what[:200], why=error.why, cure=error.cure)


def observe(  # noqa: PLR0913 - what differs between the metrics
    answer: Answer[Any],
    subject: str,
    metric: str,
    point: tuple[date, int, str],
    *,
    label: str,
    is_history: bool = False,
) -> Observation:
    """One value; `point` is its day, the number and its unit."""
    start, value, unit = point
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
