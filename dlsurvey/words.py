"""Turns the user's sections, as an edition carries them, into files of the store, and back.

The newest edition follows the folder of sections; when another one comes after it, it keeps the
words it was last written with.
"""

import copy
import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from dlsurvey.config import Config
from dlsurvey.errors import StoreError
from dlsurvey.files import explaining, read_whole, write_atomic
from dlsurvey.records import Edition, Record, Sha256, to_json
from dlsurvey.sections import read_used_files
from dlsurvey.store import Store

FOLDER = "words"
SAFE_PATH = re.compile(r"[^/\\\0]+(/[^/\\\0]+)*")


class Words(Record, frozen=True, kw_only=True):
    """The Markdown files and images of one edition, by their path in the folder of sections."""

    schema: Literal[1] = 1
    files: dict[str, Sha256]
    """Each with the hash of its content, which is its name under `words/files/`."""


def keep_words(config: Config, store: Store, edition: Edition) -> None:
    """Keep the present sections as those of `edition`; raises StoreError."""
    files = {}
    for path, content in read_used_files(config).items():
        sha256 = hashlib.sha256(content).hexdigest()
        # By the path that the Markdown knows it by; two names of one file are two files here.
        files[path.relative_to(config.sections).as_posix()] = sha256
        place = store.folder / FOLDER / "files" / sha256
        if not place.exists():
            with explaining(StoreError, f"write {place}"):
                write_atomic(place, content)
    path = _find_path(store, edition)
    record = to_json(Words(files=files), indent=1) + b"\n"
    with explaining(StoreError, f"write {path}"):
        if not path.exists() or path.read_bytes() != record:
            write_atomic(path, record)


@contextmanager
def recalling_words(
    config: Config, store: Store, edition: Edition, *, is_newest: bool
) -> Iterator[Config]:
    """`config` with the sections of `edition`: the present ones where none were kept.

    Raises StoreError for what was kept and is damaged or gone.
    """
    path = _find_path(store, edition)
    if is_newest or not path.exists():
        yield config
        return
    with tempfile.TemporaryDirectory(prefix="dlsurvey-words-") as name:
        _write_files(store, _read_words(path), Path(name))
        recalled = copy.copy(config)
        recalled.sections = Path(name)
        yield recalled


def _find_path(store: Store, edition: Edition) -> Path:
    return store.folder / FOLDER / f"{edition.id}.json"


def _read_words(path: Path) -> Words:
    with explaining(StoreError, f"read {path}"):
        content = read_whole(path)
    try:
        return msgspec.json.decode(content, type=Words)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"{path} holds no sections that this dlsurvey can read ({error}): update dlsurvey, or"
            " remove the file to use the present sections."
        ) from error


def _write_files(store: Store, words: Words, folder: Path) -> None:
    for name, sha256 in words.files.items():
        if not SAFE_PATH.fullmatch(name) or ".." in name.split("/"):
            raise StoreError(
                f"'{name[:80]}' is no file of a folder of sections: restore data/words/."
            )
        kept = store.folder / FOLDER / "files" / sha256
        with explaining(StoreError, f"read {kept}"):
            content = read_whole(kept)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"{kept} is not what was kept of {name}: restore it.")
        place = folder / name
        with explaining(StoreError, f"write {place}"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
