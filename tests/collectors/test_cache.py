"""The cache asks conditionally, tells how old its answers are, and never holds a secret."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from collectors.refusals import Refused
from tests.collectors.network import BASE, NOW, SECRET, Network, in_turn, respond

URL = f"{BASE}/data"


def serve_tagged(request: httpx.Request) -> httpx.Response:
    if request.headers.get("if-none-match") == '"v1"':
        return respond(b"", 304, {"etag": '"v1"', "x-ratelimit-remaining": "8"})
    return respond({"n": 1}, headers={"etag": '"v1"', "x-ratelimit-remaining": "9"})


def test_asks_conditionally_and_once(tmp_path: Path) -> None:
    network = Network(serve_tagged)
    for status, left in (("live", "9"), ("live", "8")):
        with network.open(cache_dir=tmp_path) as session:
            answer = session.get_json(URL, dict[str, int])
        assert answer.value == {"n": 1}
        assert answer.status == status
        assert answer.headers["x-ratelimit-remaining"] == left
    assert len(network.requests) == 2
    assert "if-none-match" not in network.requests[0].headers
    assert network.requests[1].headers["if-none-match"] == '"v1"'


def test_a_fresh_copy_is_used_and_keeps_its_date(tmp_path: Path) -> None:
    dated = {"cache-control": "private, max-age=86400000"}
    network = Network(lambda request: respond({"n": 1}, headers=dated))
    with network.open(cache_dir=tmp_path) as session:
        session.get_json(URL, dict[str, int])
    network.time.seconds = 600
    with network.open(cache_dir=tmp_path) as session:
        answer = session.get_json(URL, dict[str, int])
    assert answer.status == "cached"
    assert answer.retrieved_at == NOW
    assert len(network.requests) == 1


def test_no_lifetime_is_guessed(tmp_path: Path) -> None:
    old = {"last-modified": "Mon, 01 Jan 2018 00:00:00 GMT"}
    network = Network(lambda request: respond({"n": 1}, headers=old))
    with network.open(cache_dir=tmp_path) as session:
        for _ in range(2):
            assert session.get_json(URL, dict[str, int]).status == "live"
    assert len(network.requests) == 2


def test_a_failure_leaves_the_good_copy(tmp_path: Path) -> None:
    good = iter([True, False, True])
    network = Network(lambda request: serve_tagged(request) if next(good) else respond({}, 404))
    with network.open(cache_dir=tmp_path) as session:
        session.get_json(URL, dict[str, int])
        with pytest.raises(Refused):
            session.get_json(URL, dict[str, int])
        session.get_json(URL, dict[str, int])
    assert network.requests[2].headers["if-none-match"] == '"v1"'


def test_a_body_of_another_encoding_survives_the_cache(tmp_path: Path) -> None:
    packed = {"content-encoding": "gzip", "etag": '"v1"'}
    first = respond(gzip.compress(b'{"n": 1}'), headers=packed)
    steps = iter([first, respond(b"", 304, packed)])
    network = Network(lambda request: next(steps))
    with network.open(cache_dir=tmp_path) as session:
        for _ in range(2):
            assert session.get_json(URL, dict[str, int]).value == {"n": 1}


def test_a_folder_that_cannot_be_made_costs_only_the_cache(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    network = Network(serve_tagged)
    with network.open(cache_dir=tmp_path / "file" / "cache") as session:
        assert session.get_json(URL, dict[str, int]).value == {"n": 1}
    assert "nothing is cached" in caplog.text


def test_a_damaged_cache_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "test-http-2.db").write_bytes(b"no database" * 100)
    with Network(serve_tagged).open(cache_dir=tmp_path) as session:
        assert session.get_json(URL, dict[str, int]).value == {"n": 1}


def test_serves_several_threads(tmp_path: Path) -> None:
    network = Network(serve_tagged)
    with network.open(cache_dir=tmp_path) as session, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: session.get_json(f"{URL}/{n % 5}", dict[str, int]), range(40))
        )
    assert {answer.value["n"] for answer in answers} == {1}


def test_credentials_stay_with_their_host(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "source.test" and request.url.path == "/data":
            return respond(b"", 302, {"location": "/here"})
        if request.url.host == "source.test":
            return respond(b"", 302, {"location": "http://elsewhere.test/there"})
        return respond({"n": 1}, headers={"etag": '"v1"'})

    network = Network(answer)
    with network.open(cache_dir=tmp_path) as session:
        session.get_json(URL, dict[str, int], authorization=f"Bearer {SECRET}")
    sent = [request.headers.get("authorization") for request in network.requests]
    assert sent == [f"Bearer {SECRET}", f"Bearer {SECRET}", None]
    assert all(SECRET.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    network = Network(in_turn(lambda: respond({"n": 1}), lambda: respond({}, 404)))
    with network.open(cache_dir=tmp_path) as session:
        url = f"http://me:{SECRET}@source.test/data"
        assert SECRET not in session.get_json(url, dict[str, int]).url
        with pytest.raises(Refused) as caught:
            session.get_json(url + "/2", dict[str, int])
    assert SECRET not in str(caught.value)
