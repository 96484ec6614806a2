"""Lets a program's own `load_data` find the prepared data where its library looks for them.

Torchvision finds files in its own layout below the working folder. `keras.datasets` knows no other
files than those it downloads, since it holds them against a hash: its `load_data` is answered here.
"""

import hashlib
import pickle
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from experiments.cifar import CLASSES, PYTHON_FILES
from experiments.datasets import Bytes, Examples
from experiments.idx import FILES
from experiments.text import restore_topics

FOLDER = "data"
"""What the programs call the folder of their data, below the working folder."""


def lay_files(dataset: str, examples: Examples, place: Path) -> None:
    """Write the files of one dataset below `place`/data, as torchvision keeps them."""
    if dataset == "mnist":
        _lay_idx(examples, place / FOLDER / "MNIST" / "raw")
    elif dataset == "cifar10":
        _lay_batches(examples, place / FOLDER / "cifar-10-batches-py")


def redirect_libraries(dataset: str, examples: Examples, place: Path, program: ModuleType) -> None:
    """Where files are not enough: what this process's libraries, and the program, read instead."""
    if dataset == "text" and hasattr(program, "topics"):
        program.__dict__["topics"] = restore_topics(examples)
    if "keras" in sys.modules and dataset in {"mnist", "cifar10"}:
        _redirect_keras(dataset, examples)
    if "torchvision" in sys.modules and dataset == "cifar10":
        _redirect_torchvision(place)


def _lay_idx(examples: Examples, folder: Path) -> None:
    folder.mkdir(parents=True)
    arrays = (
        examples.train_inputs, examples.train_labels, examples.test_inputs, examples.test_labels,
    )  # fmt: skip
    for name, array in zip(FILES, arrays, strict=True):
        plain = array[..., 0] if array.ndim == 4 else array
        header = struct.pack(f">4B{plain.ndim}I", 0, 0, 8, plain.ndim, *plain.shape)
        (folder / name).write_bytes(header + np.ascontiguousarray(plain).tobytes())


def _lay_batches(examples: Examples, folder: Path) -> None:
    folder.mkdir(parents=True)
    training = zip(
        np.array_split(examples.train_inputs, len(PYTHON_FILES) - 1),
        np.array_split(examples.train_labels, len(PYTHON_FILES) - 1),
        strict=True,
    )
    batches = [*training, (examples.test_inputs, examples.test_labels)]
    for name, (images, labels) in zip(PYTHON_FILES, batches, strict=True):
        _pickle(folder / name, {"data": _make_rows(images), "labels": labels.tolist()})
    _pickle(folder / "batches.meta", {"label_names": list(CLASSES)})


def _make_rows(images: Bytes) -> Bytes:
    """Red, green and blue planes of each image in one row."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)


def _pickle(path: Path, content: Any) -> None:
    path.write_bytes(pickle.dumps(content))


def _redirect_keras(dataset: str, examples: Examples) -> None:
    import keras

    shape = (-1,) if dataset == "mnist" else (-1, 1)
    axes = (slice(None), slice(None), slice(None), 0) if dataset == "mnist" else (...,)

    def load_data() -> tuple[tuple[Bytes, Bytes], tuple[Bytes, Bytes]]:
        return (
            (examples.train_inputs[axes], examples.train_labels.reshape(shape)),
            (examples.test_inputs[axes], examples.test_labels.reshape(shape)),
        )

    for module in _find_modules(f"datasets.{dataset}", keras):
        module.__dict__["load_data"] = load_data


def _find_modules(name: str, keras: ModuleType) -> list[ModuleType]:
    """`keras.datasets.mnist` is one module under several names."""
    folder, _, dataset = name.partition(".")
    found = [getattr(getattr(keras, folder), dataset)]
    if "tensorflow" in sys.modules:
        tensorflow: Any = sys.modules["tensorflow"]
        found.append(getattr(tensorflow.keras.datasets, dataset))
    return found


def _redirect_torchvision(place: Path) -> None:
    """CIFAR-10's class knows the hashes of its files: CIFAR-100 overrides the same attributes."""
    datasets: Any = sys.modules["torchvision"].datasets
    folder = place / FOLDER / datasets.CIFAR10.base_folder

    def hash_file(name: str) -> str:
        return hashlib.md5((folder / name).read_bytes(), usedforsecurity=False).hexdigest()

    rows = [[name, hash_file(name)] for name in PYTHON_FILES]
    datasets.CIFAR10.train_list, datasets.CIFAR10.test_list = rows[:-1], rows[-1:]
    datasets.CIFAR10.meta = datasets.CIFAR10.meta | {"md5": hash_file("batches.meta")}
