"""Turns what a step depends on into a mapping that is kept beside its result, and two into what changed.

A value is a few words that a person can read (a version, a number), or a hash.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dlsurvey.closure import hash_code
from dlsurvey.records import content_sha256

Basis = dict[str, str]
HASH = "sha256:"
HASH_DIGITS = 16
"""Enough to tell two versions of one file from each other."""


def digest(record: Any) -> str:
    """The value of something that nobody could read: a source text, a table of settings."""
    return f"{HASH}{content_sha256(record)[:HASH_DIGITS]}"


def digest_code(modules: Iterable[str], leave_out: Iterable[str] = ()) -> str:
    """The value of modules and of what they import of their own package."""
    return f"{HASH}{hash_code(modules, leave_out)[:HASH_DIGITS]}"


def find_changes(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What is not as it was, in a few words each: 'torch 2.15.0 was 2.14.0'."""
    return tuple(_list_changes(then, now))


def _list_changes(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name, value in now.items():
        before = then.get(name)
        if before == value:
            continue
        if before is None:
            yield f"{name} is new"
        elif value.startswith(HASH):
            yield f"{name} changed"
        else:
            yield f"{name} {value} was {before}"
    for name in then:
        if name not in now:
            yield f"{name} is no longer there"
