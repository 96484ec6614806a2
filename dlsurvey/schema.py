"""Turns the schema number of a file into a refusal where a newer dlsurvey wrote it."""

from pathlib import Path

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.records import SCHEMA

UNREADABLE = (msgspec.MsgspecError, RecursionError)
"""What decoding may raise; the latter for what is nested without end."""


class _Versioned(msgspec.Struct):
    """The one key that every version of every file has."""

    schema: int


def refuse_newer(content: bytes, path: Path) -> None:
    """Raise StoreError with the cure where `content`, which could not be read, is of a later time."""
    found = read_schema(content)
    if found is not None and found > SCHEMA:
        raise StoreError(
            f"{path} was written by a newer dlsurvey (schema {found}, this one reads {SCHEMA}):"
            " update dlsurvey."
        )


def read_schema(content: bytes) -> int | None:
    """The schema number that a JSON object names; None where it names none."""
    try:
        return msgspec.json.decode(content, type=_Versioned).schema
    except UNREADABLE:
        return None
