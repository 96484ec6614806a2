"""Turns a URL into a validated answer: one client with cache, retries, limits and raw-keeping.

One session serves one source. It may be used from several threads.
"""

import hashlib
import logging
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec
import truststore
from hishel import CacheOptions, SqliteStorage
from hishel.httpx import CacheTransport
from httpx_retries import Retry, RetryTransport

from collectors.base import Answer
from collectors.bodies import ACCEPTED_ENCODINGS
from collectors.credentials import QueryKey
from collectors.limits import Clock, Limits
from collectors.refusals import MalformedError, Unavailable, describe_format
from collectors.transports import (
    RefusingTransport,
    describe_failure,
    find_origin,
    make_retry,
    name_url,
)
from collectors.wire import ExplainingTransport, KeyedTransport
from dlsurvey import __version__

T = TypeVar("T")
KeepRaw = Callable[[str, bytes], str]
"""Keeps a body as received under the source's name; answers its SHA-256 in hexadecimal."""

PAUSE_SECONDS = {"pypistats": 2.1, "huggingface": 0.6}
"""Between two requests, for sources that allow 30 a minute and 500 in five minutes."""

_log = logging.getLogger(__name__)


def hash_only(source: str, body: bytes) -> str:
    """Keep nothing; answer the SHA-256 of the body."""
    return hashlib.sha256(body).hexdigest()


