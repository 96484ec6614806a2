"""Turns each framework into what a newcomer asks pip for, imports, and runs as a first program."""

from importlib import resources

from dlsurvey.records import Record
from experiments.contact import first
from experiments.frameworks import JAX, KERAS_JAX, KERAS_TORCH, PYTORCH, TENSORFLOW, Framework
from experiments.layers import Conv, Dense, Flatten, MaxPool, place_layers
from experiments.workloads import find_workload

IMAGES = 32
"""In the first batch."""


class Newcomer(Record, frozen=True, kw_only=True):
    """One framework as a newcomer meets it."""

    framework: Framework
    packages: tuple[str, ...]
    """What is asked of pip; the rest comes with it."""
    imports: tuple[str, ...]
    """What a first program imports, in this order."""
    program: str
    """Name of the program under `first/`."""


NEWCOMERS = (
    Newcomer(
        framework=TENSORFLOW,
        packages=("tensorflow",),
        imports=("tensorflow", "keras"),
        program="with_keras.py",
    ),
    Newcomer(
        framework=PYTORCH,
        packages=("torch",),
        imports=("torch",),
        program="with_torch.py",
    ),
    Newcomer(
        framework=JAX,
        packages=("jax", "flax", "optax"),
        imports=("jax", "flax.nnx", "optax"),
        program="with_flax.py",
    ),
    Newcomer(
        framework=KERAS_TORCH,
        packages=("keras", "torch"),
        imports=("keras",),
        program="with_keras.py",
    ),
    Newcomer(
        framework=KERAS_JAX,
        packages=("keras", "jax"),
        imports=("keras",),
        program="with_keras.py",
    ),
)
"""The registry: one line to add a framework."""


def describe_job(newcomer: Newcomer) -> dict[str, object]:
    """What a first program reads: the network of the MNIST workload, layer by layer, and a batch."""
    network = find_workload("mnist-cnn")
    layers: list[dict[str, object]] = []
    for placed in place_layers(network.layers, network.input_shape):
        layer, inputs = placed.layer, placed.input_shape[-1]
        match layer:
            case Conv(filters=filters, kernel=kernel):
                layers.append(
                    {"type": "conv", "inputs": inputs, "filters": filters, "kernel": kernel}
                )
            case Dense(units=units):
                relu = layer.activation == "relu"
                layers.append({"type": "dense", "inputs": inputs, "units": units, "relu": relu})
            case MaxPool(size=size):
                layers.append({"type": "max_pool", "size": size})
            case Flatten():
                layers.append({"type": "flatten"})
    return {
        "imports": newcomer.imports,
        "input_shape": network.input_shape,
        "layers": layers,
        "classes": network.classes,
        "images": IMAGES,
        "learning_rate": network.learning_rate,
    }


def read_program(newcomer: Newcomer) -> str:
    """The source of its first program."""
    return resources.files(first).joinpath(newcomer.program).read_text(encoding="utf-8")
