"""Turns the body of a refusal into the reason that the source gives in it."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from collectors.refusals import UNASKED, Refused

T = TypeVar("T")
MAX_BYTES = 4096


class Explained(Refused):
    """A refusal with its body, for a source that explains itself there."""

    def __init__(
        self,
        url: str,
        status_code: int,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        has_credentials: bool = True,
    ) -> None:
        """Keep as much of the body as an explanation needs; credentials are only checked if sent."""
        super().__init__(url, status_code, headers)
        if status_code == 401 and not has_credentials:
            self.cure = UNASKED
            self.args = (f"{self.why} {self.cure}",)
        self.body = body[:MAX_BYTES]


def read_explanation(error: Refused, shape: type[T]) -> T | None:
    """The explanation in this shape, or None where there is none of it."""
    if not isinstance(error, Explained):
        return None
    try:
        return msgspec.json.decode(error.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
