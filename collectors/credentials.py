"""Turns variables of the environment into credentials that only the wire ever sees."""

import os
import re
from dataclasses import dataclass, field

from collectors.refusals import Unavailable

TOKEN = re.compile(r"[A-Za-z0-9_.\-]{1,255}")


@dataclass(frozen=True)
class QueryKey:
    """A key that a source takes as a parameter of the query rather than in a header."""

    name: str
    value: str = field(repr=False)


def read_credential(variable: str, pattern: re.Pattern[str] = TOKEN) -> str | None:
    """The variable without surrounding space; None where unset, an error where it cannot be one."""
    value = os.environ.get(variable, "").strip()
    if not value:
        return None
    if not pattern.fullmatch(value):
        raise Unavailable(
            f"{variable} contains a character that no such credential has.",
            f"Correct {variable}, or unset it.",
        )
    return value
