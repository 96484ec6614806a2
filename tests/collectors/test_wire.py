"""Servers that misbehave on a real socket are stopped at the limits."""

import gzip
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.bodies import TruncatedError, read_body
from collectors.limits import Clock, Limits
from collectors.refusals import MalformedError, Unavailable
from collectors.session import Session
from dlsurvey.errors import SourceFormatError, SourceUnavailable
from tests.collectors.network import BASE
from tests.collectors.server import QuietServer

URL = f"{BASE}/data"


class Page(BaseHTTPRequestHandler):
    """What each path of the real server does."""

    server: QuietServer

    def do_GET(self) -> None:
        getattr(self, "serve_" + self.path.strip("/"))()

    def send(self, body: bytes, length: int | None = None, encoding: str = "identity") -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def serve_good(self) -> None:
        self.send(gzip.compress(b'{"n": 1}'), encoding="gzip")

    def serve_short(self) -> None:
        self.send(b'{"n": 1}', length=100)

    def serve_drip(self) -> None:
        self.send(b"", length=1000)
        for _ in range(200):
            if self.server.stopping.wait(0.02):
                return
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def serve_silent(self) -> None:
        self.server.stopping.wait(5)

    def serve_bomb(self) -> None:
        self.send(zlib.compress(b" " * 2**23), encoding="deflate")

    def serve_large(self) -> None:
        try:
            self.send(b" " * 2**21)
        except OSError:
            return

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with QuietServer(Page) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running.base
        running.stopping.set()
        running.shutdown()
        thread.join()


QUICK = Limits(
    body_bytes=2**20, request_seconds=1.5, read_seconds=1.0, retries=1, pause_seconds=0.0
)


def open_real() -> Session:
    return Session("test", limits=QUICK, clock=Clock(sleep=lambda seconds: None))


def test_a_real_server_answers(server: str) -> None:
    with open_real() as session:
        answer = session.get_json(f"{server}/good", dict[str, int])
    assert answer.value == {"n": 1}
    assert datetime.now(UTC) >= answer.retrieved_at


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("short", "broke off"),
        ("drip", "did not finish its answer"),
        ("silent", "stopped answering"),
        ("bomb", "more than 1048576 bytes"),
        ("large", "more than 1048576 bytes"),
    ],
)
def test_a_real_server_misbehaves(server: str, page: str, reason: str) -> None:
    with (
        open_real() as session,
        pytest.raises((SourceUnavailable, SourceFormatError), match=reason),
    ):
        session.get_json(f"{server}/{page}", dict[str, int])


def test_nobody_listens() -> None:
    with open_real() as session, pytest.raises(Unavailable, match="No connection to 127"):
        session.get_json("http://127.0.0.1:9/", dict[str, int])


@pytest.mark.parametrize(
    "url", ["", "source.test/data", "ftp://source.test", "http://[::1", "http://"]
)
def test_a_bad_address_is_explained(url: str) -> None:
    with open_real() as session, pytest.raises(Unavailable):
        session.get_json(url, dict[str, int])


@given(st.binary(max_size=3000), st.integers(1, 50), st.sampled_from(["gzip", "deflate", ""]))
@settings(deadline=None)
def test_bodies_come_out_as_they_went_in(body: bytes, step: int, encoding: str) -> None:
    packed = {"gzip": gzip.compress(body), "deflate": zlib.compress(body), "": body}[encoding]
    chunks = [packed[at : at + step] for at in range(0, len(packed), step)]
    assert read_body(chunks, encoding, 3000, URL) == body


@given(st.binary(min_size=1, max_size=300), st.data())
def test_a_cut_body_is_noticed(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(TruncatedError):
        read_body([packed[:cut]], "gzip", 3000, URL)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd", "unknown"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(MalformedError):
        read_body([b"x"], encoding, 10, URL)


def test_damaged_compression_is_refused() -> None:
    with pytest.raises(MalformedError, match="damaged"):
        read_body([b"not gzip at all"], "gzip", 100, URL)
