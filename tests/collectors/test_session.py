"""The session validates, retries and gives up as its source deserves."""

import hashlib

import httpx
import pytest

from collectors.limits import Limits
from collectors.refusals import MalformedError, Refused, Unavailable
from collectors.session import read_quota
from dlsurvey import __version__
from dlsurvey.errors import SourceFormatError, SourceUnavailable
from tests.collectors.network import BASE, NOW, Network, in_turn, respond

URL = f"{BASE}/data"


def test_answers_what_the_source_says() -> None:
    network = Network(lambda request: respond({"n": 1}, headers={"X-Left": "3"}))
    with network.open() as session:
        answer = session.get_json(URL, dict[str, int], params={"a": 1})
    assert answer.value == {"n": 1}
    assert answer.url == f"{URL}?a=1"
    assert answer.headers["x-left"] == "3"
    assert answer.status == "live"
    assert answer.retrieved_at == NOW
    assert answer.sha256 == hashlib.sha256(b'{"n": 1}').hexdigest()
    assert network.requests[0].headers["user-agent"] == f"dlsurvey/{__version__}"


def test_keeps_every_body_as_received() -> None:
    kept: list[tuple[str, bytes]] = []

    def keep(source: str, body: bytes) -> str:
        kept.append((source, body))
        return "f" * 64

    network = Network(lambda request: respond(b"<html>"))
    with network.open("pypi", keep_raw=keep) as session, pytest.raises(SourceFormatError):
        session.get_json(URL, dict[str, int])
    assert kept == [("pypi", b"<html>")]


def test_names_the_field_of_another_shape() -> None:
    network = Network(lambda request: respond({"n": "one"}))
    with network.open() as session, pytest.raises(MalformedError, match="Expected `int`"):
        session.get_json(URL, dict[str, int])


@pytest.mark.parametrize(
    ("status", "cure"), [(401, "credentials"), (403, "token"), (404, "name"), (418, "later")]
)
def test_a_refusal_says_what_to_do(status: int, cure: str) -> None:
    network = Network(lambda request: respond({}, status))
    with network.open() as session, pytest.raises(Refused, match=cure) as caught:
        session.get_json(URL, dict[str, int])
    assert caught.value.status_code == status
    assert len(network.requests) == 1


# --- retries


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_tries_again(status: int) -> None:
    network = Network(in_turn(lambda: respond({}, status), lambda: respond({"n": 1})))
    with network.open() as session:
        assert session.get_json(URL, dict[str, int]).value == {"n": 1}
    assert len(network.requests) == 2


def test_gives_up_in_the_end() -> None:
    network = Network(lambda request: respond({}, 503))
    with network.open() as session, pytest.raises(Refused, match="503"):
        session.get_json(URL, dict[str, int])
    assert len(network.requests) == 1 + session.limits.retries


def test_waits_as_long_as_it_is_told() -> None:
    network = Network(
        in_turn(lambda: respond({}, 429, {"retry-after": "7"}), lambda: respond({"n": 1}))
    )
    with network.open() as session:
        session.get_json(URL, dict[str, int])
    assert network.time.slept == [7.0]


@pytest.mark.parametrize("wish", ["54000", "9" * 400, "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_refuses_to_wait_too_long(wish: str) -> None:
    network = Network(lambda request: respond({}, 503, {"retry-after": wish}))
    with network.open() as session, pytest.raises(SourceUnavailable, match="asks to wait"):
        session.get_json(URL, dict[str, int])
    assert network.time.slept == []
    assert len(network.requests) == 1


@pytest.mark.parametrize("wish", ["", "soon", "-5", "1e9", "Fri, 01 Jan 99999999999 00:00:00 GMT"])
def test_an_unreadable_wish_is_no_wish(wish: str) -> None:
    network = Network(
        in_turn(lambda: respond({}, 503, {"retry-after": wish}), lambda: respond({"n": 1}))
    )
    with network.open() as session:
        assert session.get_json(URL, dict[str, int]).value == {"n": 1}


def test_the_whole_source_has_a_deadline() -> None:
    network = Network(lambda request: respond({"n": 1}))
    with network.open(limits=Limits(source_seconds=10, pause_seconds=6)) as session:
        for _ in range(2):
            session.get_json(URL, dict[str, int])
        network.time.seconds = 11
        with pytest.raises(Unavailable, match="10 seconds"):
            session.get_json(URL, dict[str, int])
    assert network.time.slept == [6.0]


def test_follows_redirects_but_not_for_ever() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        left = int(request.url.path.strip("/"))
        if left == 0:
            return respond({"n": 1})
        return respond(b"", 301, {"location": f"{BASE}/{left - 1}"})

    with Network(answer).open() as session:
        assert session.get_json(f"{BASE}/5", dict[str, int]).url == f"{BASE}/0"
        with pytest.raises(Unavailable, match="redirects more than 5 times"):
            session.get_json(f"{BASE}/6", dict[str, int])


def test_a_host_that_cannot_be_reached_is_not_tried_for_every_page() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    network = Network(refuse)
    with network.open() as session:
        for page in range(3):
            with pytest.raises(Unavailable, match="No connection"):
                session.get_json(f"{URL}/{page}", dict[str, int])
    assert len(network.requests) == 1 + session.limits.retries


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"X-RateLimit-Remaining": "57"}, 57),
        ({"RateLimit": '"api";r=489;t=300'}, 489),
        ({"X-RateLimit-Remaining": "many"}, None),
        ({"X-RateLimit-Remaining": "9" * 400}, None),
        ({}, None),
    ],
)
def test_what_is_left_of_the_limit_is_noted(headers: dict[str, str], left: int | None) -> None:
    assert read_quota(httpx.Headers(headers), None) == left
    assert read_quota(httpx.Headers({}), 12) == 12
