"""Models are counted where the hub tells an honest number, and are a gap elsewhere."""

from pathlib import Path

import httpx
import pytest

from collectors.huggingface import MAX_PAGES, Huggingface
from collectors.refusals import Refused
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import answer_huggingface
from tests.collectors.network import BASE, Handler, Network, respond

MLX = (Subject(name="mlx", title="MLX", hub_filters=("mlx",)),)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_SECRET")


def collect(
    handler: Handler, subjects: tuple[Subject, ...] = MLX, cache_dir: Path | None = None
) -> tuple[list[Observation], list[Gap], Network]:
    network = Network(handler)
    with network.open("huggingface", cache_dir=cache_dir) as session:
        items = list(Huggingface(base_url=BASE).collect(session, subjects))
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)], network


def list_models(pages: int, host: str = BASE, names: int = 3) -> Handler:
    """A hub without a total, whose listing has so many pages."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/models-json":
            return respond({"models": []})
        page = int(request.url.params.get("cursor", "1"))
        target = f"{host}/api/models?filter=mlx&limit=1000&cursor={page + 1}"
        link = {"link": f'<{target}>; rel="next"'} if page < pages else {}
        return respond([{"id": f"a/{page}-{one}"} for one in range(names)], headers=link)

    return answer


def test_a_total_is_read_and_no_token_sent() -> None:
    observations, gaps, network = collect(answer_huggingface, SUBJECTS)
    assert gaps == []
    assert [(item.subject, item.label, item.value) for item in observations] == [
        ("tensorflow", "tf", 5000),
        ("pytorch", "pytorch", 5000),
        ("keras", "keras", 5000),
        ("jax", "jax", 5000),
    ]
    assert len(network.requests) == 5
    assert all("authorization" not in request.headers for request in network.requests)


@pytest.mark.parametrize("told", [2_000_000, 0])
def test_a_filter_that_is_not_heeded_gives_no_number(told: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/models-json":
            return list_models(10**6)(request)
        return respond({"numTotalItems": told if "library" in request.url.params else 2_000_000})

    observations, gaps, _ = collect(answer)
    assert observations == []
    assert "more than 5000 models" in gaps[0].why


def test_a_short_listing_is_counted() -> None:
    observations, gaps, network = collect(list_models(3))
    assert gaps == []
    assert [item.value for item in observations] == [9]
    assert network.requests[1].url.params["filter"] == "mlx"


def test_a_model_on_two_pages_counts_once() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "cursor" in request.url.params:
            return respond([{"id": "a/1"}, {"id": "a/2"}])
        link = f'<{BASE}/api/models?cursor=2>; rel="next"'
        if request.url.path == "/models-json":
            return respond({}, 404)
        return respond([{"id": "a/1"}], headers={"link": link})

    assert [item.value for item in collect(answer)[0]] == [2]


def test_a_listing_that_goes_on_is_a_gap_and_no_lower_bound() -> None:
    observations, gaps, network = collect(list_models(10**6))
    assert observations == []
    assert gaps[0].what == "Models on the hub under mlx"
    assert "tells no total" in gaps[0].why
    assert len(network.requests) == 1 + MAX_PAGES


def test_a_page_on_another_host_is_not_followed() -> None:
    observations, gaps, network = collect(list_models(3, "http://elsewhere.test"))
    assert observations == []
    assert "another host" in gaps[0].why
    assert {request.url.host for request in network.requests} == {"source.test"}


def test_an_empty_listing_is_a_gap_and_not_zero() -> None:
    observations, gaps, _ = collect(list_models(1, names=0))
    assert observations == []
    assert "lists no model under mlx" in gaps[0].why


def test_a_limit_ends_it() -> None:
    network = Network(lambda request: respond({}, 429, {"retry-after": "3600"}))
    with network.open("huggingface") as session, pytest.raises(Refused):
        list(Huggingface(base_url=BASE).collect(session, SUBJECTS))
    assert len(network.requests) == 1


def test_an_unchanged_hub_costs_a_conditional_request_a_filter(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        mark = f'"{request.url.query!r}"'
        if request.headers.get("if-none-match") == mark:
            return respond(b"", 304, {"etag": mark})
        good = answer_huggingface(request)
        good.headers["etag"] = mark
        return good

    first = collect(answer, cache_dir=tmp_path)[0]
    second, _, network = collect(answer, cache_dir=tmp_path)
    assert [item.value for item in first] == [item.value for item in second]
    assert len(network.requests) == 2
    assert all("if-none-match" in request.headers for request in network.requests)
