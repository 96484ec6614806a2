"""Two runs in one folder are kept apart; a lock never outlives its process, however that dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlsurvey.errors import BusyError
from dlsurvey.lock import holding

HOLD = """
import sys, time
from pathlib import Path
from dlsurvey.lock import holding
with holding(Path(sys.argv[1]), "dlsurvey build"):
    print("held", flush=True)
    time.sleep(60)
"""


def start_holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_second_run_ends_at_once_and_says_who_is_at_work(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        started = time.monotonic()
        with pytest.raises(BusyError, match=f"`dlsurvey build`, process {holder.pid}, since"):
            holding(tmp_path, "dlsurvey train").__enter__()
        assert time.monotonic() - started < 5
        holder.kill()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_lock_of_a_killed_process_holds_nobody_up(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
    assert (tmp_path / ".run.json").exists()  # what it left behind
    with holding(tmp_path, "dlsurvey build"):
        pass


def test_damaged_note_is_no_obstacle(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        (tmp_path / ".run.json").write_text("{")
        with pytest.raises(BusyError, match="Another dlsurvey is at work in this folder: wait"):
            holding(tmp_path, "dlsurvey train").__enter__()
        holder.kill()


def test_it_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), holding(tmp_path, "dlsurvey build"):
        raise RuntimeError
    with holding(tmp_path, "dlsurvey build"):
        pass
    assert not (tmp_path / ".run.json").exists()
