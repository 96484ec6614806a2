"""Turns GitHub's documented shapes into scripted repositories (*constructed*), and collects them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from collectors.github import Github
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import (
    SUNDAY,
    answer_github,
    make_history,
    make_repository,
)
from tests.collectors.network import BASE, Handler, Network, respond

JAX = (Subject(name="jax", title="JAX", repositories=("google/jax",)),)
TWO = SUBJECTS[:2]
Items = list[Observation | Gap]


def collect(handler: Handler, subjects: tuple[Subject, ...] = JAX) -> tuple[Items, Network]:
    network = Network(handler)
    with network.open("github") as session:
        return list(Github(base_url=BASE).collect(session, subjects)), network


def split(items: Items) -> tuple[list[Observation], list[Gap]]:
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)]


def is_minor(request: httpx.Request) -> bool:
    return request.url.path.endswith(("/contributors", "/releases"))


def pick(items: Items, *metrics: str) -> list[Observation]:
    return [item for item in split(items)[0] if item.metric in metrics]


def serve(history: Any, name: str = "google/jax", headers: dict[str, str] | None = None) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/history"):
            page = history(request) if callable(history) else respond(history, headers=headers)
            assert isinstance(page, httpx.Response)
            return page
        if is_minor(request):
            return answer_github(request)
        return respond(make_repository(name), headers=headers)

    return answer


def serve_moved(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/repos/google/jax":
        return respond(b"", 301, {"location": f"{BASE}/repositories/154739597"})
    return serve(make_history(), "jax-ml/jax")(request)


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
        if is_minor(request):
            return answer_github(request)
        headers = {"x-ratelimit-remaining": str(left())} if left else {}
        name = request.url.path.removeprefix("/repos/")
        return respond(make_repository(name), headers=headers)

    return either
