"""Turns photos that tell where they were taken into images that show the same and tell nothing."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base

from dlsurvey.errors import ConfigError
from dlsurvey.image_metadata import MOST_PIXELS, Kind, remove_metadata, rewrite

TOLD = "Zwetschgenknoedel"
"""Stands in every place of a file that holds words."""


def draw(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A picture that no turn leaves as it is."""
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 127, size[1]))
    levels = np.stack([across, down, (across + down) / 2], axis=-1).astype(np.uint8)
    return Image.fromarray(levels).convert(mode)


def describe(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    for tag in (Base.Artist, Base.Model, Base.HostComputer, Base.ImageDescription):
        exif[tag] = TOLD
    exif.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (48.0, 8.0, 14.0), GPS.GPSAreaInformation: TOLD}
    )
    return exif


def save(image: Image.Image, kind: Kind, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def make_photo(image: Image.Image | None = None, orientation: int = 1, **options: Any) -> bytes:
    """A JPEG as phones and programs write it, each place with its words."""
    told = TOLD.encode()
    content = save(
        image or draw(), "JPEG", quality=92, exif=describe(orientation), comment=told, **options
    )
    segments = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", 2 + len(body)) + body
        for marker, body in (
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + told + b"</x>"),
            (0xE2, b"FPXR\0" + told),
            (0xED, b"Photoshop 3.0\0" + told),
            (0xEE, b"Adobe" + told),
        )
    )
    return content[:2] + b"\xff" + segments + content[2:] + b"\xff\xd8" + told


def make_screenshot(image: Image.Image | None = None, orientation: int = 1) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", TOLD)
    info.add_text("Source", TOLD, zip=True)
    info.add_itxt("XML:com.adobe.xmp", TOLD)
    info.add(b"tIME", bytes(7))
    info.add(b"prVt", TOLD.encode())
    exif = describe(orientation)
    return save(image or draw(), "PNG", pnginfo=info, exif=exif, dpi=(96, 96)) + TOLD.encode()


def find_told(content: bytes) -> list[str]:
    """Where the words are still to be found, also in what is compressed."""
    found = ["bytes"] if TOLD.encode() in content else []
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        left = {**image.info, "exif": dict(image.getexif())}
    shown = {key: value for key, value in left.items() if TOLD in repr(value)}
    return [*found, *map(str, shown), *(["exif"] if left["exif"] else [])]


def read_levels(content: bytes) -> np.ndarray[Any, Any]:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"subsampling": 0}, {"orientation": 0}, {"orientation": 9}],
)
def test_a_photo_keeps_its_pixels_alone(options: dict[str, Any]) -> None:
    photo = make_photo(**options)
    assert find_told(photo)
    clean = rewrite(photo, "JPEG")
    assert find_told(clean) == []
    assert np.array_equal(read_levels(clean), read_levels(photo))
    assert rewrite(clean, "JPEG") == clean


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_screenshot_keeps_its_pixels_alone(mode: str) -> None:
    image = draw("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    screenshot = make_screenshot(image)
    assert find_told(screenshot)
    clean = rewrite(screenshot, "PNG")
    assert find_told(clean) == []
    assert np.array_equal(read_levels(clean), read_levels(screenshot))
    assert rewrite(clean, "PNG") == clean


def test_sixteen_bits_of_colour_stay_sixteen() -> None:
    lines = zlib.compress(b"".join(b"\0" + bytes(range(6 * 4)) for _ in range(3)))
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", 4, 3, 16, 2, 0, 0, 0)),
        (b"tEXt", b"Author\0" + TOLD.encode()),
        (b"IDAT", lines),
        (b"IEND", b""),
    ):
        checked = kind + data
        content += struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
    clean = rewrite(content, "PNG")
    assert TOLD.encode() not in clean
    assert lines in clean


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_lies_on_its_side_is_turned(kind: Kind, orientation: int) -> None:
    make = make_screenshot if kind == "PNG" else make_photo
    content = make(orientation=orientation)
    with Image.open(io.BytesIO(content)) as image:
        upright = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    clean = rewrite(content, kind)
    assert find_told(clean) == []
    shown = read_levels(clean).astype(int)
    assert shown.shape == upright.shape
    assert np.abs(shown - upright).max() <= (0 if kind == "PNG" else 6)
    assert rewrite(clean, kind) == clean


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_colour_profile_stays(kind: Kind, orientation: int) -> None:
    content = save(draw(), kind, icc_profile=profile(), exif=describe(orientation))
    with Image.open(io.BytesIO(rewrite(content, kind))) as image:
        assert image.info["icc_profile"] == profile()


@pytest.mark.parametrize("orientation", [1, 6])
def test_transparency_stays(orientation: int) -> None:
    content = save(draw("P"), "PNG", transparency=bytes(range(256)), exif=describe(orientation))
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    with Image.open(io.BytesIO(rewrite(content, "PNG"))) as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image.convert("RGBA")), np.asarray(upright))


@pytest.mark.parametrize("orientation", [1, 3])
def test_colours_of_ink_stay_what_they_were(orientation: int) -> None:
    photo = make_photo(draw("CMYK"), orientation)
    with Image.open(io.BytesIO(photo)) as image:
        upright = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).astype(int)
    with Image.open(io.BytesIO(rewrite(photo, "JPEG"))) as image:
        assert image.mode == "CMYK"
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - upright).max() <= 6


def test_of_two_pictures_in_a_photo_the_first_stays() -> None:
    stream = io.BytesIO()
    draw().save(stream, "MPO", save_all=True, append_images=[draw("L").convert("RGB")])
    clean = rewrite(stream.getvalue(), "JPEG")
    assert clean.count(b"\xff\xd8\xff") == 1
    assert np.array_equal(read_levels(clean), read_levels(stream.getvalue()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.02, 1 / 3, 0.9])
def test_a_part_of_an_image_is_none(kind: Kind, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    content = save(Image.fromarray(noise), kind)
    with pytest.raises(ConfigError, match=f"is not a whole {kind} file"):
        remove_metadata(content[: int(len(content) * share)], kind)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_of_too_many_pixels_is_not_unpacked(kind: Kind) -> None:
    width = MOST_PIXELS // 1000 + 1
    content = save(Image.new("1" if kind == "PNG" else "L", (width, 1000)), kind)
    with pytest.raises(ConfigError, match=f"has {width} x 1000 pixels, too many to print"):
        remove_metadata(content, kind)


def test_a_moving_image_is_refused() -> None:
    content = save(draw(), "PNG", save_all=True, append_images=[ImageOps.flip(draw())])
    with pytest.raises(ConfigError, match="moves, and paper does not"):
        remove_metadata(content, "PNG")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_another_process_does_the_same(kind: Kind) -> None:
    content = make_screenshot() if kind == "PNG" else make_photo()
    assert remove_metadata(content, kind) == rewrite(content, kind)


def test_a_process_that_dies_of_an_image_takes_nothing_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nkill -SEGV $$\n")
    python.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(python))
    with pytest.raises(ConfigError, match="is not a whole PNG file"):
        remove_metadata(save(draw(size=(5, 5)), "PNG"), "PNG")
