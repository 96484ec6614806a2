"""Each unit is complete, names this folder safely, and keeps tokens out."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from dlsurvey.config import Config
from dlsurvey.schedule import KINDS, Kind, find_program, write_unit
from dlsurvey.settings import Settings


def make(folder: Path) -> Config:
    return Config(Settings(), folder, {})


@pytest.mark.parametrize("kind", KINDS)
def test_unit_is_commented_and_holds_no_placeholder(kind: Kind, tmp_path: Path) -> None:
    text = write_unit(kind, make(tmp_path))
    assert "dlsurvey" in text
    assert text.startswith("#")
    assert not re.search(r"@(?:quoted|unit|folder|program|logs|requirement|version)", text)
    assert text.endswith("\n")


def test_cron_line_has_five_times_and_survives_odd_folders(tmp_path: Path) -> None:
    folder = tmp_path / "Über uns 100% $(rm -rf ~)"
    lines = write_unit("cron", make(folder)).splitlines()
    (line,) = [line for line in lines if line and not line.startswith("#")]
    assert re.match(r"[\d*]+ [\d*]+ [\d*]+ [\d*]+ [\d*]+  cd ", line)
    assert not re.search(r"(?<!\\)%", line)
    words = shlex.split(line.replace(r"\%", "%"))
    assert words[6] == str(folder)
    assert find_program() in words


def test_systemd_quotes_and_escapes(tmp_path: Path) -> None:
    folder = tmp_path / "a survey 50%"
    text = write_unit("systemd", make(folder))
    quoted = str(folder).replace("%", "%%")
    assert f'WorkingDirectory="{quoted}"' in text
    assert "RandomizedDelaySec" in text
    assert "Persistent=true" in text
    for section in ("[Unit]", "[Service]", "[Timer]", "[Install]"):
        assert section in text


def test_workflow_is_valid_pinned_and_least_privileged(tmp_path: Path) -> None:
    text = write_unit("github-actions", make(tmp_path))
    workflow = yaml.safe_load(text)
    assert set(workflow["jobs"]) == {"edition", "page"}
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
    assert "git add data" in text
    assert "--requirement requirements.txt" in text
    assert str(tmp_path) not in text


def test_workflow_of_this_repository_installs_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "dlsurvey"\n')
    text = write_unit("github-actions", make(tmp_path))
    assert "--constraint constraints.txt --editable ." in text
