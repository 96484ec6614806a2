"""Totals are read as GitHub documents them, under the present name, and the token is kept secret."""

from datetime import date
from pathlib import Path

import httpx
import pytest

from collectors.refusals import Unavailable
from collectors.subjects import Subject
from tests.collectors.answers import (
    make_history,
)
from tests.collectors.github_answers import (
    collect,
    pick,
    serve,
    serve_moved,
    split,
)
from tests.collectors.network import SECRET, respond


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


def test_totals_are_observed_today() -> None:
    items, network = collect(serve(make_history()))
    totals = pick(items, "stars", "forks", "open_issues")
    assert [(item.metric, item.value, item.start, item.label) for item in totals] == [
        ("stars", 1000, date(2026, 11, 20), "google/jax"),
        ("forks", 300, date(2026, 11, 20), "google/jax"),
        ("open_issues", 20, date(2026, 11, 20), "google/jax"),
    ]
    for request in network.requests:
        assert request.headers["x-github-api-version"] == "2026-03-10"
        assert "authorization" not in request.headers


def test_a_moved_repository_is_counted_under_its_present_name() -> None:
    items, network = collect(serve_moved)
    counted = pick(items, "stars", "forks", "open_issues", "contributors")
    assert {item.label for item in counted} == {"jax-ml/jax"}
    assert network.requests[-1].url.path == "/repos/jax-ml/jax/stargazers/history"
    assert network.requests[-1].url.params["per_page"] == "30"


def test_the_series_of_a_moved_repository_go_on() -> None:
    histories = []
    for answer in (serve(make_history(), "google/jax"), serve_moved):
        items, _ = collect(answer)
        histories.append(
            [
                (item.start, item.label, item.value)
                for item in pick(items, "stars_retained_weekly", "github_release")
            ]
        )
    assert histories[0] == histories[1]
    assert {label for _, label, _ in histories[0]} == {"google/jax", "v2.1.0", "v2.0.0"}


def test_a_repository_listed_by_both_its_names_counts_once() -> None:
    both = Subject(name="jax", title="JAX", repositories=("google/jax", "jax-ml/jax"))
    items, _ = collect(serve_moved, (both,))
    assert len(pick(items, "stars")) == 1
    assert [gap.why for gap in split(items)[1]] == [
        "It is jax-ml/jax by now, which is counted already."
    ]


@pytest.mark.parametrize("name", ["../../user", "a/b/c", "a b/c", ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    observations, gaps = split(collect(serve([], name))[0])
    assert observations == []
    assert len(gaps) == 1


# --- the token


def test_the_token_is_sent_and_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", f" {SECRET}\n")
    items, network = collect(serve(make_history()))
    assert {request.headers["authorization"] for request in network.requests} == {
        f"Bearer {SECRET}"
    }
    assert SECRET not in repr(items)


def test_the_token_does_not_follow_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "source.test" and not request.url.path.endswith("history"):
            return respond(b"", 301, {"location": "http://elsewhere.test/repos/google/jax"})
        return serve(make_history())(request)

    _, network = collect(answer)
    by_host = {
        request.url.host: request.headers.get("authorization") for request in network.requests
    }
    assert by_host == {"source.test": f"Bearer {SECRET}", "elsewhere.test": None}


@pytest.mark.parametrize("token", ["with space", "line\nbreak", "ünicode", "x" * 300])
def test_a_broken_token_is_named_but_not_shown(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", token)
    with pytest.raises(Unavailable, match="GITHUB_TOKEN") as caught:
        collect(serve(make_history()))
    assert token not in str(caught.value)


@pytest.mark.parametrize(("status", "cure"), [(401, "Renew GITHUB_TOKEN"), (403, "later")])
def test_a_refused_token_is_explained(
    status: int, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    items, _ = collect(lambda request: respond({}, status))
    assert cure in split(items)[1][0].cure


# --- recorded


@pytest.mark.real_data
def test_reads_a_recorded_repository(shared: Path) -> None:
    recorded = shared / "data/signals/recorded-http/github/Repository.setUp.txt"
    lines = recorded.read_text(encoding="utf-8").splitlines()
    body = next(line for line in lines if line.startswith('{"id":3544490'))
    subject = Subject(name="pygithub", title="PyGithub", repositories=("PyGithub/PyGithub",))

    def answer(request: httpx.Request) -> httpx.Response:
        is_total = request.url.path.count("/") == 3
        return respond(body.encode()) if is_total else respond({}, 404)

    observations, gaps = split(collect(answer, (subject,))[0])
    assert [item.value for item in observations] == [3544490, 7122, 1793, 357]
    assert {item.label for item in observations} == {"PyGithub/PyGithub"}
    assert len(gaps) == 3
