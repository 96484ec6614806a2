"""Small images arrive pixel by pixel, in files that stay small, with words that match the data."""

import base64
import io
import random
import struct
import zlib

import pytest
from matplotlib import image as reader
from msgspec.structs import replace

from dlsurvey.figures.images import MOST_BYTES, draw_examples, draw_mistaken
from dlsurvey.figures.pixels import encode_png, write_data_address
from tests.dlsurvey.render.sample import make_pictures, make_workload

LIMIT = 60_000


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_survive(channels: int) -> None:
    raw = bytes((7 * n + n // 5) % 256 for n in range(6 * 4 * channels))
    seen = reader.imread(io.BytesIO(encode_png(raw, 6, 4)), format="png")
    assert seen.shape == ((6, 4) if channels == 1 else (6, 4, 3))
    assert bytes(round(float(value) * 255) for value in seen.ravel()) == raw


def test_png_is_whole() -> None:
    content = encode_png(bytes(16), 4, 4)
    assert content.startswith(b"\x89PNG")
    (length,) = struct.unpack(">I", content[33:37])
    assert zlib.decompress(content[41 : 41 + length]) == (b"\x01" + bytes(4)) * 4


@pytest.mark.parametrize(("height", "channels"), [(3, 1), (2, 2), (4, 3)])
def test_bytes_that_are_no_image_are_refused(height: int, channels: int) -> None:
    with pytest.raises(ValueError, match="is no picture of 8 bytes"):
        write_data_address(base64.b64encode(bytes(8)).decode(), height, 2, channels)


@pytest.mark.parametrize(
    ("edge", "channels", "mistaken"), [(28, 1, 5), (28, 1, 40), (32, 3, 40), (32, 3, 1)]
)
def test_files_stay_small_and_say_what_they_leave_out(
    edge: int, channels: int, mistaken: int
) -> None:
    pictures = make_pictures(edge, channels, mistaken)
    workload = replace(make_workload(), pictures=pictures)
    examples, wrong = draw_examples(workload, {}), draw_mistaken(workload, {})
    assert examples is not None
    assert wrong is not None
    for figure in (examples, wrong):
        assert len(figure.svg) < LIMIT
        assert figure.svg.count("<image") == len(figure.table.rows)
        assert 'image-rendering="pixelated"' in figure.svg
    assert {row[1] for row in examples.table.rows} == set("0123456789")
    shown = len(wrong.table.rows)
    assert ("more were kept" in wrong.caption) == (shown < mistaken)
    if shown < mistaken:
        assert f"{mistaken - shown} more were kept" in wrong.caption


def test_noise_that_cannot_be_packed_fits_as_well() -> None:
    noise = random.Random(3).randbytes(32 * 32 * 3)
    pixels = base64.b64encode(noise).decode()
    pictures = make_pictures(32, 3, 40)
    pictures = replace(
        pictures,
        examples=tuple(replace(one, pixels=pixels) for one in pictures.examples),
        mistaken=tuple(replace(one, pixels=pixels) for one in pictures.mistaken),
    )
    workload = replace(make_workload(), pictures=pictures)
    for figure in (draw_examples(workload, {}), draw_mistaken(workload, {})):
        assert figure is not None
        assert MOST_BYTES * 0.7 < len(figure.svg) < LIMIT


def test_words_are_those_of_the_data() -> None:
    workload = make_workload()
    assert workload.pictures is not None
    figure = draw_mistaken(workload, {})
    assert figure is not None
    for picture in workload.pictures.mistaken:
        words = (
            f"{picture.label} read as {picture.predicted} in {picture.wrong} of {picture.told} runs"
        )
        assert words in figure.alt
        assert f">is {picture.label}<" in figure.svg
        assert f">read {picture.predicted}<" in figure.svg
        assert f">{picture.wrong} of {picture.told}<" in figure.svg
    row = figure.table.rows[0]
    assert row == (100, "0", "3", 10, 10)


def test_long_and_hostile_class_names_stay_words() -> None:
    pictures = make_pictures()
    hostile = tuple(replace(one, label="<b>automobile & more") for one in pictures.mistaken)
    workload = replace(make_workload(), pictures=replace(pictures, mistaken=hostile))
    figure = draw_mistaken(workload, {})
    assert figure is not None
    assert "<b>" not in figure.svg
    assert "…" in figure.svg


def test_no_images_no_figure() -> None:
    none = replace(make_workload(), pictures=None)
    assert draw_examples(none, {}) is None
    assert draw_mistaken(none, {}) is None
    right = replace(make_workload(), pictures=make_pictures(mistaken=0))
    assert draw_examples(right, {}) is not None
    assert draw_mistaken(right, {}) is None
