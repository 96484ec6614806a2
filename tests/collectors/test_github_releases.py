"""Releases and contributors are read as GitHub documents them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from collectors.subjects import Subject
from tests.collectors.answers import (
    answer_github,
    make_history,
    make_release,
)
from tests.collectors.github_answers import (
    collect,
    is_minor,
    page_of,
    pick,
    serve,
    split,
)
from tests.collectors.network import BASE, Handler, respond


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


def serve_minor(answer: Callable[[httpx.Request], httpx.Response]) -> Handler:
    good = serve(make_history())
    return lambda request: answer(request) if is_minor(request) else good(request)


def test_contributors_are_counted_by_pages_of_one() -> None:
    items, network = collect(serve(make_history()))
    (found,) = pick(items, "contributors")
    assert (found.value, found.unit, found.label) == (42, "contributors", "google/jax")
    (asked,) = [one for one in network.requests if one.url.path.endswith("/contributors")]
    assert dict(asked.url.params) == {"per_page": "1", "anon": "1"}


def test_a_single_contributor_has_no_last_page() -> None:
    items, _ = collect(serve_minor(lambda request: respond([{"contributions": 3}])))
    assert [item.value for item in pick(items, "contributors")] == [1]


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ([], ""),
        ([{"contributions": 1}] * 30, f'<{BASE}/x?page=9>; rel="last"'),
        ([{"contributions": 1}], f'<{BASE}/x?page=2>; rel="next"'),
        ([{"contributions": 1}], f'<{BASE}/x?page=2>; rel="next", <{BASE}/x?page=x>; rel="last"'),
    ],
)
def test_contributors_that_cannot_be_counted_are_a_gap(body: Any, link: str) -> None:
    items, _ = collect(serve_minor(lambda request: respond(body, headers={"link": link})))
    assert pick(items, "contributors") == []
    assert "GitHub contributors of google/jax" in [gap.what for gap in split(items)[1]]


def test_releases_are_dated_and_final() -> None:
    listed = [
        make_release("v2.2.0", "2026-11-02", draft=True),
        make_release("v2.2.0-rc1", "2026-11-01", prerelease=True),
        make_release("v2.1.0", "2026-10-30"),
        make_release("v2.1.0", "2026-10-30"),
        make_release("jax-v0.9", "2026-10-30"),
    ]
    items, _ = collect(serve_minor(lambda request: respond(listed)))
    assert [(item.start, item.value, item.label) for item in pick(items, "github_release")] == [
        (date(2026, 10, 30), 1, "v2.1.0"),
        (date(2026, 10, 30), 1, "jax-v0.9"),
    ]


def test_a_release_that_cannot_be_read_costs_no_other() -> None:
    listed: list[Any] = [
        {**make_release("v2", "2026-11-02"), "draft": "no"},
        make_release("v1", "2026-10-30"),
    ]
    items, _ = collect(serve_minor(lambda request: respond(listed)))
    assert [item.label for item in pick(items, "github_release")] == ["v1"]
    assert "1 of its 2 entries cannot be read." in [gap.why for gap in split(items)[1]]


@pytest.mark.parametrize("tag", ["<script>", "=1+1", "-1", "", "a b", "x" * 200, "v1\n"])
def test_a_tag_that_names_no_version_is_left_out(tag: str) -> None:
    listed = [make_release(tag, "2026-10-30"), make_release("v1", "2026-10-29")]
    items, _ = collect(serve_minor(lambda request: respond(listed)))
    assert [item.label for item in pick(items, "github_release")] == ["v1"]
    whys = {gap.what: gap.why for gap in split(items)[1]}
    assert "1 of them bear a tag" in whys["GitHub releases of google/jax"]


def test_releases_are_read_to_a_bound() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        number = page_of(request)
        link = f'<{BASE}{request.url.path}?page={number + 1}>; rel="next"'
        return respond([make_release(f"v{number}", "2026-01-01")], headers={"link": link})

    items, _ = collect(serve_minor(answer))
    assert [item.label for item in pick(items, "github_release")] == ["v1", "v2", "v3"]
    whys = {gap.what: gap.why for gap in split(items)[1]}
    assert "Only the newest 300" in whys["GitHub releases of google/jax"]


def test_the_same_tag_of_two_repositories_counts_twice() -> None:
    two = Subject(name="jax", title="JAX", repositories=("jax-ml/jax", "google/flax"))
    items, _ = collect(answer_github, (two,))
    labels = {item.label for item in pick(items, "github_release")}
    assert labels == {"v2.1.0", "v2.0.0", "google/flax v2.1.0", "google/flax v2.0.0"}


def test_nothing_minor_is_asked_when_the_limit_is_near() -> None:
    items, network = collect(serve(make_history(), headers={"x-ratelimit-remaining": "2"}))
    assert len(network.requests) == 1
    assert len(split(items)[0]) == 3
    assert len(split(items)[1]) == 3
