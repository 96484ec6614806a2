"""The log is text for people or one JSON object a line for programs; the terminal stays the same."""

import errno
import io
import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from dlsurvey.console import Console
from tests.dlsurvey.test_cli import run


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Handlers at the root are taken away again."""
    before = logging.getLogger().handlers[:]
    yield
    for handler in [one for one in logging.getLogger().handlers if one not in before]:
        handler.close()
        logging.getLogger().removeHandler(handler)


def test_json_lines_hold_what_was_said_and_where_it_went_wrong(tmp_path: Path) -> None:
    console = Console(terminal=False, log_format="json")
    console.open_log(tmp_path, "build")
    console.say('First "line"\nwith a break in it: über')
    try:
        raise ValueError("a bug")
    except ValueError:
        logging.getLogger("dlsurvey.test").exception("it broke")
    assert console.log_path is not None
    assert console.log_path.suffix == ".jsonl"
    first, second = map(json.loads, console.log_path.read_text(encoding="utf-8").splitlines())
    assert first["message"] == 'First "line"\nwith a break in it: über'
    assert (first["level"], first["logger"]) == ("INFO", "dlsurvey")
    assert datetime.fromisoformat(first["at"]).tzinfo is not None
    assert "traceback" not in first
    assert second["level"] == "ERROR"
    assert second["traceback"].endswith("ValueError: a bug")


@pytest.mark.parametrize(
    ("options", "setting", "variable", "suffix"),
    [
        ([], "", "", ".log"),
        (["--log-format", "json"], "", "", ".jsonl"),
        ([], 'log_format = "json"', "", ".jsonl"),
        ([], "", "json", ".jsonl"),
        ([], 'log_format = "json"', "text", ".log"),
        (["--log-format", "text"], "", "json", ".log"),
    ],
)
def test_option_goes_before_variable_and_variable_before_setting(
    tmp_path: Path, options: list[str], setting: str, variable: str, suffix: str
) -> None:
    (tmp_path / "survey.toml").write_text(f"[build]\n{setting}\n")
    places = {"DLSURVEY_LOG_FORMAT": variable} if variable else {}
    answer = run(tmp_path, "collect", "published", *options, **places)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Collecting.\n")
    assert [path.suffix for path in (tmp_path / "logs").glob("collect-*")] == [suffix]


def test_another_format_is_refused(tmp_path: Path) -> None:
    answer = run(tmp_path, "collect", "published", DLSURVEY_LOG_FORMAT="xml")
    assert answer.returncode == 2
    assert "'xml' is not one of 'text', 'json'" in answer.stderr


def test_a_log_folder_that_cannot_be_made_is_said_once_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    stream = io.StringIO()
    console = Console(terminal=False, stream=stream)
    console.open_log(tmp_path / "logs", "render")
    console.say("On it goes.")
    console.say_log()
    first, second = stream.getvalue().splitlines()
    assert first.startswith(f"The log {tmp_path / 'logs' / 'render-'}")
    assert first.endswith(f"cannot be written: {os.strerror(errno.EEXIST)}.")
    assert second == "On it goes."


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_log_without_room_is_said_once_and_stops_nothing(tmp_path: Path) -> None:
    stream = io.StringIO()
    console = Console(terminal=False, stream=stream)
    console.open_log(tmp_path, "render")
    handler = logging.getLogger().handlers[-1]
    assert isinstance(handler, logging.FileHandler)
    handler.baseFilename = "/dev/full"
    if (before := handler.setStream(handler._open())) is not None:
        before.close()
    for line in ("First.", "Second."):
        console.say(line)
    assert stream.getvalue().splitlines() == [
        f"The log /dev/full cannot be written: {os.strerror(errno.ENOSPC)}.",
        "First.",
        "Second.",
    ]


def test_a_render_without_a_log_is_whole(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    assert run(tmp_path, "collect", "published").returncode == 0
    answer = run(tmp_path, "render", "--format", "html")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("cannot be written") == 1
    assert "Log:" not in answer.stdout
    assert (tmp_path / "reports" / "latest" / "report.html").exists()
