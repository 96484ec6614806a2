"""CIFAR-10's batches come back as images, and a pickle that wants more than arrays is refused."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from dlsurvey.errors import DatasetError
from experiments.cifar import BINARY_FILES, PYTHON_FILES, find_files, read_pixels

IMAGES = 4


def write_batches(folder: Path, kind: str) -> np.ndarray:
    """Constructed batches of the given kind; returns the planes of the first one."""
    generator = np.random.default_rng(0)
    first = None
    (folder / f"cifar-10-batches-{kind}").mkdir(parents=True)
    for name in BINARY_FILES if kind == "bin" else PYTHON_FILES:
        planes = generator.integers(0, 256, (IMAGES, 3072), np.uint8)
        labels = [3, 0, 9, 1]
        first = planes if first is None else first
        path = folder / f"cifar-10-batches-{kind}" / name
        if kind == "bin":
            path.write_bytes(np.hstack([np.array(labels, np.uint8)[:, None], planes]).tobytes())
        else:
            path.write_bytes(pickle.dumps({b"data": planes, b"labels": labels}))
    assert first is not None
    return first


@pytest.mark.parametrize("kind", ["bin", "py"])
def test_batches_become_images(tmp_path: Path, kind: str) -> None:
    planes = write_batches(tmp_path, kind)
    files = find_files(tmp_path)
    assert files is not None
    pixels = read_pixels(files)
    assert pixels.train_inputs.shape == (5 * IMAGES, 32, 32, 3)
    assert pixels.test_labels.tolist() == [3, 0, 9, 1]
    # The first 1,024 bytes are the red plane, row by row.
    assert np.array_equal(pixels.train_inputs[0, :, :, 0].ravel(), planes[0, :1024])


def test_truncated_batch_is_named(tmp_path: Path) -> None:
    write_batches(tmp_path, "bin")
    path = tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:-1])
    files = find_files(tmp_path)
    assert files is not None
    with pytest.raises(DatasetError, match=r"data_batch_3\.bin is truncated"):
        read_pixels(files)


@pytest.mark.parametrize(
    ("data", "labels"), [(b"not an array", [1]), (np.zeros((1, 3072), np.uint8), [300])]
)
def test_pickle_of_another_shape_is_named(tmp_path: Path, data: object, labels: list[int]) -> None:
    write_batches(tmp_path, "py")
    path = tmp_path / "cifar-10-batches-py" / "test_batch"
    path.write_bytes(pickle.dumps({b"data": data, b"labels": labels}))
    files = find_files(tmp_path)
    assert files is not None
    with pytest.raises(DatasetError, match="test_batch"):
        read_pixels(files)


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, ("run-by-pickle",))


def test_pickle_that_runs_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_batches(tmp_path, "py")
    path = tmp_path / "cifar-10-batches-py" / "data_batch_1"
    path.write_bytes(pickle.dumps({b"data": Hostile(), b"labels": []}))
    files = find_files(tmp_path)
    assert files is not None
    with pytest.raises(DatasetError, match=r"data_batch_1 is no CIFAR-10 batch \(it asks for"):
        read_pixels(files)
    assert not (tmp_path / "run-by-pickle").exists()
