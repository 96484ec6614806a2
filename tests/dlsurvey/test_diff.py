"""`dlsurvey diff`: which editions, in which form, and nothing that a name could smuggle in."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.differences import Cause, Change, Changes
from dlsurvey.config import Config, load_config
from dlsurvey.diff import (
    choose_editions,
    compare,
    compare_with_previous,
    escape_markdown,
    list_releases,
    write_changes,
)
from dlsurvey.errors import ConfigError, StoreError
from dlsurvey.records import Edition
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.samples import make_observation
from tests.dlsurvey.test_cli import run

SAMPLE = REPOSITORY / "tests" / "sample_store"
FIRST = "2026-12-01-25de0b"
SECOND = "2026-11-27-bbbbbb"
HOSTILE = "<b>x</b> [a](javascript:1) *_`|# https://e.org www.e.org\x1b[2J\u202e\nnext"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The store of a real build, and a second edition with one release more."""
    folder = tmp_path / "survey"
    shutil.copytree(SAMPLE, folder)
    store = Store(folder)
    first = store.read_edition(FIRST)
    store.append_observations(
        "pypi",
        [
            make_observation(
                source="pypi", metric="release", subject="pytorch", label="99.1", value=1,
                unit="releases", retrieved_at=first.created_at + timedelta(days=7),
            )
        ],
    )  # fmt: skip
    store.add_edition(
        replace(
            first, id=SECOND, created_at=first.created_at + timedelta(days=7), previous=FIRST,
            observation_lines=store.count_observation_lines(),
        )
    )  # fmt: skip
    return load_config(folder / "survey.toml", {})


def read(config: Config) -> tuple[Store, Edition, Edition]:
    store = Store(config.store)
    return store, store.read_edition(FIRST), store.read_edition(SECOND)


def make_changes(text: str) -> Changes:
    change = Change(
        kind="release", what=text, before="", now=text, sentence=text,
        causes=(Cause(kind="new data", text=text),),
    )  # fmt: skip
    return Changes(old="a", new="b", changes=(change,), evidence=(text,))


def test_the_newest_is_set_against_the_one_before_it(config: Config) -> None:
    store, first, second = read(config)
    assert choose_editions(store, None, None) == (first, second)
    assert choose_editions(store, FIRST, None) == (first, second)
    assert choose_editions(store, FIRST, FIRST) == (first, first)
    assert choose_editions(store, None, FIRST) == (None, first)


def test_editions_that_are_not_there_are_named(config: Config, tmp_path: Path) -> None:
    store, _, _ = read(config)
    with pytest.raises(StoreError, match=rf"no edition '\.\./x'. Known: {FIRST}, {SECOND}"):
        choose_editions(store, "../x", None)
    with pytest.raises(ConfigError, match="name the older edition first"):
        choose_editions(store, SECOND, FIRST)
    with pytest.raises(StoreError, match="no edition yet"):
        choose_editions(Store(tmp_path / "empty"), None, None)


def test_one_release_more_is_all_that_changed(config: Config) -> None:
    store, first, second = read(config)
    assert [one.label for one in list_releases(store, first, second)] == ["99.1"]
    changes = compare(config, store, first, second)
    assert [one.kind for one in changes.changes] == ["release"]
    assert changes.evidence == ("new observations (Python package index: 1)",)
    assert compare_with_previous(config, store, second) == changes
    assert compare(config, store, second, second).empty


def test_a_forerunner_that_cannot_be_read_is_no_reason_to_stop(config: Config) -> None:
    store, first, second = read(config)
    (trial, *_) = first.trials
    store.add_edition(replace(first, trials=("0000000000000000/1",)))
    assert "cannot be read here" in compare_with_previous(config, store, second).summary
    (config.store / "trials" / f"{trial}.json").unlink()
    with pytest.raises(StoreError):
        compare_with_previous(config, store, replace(second, previous=None))


def test_command_prints_text_json_and_markdown(config: Config) -> None:
    answers = {
        style: run(config.folder, "diff", "--format", style)
        for style in ("text", "json", "markdown")
    }
    assert {answer.returncode for answer in answers.values()} == {0}
    assert f"From {FIRST} to {SECOND}\n1 new release.\n\nNew releases\n" in answers["text"].stdout
    assert "    New data: newer values of Python package index.\n" in answers["text"].stdout
    told = json.loads(answers["json"].stdout)
    assert (told["old"], told["new"], told["schema"]) == (FIRST, SECOND, 1)
    assert told["changes"][0]["causes"] == [
        {"kind": "new data", "text": "newer values of Python package index"}
    ]
    assert "- PyTorch 99.1 was released on 20 November 2026.\n" in answers["markdown"].stdout


def test_command_says_where_there_is_nothing_to_compare(config: Config) -> None:
    answer = run(config.folder, "diff", FIRST, FIRST)
    assert answer.stdout.endswith("Nothing changed.\n")
    (config.store / "editions" / f"{SECOND}.json").unlink()
    answer = run(config.folder, "diff")
    assert answer.stdout == "This is the first edition: there is nothing to compare it with.\n"
    answer = run(config.folder, "diff", "nothing")
    assert (answer.returncode, "Traceback" in answer.stderr) == (1, False)
    assert "There is no edition 'nothing'" in answer.stderr


def test_text_moves_no_cursor() -> None:
    text = write_changes(make_changes(HOSTILE), "text")
    assert not set("\x1b\u202e\x00") & set(text)
    assert len(text.splitlines()) == 9


def test_markdown_is_only_words() -> None:
    text = write_changes(make_changes(HOSTILE), "markdown")
    assert "<b>" not in text.replace("\\<", "")
    assert "](" not in text.replace("\\]", "")
    assert "https\\://e.org www\\.e.org" in text
    assert not set("\x1b\u202e") & set(text)
    assert escape_markdown("2.15.0, 5 %") == "2.15.0, 5 %"


def test_json_says_it_as_it_is() -> None:
    told = json.loads(write_changes(make_changes(HOSTILE), "json"))
    assert told["changes"][0]["sentence"] == HOSTILE
    assert told["summary"] == "1 new release."
