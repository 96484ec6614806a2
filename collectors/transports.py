"""Turns one request into an answer or a clear refusal: the layers beneath the client.

    client (redirects) > cache > RefusingTransport > RetryTransport > WireTransport > network

Credentials are added on the wire only, so that the cache never stores them and a
redirect to another host never carries them.
"""

import threading
from typing import Any

import httpx
from httpx_retries import Retry

from collectors.bodies import TruncatedError, read_body
from collectors.limits import Clock, Limits
from collectors.refusals import Refused, Unavailable, name_duration, says_used_up

RETRIED_STATUSES = (429, 500, 502, 503, 504)
RETRIED_EXCEPTIONS = (
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.RemoteProtocolError,
    httpx.ProxyError,
)

FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "No connection to {host} came about in time."),
    (httpx.PoolTimeout, "No connection to {host} came about in time."),
    (httpx.TimeoutException, "{page} stopped answering in time."),
    (httpx.ConnectError, "No connection to {host} could be made."),
    (httpx.ProxyError, "The proxy refused the connection to {host}."),
    (httpx.UnsupportedProtocol, "{page} is not an http or https address."),
)
BAD_CERTIFICATE = "The TLS certificate of {host} could not be verified."


class PatientRetry(Retry):
    """Bounded retries with jitter whose waiting can be watched by a test."""

    def __init__(self, *, clock: Clock | None = None, **settings: Any) -> None:
        """Take the settings of `Retry` and the clock to wait by."""
        super().__init__(**settings)
        self.clock = clock or Clock()

    def increment(self) -> "PatientRetry":
        """The next attempt, waiting by the same clock."""
        following = super().increment()
        assert isinstance(following, PatientRetry)  # `copy_with` keeps the class
        following.clock = self.clock
        return following

    def sleep(self, response: httpx.Response | Exception) -> None:
        """Wait as long as the answer asks for, else ever longer with jitter."""
        headers = response.headers if isinstance(response, httpx.Response) else {}
        seconds = self._calculate_sleep(headers)
        self.clock.sleep(seconds)
        self.elapsed_sleep += seconds


def make_retry(limits: Limits, clock: Clock) -> PatientRetry:
    """The retries that the limits allow."""
    return PatientRetry(
        clock=clock,
        total=limits.retries,
        status_forcelist=RETRIED_STATUSES,
        retry_on_exceptions=RETRIED_EXCEPTIONS,
        backoff_factor=0.5,
        max_backoff_wait=limits.max_wait_seconds,
        total_timeout=2 * limits.max_wait_seconds,
    )


