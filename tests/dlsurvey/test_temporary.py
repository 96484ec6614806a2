"""Temporary files of a run go with it, or with the next run where it was killed."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from dlsurvey.temporary import LEFT_SECONDS, working_in_one_folder
from tests.conftest import REPOSITORY

WORK = """
import sys, tempfile, time
from dlsurvey.temporary import working_in_one_folder
with working_in_one_folder():
    tempfile.mkdtemp(prefix="weasyprint-")
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(place: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORK],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(place)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_all_that_is_temporary_is_in_one_folder_and_goes_with_the_run(place: Path) -> None:
    with working_in_one_folder() as folder:
        assert Path(tempfile.mkdtemp()).parent == folder
        assert list(place.iterdir()) == [folder]
    assert list(place.iterdir()) == []
    assert tempfile.gettempdir() == str(place)


def test_what_a_killed_run_left_goes_with_the_next_and_a_living_one_keeps_its_own(
    place: Path,
) -> None:
    with start(place) as killed, start(place) as living:
        killed.kill()
        killed.wait()
        assert len(list(place.iterdir())) == 2
        with working_in_one_folder():
            pass
        (kept,) = place.iterdir()
        assert any(path.name.startswith("weasyprint-") for path in kept.iterdir())
        living.communicate("")
    assert list(place.iterdir()) == []


def test_a_folder_without_a_lock_counts_by_its_age_and_others_stay(place: Path) -> None:
    old = time.time() - LEFT_SECONDS - 1
    names = ("dlsurvey-trial-abcd_123", "dlsurvey-parity-12345678", "dlsurvey-notes", "other")
    for name in names:
        (place / name).mkdir()
        if name != "dlsurvey-parity-12345678":
            os.utime(place / name, (old, old))
    (place / "dlsurvey-run-00000000").symlink_to(place / "other")
    with working_in_one_folder():
        pass
    assert {path.name for path in place.iterdir()} == {*names[1:], "dlsurvey-run-00000000"}
