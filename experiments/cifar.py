"""Turns CIFAR-10's batch files, the binary or the Python version, into arrays of bytes."""

import io
import pickle  # read through an Unpickler that knows arrays and nothing else
from pathlib import Path
from typing import Any

import numpy as np

from dlsurvey.errors import DatasetError
from experiments.datasets import Bytes, Examples

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
BINARY_FILES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
PYTHON_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
_IMAGE_BYTES = 3 * 32 * 32


def find_files(folder: Path) -> tuple[Path, ...] | None:
    """The six batch files below `folder`, in torchvision's layout, or None if one is missing."""
    for name, files in (
        ("cifar-10-batches-bin", BINARY_FILES),
        ("cifar-10-batches-py", PYTHON_FILES),
    ):
        paths = tuple(folder / name / file for file in files)
        if all(path.is_file() for path in paths):
            return paths
    return None


def read_pixels(files: tuple[Path, ...]) -> Examples:
    """CIFAR-10's six batches as arrays; the last file is the test batch.

    Raises DatasetError naming the file that is truncated or of another kind.
    """
    batches = [_read_batch(path) for path in files]
    images = [batch[0] for batch in batches]
    labels = [batch[1] for batch in batches]
    return Examples(
        np.concatenate(images[:-1]), np.concatenate(labels[:-1]), images[-1], labels[-1]
    )


def _read_batch(path: Path) -> tuple[Bytes, Bytes]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error
    planes, labels = (
        _parse_binary(path, content) if path.suffix == ".bin" else _unpickle(path, content)
    )
    if len(labels) == 0 or labels.max() >= len(CLASSES):
        raise DatasetError(f"{path} holds labels beyond CIFAR-10's ten classes: fetch it again.")
    images = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels


def _parse_binary(path: Path, content: bytes) -> tuple[Bytes, Bytes]:
    """Each record is one label byte and 3,072 bytes: red, green and blue planes, row by row."""
    record_bytes = 1 + _IMAGE_BYTES
    if not content or len(content) % record_bytes:
        raise DatasetError(
            f"{path} is truncated: {len(content)} bytes are no whole number of {record_bytes}-byte"
            " records. Fetch it again."
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, record_bytes)
    return records[:, 1:], records[:, 0].copy()


def _unpickle(path: Path, content: bytes) -> tuple[Bytes, Bytes]:
    try:
        batch = _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
        planes, numbers = batch[b"data"], batch[b"labels"]
        # Before it becomes an array: lists in lists may stand for far more than the file holds.
        if not isinstance(planes, np.ndarray) or not _is_flat(numbers):
            raise ValueError("it is no array of images and list of labels")
        labels = np.asarray(numbers, np.uint8)
    except (
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        OverflowError,
        MemoryError,
        RecursionError,
    ) as error:
        raise DatasetError(f"{path} is no CIFAR-10 batch ({error}): fetch it again.") from error
    if planes.dtype != np.uint8 or planes.shape != (len(labels), _IMAGE_BYTES):
        raise DatasetError(f"{path} holds no {_IMAGE_BYTES}-byte images: fetch it again.")
    return planes, labels


def _is_flat(numbers: object) -> bool:
    return isinstance(numbers, list) and all(type(one) is int for one in numbers)


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickles arrays of numbers and refuses everything else: a pickle can run any code."""

    ALLOWED = frozenset({
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("_codecs", "encode"),
    })  # fmt: skip

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)
