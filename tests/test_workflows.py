"""The workflows of this repository run the README's commands, on the Pythons that it names."""

import re
from typing import Any

import pytest
import yaml

from dlsurvey.schedule import read_scaffold
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / ".github" / "workflows"
NAMES = ("tests.yml", "edition.yml", "audit.yml")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def read(name: str) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return workflow


def list_steps(name: str) -> list[dict[str, Any]]:
    return [step for job in read(name)["jobs"].values() for step in job["steps"]]


def list_commands(name: str) -> str:
    return "\n".join(step["run"] for step in list_steps(name) if "run" in step)


def test_these_are_all() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_as_in_the_printed_unit(name: str) -> None:
    pins = re.findall(r"uses: (\S+ # \S+)", read_scaffold("github-actions.txt"))
    for pin in re.findall(r"uses: (.+)", (FOLDER / name).read_text(encoding="utf-8")):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), pin
        assert pin in pins


@pytest.mark.parametrize("name", NAMES)
def test_nothing_may_be_written_that_need_not_be(name: str) -> None:
    workflow = read(name)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] in (
            {"contents": "read"},
            {"pages": "write", "id-token": "write"},
        )
    assert "pull_request_target" not in (FOLDER / name).read_text(encoding="utf-8")


def test_tests_run_the_readmes_command_on_its_pythons() -> None:
    (job,) = read("tests.yml")["jobs"].values()
    first, last = re.findall(r"Python 3\.(\d+) to 3\.(\d+)", README)[0]
    pythons = [f"3.{minor}" for minor in range(int(first), int(last) + 1)]
    assert job["strategy"]["matrix"]["python"] == pythons
    assert f'requires-python = ">={pythons[0]}"' in (REPOSITORY / "pyproject.toml").read_text()
    assert re.search(r"^make test\b", list_commands("tests.yml"), re.M)
    assert re.search(r"^make test\b", README, re.M)


def test_the_edition_is_made_with_the_readmes_command() -> None:
    assert re.search(r"^make report TORCH=cpu\b", list_commands("edition.yml"), re.M)
    assert "make report TORCH=cpu" in README
    uploads = [step for step in list_steps("edition.yml") if "upload" in step.get("uses", "")]
    assert "reports/latest/*.pdf" in uploads[0]["with"]["path"]
    assert uploads[1]["with"]["path"] == "reports"
    # YAML reads the key `on` as true.
    assert re.fullmatch(r"\d+ \d+ \* \* \d", read("edition.yml")[True]["schedule"][0]["cron"])


def test_the_versions_that_are_installed_are_audited_on_a_schedule() -> None:
    assert re.search(r"^make audit\b", list_commands("audit.yml"), re.M)
    assert re.fullmatch(r"\d+ \d+ \* \* \d", read("audit.yml")[True]["schedule"][0]["cron"])
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert "pip-audit --strict --no-deps --disable-pip --requirement $(CONSTRAINTS)" in makefile
    # Without pip only a list of exact versions can be looked up.
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[\w.-]+==[\w.!]+", line) for line in pins)


@pytest.mark.parametrize("name", ["tests.yml", "edition.yml"])
def test_machines_get_what_the_readme_asks_for(name: str) -> None:
    packages = re.findall(r"`apt install ([^`]+)`", README)[0].split()
    assert set(packages) <= set(re.findall(r"\S+", list_commands(name)))


def test_a_browser_is_there_for_the_tests() -> None:
    assert "google-chrome" in list_commands("tests.yml")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^PYTHON \?= ", makefile, re.M)
    assert re.search(r"^TORCH \?= ", makefile, re.M)
