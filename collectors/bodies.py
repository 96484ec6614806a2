"""Turns the bytes of an answer into its body, never holding more of it than the limit allows."""

import zlib
from collections.abc import Iterable, Iterator

from collectors.refusals import MalformedError

PIECE_BYTES = 2**20
ACCEPTED_ENCODINGS = "gzip, deflate"
"""Those whose decompressor can be stopped at a limit."""


class TruncatedError(Exception):
    """A compressed body ended before its end: fetching it again may help."""


class OversizedError(MalformedError):
    """A body larger than the limit, compressed or not."""

    def __init__(self, url: str, limit_bytes: int) -> None:
        """Name the page and the limit."""
        super().__init__(
            f"{url} answered with more than {limit_bytes} bytes, the limit for one answer.",
            "Check the source's base URL in the settings.",
        )


def read_body(chunks: Iterable[bytes], encoding: str, limit_bytes: int, url: str) -> bytes:
    """Join and decompress the pieces of a body, stopping as soon as it exceeds the limit."""
    body = bytearray()
    for piece in _decode(chunks, encoding.strip().lower(), limit_bytes, url):
        body += piece
        if len(body) > limit_bytes:
            raise OversizedError(url, limit_bytes)
    return bytes(body)


def _decode(chunks: Iterable[bytes], encoding: str, limit_bytes: int, url: str) -> Iterable[bytes]:
    if encoding in ("", "identity"):
        return chunks
    if encoding in ("gzip", "x-gzip"):
        return _inflate(chunks, zlib.MAX_WBITS | 16, limit_bytes, url)
    if encoding == "deflate":
        return _inflate(chunks, zlib.MAX_WBITS, limit_bytes, url)
    raise MalformedError(f"{url} answered in an encoding that was not asked for.")


def _inflate(chunks: Iterable[bytes], wbits: int, limit_bytes: int, url: str) -> Iterator[bytes]:
    # By pieces, and one byte beyond the limit is enough to know that it is exceeded.
    piece_bytes = min(limit_bytes, PIECE_BYTES) + 1
    decompressor = zlib.decompressobj(wbits)
    received = False
    for chunk in chunks:
        rest = chunk
        while rest:
            received = True
            if decompressor.eof:  # a gzip body may have several members
                decompressor = zlib.decompressobj(wbits)
            try:
                yield decompressor.decompress(rest, piece_bytes)
            except zlib.error as error:
                raise MalformedError(f"{url} answered with damaged compressed data.") from error
            rest = decompressor.unconsumed_tail or decompressor.unused_data
    if received and not decompressor.eof:
        raise TruncatedError(url)
