"""Turns `[build] keep_editions` and `keep_days` into report folders removed, and never into lost evidence.

A folder is removed only where its manifest names the edition and every file in it is one that the
manifest lists, unchanged. The evidence stays, so that each edition can be rendered again.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec

from dlsurvey.config import Config
from dlsurvey.errors import RenderError
from dlsurvey.files import explaining, remove_leftovers
from dlsurvey.records import Edition
from dlsurvey.schema import UNREADABLE

MANIFEST = "manifest.json"
DRAFT = re.compile(r"-([a-z0-9_]{8}(-old)?|removed)")
"""What the folder of an edition is called, after its id, while it is written, replaced or removed."""
LINK = re.compile(r"\.latest-\d+\.tmp")


class ListedFile(msgspec.Struct):
    """One file of an edition's folder."""

    path: str
    sha256: str


class Manifest(msgspec.Struct):
    """What was written into an edition's folder."""

    files: list[ListedFile]
    edition: str = ""


def find_folder(reports: Path, edition: Edition) -> Path | None:
    """The edition's folder where one is there; an id that is no plain name has none."""
    folder = reports / edition.id
    return folder if is_plain(edition) and folder.is_dir() and not folder.is_symlink() else None


def is_plain(edition: Edition) -> bool:
    """Whether its id is a name, and not a way to somewhere else."""
    return re.fullmatch(r"\w[\w.-]*", edition.id, re.ASCII) is not None


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest where it is there and every file is as it lists it, else None."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        for file in manifest.files:
            if hashlib.sha256((folder / file.path).read_bytes()).hexdigest() != file.sha256:
                return None
    except (OSError, ValueError, *UNREADABLE):  # ValueError: a null byte in a path
        return None
    return manifest


def remove_old(config: Config, editions: Sequence[Edition], keep: str = "") -> tuple[str, ...]:
    """Remove what the settings no longer keep, and say what; `editions` oldest first.

    The newest edition stays, and `keep`, which was asked for just now. Raises RenderError.
    """
    with explaining(RenderError, f"tidy {config.reports}"):
        remove_drafts(config.reports, editions)
    told = []
    for edition in _list_old(config, editions):
        folder = find_folder(config.reports, edition)
        if folder is None or edition.id == keep:
            continue
        if not _is_ours(folder, edition):
            told.append(f"Kept {folder.name}: it holds files that dlsurvey did not write.")
            continue
        _remove(folder)
        told.append(
            f"Removed the files of {edition.id}; its evidence is kept, and"
            f" `dlsurvey render --edition {edition.id}` writes them again."
        )
    return tuple(told)


def remove_drafts(reports: Path, editions: Sequence[Edition]) -> None:
    """Remove what killed runs left beside the editions' folders; the caller holds the run's lock."""
    remove_leftovers(reports.glob(".*.tmp"))
    for edition in filter(is_plain, editions):
        for path in sorted(reports.glob(f".{edition.id}-*"), reverse=True):
            end = path.name.removeprefix(f".{edition.id}")
            if not DRAFT.fullmatch(end) or path.is_symlink():
                continue
            if end.endswith("-old") and not (reports / edition.id).exists():
                path.rename(reports / edition.id)  # it had stepped aside when the run was killed
            else:
                shutil.rmtree(path, ignore_errors=True)
    for path in reports.glob(".latest-*.tmp"):
        if LINK.fullmatch(path.name):
            with suppress(OSError):
                path.unlink()


def _list_old(config: Config, editions: Sequence[Edition]) -> list[Edition]:
    """Those beyond either limit; never the newest."""
    build = config.settings.build
    if not editions:
        return []
    *earlier, newest = editions
    old = []
    for place, edition in enumerate(earlier):
        beyond_count = build.keep_editions is not None and (
            len(editions) - place > build.keep_editions
        )
        beyond_days = build.keep_days is not None and (
            newest.created_at - edition.created_at > timedelta(days=build.keep_days)
        )
        if beyond_count or beyond_days:
            old.append(edition)
    return old


def _is_ours(folder: Path, edition: Edition) -> bool:
    manifest = read_manifest(folder)
    if manifest is None or manifest.edition != edition.id:
        return False
    listed = {Path(file.path) for file in manifest.files} | {Path(MANIFEST)}
    return all(
        path.relative_to(folder) in listed and not path.is_symlink()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )


def _remove(folder: Path) -> None:
    """First out of sight as a whole: a reader finds all of an edition or nothing."""
    hidden = folder.with_name(f".{folder.name}-removed")
    with explaining(RenderError, f"remove {folder}"):
        shutil.rmtree(hidden, ignore_errors=True)
        folder.rename(hidden)
        shutil.rmtree(hidden)
