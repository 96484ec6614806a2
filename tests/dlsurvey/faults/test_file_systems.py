"""File systems that do not know every call: each edition is written; a real fault stops it."""

import errno
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlsurvey.doctor import _examine_folder
from dlsurvey.errors import BusyError, SurveyError
from dlsurvey.lock import holding
from dlsurvey.migration import back_up
from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.examining import check_all_is_whole, list_leftovers
from tests.dlsurvey.faults.writing import NEW, OLD, write_all

LACKING = [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS]
NO_LOCKS = [errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS]
Refuse = Callable[..., None]


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    (tmp_path / "survey.toml").write_text("")
    return tmp_path


def refuse(number: int) -> Refuse:
    def call(*_given: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def refuse_folders(number: int) -> Refuse:
    """Of `os.fsync`: files are synced, folders are not."""
    sync = os.fsync

    def call(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    return call


def write_twice(survey: Path) -> None:
    write_all(survey, OLD)
    write_all(survey, NEW)
    check_all_is_whole(survey)
    assert list_leftovers(survey) == []


@pytest.mark.parametrize("number", [*LACKING, errno.EPERM, errno.EACCES])
def test_permissions_that_cannot_be_set_stop_nothing(
    survey: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("os.chmod", refuse(number))
    write_twice(survey)
    backup = back_up(survey / "data", 1)
    copied = {path.name for path in (backup / "observations").iterdir()}
    assert copied == {path.name for path in (survey / "data" / "observations").iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells folders from files")
@pytest.mark.parametrize("number", LACKING)
def test_a_folder_that_cannot_be_synced_stops_nothing(
    survey: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("os.fsync", refuse_folders(number))
    write_twice(survey)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells folders from files")
def test_a_disk_that_fails_is_no_lack_of_the_file_system(
    survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", refuse_folders(errno.EIO))
    with pytest.raises(SurveyError, match=os.strerror(errno.EIO)):
        write_all(survey, OLD)


@pytest.mark.parametrize("number", [*LACKING, errno.EPERM])
def test_without_links_the_newest_edition_is_named_in_a_file(
    survey: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("os.symlink", refuse(number))
    edition = write_all(survey, OLD)
    assert (survey / "reports" / "latest").read_text() == f"{edition.id}\n"


# Locks


@pytest.fixture(params=NO_LOCKS)
def without_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.flock", refuse(request.param))


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_file_stands_in_and_the_log_says_so(
    survey: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    (survey / "data").mkdir()
    for name in (".run", ".lock"):
        (survey / "data" / name).touch()  # what real locks leave behind
    write_twice(survey)
    assert caplog.text.count("has no locks") == 1
    assert not (survey / "data" / ".run.held").exists()


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_second_run_is_kept_out_all_the_same(survey: Path) -> None:
    with (
        holding(survey / "data", "dlsurvey build"),
        pytest.raises(BusyError, match=r"`dlsurvey build`, process .* or remove .*run.held"),
    ):
        holding(survey / "data", "dlsurvey train").__enter__()
    with holding(survey / "data", "dlsurvey train"):
        pass


KILLED = """
import errno, fcntl, os, signal, sys
from pathlib import Path
from dlsurvey.lock import holding
def refuse(*given):
    raise OSError(errno.ENOLCK, "No locks available")
fcntl.flock = refuse
with holding(Path(sys.argv[1]), "dlsurvey build"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_killed_run_holds_nobody_up(survey: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", KILLED, str(survey / "data")],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert (survey / "data" / ".run.held").exists()
    with holding(survey / "data", "dlsurvey build"):
        pass


def test_a_lock_that_fails_for_another_reason_is_told(
    survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fcntl.flock", refuse(errno.EIO))
    with pytest.raises(SurveyError, match=f"Cannot write .*: {os.strerror(errno.EIO)}"):
        holding(survey / "data", "dlsurvey build").__enter__()


# The doctor


@pytest.mark.parametrize(
    ("call", "lack"),
    [
        ("os.chmod", "permissions"),
        ("os.fsync", "syncing of folders"),
        ("fcntl.flock", "locks (a file stands in"),
        ("os.symlink", "links (reports/latest"),
    ],
)
def test_the_doctor_says_what_a_folder_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, lack: str
) -> None:
    assert "lacks" not in _examine_folder("data", tmp_path).text
    monkeypatch.setattr(call, refuse(errno.ENOSYS))
    finding: Any = _examine_folder("data", tmp_path)
    assert finding.state == "note"
    assert f"The file system of the data folder {tmp_path} lacks {lack}" in finding.text
    assert list(tmp_path.iterdir()) == []
