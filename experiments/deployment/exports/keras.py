"""Turns a network of Keras, on any backend, into the files of its routes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from experiments.deployment.exports.images import CALIBRATION, Images, Logits, keep_layout

arrange = keep_layout
"""Channels last, as they are stored."""


def answer(model: keras.Model, images: Images) -> Logits:
    """The logits of the network that was trained."""
    return np.asarray(model.predict(images, verbose=0))


def export(model: keras.Model, route: str, way: str, path: Path, images: Images) -> None:
    """Write the files of one route; `images` are training images."""
    match route:
        case "keras":
            model.save(path)
        case "savedmodel":
            model.export(path, format="tf_saved_model", verbose=False)
        case "litert":
            model.export(path, format="litert", verbose=False)
        case "litert-int8":
            _export_int8(model, path, images)
        case "onnx":
            model.export(path, format="onnx", verbose=False)
        case "tensorflowjs":
            _export_for_browsers(model, path)
        case _:
            raise ValueError(f"Keras has no route '{route}'")


def list_forms() -> dict[str, tuple[Callable[[Any, Path], None], Callable[[Any, Path], None]]]:
    """How weights alone are saved, and loaded into a network of the same layers."""
    return {"weights.h5": (_save_weights, _load_weights)}


def _export_int8(model: keras.Model, path: Path, images: Images) -> None:
    """Weights and activations in 8 bits; some training images tell the range of the activations."""
    import tensorflow as tf

    def show() -> Iterator[list[Images]]:
        for place in range(min(CALIBRATION, len(images))):
            yield [images[place : place + 1]]

    model.export(
        path,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=show,
    )


def _export_for_browsers(model: keras.Model, path: Path) -> None:
    from tensorflowjs.converters import convert_tf_saved_model

    saved = path.with_suffix(".savedmodel")
    model.export(saved, format="tf_saved_model", verbose=False)
    convert_tf_saved_model(str(saved), str(path))


def _save_weights(model: keras.Model, path: Path) -> None:
    model.save_weights(path)


def _load_weights(model: keras.Model, path: Path) -> None:
    model.load_weights(path)
