"""An edition keeps the words it carried; the newest one follows the folder."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dlsurvey import editions
from dlsurvey.config import Config, load_config
from dlsurvey.editions import assemble, find_newest, render
from dlsurvey.errors import StoreError
from dlsurvey.records import Edition, to_json
from dlsurvey.sections import read_sections
from dlsurvey.store import Store
from dlsurvey.words import keep_words, recalling_words
from tests.conftest import REPOSITORY
from tests.dlsurvey.test_editions import add_release, read_all

SAMPLE = REPOSITORY / "tests" / "sample_store"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    shutil.copytree(SAMPLE, tmp_path / "survey")
    write(tmp_path / "survey", "# My view\n\nFirst words. ![A point](point.png)\n")
    (tmp_path / "survey" / "sections" / "point.png").write_bytes(PIXEL)
    (tmp_path / "survey" / "sections" / "_draft.md").write_text("Not for the reader.\n")
    return load_config(tmp_path / "survey" / "survey.toml", {})


def write(folder: Path, text: str) -> None:
    (folder / "sections").mkdir(exist_ok=True)
    (folder / "sections" / "my-view.md").write_text(text)


def issue(config: Config, store: Store) -> Edition:
    edition = assemble(config, store)
    render(config, store, edition, ("html",))
    return edition


def keep(config: Config, store: Store) -> Edition:
    """What rendering the newest edition keeps, without rendering it."""
    edition = find_newest(store)
    assert edition is not None
    keep_words(config, store, edition)
    return edition


def read_page(config: Config, edition: Edition) -> str:
    return (config.reports / edition.id / "report.html").read_text(encoding="utf-8")


def test_an_old_edition_comes_with_its_own_words_to_the_byte(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(config.store)
    old = issue(config, store)
    before = read_all(config.reports / old.id)
    assert b"First words." in before["report.html"]
    write(config.folder, "# My view\n\nSecond words.\n")
    (config.folder / "sections" / "point.png").unlink()
    (config.folder / "sections" / "later.md").write_text("# Later\n\nMore.\n")
    add_release(store, "99.0")
    monkeypatch.setattr(editions, "_read_clock", lambda: datetime(2026, 12, 24, tzinfo=UTC))
    new = issue(config, store)
    assert new.id != old.id
    assert "Second words." in read_page(config, new)
    shutil.rmtree(config.reports)
    render(config, store, old, ("html",))
    assert read_all(config.reports / old.id) == before


def test_the_newest_edition_follows_the_folder(config: Config) -> None:
    store = Store(config.store)
    edition = issue(config, store)
    write(config.folder, "# My view\n\nSecond words.\n")
    assert issue(config, store) == edition
    assert "Second words." in read_page(config, edition)
    with recalling_words(config, store, edition, is_newest=False) as recalled:
        (section,) = read_sections(recalled)
    assert "Second words." in section.html


def test_only_what_the_reader_sees_is_kept(config: Config) -> None:
    keep(config, Store(config.store))
    kept = [path.read_bytes() for path in (config.store / "words" / "files").iterdir()]
    assert sorted(len(one) for one in kept) == sorted(
        len((config.folder / "sections" / name).read_bytes())
        for name in ("my-view.md", "point.png")
    )
    assert not any(b"Not for the reader" in one for one in kept)


def test_an_edition_without_words_stays_without(config: Config) -> None:
    shutil.rmtree(config.folder / "sections")
    store = Store(config.store)
    old = keep(config, store)
    write(config.folder, "# My view\n\nLater words.\n")
    with recalling_words(config, store, old, is_newest=False) as recalled:
        assert read_sections(recalled) == ()


def test_present_words_stand_in_where_none_were_kept(config: Config) -> None:
    store = Store(config.store)
    newest = find_newest(store)
    assert newest is not None
    with recalling_words(config, store, newest, is_newest=False) as recalled:
        assert recalled is config


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"../my-view.md": "0" * 64}, "is no file of a folder of sections"),
        ({"/etc/my-view.md": "0" * 64}, "is no file of a folder of sections"),
        ({"my-view.md": "0" * 64}, "Cannot read"),
    ],
)
def test_what_was_kept_is_not_trusted(config: Config, files: dict[str, str], words: str) -> None:
    store = Store(config.store)
    edition = keep(config, store)
    path = config.store / "words" / f"{edition.id}.json"
    path.write_bytes(to_json({"schema": 1, "files": files}))
    with (
        pytest.raises(StoreError, match=words),
        recalling_words(config, store, edition, is_newest=False),
    ):
        pass


def test_words_that_were_altered_are_refused(config: Config) -> None:
    store = Store(config.store)
    edition = keep(config, store)
    for path in (config.store / "words" / "files").iterdir():
        path.write_bytes(b"altered")
    with (
        pytest.raises(StoreError, match="is not what was kept of"),
        recalling_words(config, store, edition, is_newest=False),
    ):
        pass
