"""Turns a data folder of an older format into one of this format, with a backup of what it was.

`data/format.json` names the format. Format 1 had no such file and no seals; what a step does is
written as if a kill could come after any of its writes: done again, it ends in the same.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from dlsurvey.errors import StoreError
from dlsurvey.files import (
    explaining,
    make_folder,
    read_whole,
    remove_leftovers,
    show_to_all,
    sync_folder,
    write_atomic,
)
from dlsurvey.lines import Fault
from dlsurvey.observations import ObservationFiles
from dlsurvey.records import to_json
from dlsurvey.schema import UNREADABLE

FORMAT = 2
NAME = "format.json"
FIRST = 1
"""The format of a folder that does not name one."""
FOLDERS = (
    "observations", "trials", "sources", "plans", "parity", "gradients", "deployments", "samples",
    "editions", "imprints", "words",
)  # fmt: skip
FILES = ("collections.jsonl", "builds.jsonl", "training.json", "seals.jsonl", NAME)
"""With the folders, what a backup holds: all but the responses as received, which no step changes,
and what can be made anew."""


class Format(msgspec.Struct, frozen=True):
    """How the files of a data folder are arranged."""

    schema: int


def read_format(folder: Path) -> int | None:
    """The format of the data in `folder`; None where there are none.

    Raises StoreError where a newer dlsurvey wrote them, or where the format cannot be read.
    """
    path = folder / NAME
    with explaining(StoreError, f"read {path}"):
        if not path.exists():
            return FIRST if any((folder / name).exists() for name in (*FOLDERS, *FILES)) else None
        content = read_whole(path)
    try:
        found = msgspec.json.decode(content, type=Format).schema
    except UNREADABLE as error:
        raise StoreError(
            f"{path} names no format ({error}): restore it; without it, everything is read as format"
            f" {FIRST}."
        ) from error
    if found > FORMAT:
        raise StoreError(
            f"{folder} was written by a newer dlsurvey (format {found}, this one reads up to"
            f" {FORMAT}): update dlsurvey."
        )
    return found


def bring_up_to_date(folder: Path) -> str:
    """Migrate the data to this format, under the lock of a run; what was done, or '' for nothing.

    Raises StoreError. Until the last write, `format.json`, the folder counts as of its old format.
    """
    found = read_format(folder)
    remove_leftovers(folder.glob(".*.tmp"))
    for name in (*FOLDERS, "raw", "rendered"):
        remove_leftovers((folder / name).rglob(".*.tmp"))
    said = ""
    if found is not None and found < FORMAT:
        with explaining(StoreError, f"migrate {folder} from format {found} to {FORMAT}"):
            backup = back_up(folder, found)
            for number in range(found, FORMAT):
                STEPS[number](folder)
        said = (
            f"{folder} was of format {found} and is of format {FORMAT} now; as it was it is kept in"
            f" {backup}."
        )
    if found != FORMAT:
        with explaining(StoreError, f"write {folder / NAME}"):
            write_atomic(folder / NAME, to_json(Format(FORMAT)) + b"\n")
    return said


def back_up(folder: Path, found: int) -> Path:
    """Copy the evidence beside itself, as a whole or not at all; a copy that is there stays."""
    backups = folder / "backups"
    backup = backups / f"format-{found}"
    if backup.exists():
        return backup
    make_folder(backups)
    for killed in backups.glob(".copy-*"):
        shutil.rmtree(killed)
    draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=backups))
    try:
        for name in FOLDERS:
            _copy_files(folder / name, draft / name)
        for name in FILES:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, draft / name)
        show_to_all(draft, 0o755)
        draft.rename(backup)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync_folder(backups)
    return backup


def _copy_files(folder: Path, copy: Path) -> None:
    """Contents alone: not every file system keeps permissions and times."""
    for path in folder.rglob("*"):
        if path.is_file():
            place = copy / path.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _seal(folder: Path) -> None:
    """From 1 to 2: every stored line of observations gets its checksum."""
    ObservationFiles(folder, _ignore).seal_all()


def _ignore(fault: Fault) -> None:
    """A damaged line is told when it is read."""


STEPS: dict[int, Callable[[Path], None]] = {1: _seal}
"""By the format they start from."""
