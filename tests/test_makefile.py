"""The two commands: what make would run, without running it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def plan(tmp_path: Path, *arguments: str) -> str:
    """The commands of a fresh clone: no environment is there yet."""
    answer = subprocess.run(
        ["make", "--dry-run", f"VENV={tmp_path / 'venv'}", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def test_report_checks_installs_and_builds_in_this_order(tmp_path: Path) -> None:
    commands = plan(tmp_path, "report")
    steps = [
        "prerequisites.py",
        "-m venv",
        "install --constraint constraints.txt",
        "dlsurvey build",
    ]
    places = [commands.index(step) for step in steps]
    assert places == sorted(places)


def test_cpu_build_takes_torch_and_torchvision_from_one_source(tmp_path: Path) -> None:
    commands = plan(tmp_path, "report", "TORCH=cpu")
    assert "--torch-backend cpu --constraint constraints.txt" in commands
    assert commands.index("--torch-backend") < commands.index("--editable .")


def test_test_runs_ruff_mypy_and_pytest(tmp_path: Path) -> None:
    commands = plan(tmp_path, "test")
    for step in ("ruff check", "ruff format --check", "mypy", "-m pytest"):
        assert step in commands


def test_options_reach_the_build(tmp_path: Path) -> None:
    assert "dlsurvey build --profile quick" in plan(tmp_path, "report", "ARGS=--profile quick")
