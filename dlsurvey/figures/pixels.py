"""Turns the raw bytes of a small image into a PNG that stands inside a drawing."""

import base64
import struct
import zlib

GREY, COLOUR = 0, 2
"""PNG's numbers for images of one channel and of three."""


def write_data_address(pixels: str, height: int, width: int, channels: int) -> str:
    """A `data:` address of the image whose bytes (rows, columns, channels) `pixels` has in base64.

    Raises ValueError where the bytes do not fill the image, or it has neither one channel nor three.
    """
    raw = base64.b64decode(pixels, validate=True)
    if len(raw) != height * width * channels or channels not in (1, 3):
        raise ValueError(
            f"An image of {height} × {width} × {channels} is no picture of {len(raw)} bytes."
        )
    return f"data:image/png;base64,{base64.b64encode(encode_png(raw, height, width)).decode()}"


def encode_png(raw: bytes, height: int, width: int) -> bytes:
    """Eight bits a channel; every row as the difference from the pixel to its left."""
    step = len(raw) // (height * width)
    rows = []
    for start in range(0, len(raw), width * step):
        row = raw[start : start + width * step]
        left = bytes(step) + row[:-step]
        rows.append(b"\x01" + bytes((a - b) % 256 for a, b in zip(row, left, strict=True)))
    head = struct.pack(">IIBBBBB", width, height, 8, COLOUR if step == 3 else GREY, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
