"""Turns bytes into files that are whole or absent, and operating-system errors into sentences."""

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dlsurvey.errors import SurveyError

_CURES = {
    errno.ENOSPC: "the disk is full: make room and run the same command again",
    errno.EDQUOT: "the disk quota is used up: make room and run the same command again",
    errno.EACCES: "this is not permitted: choose another folder or change its permissions",
    errno.EPERM: "this is not permitted: choose another folder or change its permissions",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.ENOENT: "it is not there: restore it, or let `dlsurvey build` make it anew",
    errno.EISDIR: "there is a folder where a file is needed: move it",
    errno.EEXIST: "there is a file where a folder is needed: move it or choose another folder",
    errno.ENOTDIR: "a part of the path is a file: choose another folder",
    errno.ELOOP: "it is a link: put the file itself there",
    errno.ENAMETOOLONG: "the path is too long: choose a shorter one",
}

_UNKNOWN = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTTY)
_REFUSED = (*_UNKNOWN, errno.EPERM, errno.EACCES)

_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}\.tmp")
"""As `write_atomic` names what it has not put in place yet."""


MOST_BYTES = 2**28
"""No record is nearly as large."""


class OddFile(OSError):
    """What stands in the place of a record is no plain file, or far too large."""

    def __str__(self) -> str:
        """Without a number: it is no error of the system's."""
        return self.strerror or ""


def read_whole(path: Path) -> bytes:
    """The content of a plain file; raises OddFile for what may never end, such as a device, and OSError."""
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise OddFile(0, "it is no plain file: remove it", path)
    if facts.st_size > MOST_BYTES:
        raise OddFile(0, f"it is larger than {MOST_BYTES // 2**20} MiB: remove it", path)
    return path.read_bytes()


@contextmanager
def explaining(error: type[SurveyError], action: str) -> Iterator[None]:
    """Raise `error` with one sentence in place of an OSError: 'Cannot write X: the disk is full: ...'."""
    try:
        yield
    except OSError as failure:
        why = _CURES.get(failure.errno or 0, f"{failure.strerror or failure}")
        raise error(f"Cannot {action}: {why}.") from failure


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` by `content`: a reader, or a crash, sees the old file or the new one.

    Raises OSError.
    """
    make_folder(path.parent)
    descriptor, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            sync_file(file.fileno())
        show_to_all(Path(temporary), 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; a power cut takes none of them away again. Raises OSError."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        sync_folder(one.parent)


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove what a killed `write_atomic` left, of these; nobody may be writing there.

    That something cannot be removed hinders nobody.
    """
    for path in paths:
        if _TEMPORARY.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            with suppress(OSError):
                path.unlink()


def is_lacking(error: OSError) -> bool:
    """Whether a file system has no permissions or links: WSL's drives, NFS, SMB, FUSE, some containers."""
    return error.errno in _REFUSED


def show_to_all(path: Path, mode: int) -> None:
    """Give a temporary file or folder the permissions of others, where the file system keeps any.

    What `tempfile` makes would be hidden from a web server.
    """
    with _allowing(_REFUSED):
        os.chmod(path, mode)


def sync_file(descriptor: int) -> None:
    """Bring a file to the disk, where the file system knows how to. Raises OSError for a real fault."""
    with _allowing(_UNKNOWN):
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can; raises as `sync_file`."""
    if os.name != "posix":
        return
    descriptor = -1
    with _allowing(_REFUSED):
        descriptor = os.open(folder, os.O_RDONLY)
    if descriptor < 0:
        return
    try:
        sync_file(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _allowing(numbers: tuple[int, ...]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in numbers:
            raise
