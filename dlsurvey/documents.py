"""Turns one record into one file of JSON and back; what is no record is told and treated as not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.files import OddFile, explaining, read_whole, write_atomic
from dlsurvey.lines import Fault, Tell
from dlsurvey.machine_paths import hide_paths
from dlsurvey.records import to_json
from dlsurvey.schema import UNREADABLE, refuse_newer

T = TypeVar("T")


class DamagedFile(StoreError):
    """A file that holds no record of its kind."""


class Documents:
    """The files of one store that hold one record each."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        """`tell` hears of each file that is left out."""
        self.folder = folder
        self._tell = tell

    def keep(self, name: str, record: object) -> None:
        """Write a record, whole or not at all; raises StoreError."""
        path = self.folder / name
        with explaining(StoreError, f"write {path}"):
            write_atomic(path, self.encode(record, indent=1) + b"\n")

    def encode(self, record: object, indent: int = 0) -> bytes:
        """The record as JSON that tells nothing of this machine's folders."""
        return hide_paths(to_json(record, indent=indent), self.folder.parent)

    def read(self, path: Path, kind: type[T]) -> T:
        """The record; raises StoreError for a newer one, DamagedFile for what is none."""
        with explaining(StoreError, f"read {path}"):
            try:
                content = read_whole(path)
            except OddFile as error:
                raise DamagedFile(f"{path} is no {kind.__name__}: {error}.") from error
        try:
            return msgspec.json.decode(content, type=kind)
        except UNREADABLE as error:
            refuse_newer(content, path)
            raise DamagedFile(
                f"{path} is no {kind.__name__} ({error}): remove or repair the file."
            ) from error

    def attempt(self, path: Path, kind: type[T]) -> T | None:
        """The record, or None for a damaged file, which is told."""
        with self.telling(path, kind):
            return self.read(path, kind)
        return None

    def recall(self, name: str, kind: type[T]) -> T | None:
        """What can be made anew, where it is there and whole."""
        path = self.folder / name
        return self.attempt(path, kind) if path.exists() else None

    @contextmanager
    def telling(self, path: Path, kind: type) -> Iterator[None]:
        """A damaged file is told, and the work goes on without it."""
        try:
            yield
        except DamagedFile as error:
            why = error.__cause__ or error
            self._tell(Fault(path, 0, f"is no {kind.__name__} ({why})"))
