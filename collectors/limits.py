"""Turns patience into numbers, how long, how large, how often, and time into what tests control."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Limits:
    """What one source may cost."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    """Between two pieces of one answer."""
    request_seconds: float = 120.0
    """One request with its body, its retries apart."""
    source_seconds: float = 300.0
    """All requests of one source together."""
    body_bytes: int = 64 * 2**20
    """One answer, after decompression."""
    retries: int = 3
    max_wait_seconds: float = 60.0
    """A source that asks for a longer wait is given up at once."""
    redirects: int = 5
    pause_seconds: float = 0.1
    """Between two requests of one session."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """The time and how to wait."""

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
