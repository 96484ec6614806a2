"""An import stores what it understood once, says what it refused, and ends with the right code."""

import io
from pathlib import Path

import pytest

from dlsurvey import cli
from dlsurvey.config import Config, load_config
from dlsurvey.console import Console
from dlsurvey.errors import ConfigError
from dlsurvey.importing import NothingUsable, import_file
from dlsurvey.store import Store

STARS = "date,repo,stars\n2026-10-01,pytorch/pytorch,{}\n2026-10-02,pytorch/pytorch,oops\n"


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.config: Config = load_config(None)
        self.store = Store(path / "data")

    def bring(self, name: str, text: str, file: str = "file.csv") -> tuple[int, int, str]:
        (self.path / file).write_text(text, encoding="utf-8")
        stream = io.StringIO()
        console = Console(terminal=False, stream=stream)
        count, new = import_file(self.config, self.store, console, name, self.path / file)
        return count, new, stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


def test_what_was_understood_comes_before_what_was_refused(folder: Folder) -> None:
    count, new, said = folder.bring("github-stars", STARS.format(100))
    assert (count, new) == (1, 1)
    assert said.index("Understood: 2 rows") < said.index("Refused: 1 row.") < said.index("Stored:")
    assert "line 3: 'oops' is no number of stars." in said


def test_a_second_import_adds_nothing_and_says_so(folder: Folder) -> None:
    folder.bring("github-stars", STARS.format(100))
    count, new, said = folder.bring("github-stars", STARS.format(100))
    assert (count, new) == (1, 0)
    assert "imported before" in said


def test_a_file_adds_nothing_again_though_another_said_otherwise_since(folder: Folder) -> None:
    folder.bring("github-stars", STARS.format(100), "a.csv")
    assert folder.bring("github-stars", STARS.format(101), "b.csv")[1] == 1
    assert folder.bring("github-stars", STARS.format(100), "a.csv")[1] == 0
    assert [one.value for one in folder.store.read_observations("import-github-stars")] == [
        100,
        101,
    ]


def test_the_file_is_kept_under_its_hash(folder: Folder) -> None:
    folder.bring("github-stars", STARS.format(100))
    (stored,) = folder.store.read_observations("import-github-stars")
    assert (folder.path / f"data/raw/import-github-stars/{stored.raw_sha256}.gz").exists()


def test_papers_are_imported_as_the_archive_they_are(folder: Folder) -> None:
    text = "paper_arxiv_id,framework\n2401.00001,pytorch\n2401.00002,none\n,tf\n"
    count, _, said = folder.bring("papers-with-code", text)
    assert count == 3
    assert "1 links: They have no arXiv id" in said
    assert {one.status for one in folder.store.read_observations("import-papers-with-code")} == {
        "archived"
    }


def test_nothing_usable_is_said_and_stores_nothing(folder: Folder) -> None:
    with pytest.raises(NothingUsable, match="nothing was stored"):
        folder.bring("github-stars", "date,repo,stars\nx,y,z\n")
    assert not (folder.path / "data").exists()


@pytest.mark.parametrize("name", ["github-stars", "google-trends", "papers-with-code", "tidy"])
def test_another_kind_of_file_is_a_wrong_argument(folder: Folder, name: str) -> None:
    with pytest.raises(ConfigError):
        folder.bring(name, "a,b\n1,2\n")
    with pytest.raises(ConfigError, match="no file"):
        import_file(folder.config, folder.store, Console(), name, folder.path)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nope", "good.csv"], 2),
        (["github-stars", "missing.csv"], 2),
        (["github-stars", "other.csv"], 2),
        (["github-stars", "empty.csv"], 1),
        (["github-stars", "good.csv"], 0),
    ],
)
def test_exit_codes(
    folder: Folder, arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "good.csv").write_text(STARS.format(1))
    (folder.path / "other.csv").write_text("a,b\n")
    (folder.path / "empty.csv").write_text("date,repo,stars\n")
    monkeypatch.setattr("sys.argv", ["dlsurvey", "import", *arguments])
    assert run_main() == code


def run_main() -> int | str | None:
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code
    return 0
