"""Turns a scripted source into a real server on this machine, well-behaved or not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.collectors.network import Handler, respond

Behaviour = Callable[["Exchange"], None]


@dataclass
class LocalServer:
    """What the server does, and what was asked of it."""

    source: Handler
    behave: Behaviour
    base: str = ""
    asked: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


def read_raw(response: httpx.Response) -> bytes:
    """The bytes as they are sent, not decompressed."""
    assert isinstance(response.stream, httpx.SyncByteStream)
    return b"".join(response.stream)


class Exchange:
    """One request to the real server, and ways to answer it well or badly."""

    def __init__(self, connection: BaseHTTPRequestHandler, server: LocalServer) -> None:
        self.connection = connection
        self.server = server
        self.is_first = connection.path not in server.asked
        server.asked.append(connection.path)

    def ask_source(self) -> httpx.Response:
        """What the scripted source answers."""
        sent = self.connection.headers
        request = httpx.Request(
            self.connection.command,
            self.server.base + self.connection.path,
            headers=list(sent.items()),
        )
        return self.server.source(request)

    def send(self, response: httpx.Response, length: int | None = None) -> None:
        """Send it, with another length than it has where one is given."""
        body = read_raw(response)
        self.start(response.status_code, dict(response.headers), len(body), length)
        self.connection.wfile.write(body)

    def start(
        self, status: int, headers: dict[str, str], size: int, length: int | None = None
    ) -> None:
        self.connection.send_response(status)
        for name, value in headers.items():
            if name not in ("content-length", "transfer-encoding"):
                self.connection.send_header(name, value)
        self.connection.send_header("Content-Length", str(size if length is None else length))
        self.connection.end_headers()

    def wait(self, seconds: float) -> None:
        self.server.stopping.wait(seconds)


class QuietServer(ThreadingHTTPServer):
    """A server whose misbehaviour is meant: it prints no errors and waits for no thread."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, connection: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), connection)
        self.stopping = threading.Event()
        self.base = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *args: Any) -> None:
        return


class _SourceServer(QuietServer):
    def __init__(self, served: LocalServer) -> None:
        super().__init__(_Connection)
        self.served = served
        served.base = self.base


class _Connection(BaseHTTPRequestHandler):
    server: _SourceServer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        served = self.server.served
        try:
            served.behave(Exchange(self, served))
        except OSError:  # the client had enough
            return

    do_POST = do_GET

    def log_message(self, *args: Any) -> None:
        return


@contextmanager
def serve(source: Handler, behave: Behaviour) -> Iterator[LocalServer]:
    """Run a source as a server on this machine."""
    served = LocalServer(source, behave)
    with _SourceServer(served) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.stopping.set()
            running.shutdown()
            thread.join()


def answer_well(exchange: Exchange) -> None:
    exchange.send(exchange.ask_source())


def answer_late(seconds: float) -> Behaviour:
    """Every answer good, and so much later."""

    def behave(exchange: Exchange) -> None:
        exchange.wait(seconds)
        answer_well(exchange)

    return behave


def always(body: bytes = b"{}", status: int = 200, **headers: str) -> Behaviour:
    """The same answer to everything."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(respond(body, status, sent))