class Session:
    """The way from one collector to its source."""

    def __init__(  # noqa: PLR0913 - each is one thing that a caller or a test replaces
        self,
        source: str,
        *,
        keep_raw: KeepRaw = hash_only,
        cache_dir: Path | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        refresh: bool = False,
    ) -> None:
        """Open it; without `cache_dir` nothing is cached, `transport` replaces the network.

        With `refresh` nothing that was kept before is used.
        """
        self.source = source
        pause = PAUSE_SECONDS.get(source, Limits.pause_seconds)
        self.limits = limits or Limits(pause_seconds=pause)
        self.clock = clock or Clock()
        self.cache_dir = cache_dir
        self.quota_left: int | None = None
        """Requests that the source said are left, in the latest answer that told."""
        self.refresh = refresh
        self._keep_raw = keep_raw
        self._storage = _open_storage(cache_dir, source, refresh)
        self._kept_as: dict[str, set[str]] = {}
        """By the hash of each body that was used, the names under which it may be kept."""
        self._client = httpx.Client(
            transport=self._stack(transport),
            headers={
                "User-Agent": f"dlsurvey/{__version__}",
                "Accept-Encoding": ACCEPTED_ENCODINGS,
            },
            follow_redirects=True,
            max_redirects=self.limits.redirects,
        )

    def _stack(self, network: httpx.BaseTransport | None) -> Any:
        # A client rather than a transport at the bottom: it knows the proxies and
        # certificates that the environment names.
        # The system's certificates, as pip has it: behind a company's proxy its authority counts.
        client = httpx.Client(
            transport=network, verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        wire = KeyedTransport(self.source, client, self.limits, self.clock)
        retrying = RetryTransport(wire, make_retry(self.limits, self.clock))
        refusing = RefusingTransport(ExplainingTransport(retrying))
        if self._storage is None:
            return refusing
        return CacheTransport(refusing, self._storage, rfc=CacheOptions(shared=False))

    def __enter__(self) -> Self:
        """Use it as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close connections and cache."""
        self.close()

    def close(self) -> None:
        """Close connections and cache."""
        self._client.close()

    def get_json(  # noqa: PLR0913 - each is one property of a request
        self,
        url: str,
        shape: type[T],
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        authorization: str | QueryKey | None = None,
        keep_days: float = 0,
        check: Callable[[T], None] | None = None,
    ) -> Answer[T]:
        """Fetch JSON and validate it; fields that the shape does not name are ignored.

        An answer on a period that is over may be kept: for `keep_days` it is not asked again. One
        of another shape, or that `check` refuses with a MalformedError, is not kept; one that was
        kept so before is asked anew.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        is_last = False
        while True:
            request = self._build(url, params, sent, authorization)
            self._keep(request, keep_days)
            answer = self._send(request)
            try:
                return _read(answer, shape, check)
            except MalformedError:
                self.forget_answers([answer.sha256])
                if is_last or answer.status == "live":
                    raise
            is_last = True

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        retry: Retry | None = None,
    ) -> Answer[bytes]:
        """A request of any method, for sources that want another one; `retry` replaces ours."""
        try:
            request = self._client.build_request(method, url, params=params, headers=headers)
        except httpx.InvalidURL as error:
            raise self._refuse_address() from error
        if retry is not None:
            request.extensions["retry"] = retry
        return self._send(request)

    def get_bytes(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        authorization: str | QueryKey | None = None,
    ) -> Answer[bytes]:
        """Fetch a body as it is. `authorization` goes to this URL's own host only."""
        return self._send(self._build(url, params, headers, authorization))

    def _build(
        self,
        url: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        authorization: str | QueryKey | None,
    ) -> httpx.Request:
        try:
            request = self._client.build_request("GET", url, params=params, headers=headers)
        except httpx.InvalidURL as error:
            raise self._refuse_address() from error
        if authorization is not None:
            kind = "query_key" if isinstance(authorization, QueryKey) else "credentials"
            request.extensions[kind] = (find_origin(request.url), authorization)
        return request

    def _keep(self, request: httpx.Request, days: float) -> None:
        """Have the cache answer this request by itself for so long."""
        if days and self._storage is not None:
            name = _name_kept(request.url)
            seconds = timedelta(days=days).total_seconds()
            request.extensions["caching"] = {"rfc": False, "ttl": seconds, "key": name}

    def forget_answers(self, hashes: Iterable[str | None]) -> None:
        """Drop the answers with these hashes of their bodies, so that they are asked again."""
        for sha256 in hashes:
            self._drop(self._kept_as.get(sha256 or "", ()))

    def _drop(self, names: Iterable[str]) -> None:
        if self._storage is None:
            return
        for name in names:
            for entry in self._storage.get_entries(name):
                self._storage.remove_entry(entry.id)

    def _send(self, request: httpx.Request) -> Answer[bytes]:
        try:
            response = self._client.send(request, auth=_no_auth)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise self._refuse_address() from error
        except httpx.TooManyRedirects as error:
            raise Unavailable(
                f"{name_url(request.url)} redirects more than {self.limits.redirects} times."
            ) from error
        except httpx.HTTPError as error:
            raise Unavailable(describe_failure(request.url, error)) from error
        names = [
            name(url) for url in (request.url, response.url) for name in (_name_kept, _name_cached)
        ]
        try:
            answer = self._answer(response)
        except MalformedError:
            self._drop(names)
            raise
        self._kept_as.setdefault(answer.sha256, set()).update(names)
        return answer

    def _refuse_address(self) -> Unavailable:
        return Unavailable(
            f"{self.source} has no valid address.", "Check its base URL in the settings."
        )

    def _answer(self, response: httpx.Response) -> Answer[bytes]:
        if response.status_code != 200:
            raise MalformedError(f"{name_url(response.url)} answered {response.status_code}.")
        body = response.content
        caching = response.extensions.get("caching", {})
        is_cached = bool(caching.get("from_cache")) and not caching.get("revalidated")
        now = self.clock.now()
        if not is_cached:
            self.quota_left = read_quota(response.headers, self.quota_left)
        return Answer(
            value=body,
            url=str(response.url.copy_with(username=None, password=None)),
            headers={name.lower(): value for name, value in response.headers.items()},
            sha256=self._keep_raw(self.source, body),
            retrieved_at=_read_date(response, now) if is_cached else now,
            status="cached" if is_cached else "live",
            next_url=response.links.get("next", {}).get("url"),
        )


def read_quota(headers: Mapping[str, str], otherwise: int | None) -> int | None:
    """What is left of the source's limit, as GitHub and the IETF draft of the header spell it."""
    told = headers.get("x-ratelimit-remaining", "")
    drafted = re.search(r"\br=(\d{1,9})\b", headers.get("ratelimit", ""))
    if told.isascii() and told.isdigit() and len(told) < 10:
        return int(told)
    return int(drafted[1]) if drafted else otherwise


def _name_kept(url: httpx.URL) -> str:
    return hashlib.sha256(f"kept {url}".encode()).hexdigest()


def _name_cached(url: httpx.URL) -> str:
    """As hishel names what it keeps by the source's own headers."""
    return hashlib.sha256(f"RFC {url}".encode()).hexdigest()


def _read(answer: Answer[bytes], shape: type[T], check: Callable[[T], None] | None) -> Answer[T]:
    try:
        value = msgspec.json.decode(answer.value, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if "html" in kind or answer.value.lstrip()[:1] == b"<":
            place = answer.url.partition("?")[0]
            text = f"{place} answered with a web page where JSON was expected."
            raise MalformedError(text) from error
        raise MalformedError(describe_format(answer.url, error)) from error
    if check is not None:
        check(value)
    return answer.replace_value(value)


def _no_auth(request: httpx.Request) -> httpx.Request:
    # httpx would turn `user:password@` of a redirect into a header that the cache stores.
    return request


def _open_storage(cache_dir: Path | None, source: str, refresh: bool) -> SqliteStorage | None:
    if cache_dir is None:
        return None
    # One file per source: sources running side by side never wait for each other's lock.
    path = cache_dir / f"{source}-http-2.db"
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        if refresh:
            for ending in ("", "-wal", "-shm"):
                path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    except OSError as error:
        _log.warning("nothing is cached, since %s cannot be written: %s", cache_dir, error.strerror)
        return None
    return SqliteStorage(database_path=path, max_size=2**28)


def _read_date(response: httpx.Response, now: datetime) -> datetime:
    try:
        dated = parsedate_to_datetime(response.headers.get("date", ""))
    except (TypeError, ValueError):
        return now
    aware = dated if dated.tzinfo else dated.replace(tzinfo=UTC)
    return min(aware.astimezone(UTC), now)
