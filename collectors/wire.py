"""Turns what only the wire may see, or tells, into layers: keys in queries, reasons in refusals."""

import logging
from urllib.parse import quote

import httpx

from collectors.credentials import QueryKey
from collectors.explanations import Explained
from collectors.transports import WireTransport, find_origin, name_url

# At DEBUG it logs headers as they arrive, and a redirect may repeat a key in one.
logging.getLogger("httpcore").setLevel(logging.INFO)


class KeyedTransport(WireTransport):
    """Adds a key to the query of requests to its own host only.

    It goes into httpx's extension `target`, which replaces path and query on the wire: the
    request's address, which caches, logs and errors repeat, never holds it.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; a redirect that repeats the key comes back without it."""
        response = super().handle_request(request)
        key = _find_key(request)
        if key is not None:
            for name, value in response.headers.items():
                if (stripped := _strip(value, key)) != value:
                    response.headers[name] = stripped
        return response

    def _prepare(self, request: httpx.Request, deadline: float) -> httpx.Request:
        prepared = super()._prepare(request, deadline)
        key = _find_key(request)
        if key is not None:
            path = request.url.raw_path
            joint = b"&" if b"?" in path else b"?"
            prepared.extensions["target"] = path + joint + _spell(key).encode()
        return prepared


class ExplainingTransport(httpx.BaseTransport):
    """Raises on a refusal that retries could not overcome, with the body that explains it."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        """Stand above this layer."""
        self.transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass on what is no refusal."""
        response = self.transport.handle_request(request)
        if response.status_code < 400:
            return response
        raise Explained(
            name_url(request.url),
            response.status_code,
            dict(response.headers),
            response.read(),
            has_credentials=not request.extensions.keys().isdisjoint(("credentials", "query_key")),
        )

    def close(self) -> None:
        """Close the layer beneath."""
        self.transport.close()


def _find_key(request: httpx.Request) -> QueryKey | None:
    held = request.extensions.get("query_key")
    if held is None or held[0] != find_origin(request.url):
        return None
    key: QueryKey = held[1]
    return key


def _spell(key: QueryKey) -> str:
    return f"{key.name}={quote(key.value, safe='')}"


def _strip(text: str, key: QueryKey) -> str:
    for spelling in (_spell(key), quote(key.value, safe=""), key.value):
        text = text.replace(spelling, "")
    return text
