"""A folder of the user's own images becomes arrays; what is missing in it is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps
from PIL.ExifTags import Base

from dlsurvey.errors import DatasetError
from experiments.folder import find_classes, read_pixels


def write_images(folder: Path, classes: tuple[str, ...] = ("cat", "dög"), size: int = 40) -> Path:
    for split in ("train", "test"):
        for label, name in enumerate(classes):
            (folder / split / name).mkdir(parents=True)
            for number in range(3):
                colour = (80 * label, 10 * number, 200)
                Image.new("RGB", (size, size), colour).save(folder / split / name / f"{number}.png")
    return folder


def test_images_are_brought_to_shape(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "bilder mit umläuten")
    assert find_classes(folder) == ("cat", "dög")
    pixels = read_pixels(folder, (32, 32, 3))
    assert pixels.train_inputs.shape == (6, 32, 32, 3)
    assert sorted(pixels.train_labels.tolist()) == [0, 0, 0, 1, 1, 1]
    for image, label in zip(pixels.train_inputs, pixels.train_labels, strict=True):
        assert image[5, 5, 0] == 80 * label


def test_colour_becomes_grey_where_the_workload_is_grey(tmp_path: Path) -> None:
    assert read_pixels(write_images(tmp_path), (28, 28, 1)).test_inputs.shape == (6, 28, 28, 1)


def test_files_of_the_system_are_passed_over(tmp_path: Path) -> None:
    folder = write_images(tmp_path)
    (folder / "train" / "cat" / "._0.png").write_bytes(b"AppleDouble")
    (folder / "train" / "cat" / "sub.png").mkdir()
    (folder / "train" / ".ipynb_checkpoints").mkdir()
    assert len(read_pixels(folder, (32, 32, 3)).train_inputs) == 6


def test_order_is_the_same_each_time(tmp_path: Path) -> None:
    folder = write_images(tmp_path)
    first, second = (read_pixels(folder, (32, 32, 3)) for _ in range(2))
    assert np.array_equal(first.train_inputs, second.train_inputs)


def test_class_without_images_is_named(tmp_path: Path) -> None:
    folder = write_images(tmp_path)
    for path in (folder / "test" / "cat").iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match=r"test.cat holds no images"):
        read_pixels(folder, (32, 32, 3))


def test_missing_split_is_named(tmp_path: Path) -> None:
    (tmp_path / "train" / "a").mkdir(parents=True)
    with pytest.raises(DatasetError, match="no 'test' folder"):
        find_classes(tmp_path)


def test_differing_classes_are_named(tmp_path: Path) -> None:
    folder = write_images(tmp_path)
    (folder / "train" / "zebra").mkdir()
    with pytest.raises(DatasetError, match="differ in their classes: zebra"):
        find_classes(folder)


def test_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    folder = write_images(tmp_path)
    (folder / "train" / "cat" / "broken.jpg").write_bytes(b"no image at all")
    with pytest.raises(DatasetError, match=r"broken\.jpg cannot be read as an image"):
        read_pixels(folder, (32, 32, 3))


LEFT, RIGHT = 40, 200
"""Levels of the two halves of an image that is as wide as it is high."""


def draw(size: int = 40) -> Image.Image:
    image = Image.new("L", (size, size), LEFT)
    image.paste(RIGHT, (size // 2, 0, size, size))
    return image


def read_alone(folder: Path, name: str, image: Image.Image, **options: Any) -> Any:
    """The levels of a one-image class in grey, in the four corners."""
    write_images(folder)
    for split in ("train", "test"):
        for path in (folder / split / "cat").iterdir():
            path.unlink()
        image.save(folder / split / "cat" / name, **options)
    pixels = read_pixels(folder, (28, 28, 1))
    (found,) = pixels.test_inputs[pixels.test_labels == 0]
    return [int(found[y, x, 0]) for y in (2, -3) for x in (2, -3)]


UPRIGHT = [LEFT, RIGHT, LEFT, RIGHT]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_become_eight(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(np.asarray(draw()).astype(np.uint16) * 257)
    assert read_alone(tmp_path, f"a.{suffix}", image) == UPRIGHT


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_without_a_white_are_refused(tmp_path: Path, mode: str) -> None:
    with pytest.raises(DatasetError, match=r"a\.tif cannot be read .*32 bits"):
        read_alone(tmp_path, "a.tif", draw().convert(mode))


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_colours_of_ink_become_those_of_light(tmp_path: Path, name: str) -> None:
    found = read_alone(tmp_path, name, draw().convert("RGB").convert("CMYK"))
    assert found == pytest.approx(UPRIGHT, abs=2)


def test_a_palette_becomes_its_colours(tmp_path: Path) -> None:
    image = draw().point(lambda level: int(level == RIGHT), "P")
    image.putpalette([LEFT] * 3 + [RIGHT] * 3)
    assert read_alone(tmp_path, "a.png", image) == UPRIGHT


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_shows_white(tmp_path: Path, mode: str) -> None:
    image, options = draw().convert(mode), {}
    if mode == "P":
        options = {"transparency": image.getpixel((0, 0))}
    else:
        image.putalpha(draw().point(lambda level: 255 if level == RIGHT else 0))
    assert read_alone(tmp_path, "a.png", image, **options) == [255, RIGHT, 255, RIGHT]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    lying = draw()
    lying.getexif()[Base.Orientation] = orientation
    seen = np.asarray(ImageOps.exif_transpose(lying))
    corners = [int(seen[y, x]) for y in (2, -3) for x in (2, -3)]
    found = read_alone(tmp_path, "a.jpg", draw(), exif=exif, quality=95)
    assert found == pytest.approx(corners, abs=3)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tif"])
def test_several_pictures_in_a_file_are_refused(tmp_path: Path, name: str) -> None:
    options = {"save_all": True, "append_images": [ImageOps.mirror(draw())]}
    with pytest.raises(DatasetError, match=rf"{name} cannot be read .*it holds 2 pictures"):
        read_alone(tmp_path, name, draw(), **options)


def test_of_a_photo_with_a_second_picture_the_first_is_taken(tmp_path: Path) -> None:
    options = {"format": "MPO", "save_all": True, "append_images": [ImageOps.mirror(draw())]}
    assert read_alone(tmp_path, "a.jpg", draw(), **options) == pytest.approx(UPRIGHT, abs=3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "bmp", "tif"])
@pytest.mark.parametrize("share", [1 / 3, 0.9])
def test_a_part_of_an_image_is_named(
    tmp_path: Path, suffix: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # WeasyPrint, once imported, has Pillow accept them; images are prepared in a process without it.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    folder = write_images(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    path = folder / "test" / "cat" / f"half.{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DatasetError, match=rf"half\.{suffix} cannot be read as an image"):
        read_pixels(folder, (32, 32, 3))
