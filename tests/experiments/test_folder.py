"""A folder of the user's own images becomes arrays; what is missing in it is named."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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
