"""Turns a small disk, page by page of room, into rounds of writing that end in a full one.

Run as `python -m tests.dlsurvey.faults.small_disk FOLDER`; prints how often it was full, and how
often there was room for everything.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dlsurvey.errors import SurveyError
from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.examining import (
    check_all_is_whole,
    check_nothing_is_lost,
    read_evidence,
)
from tests.dlsurvey.faults.writing import NEW, OLD, write_all

PAGE = os.sysconf("SC_PAGE_SIZE")
CURE = "the disk is full: make room and run the same command again."


def fill(disk: Path, pages: int) -> Path:
    """Leave so many pages of room."""
    ballast = disk / "ballast"
    room = shutil.disk_usage(disk).free
    ballast.write_bytes(bytes(max(0, room - pages * PAGE)))
    return ballast


def run_rounds(disk: Path) -> tuple[int, int]:
    full = 0
    for pages in range(1000):
        survey = disk / "survey"
        survey.mkdir()
        (survey / "survey.toml").write_text("")
        write_all(survey, OLD)
        before = read_evidence(survey)
        ballast = fill(disk, pages)
        complaint = write_until_full(survey)
        full += bool(complaint)
        assert complaint.endswith(CURE if complaint else ""), complaint
        check_nothing_is_lost(before, read_evidence(survey))
        check_all_is_whole(survey)
        if full == 1:
            check_command_line(survey)
        ballast.unlink()
        write_all(survey, NEW)
        check_all_is_whole(survey)
        shutil.rmtree(survey)
        if not complaint:
            return full, 1
    return full, 0


def write_until_full(survey: Path) -> str:
    """What was said where there was no room; empty where there was."""
    try:
        write_all(survey, NEW)
    except SurveyError as error:
        return str(error)
    return ""


def check_command_line(survey: Path) -> None:
    """One sentence, and exit code 1."""
    answer = subprocess.run(
        [sys.executable, "-m", "dlsurvey", "collect", "published"],
        cwd=survey,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer
    assert answer.stderr.strip().endswith(CURE), answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


if __name__ == "__main__":
    sys.stdout.write("{} {}\n".format(*run_rounds(Path(sys.argv[1]))))