class WireTransport(httpx.BaseTransport):
    """Sends one request at a time and reads the whole answer within the limits."""

    def __init__(self, source: str, client: httpx.Client, limits: Limits, clock: Clock) -> None:
        """Send for this source through this client; the source's time starts now."""
        self.source = source
        self.client = client
        self.limits = limits
        self.clock = clock
        self.started = clock.monotonic()
        self.last_request = float("-inf")
        self.lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, check its wish to wait, read its body."""
        deadline = self._next_deadline()
        self._pause()
        with_credentials = self._prepare(request, deadline)
        response = self.client.send(with_credentials, stream=True)
        try:
            self._refuse_long_wait(request, response)
            body = read_body(
                self._watch(request, response, deadline),
                response.headers.get("content-encoding", ""),
                self.limits.body_bytes,
                name_url(request.url),
            )
        except TruncatedError as error:
            raise httpx.RemoteProtocolError("the compressed body ended early") from error
        finally:
            response.close()
        return self._rebuild(response, body)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _next_deadline(self) -> float:
        now = self.clock.monotonic()
        source_deadline = self.started + self.limits.source_seconds
        if now >= source_deadline:
            raise Unavailable(
                f"{self.source} did not finish within its limit of"
                f" {name_duration(self.limits.source_seconds)}."
            )
        return min(now + self.limits.request_seconds, source_deadline)

    def _pause(self) -> None:
        with self.lock:
            missing = self.last_request + self.limits.pause_seconds - self.clock.monotonic()
            if missing > 0:
                self.clock.sleep(missing)
            self.last_request = self.clock.monotonic()

    def _prepare(self, request: httpx.Request, deadline: float) -> httpx.Request:
        remaining = max(deadline - self.clock.monotonic(), 0.001)
        headers = request.headers.copy()
        credentials = request.extensions.get("credentials")
        if credentials is not None and credentials[0] == find_origin(request.url):
            headers["authorization"] = credentials[1]
        connect = min(self.limits.connect_seconds, remaining)
        read = min(self.limits.read_seconds, remaining)
        timeout = {"connect": connect, "read": read, "write": read, "pool": connect}
        return httpx.Request(
            request.method, request.url, headers=headers, extensions={"timeout": timeout}
        )

    def _watch(self, request: httpx.Request, response: httpx.Response, deadline: float) -> Any:
        for chunk in response.iter_raw():
            if self.clock.monotonic() > deadline:
                raise Unavailable(
                    f"{name_url(request.url)} did not finish its answer within the limit of"
                    f" {name_duration(self.limits.request_seconds)}."
                )
            yield chunk

    def _refuse_long_wait(self, request: httpx.Request, response: httpx.Response) -> None:
        if says_used_up(response.status_code, response.headers):
            raise Refused(name_url(request.url), response.status_code, dict(response.headers))
        wish = response.headers.get("retry-after")
        if wish is None:
            return
        try:
            seconds = Retry().parse_retry_after(wish)
        except (ValueError, OverflowError):
            del response.headers["retry-after"]
            return
        if response.status_code in RETRIED_STATUSES and seconds > self.limits.max_wait_seconds:
            raise Refused(
                name_url(request.url),
                response.status_code,
                dict(response.headers),
                f"{name_url(request.url)} answered {response.status_code} and asks to wait"
                f" {name_duration(seconds)}, longer than the"
                f" {name_duration(self.limits.max_wait_seconds)} allowed here.",
            )

    def _rebuild(self, response: httpx.Response, body: bytes) -> httpx.Response:
        headers = response.headers.copy()
        for name in ("content-encoding", "content-length", "transfer-encoding"):
            headers.pop(name, None)
        # Without a date the cache would take the answer for new for ever, and without
        # an explicit lifetime it would guess one of up to a week.
        headers.setdefault("date", self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT"))
        if "expires" not in headers:
            headers.setdefault("cache-control", "max-age=0")
        return httpx.Response(response.status_code, headers=headers, stream=_Body(body))


class _Body(httpx.SyncByteStream):
    """A body in memory that the cache may still read as a stream."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Any:
        yield self.body


class RefusingTransport(httpx.BaseTransport):
    """Raises on every answer that is no content, so that the cache keeps its last good copy."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        """Stand above this layer."""
        self.transport = transport
        self.unreachable: dict[tuple[str, str, int | None], str] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on what is content, a redirect or 'not modified'."""
        origin = find_origin(request.url)
        if origin in self.unreachable:
            raise Unavailable(self.unreachable[origin])
        try:
            response = self.transport.handle_request(request)
        except httpx.TransportError as error:
            why = describe_failure(request.url, error)
            if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                # After all retries: the next subject need not wait for them again.
                self.unreachable[origin] = why
            raise Unavailable(why) from error
        if response.status_code >= 400 or response.status_code < 200:
            raise Refused(name_url(request.url), response.status_code, dict(response.headers))
        return response

    def close(self) -> None:
        """Close the layer beneath."""
        self.transport.close()


def describe_failure(url: httpx.URL, error: Exception) -> str:
    """One sentence on a failed connection, without what differs from run to run."""
    for kind, sentence in FAILURES:
        if isinstance(error, kind):
            certificate = "CERTIFICATE" in str(error).upper()
            chosen = BAD_CERTIFICATE if kind is httpx.ConnectError and certificate else sentence
            return chosen.format(host=url.host, page=name_url(url))
    return f"{name_url(url)} broke off in the middle of its answer."


def find_origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port: whom a credential may be shown to."""
    return (url.scheme, url.host, url.port)


def name_url(url: httpx.URL) -> str:
    """An address as it may be printed: without user, password and query."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))
