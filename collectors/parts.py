"""Turns the entries of a list into those that can be read and a count of those that cannot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec

from collectors.base import Answer
from collectors.refusals import MalformedError, describe_format
from dlsurvey.records import Gap

if TYPE_CHECKING:
    from collectors.session import Session

T = TypeVar("T")


class Parts(NamedTuple, Generic[T]):
    """What could be read of a list, and how many of its entries could not."""

    values: list[T]
    refused: int


def decode_parts(
    entries: Sequence[msgspec.Raw], shape: type[T]
) -> tuple[list[T], Exception | None]:
    """What can be read of each entry by itself, and why the last that cannot be cannot."""
    decoder = msgspec.json.Decoder(shape)
    values: list[T] = []
    fault: Exception | None = None
    for entry in entries:
        try:
            values.append(decoder.decode(entry))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            fault = error
    return values, fault


def read_parts(
    session: "Session", answer: Answer[Any], entries: Sequence[msgspec.Raw], shape: type[T]
) -> Parts[T]:
    """Each entry by itself; an answer with one that cannot be read is not kept.

    Raises MalformedError where there are entries and none of them can be read.
    """
    values, fault = decode_parts(entries, shape)
    if fault is not None:
        session.forget_answers([answer.sha256])
        if not values:
            raise MalformedError(describe_format(answer.url, fault)) from fault
    return Parts(values, len(entries) - len(values))


def explain_refused(what: str, refused: int, entries: int) -> Gap:
    """The gap of entries that were left out while the rest was used."""
    return Gap(
        what=what[:200],
        why=f"{refused:,} of its {entries:,} entries cannot be read.",
        cure="Look at the source's own page; they were left out.",
    )
