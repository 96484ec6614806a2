"""A disk that is full at any write: what was there stays, and the message says what to do."""

import errno
import io
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.examining import (
    check_all_is_whole,
    check_nothing_is_lost,
    list_leftovers,
    read_evidence,
)
from tests.dlsurvey.faults.small_disk import CURE, write_until_full
from tests.dlsurvey.faults.writing import NEW, OLD, write_all

CALLS = ("fsync", "mkdir", "replace", "rename", "symlink", "open")


class Disk:
    """Counts what would take room on it, and refuses the n-th."""

    def __init__(self, last: int, number: int = errno.ENOSPC) -> None:
        self.room = last
        self.number = number
        self.asked = 0
        self.refused = ""

    def take(self, what: str) -> None:
        self.asked += 1
        if self.asked == self.room:
            self.refused = what
            raise OSError(self.number, os.strerror(self.number))


@contextmanager
def full_after(disk: Disk) -> Iterator[None]:
    """Every system call that takes room goes through `disk`."""

    def guard(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*given: Any, **named: Any) -> Any:
            # What is there takes no more room: only what makes a file or a folder may be refused.
            if name not in ("open", "mkdir") or _makes_one(name, given, named):
                disk.take(name)
            return call(*given, **named)

        return guarded

    patches = [mock.patch.object(os, name, guard(name, getattr(os, name))) for name in CALLS]
    patches.append(mock.patch.object(io, "open", guard("open", io.open)))
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in reversed(patches):
            patch.stop()


def _makes_one(name: str, given: tuple[Any, ...], named: dict[str, Any]) -> bool:
    if isinstance(given[0], int) or os.path.lexists(given[0]):
        return False
    if name == "mkdir":
        return True
    how = given[1] if len(given) > 1 else named.get("mode", "r")
    return bool(how & os.O_CREAT) if isinstance(how, int) else any(one in how for one in "wax+")


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder with one round of everything."""
    folder = tmp_path / "survey"
    folder.mkdir()
    (folder / "survey.toml").write_text("")
    write_all(folder, OLD)
    return folder


def test_each_write_in_turn_may_find_the_disk_full(survey: Path, tmp_path: Path) -> None:
    before = read_evidence(survey)
    hit = []
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        shutil.copytree(survey, folder, symlinks=True)
        disk = Disk(number)
        with full_after(disk):
            complaint = write_until_full(folder)
        assert complaint.endswith(CURE if disk.refused else ""), (disk.refused, complaint)
        check_nothing_is_lost(before, read_evidence(folder))
        check_all_is_whole(folder)
        assert not [path for path in list_leftovers(folder) if path.name != ".run.json"]
        if not disk.refused:
            break
        hit.append(disk.refused)
        write_all(folder, NEW)
        check_nothing_is_lost(before, read_evidence(folder))
        check_all_is_whole(folder)
        shutil.rmtree(folder)
    assert len(hit) > 60
    assert {"fsync", "mkdir", "replace", "rename", "symlink", "open"} == set(hit)


def can_mount(folder: Path) -> bool:
    """Whether a process may have a small disk of its own, as most Linux systems allow."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_real_small_disk_fills_up_page_by_page(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    if not can_mount(place):
        pytest.skip("unshare -Urm: no disk of its own is allowed to a process here")
    mount = f'mount -t tmpfs -o size=2m tmpfs "{place}" && exec "$0" "$@"'
    answer = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, sys.executable, "-m",
         "tests.dlsurvey.faults.small_disk", str(place)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    full, ended = (int(word) for word in answer.stdout.split())
    assert full > 20
    assert ended == 1
