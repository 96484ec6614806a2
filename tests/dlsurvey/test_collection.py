"""A source is asked over a real connection, and a bad answer neither stays nor outlives its fault."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors import list_collectors
from dlsurvey.analysis.health import assess_health
from dlsurvey.build import Survey as Folder
from dlsurvey.collection import collect, select_collectors
from dlsurvey.config import load_config
from dlsurvey.console import Console
from dlsurvey.records import Collection
from dlsurvey.store import Store
from tests.collectors.answers import SUNDAY, answer_github, make_history, make_repository
from tests.collectors.hostility import replace_numbers
from tests.collectors.network import respond
from tests.collectors.server import LocalServer, answer_well, serve

PAGES = 3
WEEKS = 30


class Github:
    """Repositories whose stars and histories can be told wrongly, and how often each was asked."""

    def __init__(self) -> None:
        self.wrong = False
        self.base = ""

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/stargazers/history"):
            page = int(request.url.params.get("page", "1"))
            target = f"{self.base}{path}?per_page={WEEKS}&page={page + 1}"
            headers = {"link": f'<{target}>; rel="next"'} if page < PAGES else {}
            body = make_history(WEEKS, SUNDAY - timedelta(weeks=WEEKS * (page - 1)))
            return respond(self._tell(body, "week"), headers=headers)
        if path.endswith(("/contributors", "/releases")):
            return answer_github(request)
        return respond(self._tell(make_repository(path.removeprefix("/repos/"), 90_000), ""))

    def _tell(self, body: Any, kept: str) -> Any:
        if not self.wrong:
            return body
        if isinstance(body, list):
            return [{**replace_numbers(0)(one), kept: one[kept]} for one in body]
        return replace_numbers(0)(body)


class Survey:
    """A folder with one source, which is asked as `dlsurvey collect` does."""

    def __init__(self, folder: Path, server: LocalServer, github: Github) -> None:
        others = [one.name for one in list_collectors({}) if one.name != "github"]
        (folder / "survey.toml").write_text(
            f'[sources.github]\nbase_url = "{server.base}"\n'
            + "".join(f"[sources.{name}]\nenabled = false\n" for name in others)
        )
        self.config = load_config(folder / "survey.toml", {})
        self.store = Store(self.config.store)
        self.server = server
        self.github = github

    def collect(self, *, wrong: bool = False, refresh: bool = False) -> Collection:
        self.github.wrong = wrong
        self.server.asked.clear()
        console = Console(terminal=False, stream=io.StringIO())
        collectors = select_collectors(self.config, ["github"])
        (collection,) = collect(self.config, self.store, console, collectors, refresh=refresh)
        return collection

    def read(self, metric: str) -> list[float]:
        return [one.value for one in self.store.read_observations("github") if one.metric == metric]

    def count_pages(self) -> int:
        return sum("page=" in path.replace("per_page=", "") for path in self.server.asked)


@contextmanager
def _open(folder: Path) -> Iterator[Survey]:
    github = Github()
    with serve(github.answer, answer_well) as server:
        github.base = server.base
        yield Survey(folder, server, github)


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Survey]:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.setattr("collectors.session.Limits.pause_seconds", 0.0)
    with _open(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("first", [True, False], ids=["a new survey", "an old survey"])
def test_a_source_that_answers_zero_everywhere_leaves_nothing(survey: Survey, first: bool) -> None:
    if not first:
        survey.collect(refresh=True)
        survey.collect(refresh=True)
    attempt = survey.collect(wrong=True, refresh=True)
    assert attempt.doubtful >= 4 * WEEKS * PAGES
    assert 0 not in survey.read("stars") + survey.read("stars_retained_weekly")
    assert any(gap.what == "stars of pytorch" for gap in attempt.gaps)
    kept = list(survey.store.read_doubts("github"))
    assert len(kept) == attempt.doubtful
    truly = survey.collect()
    assert (truly.doubtful, truly.status) == (0, "complete")
    assert survey.read("stars")[:4] == [90_000] * 4
    assert survey.read("stars_retained_weekly") == [28] * 4 * WEEKS * PAGES


def test_what_is_doubtful_is_asked_again_and_what_is_believed_is_not(survey: Survey) -> None:
    survey.collect()
    assert survey.count_pages() == 4 * (PAGES - 1)
    survey.collect()
    assert survey.count_pages() == 0
    survey.collect(refresh=True)
    assert survey.count_pages() == 4 * (PAGES - 1)
    survey.collect(wrong=True, refresh=True)
    survey.collect()
    assert survey.count_pages() == 4 * (PAGES - 1)


def test_a_forced_build_passes_what_is_kept(survey: Survey) -> None:
    survey.collect()
    folder = Folder(survey.config, Console(terminal=False, stream=io.StringIO()))
    for force, pages in ((False, 0), (True, 4 * (PAGES - 1))):
        survey.server.asked.clear()
        folder.collect_due(force=force)
        assert survey.count_pages() == pages


def test_the_next_answer_confirms_what_really_fell(survey: Survey) -> None:
    survey.collect()
    assert survey.collect(wrong=True, refresh=True).doubtful
    survey.collect(wrong=True)
    assert 0 in survey.read("stars")


def test_doubtful_values_are_told_by_the_health_of_the_source(survey: Survey) -> None:
    survey.collect()
    attempt = survey.collect(wrong=True, refresh=True)
    (health,) = assess_health(
        select_collectors(survey.config, ["github"]), survey.store.read_collections(), attempt.at
    )
    assert health.doubtful == attempt.doubtful
    assert health.state == "partial"
    assert "All are told as 0 at once: doubtful until a later answer confirms it." in health.reason
