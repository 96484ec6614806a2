"""Totals and the retained history are read as GitHub documents them, within its limits."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors.github import Github
from collectors.refusals import Unavailable
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import SUNDAY, make_history, make_repository, make_week
from tests.collectors.network import BASE, SECRET, Handler, Network, respond

JAX = (Subject(name="jax", title="JAX", repositories=("google/jax",)),)
TWO = SUBJECTS[:2]
Items = list[Observation | Gap]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


def collect(handler: Handler, subjects: tuple[Subject, ...] = JAX) -> tuple[Items, Network]:
    network = Network(handler)
    with network.open("github") as session:
        return list(Github(base_url=BASE).collect(session, subjects)), network


def split(items: Items) -> tuple[list[Observation], list[Gap]]:
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)]


def serve(history: Any, name: str = "google/jax", headers: dict[str, str] | None = None) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/history"):
            page = history(request) if callable(history) else respond(history, headers=headers)
            assert isinstance(page, httpx.Response)
            return page
        return respond(make_repository(name), headers=headers)

    return answer


def test_totals_are_observed_today() -> None:
    items, network = collect(serve(make_history()))
    totals = [item for item in split(items)[0] if item.method == "observed"]
    assert [(item.metric, item.value, item.start, item.label) for item in totals] == [
        ("stars", 1000, date(2026, 11, 20), "google/jax"),
        ("forks", 300, date(2026, 11, 20), "google/jax"),
        ("open_issues", 20, date(2026, 11, 20), "google/jax"),
    ]
    for request in network.requests:
        assert request.headers["x-github-api-version"] == "2026-03-10"
        assert "authorization" not in request.headers


def test_history_holds_whole_past_weeks_only() -> None:
    items, _ = collect(serve(make_history(3)))
    weeks = [item for item in split(items)[0] if item.metric == "stars_retained_weekly"]
    assert [(item.start, item.value) for item in weeks] == [
        (date(2026, 11, 8), 28),
        (date(2026, 11, 1), 28),
    ]
    assert {(item.resolution, item.method) for item in weeks} == {("week", "retained")}


def test_weeks_of_the_future_are_dropped() -> None:
    items, _ = collect(serve(make_history(5, SUNDAY + timedelta(weeks=3))))
    weeks = [item.start for item in split(items)[0] if item.resolution == "week"]
    assert weeks == [date(2026, 11, 8)]


@pytest.mark.parametrize(
    "week",
    [
        {"total": 27},
        {"days": [1] * 6},
        {"days": [-1, 2, 3, 4, 5, 6, 7]},
        {"week": -1},
        {"week": 10**18},
        {"week": "2026-11-08"},
    ],
)
def test_a_history_that_cannot_be_is_a_gap(week: dict[str, Any]) -> None:
    broken = make_week(SUNDAY - timedelta(weeks=1)) | week
    observations, gaps = split(collect(serve([broken]))[0])
    assert {item.metric for item in observations} == {"stars", "forks", "open_issues"}
    assert gaps[0].what == "GitHub star history of google/jax"


def test_a_closed_history_is_a_gap() -> None:
    assert "empty" in split(collect(serve([]))[0])[1][0].why


def test_a_moved_repository_is_recorded_under_its_present_name() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/repos/google/jax":
            return respond(b"", 301, {"location": f"{BASE}/repositories/154739597"})
        return serve(make_history(), "jax-ml/jax")(request)

    items, network = collect(answer)
    assert {item.label for item in split(items)[0]} == {"jax-ml/jax"}
    assert network.requests[-1].url.path == "/repos/jax-ml/jax/stargazers/history"
    assert network.requests[-1].url.params["per_page"] == "30"


@pytest.mark.parametrize("name", ["../../user", "a/b/c", "a b/c", ""])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    observations, gaps = split(collect(serve([], name))[0])
    assert observations == []
    assert len(gaps) == 1


# --- paging


def page_of(request: httpx.Request) -> int:
    return int(request.url.params.get("page", "1"))


def serve_pages(pages: int, host: str = BASE, left: Callable[[], int] | None = None) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        number = page_of(request)
        headers = {"x-ratelimit-remaining": str(left())} if left else {}
        if number < pages:
            target = f"{host}{request.url.path}?per_page=30&page={number + 1}"
            headers["link"] = f'<{target}>; rel="next", <{BASE}/x?page=9>; rel="last"'
        return respond(
            make_history(30, SUNDAY - timedelta(weeks=30 * min(number - 1, 9))), 200, headers
        )

    def either(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/history"):
            return answer(request)
        headers = {"x-ratelimit-remaining": str(left())} if left else {}
        name = request.url.path.removeprefix("/repos/")
        return respond(make_repository(name), headers=headers)

    return either


def test_follows_the_pages_to_the_end() -> None:
    observations, gaps = split(collect(serve_pages(3))[0])
    assert len([item for item in observations if item.resolution == "week"]) == 89
    assert gaps == []


def test_a_week_on_two_pages_counts_once() -> None:
    def twice(request: httpx.Request) -> httpx.Response:
        link = f'<{BASE}{request.url.path}?page=2>; rel="next"'
        return respond(make_history(3), headers={"link": link} if page_of(request) == 1 else {})

    observations, _ = split(collect(serve(twice))[0])
    assert len([item for item in observations if item.resolution == "week"]) == 2


def test_pages_on_another_host_are_not_followed() -> None:
    items, network = collect(serve_pages(3, "http://elsewhere.test"))
    observations, gaps = split(items)
    assert len([item for item in observations if item.resolution == "week"]) == 29
    assert "another host" in gaps[0].why
    assert {request.url.host for request in network.requests} == {"source.test"}


def test_endless_pages_end() -> None:
    items, network = collect(serve_pages(10**6))
    assert len(network.requests) == 1 + 100
    assert "more than 100 pages" in split(items)[1][0].why


def test_the_hourly_limit_is_shared_fairly() -> None:
    remaining = iter(range(10, -1, -1))
    items, network = collect(serve_pages(50, left=lambda: next(remaining)), TWO)
    observations, gaps = split(items)
    paths = [request.url.path for request in network.requests]
    assert paths[:2] == ["/repos/tensorflow/tensorflow", "/repos/pytorch/pytorch"]
    weeks = [item.subject for item in observations if item.resolution == "week"]
    assert weeks.count("pytorch") in (weeks.count("tensorflow"), weeks.count("tensorflow") - 30)
    assert [gap.what for gap in gaps] == [
        "GitHub star history of tensorflow/tensorflow",
        "GitHub star history of pytorch/pytorch",
    ]
    assert gaps[0].why.startswith("It reaches back to 20")
    assert "GITHUB_TOKEN" in gaps[0].cure
    assert next(remaining) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_a_used_up_limit_is_named(status: int) -> None:
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795176000"}
    network = Network(lambda request: respond({}, status, spent))
    with (
        network.open("github") as session,
        pytest.raises(Unavailable, match="60 requests without a token is used up") as caught,
    ):
        list(Github(base_url=BASE).collect(session, SUBJECTS))
    assert "GITHUB_TOKEN" in caught.value.cure
    assert len(network.requests) == 1
    assert network.time.slept == []


def test_a_limit_used_up_within_the_history_keeps_the_rest() -> None:
    spent = {"x-ratelimit-remaining": "0"}
    items, _ = collect(serve(lambda request: respond({}, 429, spent)))
    observations, gaps = split(items)
    assert len(observations) == 3
    assert gaps[0].why.startswith("None of it was read")


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
        return respond({}, 404) if "history" in request.url.path else respond(body.encode())

    observations, gaps = split(collect(answer, (subject,))[0])
    assert [item.value for item in observations] == [7122, 1793, 357]
    assert {item.label for item in observations} == {"PyGithub/PyGithub"}
    assert len(gaps) == 1
