"""The process that reads a dataset into one prepared file in the cache, and says what is in it.

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
from experiments import cifar, digits, folder, idx, text
from experiments.datasets import Examples, save_examples
from experiments.sources import TITLES, Prepared, Source, is_prepared

DIGITS = tuple("0123456789")
CHARACTERS = tuple(map(str, range(128)))
"""Of ASCII, by their codes."""


class Request(Record, frozen=True, kw_only=True):
    """What to prepare and where to keep it."""

    source: Source
    cache: str
    record: str


def prepare(request: Request) -> Prepared:
    """Read, check, hash and save; raises DatasetError or OSError."""
    source = request.source
    examples = _read(source)
    shape = examples.train_inputs.shape[1:]
    if shape != source.input_shape:
        raise DatasetError(
            f"{source.workload} takes examples of {source.input_shape}, not {shape}."
        )
    dataset = _describe(source, examples, _hash(examples))
    path = Path(request.cache) / f"{dataset.sha256[:32]}.npz"
    if not is_prepared(path):
        save_examples(path, examples)
    prepared = Prepared(dataset=dataset, path=str(path))
    temporary = Path(f"{request.record}.{os.getpid()}.tmp")
    temporary.write_bytes(msgspec.json.encode(prepared))
    temporary.replace(request.record)
    return prepared


def _read(source: Source) -> Examples:  # noqa: PLR0911  one for each kind
    paths = tuple(Path(path) for path in source.paths)
    match source.kind:
        case "idx":
            return idx.read_pixels(paths)
        case "cifar":
            return cifar.read_pixels(paths)
        case "folder":
            return folder.read_pixels(paths[0], source.input_shape)
        case "digits":
            return digits.read_pixels(source.input_shape)
        case "values":
            return digits.read_values()
        case "documentation":
            return text.read_documentation(source.input_shape[0])
        case "text":
            return text.read_file(paths[0], source.input_shape[0])


def _describe(source: Source, examples: Examples, sha256: str) -> Dataset:
    name, title, classes = _name(source)
    shape = (8, 8) if source.kind == "values" else examples.train_inputs.shape[1:]
    height, width, channels = (*shape, 1, 1)[:3]
    return Dataset(
        name=name,
        title=title,
        sha256=sha256,
        train_images=len(examples.train_inputs),
        test_images=len(examples.test_inputs),
        height=height,
        width=width,
        channels=channels,
        classes=classes,
        origin=source.origin,
        stand_in_for=source.stand_in_for,
    )


def _name(source: Source) -> tuple[str, str, tuple[str, ...]]:
    """Name, title and classes of a dataset."""
    match source.kind:
        case "folder" | "text":
            own = Path(source.paths[0]).resolve().name
            if source.kind == "text":
                return f"text-{own}", f"the text “{own}”", CHARACTERS
            classes = folder.find_classes(Path(source.paths[0]))
            return f"folder-{own}", f"the image folder “{own}”", classes
        case "digits":
            # One name for each size, so that trials on one are never taken for trials on another.
            size = "" if source.dataset == "mnist" else "-32"
            return f"sklearn-digits{size}", "the handwritten digits of scikit-learn", DIGITS
        case "values":
            return "digits", "the 8x8 digits of scikit-learn", DIGITS
        case "documentation":
            return "python-documentation", "the documentation of Python", CHARACTERS
        case _:
            classes = cifar.CLASSES if source.dataset == "cifar10" else DIGITS
            return source.dataset, TITLES[source.dataset], classes


def _hash(examples: Examples) -> str:
    """SHA-256 over shapes and bytes: the same images give the same hash, however they were packed."""
    digest = hashlib.sha256()
    for name, array in examples._asdict().items():
        if isinstance(array, np.ndarray):
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
