"""A data folder of another time: a newer one is refused with the cure, an older one is migrated."""

import shutil
from pathlib import Path

import pytest

from dlsurvey import migration
from dlsurvey.errors import StoreError
from dlsurvey.lines import read_blocks
from dlsurvey.migration import FORMAT, back_up, bring_up_to_date, read_format
from dlsurvey.seals import Seal
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.samples import make_observation
from tests.dlsurvey.test_cli import run

SAMPLE = REPOSITORY / "tests" / "sample_store"
"""Written before there were formats and seals: format 1."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "data"))


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_older_folder_is_migrated_with_a_backup(old: Path) -> None:
    before = read_all(old)
    assert read_format(old) == 1
    said = bring_up_to_date(old)
    assert "was of format 1 and is of format 2 now" in said
    assert read_format(old) == FORMAT
    after = read_all(old)
    assert before.items() <= after.items()
    kept = read_all(old / "backups" / "format-1")
    assert kept == {
        name: content for name, content in before.items()
        if name not in ("README.md", "survey.toml")
    }  # fmt: skip
    store = Store(old)
    assert store.find_faults() == ()
    sealed = sum(len(one.checksums) // 8 for one in read_seals(old))
    assert sealed == sum(store.count_observation_lines().values())
    assert bring_up_to_date(old) == ""
    assert read_all(old) == after


def read_seals(folder: Path) -> list[Seal]:
    blocks = read_blocks(folder / "seals.jsonl", Seal, None, lambda fault: pytest.fail(str(fault)))
    return [seal for block in blocks for seal in block.decode()]


def test_a_migration_that_was_cut_short_is_done_again(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path) -> None:
        Store(folder).append_observations("pypi", ())  # some of it
        raise KeyboardInterrupt

    before = read_all(old)
    with monkeypatch.context() as patch:
        patch.setitem(migration.STEPS, 1, fail)
        with pytest.raises(KeyboardInterrupt):
            bring_up_to_date(old)
    assert read_format(old) == 1
    (old / "backups" / ".copy-killed").mkdir()
    assert bring_up_to_date(old)
    kept = read_all(old / "backups" / "format-1")
    assert all(before[name] == content for name, content in kept.items())
    assert sum(len(one.checksums) // 8 for one in read_seals(old)) == sum(
        Store(old).count_observation_lines().values()
    )


def test_a_backup_that_cannot_be_made_stops_the_migration(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", refuse)
    with pytest.raises(StoreError, match=r"Cannot migrate .* from format 1 to 2: the disk is full"):
        bring_up_to_date(old)
    assert read_format(old) == 1
    assert not (old / "seals.jsonl").exists()
    assert list((old / "backups").iterdir()) == []


def test_a_backup_is_made_once(old: Path) -> None:
    backup = back_up(old, 1)
    (backup / "mark").write_text("first")
    assert back_up(old, 1) == backup
    assert (backup / "mark").exists()


def test_a_new_folder_is_of_this_format(tmp_path: Path) -> None:
    assert read_format(tmp_path / "data") is None
    assert bring_up_to_date(tmp_path / "data") == ""
    assert read_format(tmp_path / "data") == FORMAT
    assert not (tmp_path / "data" / "backups").exists()


@pytest.mark.parametrize("command", ["build", "collect", "render", "status", "train", "diff"])
def test_a_newer_folder_is_refused_with_the_cure_and_left_alone(
    tmp_path: Path, command: str
) -> None:
    Store(tmp_path / "data").append_observations("github", [make_observation()])
    (tmp_path / "data" / "format.json").write_text('{"schema": 99, "invented": [1]}')
    before = read_all(tmp_path / "data")
    answer = run(tmp_path, command)
    assert answer.returncode == 1
    assert "was written by a newer dlsurvey (format 99, this one reads up to 2)" in answer.stderr
    assert answer.stderr.endswith("update dlsurvey.\n")
    assert read_all(tmp_path / "data") == before


def test_a_format_that_cannot_be_read_is_named(old: Path) -> None:
    (old / "format.json").write_text("2")
    with pytest.raises(StoreError, match=r"format\.json names no format"):
        read_format(old)


def test_what_a_kill_left_is_tidied_and_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = Store(data)
    store.append_observations("github", [make_observation()])
    left = [
        data / ".training.json.abcd_123.tmp",
        data / "observations" / ".x.jsonl.12345678.tmp",
    ]
    others = [data / "mine.tmp", data / ".mine.tmp", data / "observations" / "notes.txt"]
    for path in (*left, *others):
        path.write_text("x")
    bring_up_to_date(data)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in others)
