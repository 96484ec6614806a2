"""Turns pytrends' requests into requests of the shared session, and Google's answers into checked ones.

pytrends builds the requests and reads the answers; how it talks to the network is replaced,
since its own way has no limit on size or time and may loop for ever. Importing it loads pandas.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from httpx_retries import Retry
from msgspec import Meta, Raw, Struct, field
from pytrends.request import BASE_TRENDS_URL, TrendReq

from collectors.base import Answer
from collectors.parts import read_parts
from collectors.refusals import MalformedError, Refused
from collectors.transports import RETRIED_EXCEPTIONS, PatientRetry

if TYPE_CHECKING:
    from collectors.session import Session

T = TypeVar("T")
TITLE = "Google Trends"
PREFIX = b")]}', \r\n"
"""Characters that Google puts before its JSON, so that no page can load it as a script."""
RETRIED_STATUSES = (500, 502, 503, 504)
"""Without 429: a second request would be refused, too, and lengthen the refusal."""
COOKIE = re.compile(r"(?:^|[,;\s])(NID=[A-Za-z0-9_.=\-]{1,1024})")
Text = Annotated[str, Meta(max_length=4096)]


class Widget(Struct, frozen=True):
    """One part of the page of a comparison; of its request only what is checked is named."""

    id: Text = ""
    token: Text = ""
    request: dict[str, Any] = {}


class Widgets(Struct, frozen=True):
    """The parts of the page of a comparison."""

    widgets: Annotated[list[Widget], Meta(max_length=200)]


class Point(Struct, frozen=True):
    """One week: a value from 0 to 100 for each term, in the order of the request."""

    time: Annotated[str, Meta(pattern=r"^\d{1,10}$")]
    value: Annotated[list[Annotated[int, Meta(ge=0, le=100)]], Meta(max_length=5)]
    has_data: list[bool] = field(default_factory=list, name="hasData")
    is_partial: bool = field(default=False, name="isPartial")

    @property
    def start(self) -> date:
        """Its first day."""
        return datetime.fromtimestamp(int(self.time), UTC).date()


class _Timeline(Struct, frozen=True):
    points: Annotated[list[Raw], Meta(max_length=10_000)] = field(name="timelineData")


class Series(Struct, frozen=True):
    """The weeks of a comparison."""

    default: _Timeline


class TrendsClient(TrendReq):  # type: ignore[misc]  # pytrends has no types
    """pytrends with our way to the network; its settings for retries and proxies stay unused."""

    def __init__(self, session: "Session", base_url: str) -> None:
        """Fetch Google's cookie at once, as pytrends does."""
        self.session = session
        self.base_url = base_url
        self.answer: Answer[bytes] | None = None
        self.missing: set[tuple[date, int]] = set()
        self.entries = 0
        """Points of the newest draw, of which"""
        self.refused = 0
        """so many could not be read, or were told in two ways."""
        super().__init__(hl="en-US", tz=0)

    def GetGoogleCookie(self) -> dict[str, str]:  # noqa: N802 - pytrends' name
        """The anonymous cookie of the first page, which answers 404 and still sets it."""
        headers: Mapping[str, str]
        try:
            headers = self._ask("GET", f"{self.base_url}/explore/", {"geo": "US"}).headers
        except Refused as error:
            if not error.is_missing:
                raise
            headers = error.headers
        found = COOKIE.search(headers.get("set-cookie", ""))
        return dict([found[1].split("=", 1)]) if found else {}

    def draw(self, terms: Sequence[str], timeframe: str) -> Any:
        """One draw of weekly interest as pytrends reads it: a frame of a column per term.

        Running weeks are left out; `missing` names the points that Google has no data for.
        """
        self.missing.clear()
        self.build_payload(list(terms), timeframe=timeframe)
        return self.interest_over_time()

    def _get_data(
        self, url: str, method: str = "get", trim_chars: int = 0, **kwargs: Any
    ) -> dict[str, Any]:
        """What pytrends asks for, as plain values that it can read without surprise."""
        address = self.base_url + url.removeprefix(BASE_TRENDS_URL)
        verb: Literal["GET", "POST"] = "POST" if method == "post" else "GET"
        self.answer = self._ask(verb, address, kwargs["params"])
        if url == TrendReq.GENERAL_URL:
            return self._check_widgets(self.answer)
        return self._check_series(self.answer)

    def _check_widgets(self, answer: Answer[bytes]) -> dict[str, Any]:
        found = [one for one in _decode(answer, Widgets).widgets if one.id == "TIMESERIES"]
        if not found:
            raise MalformedError(f"{TITLE} answered without the interest over time.")
        asked = found[0].request
        items = asked.get("comparisonItem")
        if not isinstance(items, list) or len(items) != len(self.kw_list):
            raise MalformedError(f"{TITLE} answered for other terms than were asked for.")
        if asked.get("resolution") != "WEEK":
            raise MalformedError(f"{TITLE} answered in other periods than weeks.")
        return {"widgets": msgspec.to_builtins(found[:1])}

    def _check_series(self, answer: Answer[bytes]) -> dict[str, Any]:
        entries = _decode(answer, Series).default.points
        read = read_parts(self.session, answer, entries, Point).values
        told: dict[date, set[tuple[int, ...]]] = {}
        for point in read:
            told.setdefault(point.start, set()).add(tuple(point.value))
        used = [
            point
            for point in read
            if len(point.value) == len(self.kw_list) and len(told[point.start]) == 1
        ]
        self.refused, self.entries = len(entries) - len(used), len(entries)
        today = self.session.clock.now().date()
        whole = {
            point.start: point
            for point in used
            if not point.is_partial and point.start + timedelta(days=7) <= today
        }
        if not whole:
            raise MalformedError(f"{TITLE} answered without a single whole week.")
        for start, point in whole.items():
            for index, has_data in enumerate(point.has_data[: len(point.value)]):
                if not has_data:
                    self.missing.add((start, index))
        # Without `isPartial`: pytrends would read it in a way that pandas 3 warns of.
        kept = [{"time": point.time, "value": point.value} for point in whole.values()]
        return {"default": {"timelineData": kept}}

    def _ask(
        self, verb: Literal["GET", "POST"], url: str, params: Mapping[str, Any]
    ) -> Answer[bytes]:
        """Through all layers of the session; each draw is new, so that none is cached."""
        session = self.session
        headers: dict[str, str] = {
            "Accept": "application/json",
            "Cache-Control": "no-store",
        } | getattr(self, "headers", {})
        cookies = getattr(self, "cookies", {})
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return session.send(
            verb, url, params=dict(params), headers=headers, retry=self._make_retry()
        )

    def _make_retry(self) -> Retry:
        limits = self.session.limits
        return PatientRetry(
            clock=self.session.clock,
            total=limits.retries,
            allowed_methods=("GET", "POST"),
            status_forcelist=RETRIED_STATUSES,
            retry_on_exceptions=RETRIED_EXCEPTIONS,
            backoff_factor=0.5,
            max_backoff_wait=limits.max_wait_seconds,
            total_timeout=2 * limits.max_wait_seconds,
        )


def _decode(answer: Answer[bytes], shape: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.value.lstrip(PREFIX), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if answer.value.lstrip()[:1] == b"<":
            why = "a web page where JSON was expected."
        elif isinstance(error, msgspec.ValidationError):
            why = f"JSON of another shape: {error}."
        else:
            why = "something that is not complete JSON."
        raise MalformedError(f"{TITLE} answered with {why}") from error
