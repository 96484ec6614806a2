"""The wheel holds all that a survey folder far from this repository needs."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("dlsurvey", "collectors", "experiments", "templates")


def call(*command: str | Path, folder: Path) -> str:
    """Standard output of a command that nothing of this checkout or its settings reaches."""
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DLSURVEY_", "PYTHON", "COV_", "VIRTUAL_ENV"))
    }
    answer = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=clean | {"XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing of the build is left in the checkout."""
    pytest.importorskip("setuptools", "77", reason="setuptools builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, source / name, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(REPOSITORY / name, source / name)
    call(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--no-index", "--disable-pip-version-check", "--wheel-dir", folder, source, folder=folder,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`dlsurvey` in an environment of its own that holds the wheel; what it needs is lent to it."""
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", folder / "venv", folder=folder)
    python = folder / "venv" / "bin" / "python"
    # Before the frameworks are lent: pip would take this checkout for an older version.
    call(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps",
        "--no-index", "--disable-pip-version-check", wheel, folder=folder,
    )  # fmt: skip
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    paths = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}
    # Of a folder that is lent in this way no other .pth is read: the checkout stays out of reach.
    (site / "lent.pth").write_text("".join(f"{path}\n" for path in sorted(paths)))
    return folder / "venv" / "bin" / "dlsurvey"


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for name in PACKAGES:
        for path in (REPOSITORY / name).rglob("*"):
            # What a linter reads or leaves behind is no part of the program.
            apart = path.name == "ruff.toml" or {"__pycache__", ".ruff_cache"} & set(path.parts)
            if path.is_file() and not apart:
                assert path.relative_to(REPOSITORY).as_posix() in packed


@pytest.mark.skipif(os.name != "posix", reason="the layout of an environment differs elsewhere")
def test_a_survey_folder_works_with_the_wheel_alone(program: Path, tmp_path: Path) -> None:
    python = program.with_name("python")
    for name in PACKAGES:
        found = call(python, "-c", f"import {name}; print({name}.__path__[0])", folder=tmp_path)
        assert Path(found.strip()).is_relative_to(program.parents[1]), found
    call(program, "init", "survey", folder=tmp_path)
    folder = tmp_path / "survey"
    store = shutil.ignore_patterns("survey.toml", "README.md")
    shutil.copytree(REPOSITORY / "tests" / "sample_store", folder / "data", ignore=store)
    said = call(program, "collect", "published", folder=folder)
    assert "observations" in said
    call(program, "render", "--format", "html,pdf", folder=folder)
    latest = folder / "reports" / "latest"
    assert (latest / "report.pdf").read_bytes().startswith(b"%PDF")
    html = (latest / "report.html").read_text(encoding="utf-8")
    assert "</html>" in html
    assert str(REPOSITORY) not in html
    assert "jobs:" in call(program, "schedule", "github-actions", folder=folder)
    assert "nothing is due" in call(program, "build", "--offline", "--dry-run", folder=folder)
