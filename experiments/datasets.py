"""Turns prepared image files into the arrays that every framework trains on: one preprocessing for all."""

import os
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dlsurvey.errors import DatasetError

LEFT_SECONDS = 3600
"""Nobody takes longer to write one file."""

Bytes: TypeAlias = npt.NDArray[np.uint8]
Classes: TypeAlias = npt.NDArray[np.int64]
"""One class per image."""


class Arrays(NamedTuple):
    """Images as float32 in 0..1, shape (n, height, width, channels); labels as int64, shape (n,)."""

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]


class Pixels(NamedTuple):
    """Images as stored: uint8, shape (n, height, width, channels); labels as uint8, shape (n,)."""

    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes


def save_pixels(path: Path, pixels: Pixels) -> None:
    """Write the prepared file; a reader sees either all of it or none.

    Raises OSError where the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **pixels._asdict())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_leftovers(path: Path) -> None:
    """What a killed run left is large; another run of another survey may be writing now."""
    for old in path.parent.glob(f"{path.stem}????????.tmp"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > LEFT_SECONDS:
                old.unlink()


def load_arrays(path: Path, train_limit: int | None = None) -> tuple[Arrays, Arrays]:
    """Training and test arrays of a prepared file: bytes 0..255 become float32 0..1.

    Raises DatasetError where the file is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            pixels = Pixels(*(stored[name] for name in Pixels._fields))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(
            f"The prepared images {path.name} cannot be read ({error}): delete the file, it is made anew."
        ) from error
    train = Arrays(
        _scale(pixels.train_images[:train_limit]), _label(pixels.train_labels[:train_limit])
    )
    test = Arrays(_scale(pixels.test_images), _label(pixels.test_labels))
    return train, test


def _scale(images: Bytes) -> npt.NDArray[np.float32]:
    return np.divide(images, 255, dtype=np.float32)


def _label(labels: Bytes) -> npt.NDArray[np.int64]:
    return labels.astype(np.int64)
