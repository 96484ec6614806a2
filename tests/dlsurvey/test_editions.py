"""Editions over time: nothing new makes none, an old one comes out the same, none is ever lost."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from dlsurvey import editions
from dlsurvey.build import Survey
from dlsurvey.config import Config, load_config
from dlsurvey.console import Console
from dlsurvey.editions import assemble, order_editions, render
from dlsurvey.errors import StoreError
from dlsurvey.imprint import recall_imprint
from dlsurvey.records import Collection, Edition, Gap
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.render.sample import make_edition
from tests.dlsurvey.samples import make_observation

SAMPLE = REPOSITORY / "tests" / "sample_store"
FIRST = "2026-12-01-25de0b"
SETTINGS = '[survey]\ntitle = "{title}"\n[data]\nstore = "."\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A survey folder with the store of a real build."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    shutil.copytree(SAMPLE, tmp_path / "survey")
    # Other settings than those of the stored edition: what is assembled first is a new one.
    settings = tmp_path / "survey" / "survey.toml"
    settings.write_text(settings.read_text().replace("[survey]", '[survey]\nsubtitle = "Again"'))
    return load_config(tmp_path / "survey" / "survey.toml", {})


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(editions, "_read_clock", lambda: moment)


def add_release(store: Store, label: str) -> None:
    store.append_observations(
        "pypi",
        [
            make_observation(
                source="pypi", metric="release", subject="pytorch", label=label, unit="releases", value=1
            )
        ],
    )  # fmt: skip


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def list_all(config: Config) -> list[str]:
    return [edition.id for edition in order_editions(Store(config.store).list_editions())]


# Nothing new


def test_asking_again_and_hearing_the_same_makes_no_edition(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(config.store)
    known = next(one for one in store.read_observations("pypi") if one.metric == "release")
    survey = Survey(config, Console(terminal=False))
    first = survey.render(None, ("html",))
    before = {path: path.stat().st_mtime_ns for path in config.reports.rglob("*") if path.is_file()}
    assert store.append_observations("pypi", [known]) == 0
    newest = list(store.read_collections())[-1]
    attempt = Collection(
        source="pypi", at=datetime(2027, 1, 1, tzinfo=UTC), status="complete", observations=1,
        new_observations=0, seconds=1.0,
    )  # fmt: skip
    assert newest.source != "pypi" or newest.gaps == attempt.gaps
    store.append_collection(attempt)
    capsys.readouterr()
    known_editions = list_all(config)
    assert survey.render(None, ("html",)) == first
    assert "Nothing has changed since this edition was written." in capsys.readouterr().out
    assert list_all(config) == known_editions
    assert before == {
        path: path.stat().st_mtime_ns for path in config.reports.rglob("*") if path.is_file()
    }


def test_a_gap_that_opens_makes_an_edition(config: Config) -> None:
    store = Store(config.store)
    first = assemble(config, store)
    gap = Gap(what="Everything", why="It is away.", cure="Wait.")
    store.append_collection(
        Collection(
            source="pypi", at=datetime(2027, 1, 1, tzinfo=UTC), status="failed", observations=0,
            new_observations=0, seconds=1.0, gaps=(gap,),
        )
    )  # fmt: skip
    second = assemble(config, store)
    assert (second.previous, gap in second.gaps) == (first.id, True)
    assert assemble(config, store) == second


def test_a_state_that_comes_back_on_the_same_day_overwrites_nothing(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime(2026, 11, 28, 8, tzinfo=UTC)
    store = Store(config.store)
    made = []
    for hour, text in enumerate(("one", "two", "one")):
        set_clock(monkeypatch, day + timedelta(hours=hour))
        (config.folder / "survey.toml").write_text(SETTINGS.format(title=text))
        made.append(assemble(load_config(config.folder / "survey.toml", {}), store))
    assert made[2].id == f"{made[0].id}-2"
    assert [one.previous for one in made] == [FIRST, made[0].id, made[1].id]
    assert list_all(config) == [FIRST, *(one.id for one in made)]


def test_a_clock_set_back_makes_no_old_edition_the_newest(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(config.store)
    set_clock(monkeypatch, datetime(2020, 1, 1, tzinfo=UTC))
    edition = assemble(config, store)
    assert list_all(config) == [FIRST, edition.id]
    assert assemble(config, store) == edition
    render(config, store, edition, ())
    assert (config.reports / "latest").resolve().name == edition.id


def test_editions_of_one_second_stand_in_their_order() -> None:
    first = make_edition()
    second = replace(first, id="2026-11-20-000000", previous=first.id)
    third = replace(first, id="2026-11-20-zzzzzz", previous=second.id)
    assert order_editions([third, second, first]) == (first, second, third)


def test_editions_that_name_each_other_are_all_listed() -> None:
    first = make_edition()
    second = replace(first, id="other", previous=first.id)
    assert len(order_editions([replace(first, previous="other"), second])) == 2


# Old editions


@pytest.mark.parametrize("epoch", [None, "1600000000"])
def test_an_old_edition_comes_out_the_same_to_the_byte(
    config: Config, monkeypatch: pytest.MonkeyPatch, epoch: str | None
) -> None:
    store = Store(config.store)
    (config.folder / "survey.toml").write_text(SETTINGS.format(title="As it was"))
    config = load_config(config.folder / "survey.toml", {})
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    edition = assemble(config, store)
    folder = render(config, store, edition).folder
    before = read_all(folder)
    assert {"report.html", "report.pdf", "results.json"} <= set(before)
    assert {Path(name).suffix for name in before} >= {".svg", ".csv"}
    add_release(store, "99.0")
    (config.folder / "survey.toml").write_text(
        SETTINGS.format(title="As it is") + "[margins]\ntime_percent = 90.0\n"
    )
    config = load_config(config.folder / "survey.toml", {})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    newer = assemble(config, store)
    assert newer.previous == edition.id
    shutil.rmtree(config.reports)
    # Forced, so that nothing comes from the cache.
    assert render(config, store, edition, force=True).folder == folder
    assert os.environ["SOURCE_DATE_EPOCH"] == "1700000000"
    after = read_all(folder)
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] != before[name]] == []
    assert b"As it was" in after["report.html"]


def test_rendering_leaves_the_clock_as_it_was(config: Config) -> None:
    store = Store(config.store)
    render(config, store, store.read_edition(FIRST), ())
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_settings_are_those_of_the_time_and_paths_those_of_now(config: Config) -> None:
    store = Store(config.store)
    edition = assemble(config, store)
    (config.folder / "survey.toml").write_text(
        '[build]\nreports = "elsewhere"\n[data]\nstore = "."\n[sources.pypi]\nenabled = false\n'
        'base_url = "https://example.org"\n[margins]\ntime_percent = 9.0\n'
    )
    now = load_config(config.folder / "survey.toml", {})
    then = recall_imprint(now, store, edition)
    assert then.settings.survey.author == "A sample author"
    assert then.settings.margins.time_percent == 5.0
    assert then.settings.sources["pypi"].enabled
    assert then.settings.sources["pypi"].base_url == "https://example.org"
    assert then.reports == config.folder / "elsewhere"
    assert now.settings.margins.time_percent == 9.0
    assert recall_imprint(now, store, store.read_edition(FIRST)) is now
    (kept,) = (config.store / "imprints").iterdir()
    assert b"example.org" not in kept.read_bytes()


@pytest.mark.parametrize("content", [b"{", b'{"schema":2}', b"[]"])
def test_settings_that_cannot_be_read_are_named(config: Config, content: bytes) -> None:
    store = Store(config.store)
    edition = assemble(config, store)
    (config.store / "imprints" / f"{edition.config_sha256}.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"holds no settings .* update dlsurvey"):
        recall_imprint(config, store, edition)


def test_how_long_files_are_kept_makes_no_edition(config: Config) -> None:
    store = Store(config.store)
    edition = assemble(config, store)
    with (config.folder / "survey.toml").open("a") as file:
        file.write('[build]\nkeep_editions = 3\nkeep_days = 90\n[schedule]\nevery = "1d"\n')
    assert assemble(load_config(config.folder / "survey.toml", {}), store) == edition


# Retention, and what lists them


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey folder with three editions after the first, a week apart, each rendered."""
    folder = tmp_path_factory.mktemp("weeks") / "survey"
    shutil.copytree(SAMPLE, folder)
    config = load_config(folder / "survey.toml", {})
    store = Store(config.store)
    with pytest.MonkeyPatch.context() as patch:
        for week in range(1, 4):
            set_clock(patch, datetime(2026, 11, 20, 23, tzinfo=UTC) + timedelta(weeks=week))
            add_release(store, f"99.{week}")
            render(config, store, assemble(config, store), ())
    return folder


