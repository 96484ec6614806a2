"""What killed runs leave beside the editions' folders is removed, or put back, and nothing else."""

import os
from pathlib import Path

import msgspec
import pytest

from dlsurvey.records import Edition
from dlsurvey.retention import remove_drafts
from dlsurvey.store import Store
from tests.conftest import REPOSITORY


@pytest.fixture
def edition() -> Edition:
    (edition,) = Store(REPOSITORY / "tests" / "sample_store").list_editions()
    return edition


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(folder.name)
    return folder


def test_drafts_go_and_all_else_stays(tmp_path: Path, edition: Edition) -> None:
    gone = [
        make(tmp_path / f".{edition.id}-{end}") for end in ("abcd_123", "abcd_123-old", "removed")
    ]
    stays = [
        make(tmp_path / name)
        for name in (
            edition.id,
            f"{edition.id}-2",
            f".{edition.id}-mine",
            ".git",
            ".other-abcd_123",
        )
    ]
    (tmp_path / ".latest-123.tmp").symlink_to(edition.id)
    (tmp_path / ".index.html.abcd_123.tmp").write_text("half")
    (tmp_path / "outside").mkdir()
    (tmp_path / f".{edition.id}-12345678").symlink_to(tmp_path / "outside")
    remove_drafts(tmp_path, [edition])
    assert not any(path.exists() for path in gone)
    assert all((path / "report.html").exists() for path in stays)
    assert (tmp_path / "outside").is_dir()
    assert sorted(name for name in os.listdir(tmp_path) if name.endswith(".tmp")) == []


def test_what_had_stepped_aside_comes_back(tmp_path: Path, edition: Edition) -> None:
    make(tmp_path / f".{edition.id}-abcd_123-old")
    make(tmp_path / f".{edition.id}-abcd_123")
    remove_drafts(tmp_path, [edition])
    assert os.listdir(tmp_path) == [edition.id]
    assert (tmp_path / edition.id / "report.html").read_text().endswith("-old")


def test_an_id_that_is_no_name_leads_nowhere(tmp_path: Path, edition: Edition) -> None:
    kept = make(tmp_path / "reports" / ".x-abcd_123")
    strange = msgspec.structs.replace(edition, id="*")
    remove_drafts(tmp_path / "reports", [strange])
    assert kept.exists()
