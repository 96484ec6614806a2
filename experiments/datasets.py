"""The prepared file of a dataset, and the arrays of it that every framework trains on."""

import os
import tempfile
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dlsurvey.errors import DatasetError

LEFT_SECONDS = 3600
"""Nobody takes longer to write one file."""

Bytes: TypeAlias = npt.NDArray[np.uint8]
Classes: TypeAlias = npt.NDArray[np.int64]
"""One class per image."""


class Arrays(NamedTuple):
    """Inputs, shape (n, *shape of one): images and values as float32 in 0..1, tokens as int32.

    Labels as int64: shape (n,), or one for each token.
    """

    inputs: npt.NDArray[Any]
    labels: npt.NDArray[np.int64]


class Examples(NamedTuple):
    """A dataset as it is stored, all of it uint8; images have the shape (n, height, width, channels)."""

    train_inputs: Bytes
    train_labels: Bytes
    test_inputs: Bytes
    test_labels: Bytes
    divisor: int = 255
    """Makes 0..1 of the inputs; 0: they are tokens."""


def save_examples(path: Path, examples: Examples) -> None:
    """Write the prepared file; a reader sees either all of it or none.

    Raises OSError where the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **examples._asdict())
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


def load_examples(path: Path, train_limit: int | None = None) -> Examples:
    """What a prepared file holds, or only so many training examples of it.

    Raises DatasetError where the file is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            examples = Examples(**{name: stored[name] for name in Examples._fields})
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(
            f"The prepared data {path.name} cannot be read ({error}): delete the file, it is made anew."
        ) from error
    return examples._replace(
        train_inputs=examples.train_inputs[:train_limit],
        train_labels=examples.train_labels[:train_limit],
        divisor=int(examples.divisor),
    )


def load_arrays(path: Path, train_limit: int | None = None) -> tuple[Arrays, Arrays]:
    """Training and test arrays of a prepared file; raises DatasetError as `load_examples` does."""
    examples = load_examples(path, train_limit)

    def convert(inputs: Bytes, labels: Bytes) -> Arrays:
        divisor = examples.divisor
        converted = np.divide(inputs, divisor, dtype=np.float32) if divisor else inputs.astype("i4")
        return Arrays(converted, labels.astype(np.int64))

    return (
        convert(examples.train_inputs, examples.train_labels),
        convert(examples.test_inputs, examples.test_labels),
    )
