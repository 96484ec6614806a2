"""What is missing on a machine is said: as a failure where it must be there, else in the last line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.skipped import count_reasons, describe_skipped
from tests.surroundings import NO_BROWSER, NO_FONT

SUITE = """
import pytest

def test_a():
    pass

@pytest.mark.parametrize("n", range(2))
def test_b(n):
    pytest.skip("no browser")

@pytest.mark.skipif(True, reason="other systems")
def test_c():
    pass
"""


def run_pytest(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *words],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_last_line_counts_what_was_skipped_and_says_why(tmp_path: Path) -> None:
    reports = (tmp_path / "a.xml", tmp_path / "b.xml")
    (tmp_path / "test_suite.py").write_text(SUITE)
    for report, choice in zip(reports, ("test_a or test_b", "test_c"), strict=True):
        run_pytest(f"--junitxml={report}", str(tmp_path / "test_suite.py"), "-k", choice)
    assert describe_skipped(count_reasons(reports)) == (
        "3 tests were skipped (2: no browser; 1: other systems)"
    )
    assert describe_skipped(count_reasons(())) == "No test was skipped."


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_test_ends_with_that_line() -> None:
    # Where `make test` runs this, the inner make would tell of folders entered and left.
    command = ["make", "--dry-run", "--no-print-directory", "test"]
    planned = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    lines = planned.stdout.strip().splitlines()
    written = [word.partition("=")[2] for word in planned.stdout.split() if "--junitxml=" in word]
    assert len(written) == 2
    assert lines[-1].split()[1:] == ["-m", "tests.skipped", *written]


HIDE = """
import shutil
import tests.surroundings
tests.surroundings.find_browser = lambda: None
tests.surroundings.find_korean = lambda: None
"""


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_where_tests_have_to_run_what_is_missing_is_a_failure(
    tmp_path: Path, ci: str, code: int
) -> None:
    (tmp_path / "hide.py").write_text(HIDE)
    paths = f"{REPOSITORY}{os.pathsep}{tmp_path}"
    words = ("-p", "hide", "tests/test_makefile.py", "-k", "options")
    done = run_pytest(*words, CI=ci, PYTHONPATH=paths)
    assert done.returncode == code, done.stdout + done.stderr
    for sentence in (NO_BROWSER, NO_FONT):
        assert (sentence in done.stdout + done.stderr) == (code == 1)
