"""Turns the ways out of each framework into data: what exports them, what runs them, what they need."""

from typing import Literal, TypeAlias

from msgspec import field

from dlsurvey.records import Record
from experiments.deployment.record import Precision
from experiments.frameworks import JAX, KERAS_JAX, KERAS_TORCH, PYTORCH, TENSORFLOW, Framework

Way: TypeAlias = Literal["as it is", "mapped over single images", "one file for each batch size"]


class Runtime(Record, frozen=True, kw_only=True):
    """What carries an exported network out."""

    name: str
    title: str
    module: str
    """The module here that imports it."""
    packages: tuple[str, ...]
    """Distributions that it needs, those that they require apart."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables of its processes."""


class Route(Record, frozen=True, kw_only=True):
    """One way out of one framework."""

    name: str
    title: str
    framework: Framework
    runtime: Runtime | None
    """None: nothing here can run it."""
    packages: tuple[str, ...] = ()
    """Distributions that the export needs beside the framework."""
    conflict: str = ""
    """Why a package cannot be installed beside the others; said where it is missing."""
    ways: tuple[Way, ...] = ("as it is",)
    """Tried in this order, until one writes its files."""
    precision: Precision = "float32"
    ending: str
    """Of the file, or of the folder."""


def _make_keras(name: str, title: str, backend: str, package: str) -> Runtime:
    """Keras needs what it computes with; a file is loaded on the backend that wrote it."""
    return Runtime(
        name=name,
        title=title,
        module="experiments.deployment.runtimes.keras",
        packages=("keras", package),
        variables={"KERAS_BACKEND": backend},
    )


KERAS = _make_keras("keras-tensorflow", "Keras on TensorFlow", "tensorflow", "tensorflow")
KERAS_ON_TORCH = _make_keras("keras-torch", "Keras on PyTorch", "torch", "torch")
KERAS_ON_JAX = _make_keras("keras-jax", "Keras on JAX", "jax", "jax")
SAVED_MODEL = Runtime(
    name="tensorflow",
    title="TensorFlow",
    module="experiments.deployment.runtimes.tensorflow",
    packages=("tensorflow",),
)
LITERT = Runtime(
    name="litert",
    title="LiteRT",
    module="experiments.deployment.runtimes.litert",
    packages=("ai-edge-litert",),
)
ONNX_RUNTIME = Runtime(
    name="onnxruntime",
    title="ONNX Runtime",
    module="experiments.deployment.runtimes.onnx",
    packages=("onnxruntime",),
)
TORCH = Runtime(
    name="torch",
    title="PyTorch",
    module="experiments.deployment.runtimes.torch",
    packages=("torch",),
)
AOT_INDUCTOR = Runtime(
    name="aotinductor",
    title="PyTorch (AOTInductor)",
    module="experiments.deployment.runtimes.aotinductor",
    packages=("torch",),
)
EXECUTORCH = Runtime(
    name="executorch",
    title="ExecuTorch",
    module="experiments.deployment.runtimes.executorch",
    # It does not name PyTorch among its requirements; its Python interface imports it.
    packages=("executorch", "torch"),
)
JAX_EXPORT = Runtime(
    name="jax",
    title="JAX",
    module="experiments.deployment.runtimes.jax",
    packages=("jax", "jaxlib"),
)

ANY_BATCH: tuple[Way, ...] = ("as it is", "mapped over single images")
ANY_WAY: tuple[Way, ...] = (*ANY_BATCH, "one file for each batch size")
LITERT_TORCH = "litert-torch 0.10.0 asks for torch<2.15.0"
TENSORFLOWJS = "tensorflowjs 4.22.0 asks for packaging~=23.1"

