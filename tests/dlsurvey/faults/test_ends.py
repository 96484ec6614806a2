"""A build that is asked to end, or whose terminal is closed, leaves no worker, note or temporary file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.examining import list_leftovers
from tests.dlsurvey.faults.quick_build import SETTINGS

if os.name != "posix":
    pytest.skip("other systems have neither signal", allow_module_level=True)
pytestmark = pytest.mark.trains
SAID = "Checking that mnist-cnn"
"""Workers run from here on."""


def start(folder: Path, *before: str) -> subprocess.Popen[str]:
    (folder / "survey").mkdir()
    (folder / "temporary").mkdir()
    (folder / "survey" / "survey.toml").write_text(SETTINGS)
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "tests.dlsurvey.faults.quick_build"],
        cwd=folder / "survey",
        env=os.environ
        | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(folder / "temporary"), "FORMATS": "html"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    while not (line := process.stdout.readline()).startswith(SAID):
        assert line
    return process


def list_temporary(folder: Path) -> list[str]:
    """All but what PyTorch, which the programs import, keeps there as its cache."""
    names = [path.name for path in (folder / "temporary").iterdir()]
    return [name for name in names if not name.startswith("torchinductor_")]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_build_that_is_asked_to_end_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    with start(tmp_path) as process:
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        assert process.wait(timeout=60) == 1
    _, alive = psutil.wait_procs(workers, timeout=2)
    assert alive == []
    assert not (tmp_path / "survey" / "data" / ".run.json").exists()
    assert list_leftovers(tmp_path / "survey") == []
    assert list_temporary(tmp_path) == []


def test_nohup_means_it(tmp_path: Path) -> None:
    with start(tmp_path, "nohup") as process:
        process.send_signal(signal.SIGHUP)
        assert process.stdout is not None
        process.stdout.read()
        assert process.wait(timeout=300) == 0


def test_workers_of_a_killed_build_end_with_it_and_the_next_one_tidies(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(workers, timeout=2)
    assert alive == []
    assert list_temporary(tmp_path) != []
    (tmp_path / "survey" / "survey.toml").write_text("")  # without the frameworks of the test
    answer = subprocess.run(
        [sys.executable, "-m", "dlsurvey", "collect", "published"],
        cwd=tmp_path / "survey",
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path / "temporary")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert list_temporary(tmp_path) == []
