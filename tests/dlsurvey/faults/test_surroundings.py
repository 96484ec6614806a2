"""Links and devices in the place of files, little memory, other time zones: one sentence or none."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlsurvey.render.press import Press
from dlsurvey.store import Store
from tests.conftest import REPOSITORY
from tests.dlsurvey.faults.examining import check_all_is_whole, list_leftovers
from tests.dlsurvey.faults.writing import NEW, OLD, write_all
from tests.dlsurvey.test_cli import run

if os.name != "posix":
    pytest.skip(
        "other systems have neither pipes in folders nor such limits", allow_module_level=True
    )


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder with one round of everything."""
    folder = tmp_path / "survey"
    folder.mkdir()
    (folder / "survey.toml").write_text("")
    write_all(folder, OLD)
    return folder


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of somebody else's."""
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "report.html").write_text("keep")
    return tmp_path / "victim"


# Links in reports/


def test_a_link_in_the_place_of_an_edition_is_replaced_and_never_followed(
    tmp_path: Path, victim: Path
) -> None:
    assert run(tmp_path, "collect", "published").returncode == 0
    assert run(tmp_path, "render", "--format", "html").returncode == 0
    folder = (tmp_path / "reports" / "latest").resolve()
    folder.rename(tmp_path / "moved")
    folder.symlink_to(victim)
    assert run(tmp_path, "render", "--format", "html").returncode == 0
    assert not folder.is_symlink()
    assert (folder / "report.html").read_bytes() == (tmp_path / "moved/report.html").read_bytes()
    assert [path.read_text() for path in victim.iterdir()] == ["keep"]
    assert list_leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["index.html", "feed.xml", "latest"])
def test_links_in_the_place_of_files_are_replaced_and_never_followed(
    survey: Path, victim: Path, name: str
) -> None:
    (survey / "reports" / name).unlink()
    (survey / "reports" / name).symlink_to(victim / "report.html")
    write_all(survey, NEW)
    assert (victim / "report.html").read_text() == "keep"
    check_all_is_whole(survey)


def test_reports_and_data_may_be_links_to_other_disks(survey: Path, tmp_path: Path) -> None:
    for name in ("reports", "data"):
        (survey / name).rename(tmp_path / name)
        (survey / name).symlink_to(tmp_path / name)
    write_all(survey, NEW)
    check_all_is_whole(survey)
    assert len(Store(survey / "data").list_editions()) == 2


@pytest.mark.parametrize("target", ["nowhere", "reports"])
def test_a_link_to_nowhere_or_to_itself_is_one_sentence(tmp_path: Path, target: str) -> None:
    (tmp_path / "reports").symlink_to(target)
    answer = run(tmp_path, "render", "--format", "html")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"dlsurvey: Cannot write the edition to {tmp_path}/reports/")
    assert len(answer.stderr.splitlines()) == 1


# What never ends, in data/


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
@pytest.mark.parametrize(
    "name",
    ["trials/0123456789abcdef/1.json", "editions/2026-01-01-abcdef.json", "observations/x.jsonl"],
)
def test_what_never_ends_is_named_and_left_out(survey: Path, kind: str, name: str) -> None:
    if kind == "huge" and name.endswith("jsonl"):
        pytest.skip("lines are read some megabytes at a time")
    path = survey / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(10**12)
    started = time.monotonic()
    answer = run(survey, "status")
    assert time.monotonic() - started < 60
    assert answer.returncode == 0, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "Editions:\n" in answer.stdout


# Little memory


@pytest.mark.skipif(sys.platform != "linux", reason="others do not limit addresses")
@pytest.mark.parametrize("megabytes", [300, 500, 700])
def test_under_a_limit_of_memory_it_works_or_says_why_not(tmp_path: Path, megabytes: int) -> None:
    (tmp_path / "survey.toml").write_text('[data]\ncache = "cache"\n')
    assert run(tmp_path, "collect", "published").returncode == 0
    answer = subprocess.run(
        ["sh", "-c", f'ulimit -v {megabytes * 1000}; exec "$0" -m dlsurvey render --format html',
         sys.executable],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer.returncode:
        assert "there is not enough memory" in answer.stderr, answer.stderr[-2000:]
        assert "Traceback" not in answer.stderr, answer.stderr[-2000:]
    assert run(tmp_path, "render", "--format", "html").returncode == 0


def test_without_shared_memory_one_process_makes_the_edition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_given: object) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr("_multiprocessing.SemLock", refuse)
    with Press(("pdf", "slides")) as press:
        assert press.send(len, "") is None


# The clock


def test_an_edition_is_the_same_in_every_time_zone(tmp_path: Path) -> None:
    """Also where a clock is put forward at this hour: what is stored and shown is UTC."""
    moment = {"SOURCE_DATE_EPOCH": "1774746000"}  # 2026-03-29 01:00 UTC, when Berlin skips an hour
    assert run(tmp_path, "collect", "published").returncode == 0
    pages = set()
    for zone in ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"):
        answer = run(tmp_path, "render", "--format", "html", "--force", TZ=zone, **moment)
        assert answer.returncode == 0, answer.stderr
        pages.add((tmp_path / "reports" / "latest" / "report.html").read_bytes())
    assert len(pages) == 1
    assert len(Store(tmp_path / "data").list_editions()) == 1