@pytest.fixture
def several(weeks: Path, tmp_path: Path) -> tuple[Config, list[Edition]]:
    """A copy of it, to be spoiled."""
    shutil.copytree(weeks, tmp_path / "copy", symlinks=True)
    config = load_config(tmp_path / "copy" / "survey.toml", {})
    return config, list(order_editions(Store(config.store).list_editions()))[1:]


def keep(config: Config, line: str) -> Config:
    with (config.folder / "survey.toml").open("a") as file:
        file.write(f"[build]\n{line}\n")
    return load_config(config.folder / "survey.toml", {})


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("keep_editions = 1", 1), ("keep_editions = 2", 2), ("keep_editions = 9", 3),
        ("keep_days = 1", 1), ("keep_days = 7", 2), ("keep_days = 30", 3),
        ("keep_editions = 1\nkeep_days = 30", 1),
    ],
)  # fmt: skip
def test_old_files_go_and_evidence_stays(
    several: tuple[Config, list[Edition]], line: str, left: int
) -> None:
    config, made = several
    evidence = {
        name: content for name, content in read_all(config.store).items()
        if not name.startswith(("reports/", "rendered/", "survey.toml"))
    }  # fmt: skip
    config = keep(config, line)
    rendered = render(config, Store(config.store), made[-1], ())
    kept = sorted(path.name for path in config.reports.iterdir() if path.is_dir())
    assert kept == sorted({"latest", *(one.id for one in made[-left:])})
    assert rendered.removed == tuple(
        f"Removed the files of {one.id}; its evidence is kept, and"
        f" `dlsurvey render --edition {one.id}` writes them again."
        for one in made[:-left]
    )
    assert evidence.items() <= read_all(config.store).items()
    index = (config.reports / "index.html").read_text(encoding="utf-8")
    for one in made[:-left]:
        assert f"dlsurvey render --edition {one.id}<" in index
        assert f'href="{one.id}/' not in index


