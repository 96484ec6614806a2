"""Turns the key of something made before into its bytes again, as long as the cache holds them.

A key is the hash of all that decides what comes out (`make_key`), so that what stands here is never
stale: it is there or it is not. Nothing here is evidence, and the folder can be removed at any time.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

import msgspec

DIGEST_LENGTH = 64
"""Hexadecimal digits of the SHA-256 that stands before the content of each file."""


def make_key(*parts: Any) -> str:
    """SHA-256 over values, records and functions; a function counts by its name, not by its code."""
    return hashlib.sha256(msgspec.json.encode(parts, enc_hook=_name)).hexdigest()


def _name(value: object) -> str:
    if isinstance(value, FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    raise TypeError(f"{type(value).__name__} has no place in a key")


class Shelf:
    """A folder with one file for each key; a file that is damaged counts as one that is not there."""

    def __init__(self, folder: Path | None, most: int, *, reading: bool = True) -> None:
        """At most `most` files are kept; without a folder none, and without `reading` none is given."""
        self.folder = folder
        self.most = most
        self.reading = reading

    def fetch(self, key: str) -> bytes | None:
        """What was kept under the key."""
        if self.folder is None or not self.reading:
            return None
        path = self.folder / key
        try:
            digest, content = _split(path.read_bytes())
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)  # used last, so removed last
        return content if _digest(content) == digest else None

    def holds(self, start: str) -> bool:
        """Whether anything is kept whose key begins so."""
        if self.folder is None or not self.reading:
            return False
        return any(self.folder.glob(f"{start}*"))

    def keep(self, key: str, content: bytes) -> None:
        """Put it there, or leave it: a cache that cannot be written hinders nobody."""
        if self.folder is None:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=".", dir=self.folder)
            # A file that a power cut leaves half written is known by its hash: nothing is synced.
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(_digest(content) + content)
                os.replace(temporary, self.folder / key)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)  # it would keep a full disk full
                raise

    def tidy(self) -> None:
        """Remove what was used longest ago."""
        if self.folder is None:
            return
        with suppress(OSError):
            files = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in files[: -self.most]:
                path.unlink()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _split(content: bytes) -> tuple[bytes, bytes]:
    return content[:DIGEST_LENGTH], content[DIGEST_LENGTH:]
