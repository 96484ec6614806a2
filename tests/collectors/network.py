"""Turns a function into a network: scripted answers beneath the real client, cache and retries."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from collectors.limits import Clock, Limits
from collectors.session import KeepRaw, Session, hash_only

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BASE = "http://source.test"
SECRET = "ghp_SECRETSECRETSECRET"

Handler = Callable[[httpx.Request], httpx.Response]


class Chunks(httpx.SyncByteStream):
    """A body that is still to be read, as from a socket."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks


def respond(
    body: Any = b"", status: int = 200, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """An answer; anything but bytes becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "text/html" if content[:1] == b"<" else "application/json"
    sent = {"content-type": kind, **(headers or {})}
    return httpx.Response(status, headers=sent, stream=Chunks(content))


@dataclass
class FakeTime:
    """Time that passes by sleeping only."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(
            now=lambda: NOW + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
        )


@dataclass
class Network:
    """A handler and what was asked of it."""

    handler: Handler
    requests: list[httpx.Request] = field(default_factory=list)
    time: FakeTime = field(default_factory=FakeTime)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.handler(request)

    def open(
        self,
        source: str = "test",
        *,
        cache_dir: Path | None = None,
        keep_raw: KeepRaw = hash_only,
        limits: Limits | None = None,
    ) -> Session:
        return Session(
            source,
            keep_raw=keep_raw,
            cache_dir=cache_dir,
            limits=limits or Limits(pause_seconds=0),
            clock=self.time.clock(),
            transport=httpx.MockTransport(self.handle),
        )


def in_turn(*answers: Callable[[], httpx.Response]) -> Handler:
    """Each answer once, the last one for ever."""
    waiting = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        make = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return make()

    return handle
