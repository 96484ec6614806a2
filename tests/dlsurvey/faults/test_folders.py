"""Folders that cannot be written, two builds at once, a clock set back, and data edited into nonsense."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlsurvey.editions import order_editions
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.examining import (
    check_all_is_whole,
    check_nothing_is_lost,
    list_leftovers,
    read_evidence,
)
from tests.dlsurvey.faults.quick_build import SETTINGS
from tests.dlsurvey.faults.small_disk import write_until_full
from tests.dlsurvey.faults.test_full_disk import Disk, can_mount, full_after
from tests.dlsurvey.faults.writing import NEW, OLD, write_all
from tests.dlsurvey.test_cli import run


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder with one round of everything."""
    folder = tmp_path / "survey"
    folder.mkdir()
    (folder / "survey.toml").write_text("")
    write_all(folder, OLD)
    return folder


# Folders that cannot be written


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EROFS, "the file system is read-only: choose another folder."),
        (errno.EACCES, "this is not permitted: choose another folder or change its permissions."),
        (errno.EDQUOT, "the disk quota is used up: make room and run the same command again."),
    ],
)
def test_a_refused_write_is_one_sentence_wherever_it_comes(
    survey: Path, tmp_path: Path, number: int, words: str
) -> None:
    before = read_evidence(survey)
    for place in range(1, 200, 7):
        folder = tmp_path / str(place)
        shutil.copytree(survey, folder, symlinks=True)
        disk = Disk(place, number)
        with full_after(disk):
            complaint = write_until_full(folder)
        # Without links, `latest` is a file that names the edition; all else is said.
        if disk.refused != "symlink" or number != errno.EACCES:
            assert complaint.endswith(words if disk.refused else ""), (disk.refused, complaint)
        check_nothing_is_lost(before, read_evidence(folder))
        check_all_is_whole(folder)


def test_a_read_only_folder_can_be_looked_at_and_is_named(survey: Path) -> None:
    if not can_mount(survey / "logs"):
        pytest.skip("unshare -Urm: no mount of its own is allowed to a process here")
    script = (
        f'mount --bind "{survey}" "{survey}" && mount -o remount,bind,ro "{survey}" && cd "{survey}"'
        ' && for command in status "collect published" "render --format html" "build --offline";'
        ' do "$0" -m dlsurvey $command; echo "exit code $?"; done'
    )
    answer = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script, sys.executable],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    codes = [line[-1] for line in answer.stdout.splitlines() if line.startswith("exit code")]
    assert codes == ["0", "1", "1", "1"], answer
    complaints = answer.stderr.splitlines()
    assert len(complaints) == 3, complaints
    for complaint in complaints:
        assert str(survey / "data") in complaint
        assert complaint.endswith("the file system is read-only: choose another folder.")


# Two at once


def test_the_second_of_two_builds_ends_at_once_and_the_first_is_whole(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text(SETTINGS)
    command = [sys.executable, "-m", "tests.dlsurvey.faults.quick_build"]
    settings = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=settings, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline().startswith("Collecting")
        if os.name == "posix":  # so that it cannot end before the second has begun
            first.send_signal(signal.SIGSTOP)
        second = subprocess.run(
            command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False
        )
        if os.name == "posix":
            first.send_signal(signal.SIGCONT)
        first.stdout.read()
    assert first.returncode == 0
    assert second.returncode == 1
    assert second.stdout == ""
    assert f"(`dlsurvey build`, process {first.pid}, since" in second.stderr
    assert second.stderr.endswith("wait until it has ended.\n")
    check_all_is_whole(tmp_path)
    assert list_leftovers(tmp_path) == []
    assert len(Store(tmp_path / "data").list_editions()) == 1


# The clock


def test_a_clock_set_back_loses_nothing_and_the_newest_stays_the_newest(survey: Path) -> None:
    newer = write_all(survey, NEW)
    (first,) = (one for one in Store(survey / "data").list_editions() if one.id != newer.id)
    before = read_evidence(survey)
    newest = write_all(survey, NEW + 1, hour=0)  # an hour before the very first
    assert newest.created_at < first.created_at
    assert [one.id for one in order_editions(Store(survey / "data").list_editions())] == [
        first.id, newer.id, newest.id,
    ]  # fmt: skip
    assert os.readlink(survey / "reports" / "latest") == newest.id
    check_nothing_is_lost(before, read_evidence(survey))
    check_all_is_whole(survey)


def test_files_of_the_future_are_shown_all_the_same(survey: Path) -> None:
    later = time.time() + 10**8
    for path in survey.rglob("*"):
        if path.is_file():
            os.utime(path, (later, later))
    answer = run(survey, "status")
    assert answer.returncode == 0, answer.stderr
    assert "Traceback" not in answer.stderr


# Data edited into nonsense


def test_nonsense_under_data_is_named_and_the_rest_is_used(tmp_path: Path) -> None:
    assert run(tmp_path, "collect", "published").returncode == 0
    data = tmp_path / "data"
    published = data / "observations" / "published.jsonl"
    lines = published.read_bytes().splitlines(keepends=True)
    lines[4] = b"five is right out\n"
    lines[9] = lines[9].replace(b'"value":', b'"value":9')
    published.write_bytes(b"".join(lines))
    with (data / "collections.jsonl").open("ab") as file:
        file.write(b"{}\n")
    for name in ("editions/nonsense.json", "trials/0123456789abcdef/1.json", "plans/x.json"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(b"\xff\x00 nonsense")
    answer = run(tmp_path, "render", "--format", "html")
    assert answer.returncode == 0, answer.stderr
    assert "Gap: Line 5 of data/observations/published.jsonl. It is no observation" in answer.stdout
    assert "Gap: Line 10 of data/observations/published.jsonl. It was changed" in answer.stdout
    results = json.loads((tmp_path / "reports" / "latest" / "results.json").read_bytes())
    gaps = [gap["what"] for gap in results["gaps"]]
    assert "Line 5 of data/observations/published.jsonl" in gaps
    status = run(tmp_path, "status")
    assert status.returncode == 0, status.stderr
    assert "Line 10 of data/observations/published.jsonl" in status.stdout