ROUTES: tuple[Route, ...] = (
    Route(name="keras", title="Keras file", framework=TENSORFLOW, runtime=KERAS, ending="keras"),
    Route(name="savedmodel", title="SavedModel", framework=TENSORFLOW, runtime=SAVED_MODEL,
          ending="savedmodel"),
    Route(name="litert", title="LiteRT", framework=TENSORFLOW, runtime=LITERT, ending="tflite"),
    Route(name="litert-int8", title="LiteRT", framework=TENSORFLOW, runtime=LITERT,
          precision="int8", ending="tflite"),
    Route(name="onnx", title="ONNX", framework=TENSORFLOW, runtime=ONNX_RUNTIME,
          packages=("tf2onnx", "onnx"), ending="onnx"),
    Route(name="tensorflowjs", title="TensorFlow.js", framework=TENSORFLOW, runtime=None,
          packages=("tensorflowjs",), conflict=TENSORFLOWJS, ending="tfjs"),
    Route(name="torch-export", title="torch.export", framework=PYTORCH, runtime=TORCH,
          ending="pt2"),
    Route(name="aotinductor", title="AOTInductor", framework=PYTORCH, runtime=AOT_INDUCTOR,
          ending="pt2"),
    Route(name="executorch", title="ExecuTorch", framework=PYTORCH, runtime=EXECUTORCH,
          packages=("executorch",), ending="pte"),
    Route(name="onnx", title="ONNX", framework=PYTORCH, runtime=ONNX_RUNTIME,
          packages=("onnx", "onnxscript"), ending="onnx"),
    Route(name="litert", title="LiteRT", framework=PYTORCH, runtime=LITERT,
          packages=("litert-torch",), conflict=LITERT_TORCH, ending="tflite"),
    Route(name="jax-export", title="jax.export", framework=JAX, runtime=JAX_EXPORT,
          ways=ANY_BATCH, ending="bin"),
    Route(name="savedmodel", title="SavedModel", framework=JAX, runtime=SAVED_MODEL,
          packages=("tensorflow",), ways=ANY_BATCH, ending="savedmodel"),
    Route(name="litert", title="LiteRT", framework=JAX, runtime=LITERT,
          packages=("tensorflow",), ways=ANY_BATCH, ending="tflite"),
    Route(name="onnx", title="ONNX", framework=JAX, runtime=ONNX_RUNTIME,
          packages=("jax2onnx", "onnx"), ways=ANY_WAY, ending="onnx"),
    Route(name="keras", title="Keras file", framework=KERAS_TORCH, runtime=KERAS_ON_TORCH,
          ending="keras"),
    Route(name="savedmodel", title="SavedModel", framework=KERAS_TORCH, runtime=SAVED_MODEL,
          packages=("tensorflow",), ending="savedmodel"),
    Route(name="litert", title="LiteRT", framework=KERAS_TORCH, runtime=LITERT,
          packages=("litert-torch",), conflict=LITERT_TORCH, ending="tflite"),
    Route(name="onnx", title="ONNX", framework=KERAS_TORCH, runtime=ONNX_RUNTIME,
          packages=("onnx", "onnxscript"), ending="onnx"),
    Route(name="keras", title="Keras file", framework=KERAS_JAX, runtime=KERAS_ON_JAX,
          ending="keras"),
    Route(name="savedmodel", title="SavedModel", framework=KERAS_JAX, runtime=SAVED_MODEL,
          packages=("tensorflow",), ending="savedmodel"),
    Route(name="litert", title="LiteRT", framework=KERAS_JAX, runtime=LITERT, ending="tflite"),
    Route(name="onnx", title="ONNX", framework=KERAS_JAX, runtime=ONNX_RUNTIME,
          packages=("jax2onnx", "onnx"), ending="onnx"),
)  # fmt: skip
"""The registry: one line to add a route."""

EXPORTERS = {
    "tensorflow": "experiments.deployment.exports.keras",
    "pytorch": "experiments.deployment.exports.pytorch",
    "jax": "experiments.deployment.exports.jax",
    "keras-torch": "experiments.deployment.exports.keras",
    "keras-jax": "experiments.deployment.exports.keras",
}
"""By framework, the module that writes its files."""


def list_routes(framework: str, routes: tuple[Route, ...] = ROUTES) -> tuple[Route, ...]:
    """Those that lead out of one framework, in the registry's order."""
    return tuple(route for route in routes if route.framework.name == framework)
