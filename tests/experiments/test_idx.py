"""IDX files come back as written; whatever is wrong with one is said in a sentence that names it."""

import contextlib
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlsurvey.errors import DatasetError
from experiments.idx import FILES, find_files, read_idx, read_pixels


def write_idx(path: Path, array: np.ndarray) -> Path:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    content = header + array.tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def write_mnist(folder: Path, images: int = 12, suffix: str = "") -> tuple[Path, ...]:
    """Constructed files in torchvision's layout: random images, labels 0 to 9 in turn."""
    generator = np.random.default_rng(0)
    paths = []
    for name in FILES:
        shape = (images, 28, 28) if "images" in name else (images,)
        array = (
            generator.integers(0, 256, shape, np.uint8)
            if "images" in name
            else np.arange(images, dtype=np.uint8) % 10
        )
        paths.append(write_idx(folder / "MNIST" / "raw" / f"{name}{suffix}", array))
    return tuple(paths)


@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=3, max_side=6)),
    st.sampled_from(["", ".gz"]),
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, suffix: str
) -> None:
    path = write_idx(tmp_path_factory.mktemp("idx") / f"file{suffix}", array)
    assert np.array_equal(read_idx(path), array)


@given(st.binary(max_size=60))
def test_any_bytes_give_an_array_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(content)
    with contextlib.suppress(DatasetError):
        assert read_idx(path).size <= len(content)


def test_labels_beyond_nine_are_named(tmp_path: Path) -> None:
    files = write_mnist(tmp_path)
    write_idx(files[3], np.full(12, 40, np.uint8))
    with pytest.raises(DatasetError, match="labels up to 40"):
        read_pixels(files)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_truncated_file_is_named(tmp_path: Path, suffix: str) -> None:
    files = write_mnist(tmp_path, suffix=suffix)
    files[0].write_bytes(files[0].read_bytes()[:-40])
    with pytest.raises(DatasetError, match=r"train-images.*truncated"):
        read_pixels(files)


def test_labels_must_belong_to_images(tmp_path: Path) -> None:
    files = write_mnist(tmp_path)
    write_idx(files[1], np.zeros(3, np.uint8))
    with pytest.raises(DatasetError, match="do not belong together"):
        read_pixels(files)


def test_gzip_and_plain_files_are_found(tmp_path: Path) -> None:
    assert find_files(tmp_path) is None
    write_mnist(tmp_path / "gz", suffix=".gz")
    write_mnist(tmp_path / "plain")
    for folder in ("gz", "plain"):
        files = find_files(tmp_path / folder)
        assert files is not None
        pixels = read_pixels(files)
        assert pixels.train_inputs.shape == (12, 28, 28, 1)
        assert pixels.test_labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


@pytest.mark.real_data
def test_real_mnist(shared: Path) -> None:
    files = find_files(shared / "data")
    assert files is not None
    pixels = read_pixels(files)
    assert pixels.train_inputs.shape == (60000, 28, 28, 1)
    assert pixels.test_inputs.shape == (10000, 28, 28, 1)
    assert pixels.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
