"""The user's command hears how a build ended; that it fails harms nothing, and no shell is started."""

import io
import json
import shlex
import sys
from pathlib import Path

import pytest

from dlsurvey import notification
from dlsurvey.config import Config
from dlsurvey.console import Console
from dlsurvey.notification import Summary, notify
from dlsurvey.records import Gap
from dlsurvey.settings import Schedule, Settings

KEEP = "import sys, pathlib; pathlib.Path('heard.json').write_bytes(sys.stdin.buffer.read())"


def tell(folder: Path, summary: Summary, success: str = "", failure: str = "") -> str:
    words = io.StringIO()
    schedule = Schedule(on_success=success, on_failure=failure)
    config = Config(Settings(schedule=schedule), folder, {})
    notify(config, Console(terminal=False, stream=words), summary)
    return words.getvalue()


def run_python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_success_is_told_with_its_files(tmp_path: Path) -> None:
    summary = Summary(
        edition="2026-11-20-abcdef",
        folder="reports/x",
        gaps=(Gap(what='"; rm -rf ~', why="w", cure="c"),),
    )
    assert tell(tmp_path, summary, success=run_python(KEEP)) == ""
    heard = json.loads((tmp_path / "heard.json").read_bytes())
    assert heard["edition"] == "2026-11-20-abcdef"
    assert heard["gaps"][0]["what"] == '"; rm -rf ~'
    assert "error" not in heard


def test_failure_goes_to_the_other_command(tmp_path: Path) -> None:
    tell(tmp_path, Summary(error="the disk is full"), success="false", failure=run_python(KEEP))
    assert json.loads((tmp_path / "heard.json").read_bytes()) == {"error": "the disk is full"}


def test_nothing_is_started_where_nothing_is_set(tmp_path: Path) -> None:
    assert tell(tmp_path, Summary(error="x"), success="no-such-program") == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-program-anywhere", "No such file"),
        ("'unclosed", "No closing quotation"),
        (
            run_python("import sys; sys.exit('the mail server is down')"),
            "exit code 1, the mail server",
        ),
    ],
)
def test_a_command_that_fails_is_said(tmp_path: Path, command: str, words: str) -> None:
    said = tell(tmp_path, Summary(edition="x"), success=command)
    assert said.startswith("[schedule] on_success did not work:")
    assert words in said


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notification, "TIMEOUT_SECONDS", 0.2)
    said = tell(tmp_path, Summary(edition="x"), success=run_python("import time; time.sleep(60)"))
    assert "took over 0.2 seconds" in said


def test_dollar_signs_are_no_commands(tmp_path: Path) -> None:
    tell(tmp_path, Summary(edition="x"), success="echo $(touch harmed)")
    assert not (tmp_path / "harmed").exists()
