"""Turns an image file into one that tells nothing but its pixels and their colours.

A photo says where it was taken, when, by whose camera; a screenshot, by whose machine. Run as a
process of its own (file on standard input and output), which a damaged file may end without harm.
"""

import io
import re
import subprocess
import sys
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from dlsurvey.errors import ConfigError

if TYPE_CHECKING:
    from PIL.Image import Image

Kind = Literal["PNG", "JPEG"]

MOST_PIXELS = 25_000_000
LIMIT_SECONDS = 60
UNUSABLE = 3
"""The exit code where the image is whole and cannot be used; why stands on standard error."""

TURNED = range(2, 9)
"""Orientations of EXIF that are not upright; 0 and others say nothing."""
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = (
    b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND",
    b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"cICP",
)  # fmt: skip
"""Pixels, then how their colours are meant."""

SOS, EOI, APP0, APP2, APP14 = 0xDA, 0xD9, 0xE0, 0xE2, 0xEE
JPEG_SEGMENTS = frozenset({*range(0xC0, 0xD0), SOS, 0xDB, 0xDD}) - {0xC8}
"""Frames, Huffman and arithmetic tables; scans; quantisation; restart intervals."""
SCAN_END = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
JFIF_BYTES = 14
"""Of the JFIF header as far as its thumbnail."""
HALVED_BOTH_WAYS = 2
"""Pillow's number for colour of half the resolution in both directions (4:2:0)."""


@lru_cache(maxsize=64)
def remove_metadata(content: bytes, kind: Kind) -> bytes:
    """The image upright, with its colour profile, without anything else that the file said.

    Raises ConfigError whose text goes on after the image's name: 'is not a whole PNG file.'
    """
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "dlsurvey.image_metadata", kind],
            input=content,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"took over {LIMIT_SECONDS} s to be read: save it anew or smaller."
        ) from None
    if answer.returncode == UNUSABLE:
        raise ConfigError(answer.stderr.decode(errors="replace").splitlines()[-1])
    if answer.returncode:
        raise ConfigError(f"is not a whole {kind} file.")
    return answer.stdout


def rewrite(content: bytes, kind: Kind) -> bytes:
    """What `remove_metadata` gives, in this process; raises whatever Pillow raises.

    The compressed pixels stay as they are unless the image has to be turned: a PNG then loses
    nothing, a JPEG is compressed again with its own tables.
    """
    from PIL import Image, ImageOps
    from PIL.ExifTags import Base

    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        _check_size(image)
        image.load()
        if image.getexif().get(Base.Orientation) in TURNED:
            return _encode(ImageOps.exif_transpose(image), image, kind)
    return strip_png(content) if kind == "PNG" else strip_jpeg(content)


def _check_size(image: "Image") -> None:
    if image.width * image.height > MOST_PIXELS:
        raise ConfigError(
            f"has {image.width} x {image.height} pixels, too many to print: save it smaller."
        )
    # A JPEG with a second picture is a photo, with its depth or brightness behind it.
    if image.format == "PNG" and getattr(image, "is_animated", False):
        raise ConfigError("moves, and paper does not: save the one picture that is to be seen.")


def _encode(turned: "Image", image: "Image", kind: Kind) -> bytes:
    from PIL import JpegImagePlugin

    profile = image.info.get("icc_profile")
    turned.info = {key: turned.info[key] for key in ("transparency",) if key in turned.info}
    stream = io.BytesIO()
    if kind == "PNG":
        turned.save(stream, kind, icc_profile=profile)
    else:
        assert isinstance(image, JpegImagePlugin.JpegImageFile)
        sampling = JpegImagePlugin.get_sampling(image)
        turned.save(
            stream,
            kind,
            icc_profile=profile,
            qtables=image.quantization,
            subsampling=sampling if sampling == HALVED_BOTH_WAYS else 0,
        )
    return stream.getvalue()


def strip_png(content: bytes) -> bytes:
    """The chunks that pixels and colours are made of; what follows the end is left out."""
    kept, place = [PNG_HEAD], len(PNG_HEAD)
    while place < len(content):
        length = int.from_bytes(content[place : place + 4])
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += 12 + length
        if kind == b"iCCP":
            data = b"ICC Profile\0" + data.partition(b"\0")[2]
        if kind in PNG_CHUNKS:
            checked = kind + data
            kept.append(len(data).to_bytes(4) + checked + zlib.crc32(checked).to_bytes(4))
        if kind == b"IEND":
            break
    return b"".join(kept)


def strip_jpeg(content: bytes) -> bytes:
    """The segments that pixels and colours are made of; what follows the first picture is left out."""
    kept, place = [content[:2]], 2
    while place < len(content) and content[place + 1] != EOI:
        if content[place] != 0xFF:
            raise ValueError("no segment begins where one has to")
        if content[place + 1] == 0xFF:
            place += 1
            continue
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        segment = content[place : place + 2 + length]
        place += len(segment)
        kept.append(_reduce_segment(marker, segment))
        if marker == SOS:
            end = SCAN_END.search(content, place)
            scan = content[place : end.start() if end else len(content)]
            kept.append(scan)
            place += len(scan)
    return b"".join([*kept, b"\xff", bytes([EOI])])


def _reduce_segment(marker: int, segment: bytes) -> bytes:
    """What of it says how pixels or their colours are to be read."""
    body = segment[4:]
    if marker == APP0 and body.startswith(b"JFIF\0"):
        return b"\xff\xe0\0\x10" + body[: JFIF_BYTES - 2] + b"\0\0"
    is_colour = (marker == APP2 and body.startswith(b"ICC_PROFILE\0")) or (
        marker == APP14 and body.startswith(b"Adobe") and len(body) == 12
    )
    return segment if marker in JPEG_SEGMENTS or is_colour else b""


def main() -> None:
    """Rewrite standard input to standard output; the first argument is the kind."""
    kind: Kind = "PNG" if sys.argv[1] == "PNG" else "JPEG"
    try:
        sys.stdout.buffer.write(rewrite(sys.stdin.buffer.read(), kind))
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201  the parent reads it
        sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
