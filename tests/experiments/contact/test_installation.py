"""An installation is real and removed; whatever fails is told, with what came before it."""

import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from experiments.contact import installation, runner
from experiments.contact.commands import StepStopped, explain, run_command
from experiments.contact.installation import install, list_constraints, pin
from experiments.contact.newcomers import NEWCOMERS, Newcomer, describe_job, read_program
from experiments.contact.runner import meet_all, time_import
from experiments.frameworks import PYTORCH, Framework

PROGRAM = """
import json, sys
json.load(sys.stdin)
import dlsurvey_fake
print("frameworks print")
print(json.dumps({"import_seconds": 0.1, "build_seconds": 0.2, "step_seconds": 0.3, "loss": 2.3}))
"""
WHEEL = """Wheel-Version: 1.0
Generator: test
Root-Is-Purelib: true
Tag: py3-none-any
"""


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of one small package, and no other."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "dlsurvey_fake-1.0.dist-info"
    with zipfile.ZipFile(folder / "dlsurvey_fake-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("dlsurvey_fake.py", "NAME = 'fake'\n")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: dlsurvey-fake\nVersion: 1.0\n"
        )
        wheel.writestr(f"{info}/WHEEL", WHEEL)
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(installation, "NEEDED_BYTES", 0)
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where environments are made and removed."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def make_newcomer(package: str = "dlsurvey-fake", imports: tuple[str, ...] = ("json",)) -> Newcomer:
    framework = Framework(
        name="fake",
        title="Fake",
        adapter="none",
        program="none",
        imports=(),
        package="numpy",
        modes=("eager",),
    )
    return Newcomer(
        framework=framework, packages=(package,), imports=imports, program="with_torch.py"
    )


def test_a_real_installation_is_timed_in_parts_and_removed(
    wheels: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "read_program", lambda newcomer: PROGRAM)
    found = install(make_newcomer(), time.monotonic() + 120)
    assert found.error == ""
    assert found.packages == 1
    assert found.size_bytes is not None
    assert 0 < found.size_bytes < 100_000
    assert found.venv_seconds is not None
    assert found.install_seconds is not None
    total = found.venv_seconds + found.install_seconds + 0.1 + 0.2 + 0.3
    assert found.total_seconds == pytest.approx(total)
    assert list(temporary.iterdir()) == []


def test_a_package_that_no_index_has_is_a_row_with_its_error(wheels: Path, temporary: Path) -> None:
    found = install(make_newcomer("dlsurvey-absent"), time.monotonic() + 120)
    assert found.error.startswith("pip install: ERROR")
    assert "dlsurvey-absent" in found.error
    assert str(wheels) not in found.error
    assert found.venv_seconds is not None
    assert found.install_seconds is None
    assert found.total_seconds is None
    assert list(temporary.iterdir()) == []


def test_without_time_or_disk_nothing_is_begun(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "NEEDED_BYTES", 0)
    assert "not begun" in install(make_newcomer(), time.monotonic() - 1).error
    monkeypatch.setattr(installation, "NEEDED_BYTES", 10**18)
    assert "GB of disk are free" in install(make_newcomer(), time.monotonic() + 60).error


def test_a_command_that_hangs_is_ended() -> None:
    started = time.monotonic()
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(StepStopped, match="waiting: not done when the time"):
        run_command("waiting", command, "", {}, 0.5)
    assert time.monotonic() - started < 20


def test_errors_name_no_address_and_no_folder() -> None:
    told = explain(
        "WARNING: retrying\nERROR: nothing at https://user:secret@index.example/simple in /home/me/x\n",
        1,
    )
    assert told == "ERROR: nothing at (address) in x"
    assert explain("", 7) == "it ended with exit code 7"


def test_versions_are_those_that_run_here_without_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = next(one for one in NEWCOMERS if one.framework == PYTORCH)

    class Installed:
        version = "2.9.0+cpu"

    monkeypatch.setattr(installation, "find_distributions", lambda names: {"torch": Installed()})
    assert pin(torch) == ("torch==2.9.0",)
    assert list_constraints(torch) == "torch==2.9.0\n"
    monkeypatch.setattr(installation, "find_distributions", lambda names: None)
    assert pin(torch) == ("torch",)


def test_imports_are_timed_in_fresh_processes() -> None:
    run = time_import(make_newcomer())
    assert 0 <= run.import_seconds < run.process_seconds
    with pytest.raises(StepStopped, match="import: ModuleNotFoundError"):
        time_import(make_newcomer(imports=("no_such_module",)))


def test_offline_only_imports_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "ROUNDS", 2)
    said: list[str] = []
    newcomers = [make_newcomer("numpy", ("json",))]
    found = meet_all(("fake", "other"), None, said.append, offline=True, newcomers=newcomers)
    (contact,) = found.contacts
    assert len(contact.runs) == 2
    assert "--offline" in contact.installation.error
    assert contact.present_packages == 1
    assert contact.present_bytes is not None
    assert contact.present_bytes > 1_000_000
    broken = [make_newcomer("numpy", ("no_such_module",))]
    (contact,) = meet_all(("fake",), None, said.append, offline=True, newcomers=broken).contacts
    assert contact.runs == ()
    assert "ModuleNotFoundError" in contact.error


def test_first_programs_read_the_network_of_the_workload() -> None:
    for newcomer in NEWCOMERS:
        job = describe_job(newcomer)
        assert len(job["layers"]) == 7  # type: ignore[arg-type]  # a list; the job is JSON
        source = read_program(newcomer)
        assert "dlsurvey" not in source
        assert "experiments" not in source
