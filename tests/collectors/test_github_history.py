"""The retained history is read page by page, within GitHub's limits, and never twice in vain."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors.github import Github
from collectors.refusals import Unavailable
from collectors.subjects import SUBJECTS
from tests.collectors.answers import (
    SUNDAY,
    make_history,
    make_week,
)
from tests.collectors.github_answers import (
    JAX,
    TWO,
    collect,
    page_of,
    pick,
    serve,
    serve_pages,
    split,
)
from tests.collectors.network import BASE, Handler, Network, respond


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


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
    assert not [item for item in observations if item.method == "retained"]
    assert gaps[0].what == "GitHub star history of google/jax"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"total": 99}, "does not add up"), ({"days": [1]}, "1 of its 3 entries cannot be read.")],
)
def test_a_week_that_cannot_be_costs_no_other(fault: dict[str, Any], reason: str) -> None:
    weeks = make_history(3)
    weeks[1] |= fault
    items, _ = collect(serve(weeks))
    assert len(pick(items, "stars_retained_weekly")) == 1
    assert any(reason in gap.why for gap in split(items)[1])


def test_a_closed_history_is_a_gap() -> None:
    assert "empty" in split(collect(serve([]))[0])[1][0].why


# --- paging


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
    assert len(network.requests) == 3 + 100
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
    assert not [item for item in observations if item.method == "retained"]
    assert len(observations) == 6
    assert gaps[0].why.startswith("None of it was read")


# --- unchanged


def tag(handler: Handler) -> Handler:
    """The source with an ETag of each page."""

    def answer(request: httpx.Request) -> httpx.Response:
        mark = f'"{request.url}"'
        if request.headers.get("if-none-match") == mark:
            return respond(b"", 304, {"etag": mark})
        good = handler(request)
        good.headers["etag"] = mark
        return good

    return answer


def test_an_unchanged_source_costs_one_conditional_request_an_endpoint(tmp_path: Path) -> None:
    network = Network(tag(serve_pages(4)))
    collected = []
    for _ in range(2):
        with network.open("github", cache_dir=tmp_path) as session:
            found = split(list(Github(base_url=BASE).collect(session, JAX)))[0]
        collected.append({(one.metric, one.start, one.label, one.value) for one in found})
        first, network.requests = network.requests, []
    assert collected[0] == collected[1]
    assert [request.url.path.rpartition("/")[2] for request in first] == [
        "jax", "contributors", "releases", "history",
    ]  # fmt: skip
    assert all("if-none-match" in request.headers for request in first)


def list_weeks(network: Network, cache_dir: Path) -> set[date]:
    network.requests.clear()
    with network.open("github", cache_dir=cache_dir) as session:
        items = list(Github(base_url=BASE).collect(session, JAX))
    return {item.start for item in pick(items, "stars_retained_weekly")}


def test_a_second_run_reads_on_where_the_limit_ended_the_first(tmp_path: Path) -> None:
    left = iter([9, 9, 9, 5, 4, 3, 2, *[60] * 20])
    network = Network(serve_pages(8, left=lambda: next(left)))
    assert len(list_weeks(network, tmp_path)) == 30 * 6 - 1
    assert len(list_weeks(network, tmp_path)) == 30 * 8 - 1
    asked = [page_of(request) for request in network.requests if "history" in str(request.url)]
    assert asked == [1, 7, 8]


def test_kept_pages_leave_no_hole_when_a_week_has_passed(tmp_path: Path) -> None:
    newest = [SUNDAY]

    def answer(request: httpx.Request) -> httpx.Response:
        number = page_of(request)
        link = f'<{BASE}{request.url.path}?per_page=30&page={number + 1}>; rel="next"'
        weeks = make_history(30, newest[0] - timedelta(weeks=30 * (number - 1)))
        return respond(weeks, headers={"link": link} if number < 4 else {})

    network = Network(serve(answer))
    first = list_weeks(network, tmp_path)
    newest[0] += timedelta(weeks=2)
    network.time.seconds += 14 * 86400
    second = list_weeks(network, tmp_path)
    assert len(first) == len(second) == 119
    assert {start + timedelta(weeks=2) for start in first} == second
    assert list_weeks(network, tmp_path) == second
    asked = [page_of(request) for request in network.requests if "history" in str(request.url)]
    assert asked == [1]
