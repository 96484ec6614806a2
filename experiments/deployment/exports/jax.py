"""Turns a network of Flax into the files of its routes: exported is a function of the images."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from experiments.deployment.exports.images import Images, Logits, keep_layout
from experiments.deployment.record import BATCH

PART = 1000
"""Images that the trained network answers at once."""

arrange = keep_layout
"""Channels last, as they are stored."""


def answer(model: nnx.Module, images: Images) -> Logits:
    """The logits of the network that was trained."""
    model.eval()
    carry_out = nnx.jit(lambda network, given: network(given))
    parts = [images[start : start + PART] for start in range(0, len(images), PART)]
    return np.concatenate([np.asarray(carry_out(model, part)) for part in parts])


def export(model: nnx.Module, route: str, way: str, path: Path, images: Images) -> None:
    """Write the files of one route; how the network becomes a function is the `way`."""
    model.eval()
    function = _make_function(model, way)
    shape = images.shape[1:]
    match route:
        case "jax-export":
            path.write_bytes(_serialize(function, shape))
        case "savedmodel":
            _save_model(function, shape, path)
        case "litert":
            _convert(function, shape, path)
        case "onnx" if way == "one file for each batch size":
            path.mkdir()
            for size in (1, BATCH):
                _write_onnx(function, (size, *shape), path / f"{size}.onnx")
        case "onnx":
            _write_onnx(function, ("B", *shape), path)
        case _:
            raise ValueError(f"JAX has no route '{route}'")


def list_forms() -> dict[str, tuple[Callable[[Any, Path], None], Callable[[Any, Path], None]]]:
    """How weights alone are saved, and loaded into a network of the same layers."""
    return {"Orbax checkpoint": (_save_state, _load_state)}


def _make_function(model: nnx.Module, way: str) -> Callable[[Any], Any]:
    """The network with its weights in it; or the same for one image, mapped over all."""
    definition, state = nnx.split(model)

    def carry_out(images: Any) -> Any:
        return nnx.merge(definition, state)(images)

    if way != "mapped over single images":
        return carry_out
    mapped: Callable[[Any], Any] = jax.vmap(lambda image: carry_out(image[None])[0])
    return mapped


def _serialize(function: Callable[[Any], Any], shape: tuple[int, ...]) -> bytes:
    from jax import export as exporting

    (images,) = exporting.symbolic_shape("images")
    given = jax.ShapeDtypeStruct((images, *shape), jnp.float32)
    return bytes(exporting.export(jax.jit(function))(given).serialize())


def _save_model(function: Callable[[Any], Any], shape: tuple[int, ...], path: Path) -> None:
    import tensorflow as tf
    from jax.experimental import jax2tf

    converted = jax2tf.convert(function, polymorphic_shapes=["(images, ...)"], with_gradient=False)
    module = tf.Module()
    module.serve = tf.function(
        converted,
        input_signature=[tf.TensorSpec((None, *shape), tf.float32)],
        autograph=False,
    )
    tf.saved_model.save(module, str(path), signatures=module.serve)


def _convert(function: Callable[[Any], Any], shape: tuple[int, ...], path: Path) -> None:
    """Through a SavedModel: Google's converter takes no function of JAX."""
    import tensorflow as tf

    saved = path.with_suffix(".savedmodel")
    _save_model(function, shape, saved)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved))
    path.write_bytes(converter.convert())
    shutil.rmtree(saved)


def _write_onnx(function: Callable[[Any], Any], shape: tuple[Any, ...], path: Path) -> None:
    import jax2onnx
    import onnx

    onnx.save(jax2onnx.to_onnx(function, inputs=[shape]), path)


def _save_state(model: nnx.Module, path: Path) -> None:
    import orbax.checkpoint as ocp

    shutil.rmtree(path, ignore_errors=True)
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))


def _load_state(model: nnx.Module, path: Path) -> None:
    import orbax.checkpoint as ocp

    with ocp.StandardCheckpointer() as checkpointer:
        nnx.update(model, checkpointer.restore(path, nnx.state(model)))