def test_an_old_edition_that_is_asked_for_stays_until_the_next_run(
    several: tuple[Config, list[Edition]],
) -> None:
    config, made = several
    config = keep(config, "keep_editions = 1")
    store = Store(config.store)
    render(config, store, made[0], ())
    assert (config.reports / made[0].id).is_dir()
    assert (config.reports / "latest").resolve().name == made[-1].id
    render(config, store, made[-1], ())
    assert not (config.reports / made[0].id).exists()


@pytest.mark.parametrize("spoil", ["stray", "changed", "manifest", "link", "foreign"])
def test_files_that_dlsurvey_did_not_write_are_never_removed(
    several: tuple[Config, list[Edition]], spoil: str
) -> None:
    config, made = several
    folder = config.reports / made[0].id
    match spoil:
        case "stray":
            (folder / "notes.txt").write_text("mine")
        case "changed":
            (folder / "results.json").write_text("mine")
        case "manifest":
            (folder / "manifest.json").unlink()
        case "link":
            (folder / "figures" / "mine").symlink_to(config.folder)
        case "foreign":
            shutil.copytree(config.reports / made[1].id, folder, dirs_exist_ok=True)
    before = read_all(folder)
    config = keep(config, "keep_editions = 2")
    removed = render(config, Store(config.store), made[-1], ()).removed
    assert removed == (f"Kept {made[0].id}: it holds files that dlsurvey did not write.",)
    assert read_all(folder) == before


def test_a_link_in_place_of_a_folder_is_left_alone(
    several: tuple[Config, list[Edition]], tmp_path: Path
) -> None:
    config, made = several
    folder = config.reports / made[0].id
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    config = keep(config, "keep_editions = 1")
    render(config, Store(config.store), made[-1], ())
    assert folder.is_symlink()
    assert (tmp_path / "elsewhere" / "manifest.json").exists()


def test_the_list_does_not_depend_on_what_was_rendered_when(
    several: tuple[Config, list[Edition]],
) -> None:
    config, made = several
    store = Store(config.store)
    before = [(config.reports / name).read_bytes() for name in ("index.html", "feed.xml")]
    assert b"1 new release." in before[0]
    shutil.rmtree(config.reports)
    shutil.rmtree(config.store / "rendered")
    for one in (made[1], made[0], made[2]):
        render(config, store, one, ())
    after = [(config.reports / name).read_bytes() for name in ("index.html", "feed.xml")]
    assert after == before


def test_an_edition_whose_evidence_is_gone_is_listed_all_the_same(
    several: tuple[Config, list[Edition]],
) -> None:
    config, made = several
    shutil.rmtree(config.store / "rendered")
    lost = replace(made[0], id="2026-11-21-lost00", trials=("0000000000000000/1",), previous=None)
    store = Store(config.store)
    store.add_edition(lost)
    render(config, store, made[-1], ())
    assert "Its evidence can no longer be read." in (config.reports / "index.html").read_text()
