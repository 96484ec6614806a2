"""Turns a folder of the user's own images (train and test, one subfolder a class) into arrays of bytes."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from dlsurvey.errors import DatasetError
from experiments.datasets import Bytes, Examples
from experiments.layers import Shape

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff"})
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF")
"""Whatever its name says, no other is opened: for some, Pillow starts a program of the system's."""
MAX_CLASSES = 255
MAX_PIXELS = 100_000_000
"""Of one image; a small file may unpack to far more."""


def find_classes(folder: Path) -> tuple[str, ...]:
    """Names of the classes, sorted: the subfolders of `train`, which must be those of `test`.

    Raises DatasetError naming what is missing.
    """
    for split in ("train", "test"):
        if not (folder / split).is_dir():
            raise DatasetError(
                f"The image folder {folder} has no '{split}' folder. It needs train/<class>/*.png"
                " and test/<class>/*.png."
            )
    train, test = (
        tuple(
            sorted(
                path.name
                for path in (folder / split).iterdir()
                if path.is_dir() and not path.name.startswith(".")
            )
        )
        for split in ("train", "test")
    )
    if train != test:
        odd = ", ".join(sorted(set(train) ^ set(test)))
        raise DatasetError(f"In {folder}, train and test differ in their classes: {odd}.")
    if not 2 <= len(train) <= MAX_CLASSES:
        raise DatasetError(f"{folder} has {len(train)} classes; 2 to {MAX_CLASSES} are possible.")
    return train


def list_images(folder: Path, split: str, name: str) -> tuple[Path, ...]:
    """The image files of one class, in the order of their names.

    Raises DatasetError where a class has none.
    """
    class_folder = folder / split / name
    images = tuple(
        path
        for path in sorted(class_folder.iterdir())
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and not path.is_dir()
    )
    if not images:
        raise DatasetError(
            f"The class folder {class_folder} holds no images: add some ({', '.join(sorted(SUFFIXES))})"
            " or remove the folder from train and test."
        )
    return images


def read_pixels(folder: Path, shape: Shape) -> Examples:
    """All images of the folder, brought to `shape` where they have another size or colour mode.

    The training images come in an order drawn once from a fixed seed, so that
    the first thousand are not all of one class.
    """
    classes = find_classes(folder)
    splits = {}
    for split in ("train", "test"):
        files = [
            (path, label)
            for label, name in enumerate(classes)
            for path in list_images(folder, split, name)
        ]
        images = np.stack([_read_image(path, shape) for path, _ in files])
        labels = np.array([label for _, label in files], np.uint8)
        order = np.random.default_rng(0).permutation(len(files))
        splits[split] = images[order], labels[order]
    return Examples(*splits["train"], *splits["test"])


def _read_image(path: Path, shape: Shape) -> Bytes:
    height, width, channels = shape
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"it has more than {MAX_PIXELS:,} pixels")
            # A JPEG with a second picture is a photo, with its depth or brightness behind it.
            pictures = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
            if pictures > 1:
                raise ValueError(f"it holds {pictures} pictures, and one is needed")
            converted = _flatten(ImageOps.exif_transpose(image)).convert(
                "L" if channels == 1 else "RGB"
            )
            if converted.size != (width, height):
                converted = converted.resize((width, height), Image.Resampling.BILINEAR)
            return np.asarray(converted, np.uint8).reshape(shape)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise DatasetError(
            f"{path} cannot be read as an image ({error}): remove or replace it."
        ) from error


def _flatten(image: Image.Image) -> Image.Image:
    """As it is seen: eight bits a channel, what is transparent on white."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        return Image.fromarray((np.asarray(image, np.uint32) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("its pixels have 32 bits, of which nothing says what is white")
    if not image.has_transparency_data:
        return image
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
