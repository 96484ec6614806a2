"""The commit that a trial is recorded with is that of this code, or none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

ASK = "from experiments.environment import read_environment; print(read_environment().git_commit)"


def git(folder: Path, *command: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    return subprocess.run(
        ["git", *identity, *command], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey folder under version control, with the program installed inside it."""
    if shutil.which("git") is None:
        pytest.skip("no git here")
    site = tmp_path / ".venv" / "site-packages"
    for name in ("dlsurvey", "experiments", "collectors", "templates"):
        shutil.copytree(
            REPOSITORY / name, site / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / ".gitignore").write_text(".venv/\n")
    (tmp_path / "survey.toml").write_text("")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".gitignore", "survey.toml")
    git(tmp_path, "commit", "--quiet", "-m", "A survey")
    return tmp_path


def read_commit(survey: Path, **variables: str) -> str:
    site = survey / ".venv" / "site-packages"
    return subprocess.run(
        [sys.executable, "-P", "-c", ASK],
        cwd=survey,
        env=os.environ | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"} | variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_the_repository_around_an_installed_program_is_not_its_own(survey: Path) -> None:
    assert read_commit(survey) == "None"
    assert read_commit(survey, GIT_DIR=str(survey / ".git"), GIT_WORK_TREE=str(survey)) == "None"


def test_a_commit_that_holds_the_code_is_taken_and_a_change_is_marked(survey: Path) -> None:
    git(survey, "add", "--force", ".venv")
    git(survey, "commit", "--quiet", "-m", "The code too")
    commit = git(survey, "rev-parse", "--short=12", "HEAD")
    assert read_commit(survey) == commit
    (survey / "survey.toml").write_text("[survey]\n")
    assert read_commit(survey) == f"{commit}+"
