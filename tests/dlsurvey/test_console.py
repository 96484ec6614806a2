"""The log is text for people or one JSON object a line for programs; the terminal stays the same."""

import json
import logging
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
