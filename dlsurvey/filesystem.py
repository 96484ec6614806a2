"""Turns a folder into what its file system lacks, by trying each call once on files of its own."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def list_lacks(folder: Path) -> tuple[str, ...]:
    """What does not work there, and what dlsurvey does without it; raises OSError where nothing does."""
    lacks = []
    with tempfile.TemporaryDirectory(prefix=".dlsurvey-probe-", dir=folder) as name:
        for probe, consequence in _PROBES:
            try:
                works = probe(Path(name))
            except (OSError, NotImplementedError):
                works = False
            if not works:
                lacks.append(consequence)
    return tuple(lacks)


def _keeps_permissions(folder: Path) -> bool:
    path = folder / "permissions"
    path.touch(0o600)
    path.chmod(0o644)
    return os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o644


def _syncs_folders(folder: Path) -> bool:
    if os.name != "posix":
        return True
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True


def _locks(folder: Path) -> bool:
    with FileLock(folder / "lock", fallback_to_soft=False, timeout=1):
        return True


def _links(folder: Path) -> bool:
    (folder / "link").symlink_to("permissions")
    return True


def _renames_folders(folder: Path) -> bool:
    (folder / "draft").mkdir()
    (folder / "draft").rename(folder / "edition")
    return True


_PROBES: tuple[tuple[Callable[[Path], bool], str], ...] = (
    (_keeps_permissions, "permissions (who may read a report is up to the file system)"),
    (_syncs_folders, "syncing of folders (a power cut may take the newest files)"),
    (_locks, "locks (a file stands in for them, which other machines do not respect)"),
    (_links, "links (reports/latest is a text file that names the edition)"),
    (_renames_folders, "renaming of folders (no edition can be put in place: choose another folder)"),
)  # fmt: skip
