"""Turns IDX files, the format of MNIST, gzipped or not, into arrays of bytes."""

import gzip
import zlib
from pathlib import Path

import numpy as np

from dlsurvey.errors import DatasetError
from experiments.datasets import Bytes, Examples

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
CLASSES = 10
MAX_BYTES = 1 << 30
"""More than this is not an image set that these workloads could train on."""
_UNSIGNED_BYTE = 0x08


def find_files(folder: Path) -> tuple[Path, ...] | None:
    """The four IDX files below `folder`, in torchvision's layout, or None if one is missing."""
    found = []
    for name in FILES:
        candidates = (folder / "MNIST" / "raw" / name, folder / "MNIST" / "raw" / f"{name}.gz")
        path = next((path for path in candidates if path.is_file()), None)
        if path is None:
            return None
        found.append(path)
    return tuple(found)


def describe_missing(folder: Path) -> str | None:
    """What of MNIST is missing in `folder`, where some of it is there or its layout is another."""
    raw = folder / "MNIST" / "raw"
    if raw.is_dir():
        missing = [
            name
            for name in FILES
            if not (raw / name).is_file() and not (raw / f"{name}.gz").is_file()
        ]
        return f"{raw} lacks {', '.join(missing)}" if missing else None
    if any(
        (place / f"{FILES[0]}{end}").exists()
        for place in (folder, folder / "raw")
        for end in ("", ".gz")
    ):
        return f"{folder} holds MNIST's files themselves: name the folder above MNIST/raw"
    return None


def read_pixels(files: tuple[Path, ...]) -> Examples:
    """MNIST's four files as arrays, images with one channel.

    Raises DatasetError naming the file that is truncated or of another kind.
    """
    train_images, train_labels, test_images, test_labels = (read_idx(path) for path in files)
    for images, labels, path in (
        (train_images, train_labels, files[0]),
        (test_images, test_labels, files[2]),
    ):
        if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels) or not len(images):
            raise DatasetError(
                f"{path} and its labels do not belong together: images {images.shape}, labels"
                f" {labels.shape}. Fetch the files again."
            )
        if labels.max() >= CLASSES:
            raise DatasetError(
                f"{path} has labels up to {labels.max()}, MNIST's are 0 to {CLASSES - 1}: fetch the"
                " files again."
            )
    return Examples(train_images[..., None], train_labels, test_images[..., None], test_labels)


def read_idx(path: Path) -> Bytes:
    """One IDX file of unsigned bytes as an array of the shape its header gives.

    Format: two zero bytes, type code 0x08, number of dimensions, then each
    dimension as a big-endian 32-bit integer, then the data.
    """
    content = _read_bytes(path)
    dimensions = content[3] if len(content) >= 4 else 0
    header_bytes = 4 + 4 * dimensions
    kinds = [bytes([0, 0, _UNSIGNED_BYTE, count]) for count in (1, 2, 3)]
    if len(content) < max(header_bytes, 8) or content[:4] not in kinds:
        raise DatasetError(f"{path} is not an IDX file of bytes: fetch it again.")
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", dimensions, offset=4))
    expected = 1
    for size in shape:
        expected *= size
    present = len(content) - header_bytes
    if present != expected:
        raise DatasetError(
            f"{path} is {'truncated' if present < expected else 'too long'}: its header promises"
            f" {expected} bytes of data, {present} are there. Fetch it again."
        )
    return np.frombuffer(content, np.uint8, offset=header_bytes).reshape(shape)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.suffix != ".gz":
            return path.read_bytes()
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path} is truncated or damaged ({error}): fetch it again.") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_BYTES:
        raise DatasetError(f"{path} unpacks to more than {MAX_BYTES} bytes: this is not MNIST.")
    return content
