"""Turns a source of images into one prepared file in the cache, and says what is in it.

Runs in a process of its own (`python -m experiments.preparation`, request on
standard input, answer on standard output): exit code 1 for images that cannot
be used, 2 for a cache that cannot be written.
"""

import hashlib
import os
import sys
from pathlib import Path

import msgspec
import numpy as np

from dlsurvey.errors import DatasetError
from dlsurvey.records import Dataset, Record
from experiments import cifar, digits, folder, idx
from experiments.datasets import Pixels, save_pixels
from experiments.sources import TITLES, Prepared, Source, is_prepared


class Request(Record, frozen=True, kw_only=True):
    """What to prepare and where to keep it."""

    source: Source
    cache: str
    record: str


def prepare(request: Request) -> Prepared:
    """Read, check, hash and save; raises DatasetError or OSError."""
    source = request.source
    pixels = _read(source)
    shape = pixels.train_images.shape[1:]
    if shape != source.workload.input_shape:
        raise DatasetError(
            f"{source.workload.name} takes images of {source.workload.input_shape}, these are {shape}."
        )
    dataset = _describe(source, pixels, _hash(pixels))
    path = Path(request.cache) / f"{dataset.sha256[:32]}.npz"
    if not is_prepared(path):
        save_pixels(path, pixels)
    prepared = Prepared(dataset=dataset, path=str(path))
    temporary = Path(f"{request.record}.{os.getpid()}.tmp")
    temporary.write_bytes(msgspec.json.encode(prepared))
    temporary.replace(request.record)
    return prepared


def _read(source: Source) -> Pixels:
    paths = tuple(Path(path) for path in source.paths)
    match source.kind:
        case "idx":
            return idx.read_pixels(paths)
        case "cifar":
            return cifar.read_pixels(paths)
        case "folder":
            return folder.read_pixels(paths[0], source.workload.input_shape)
        case "digits":
            return digits.read_pixels()


def _describe(source: Source, pixels: Pixels, sha256: str) -> Dataset:
    match source.kind:
        case "folder":
            folder_name = Path(source.paths[0]).resolve().name
            name, title = f"folder-{folder_name}", f"the image folder “{folder_name}”"
            classes = folder.find_classes(Path(source.paths[0]))
        case "digits":
            name, title = "sklearn-digits", "the handwritten digits of scikit-learn"
            classes = tuple("0123456789")
        case _:
            name, title = source.workload.dataset, TITLES[source.workload.dataset]
            classes = cifar.CLASSES if name == "cifar10" else tuple("0123456789")
    height, width, channels = pixels.train_images.shape[1:]
    return Dataset(
        name=name,
        title=title,
        sha256=sha256,
        train_images=len(pixels.train_images),
        test_images=len(pixels.test_images),
        height=height,
        width=width,
        channels=channels,
        classes=classes,
        origin=source.origin,
        stand_in_for=source.stand_in_for,
    )


def _hash(pixels: Pixels) -> str:
    """SHA-256 over shapes and bytes: the same images give the same hash, however they were packed."""
    digest = hashlib.sha256()
    for name, array in pixels._asdict().items():
        digest.update(f"{name}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def main() -> None:
    """Answer the request on standard input."""
    try:
        request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
        sys.stdout.buffer.write(msgspec.json.encode(prepare(request)))
    except DatasetError as error:
        print(error, file=sys.stderr)  # noqa: T201  the parent reads it
        sys.exit(1)
    except OSError as error:
        print(  # noqa: T201  the parent reads it
            f"The prepared images cannot be written to {error.filename}: {error.strerror}."
            " Make room or choose another folder with [data] cache.",
            file=sys.stderr,
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
