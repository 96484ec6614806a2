"""Turns a workload and arrays into a trained network, with JAX, Flax NNX and Optax.

Twin of `tensorflow.py`: the same functions in the same order, each written as
the framework's own tutorial writes it.
"""

import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from dlsurvey.records import TrialSpec
from experiments.adam import choose_adam, map_epsilon
from experiments.datasets import Arrays, Classes
from experiments.journal import Journal
from experiments.spec import (
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Workload,
)
from experiments.weights import Array, Weights, draw_order


def sees_gpu() -> bool:
    """Whether JAX can train on a GPU here."""
    return bool(jax.default_backend() == "gpu")


def prepare_framework(spec: TrialSpec) -> None:
    """Choose the precision, and seed every random number generator.

    JAX has no global generator: NumPy's draws its first key. The threads
    were pinned by `PJRT_NPROC` before JAX was imported: those that share an
    operation; the few that dispatch operations cannot be pinned.
    """
    jax.config.update(
        "jax_enable_x64", spec.precision == "float64"
    )
    jax.config.update(
        "jax_disable_jit", spec.mode == "eager"
    )
    np.random.seed(spec.seed)


def load_data(
    arrays: Arrays, spec: TrialSpec, *, shuffle: bool
) -> "Batches":
    """Batches with the channels last; JAX has no loader."""
    draw = np.random.permutation if shuffle else np.arange
    count = len(arrays.labels)
    return Batches(
        arrays, spec.batch_size, lambda epoch: draw(count)
    )


def build_model(
    workload: Workload, classes: int
) -> nnx.Sequential:
    """The workload's network, ending in one logit per class."""
    options = {
        "rngs": nnx.Rngs(np.random.randint(2**31)),
        "param_dtype": jnp.result_type(float),
    }
    model: list[Any] = []
    layers = workload.layers(classes)
    inputs = workload.shapes(classes)
    for layer, (*_, size_in) in zip(
        layers, inputs, strict=False
    ):
        match layer:
            case Conv(filters=filters, kernel=kernel):
                conv = nnx.Conv(
                    size_in,
                    filters,
                    (kernel, kernel),
                    padding="VALID",
                    **options,
                )
                model += [conv, nnx.relu]
            case MaxPool(size=size):
                pool = partial(
                    nnx.max_pool,
                    window_shape=(size, size),
                    strides=(size, size),
                )
                model += [pool]
            case Flatten():
                model += [flatten]
            case Dense(units=units, relu=relu):
                dense = nnx.Linear(size_in, units, **options)
                model += (
                    [dense, nnx.relu] if relu else [dense]
                )
    return nnx.Sequential(*model)


def choose_loss_and_optimizer(
    model: nnx.Sequential,
    workload: Workload,
    spec: TrialSpec,
) -> tuple[Callable[..., Any], nnx.Optimizer]:
    """Cross-entropy on logits and Adam; the caller keeps both."""

    def loss_function(
        model: nnx.Sequential, images: Any, labels: Any
    ) -> tuple[Any, Any]:
        logits = model(images)
        losses = (
            optax.softmax_cross_entropy_with_integer_labels(
                logits, labels
            )
        )
        return losses.mean(), {
            "losses": losses,
            "logits": logits,
            "labels": labels,
        }

    adam = optax.adam(workload.learning_rate)
    if spec.protocol == "controlled":
        adam = make_controlled_adam(workload, spec)
    optimizer = nnx.Optimizer(model, adam, wrt=nnx.Param)
    return loss_function, optimizer


def train(
    model: nnx.Sequential,
    tools: tuple[Callable[..., Any], nnx.Optimizer],
    data: "Batches",
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """The loop is written out, its step compiled as a whole."""
    loss_function, optimizer = tools
    metrics = make_metrics()

    @nnx.jit
    def train_step(
        model: Any, optimizer: Any, metrics: Any, batch: Any
    ) -> None:
        differentiated = nnx.value_and_grad(
            loss_function, has_aux=True
        )
        (_, found), gradients = differentiated(model, *batch)
        metrics.update(**found)
        optimizer.update(model, gradients)

    journal.begin()
    for _ in range(spec.epochs):
        model.train()
        metrics.reset()
        for batch in data:
            train_step(model, optimizer, metrics, batch)
            if not journal.is_warm:
                jax.block_until_ready(nnx.state(model))
            journal.end_step()
        jax.block_until_ready(nnx.state(model))
        results = metrics.compute()
        journal.end_epoch(
            float(results["loss"]),
            float(results["accuracy"]),
        )


def train_controlled(
    model: nnx.Sequential,
    tools: tuple[Callable[..., Any], nnx.Optimizer],
    data: "Batches",
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """The same loop, on images in the order that all frameworks share."""
    count = len(data.arrays.labels)
    ordered = Batches(
        data.arrays,
        spec.batch_size,
        lambda epoch: draw_order(count, spec.seed, epoch),
    )
    train(model, tools, ordered, spec, journal)


def train_steps(
    model: nnx.Sequential,
    tools: tuple[Callable[..., Any], nnx.Optimizer],
    batches: Iterable[Arrays],
) -> list[float]:
    """One optimiser step a batch; the loss of each before its step."""
    loss_function, optimizer = tools

    @nnx.jit
    def train_step(
        model: Any, optimizer: Any, images: Any, labels: Any
    ) -> Any:
        differentiated = nnx.value_and_grad(
            loss_function, has_aux=True
        )
        (loss, _), gradients = differentiated(
            model, images, labels
        )
        optimizer.update(model, gradients)
        return loss

    return [
        float(
            train_step(
                model, optimizer, batch.images, batch.labels
            )
        )
        for batch in batches
    ]


def evaluate(
    model: nnx.Sequential, data: "Batches", spec: TrialSpec
) -> tuple[float, float]:
    """Mean loss and accuracy on the test images."""
    metrics = make_metrics()

    @nnx.jit
    def test_step(
        model: Any, metrics: Any, images: Any, labels: Any
    ) -> None:
        logits = model(images)
        losses = (
            optax.softmax_cross_entropy_with_integer_labels(
                logits, labels
            )
        )
        metrics.update(
            losses=losses, logits=logits, labels=labels
        )

    model.eval()
    for images, labels in data:
        test_step(model, metrics, images, labels)
    results = metrics.compute()
    return float(results["loss"]), float(results["accuracy"])


def predict(
    model: nnx.Sequential, data: "Batches", spec: TrialSpec
) -> Classes:
    """The class of each test image."""

    @nnx.jit
    def predict_step(model: Any, images: Any) -> Any:
        return jnp.argmax(model(images), axis=1)

    model.eval()
    found = [
        predict_step(model, images) for images, _ in data
    ]
    return np.concatenate(found)


def read_device_memory_bytes(spec: TrialSpec) -> int | None:
    """The most memory that was in use on the GPU so far."""
    if spec.device == "cpu":
        return None
    statistics = jax.devices()[0].memory_stats() or {}
    return statistics.get("peak_bytes_in_use")


def count_parameters(model: nnx.Sequential) -> int:
    """Weights and biases that training changes."""
    return sum(
        int(weight.size)
        for weight in jax.tree.leaves(
            nnx.state(model, nnx.Param)
        )
    )


def load_weights(
    model: nnx.Sequential,
    weights: Weights,
    workload: Workload,
    classes: int,
) -> None:
    """Start from these; the canonical layout is Flax's own."""
    for weight, array in zip(
        list_weights(model), weights, strict=True
    ):
        weight[...] = jnp.asarray(array, weight.dtype)


def read_weights(
    model: nnx.Sequential, workload: Workload, classes: int
) -> Weights:
    """What training made of them, in the canonical layout."""
    return tuple(
        np.asarray(weight[...])
        for weight in list_weights(model)
    )


def differentiate(
    model: nnx.Sequential,
    tools: tuple[Callable[..., Any], nnx.Optimizer],
    batch: Arrays,
    workload: Workload,
    classes: int,
) -> tuple[Array, float, Weights]:
    """Logits, loss and the loss's gradient, in the canonical layout."""
    differentiated = nnx.value_and_grad(
        tools[0], has_aux=True
    )
    (loss, found), gradients = differentiated(
        model, batch.images, batch.labels
    )
    return (
        np.asarray(found["logits"]),
        float(loss),
        tuple(
            np.asarray(weight[...])
            for weight in list_weights(gradients)
        ),
    )


def list_defaults(
    model: nnx.Sequential,
    tools: tuple[Callable[..., Any], nnx.Optimizer],
    spec: TrialSpec,
) -> dict[str, str]:
    """What differs unless somebody chooses, read from the live objects.

    The initialisers are named here: Flax holds them as bare functions.
    """
    beta_1, beta_2, epsilon = read_adam(tools[1], spec)
    controlled = spec.protocol == "controlled"
    processors = os.environ.get("PJRT_NPROC", "all")
    precision = jax.config.jax_default_matmul_precision
    return {
        "kernel initialiser": "shared weights"
        if controlled
        else "LeCun normal (truncated)",
        "bias initialiser": "shared weights"
        if controlled
        else "zeros",
        "optimiser": "optax.adam in nnx.Optimizer",
        "epsilon": "mapped at each step to Keras' form"
        if controlled
        else f"{epsilon:g}, after the bias correction",
        "betas": f"{beta_1:g}, {beta_2:g}",
        "shuffle": "shared order"
        if controlled
        else "by NumPy",
        "input dtype": str(list_weights(model)[0].dtype),
        "layout": "channels_last",
        "threads": f"{processors} within operations, others free",
        "compiler": "none"
        if spec.mode == "eager"
        else "XLA (nnx.jit)",
        "TF32": f"matmul precision {precision or 'default'}",
        "loader": "batches cut from arrays",
    }


def read_adam(
    optimizer: nnx.Optimizer, spec: TrialSpec
) -> tuple[Any, Any, Any]:
    """Betas and epsilon: Optax keeps its defaults in a signature only."""
    signature = inspect.signature(optax.adam)
    beta_1, beta_2, epsilon = (
        signature.parameters[name].default
        for name in ("b1", "b2", "eps")
    )
    if spec.protocol == "controlled":
        chosen = optimizer.opt_state.hyperparams
        beta_1, beta_2 = chosen["b1"][...], chosen["b2"][...]
    return beta_1, beta_2, epsilon


def flatten(images: jax.Array) -> jax.Array:
    """Height, width and channels strung into one row."""
    return images.reshape(len(images), -1)


def make_metrics() -> nnx.MultiMetric:
    """Mean loss, over images rather than batches, and accuracy."""
    return nnx.MultiMetric(
        loss=nnx.metrics.Average("losses"),
        accuracy=nnx.metrics.Accuracy(),
    )


def make_controlled_adam(
    workload: Workload, spec: TrialSpec
) -> optax.GradientTransformation:
    """Adam with the epsilon that makes it the function that Keras computes.

    Optax calls it with the number of steps before this one.
    """
    adam = choose_adam(
        workload.learning_rate, spec.precision
    )
    return optax.inject_hyperparams(optax.adam)(
        learning_rate=adam.learning_rate,
        b1=adam.beta_1,
        b2=adam.beta_2,
        eps=lambda count: map_epsilon(adam, count + 1),
    )


def list_weights(tree: Any) -> list[Any]:
    """Kernel and bias of each layer in turn; of a model or its gradients."""
    layers = tree.layers
    places = (
        sorted(layers)
        if isinstance(layers, nnx.State)
        else range(len(layers))
    )
    found = []
    for place in places:
        layer = layers[place]
        if isinstance(layer, nnx.State | nnx.Module):
            found += [layer.kernel, layer.bias]
    return found


class Batches:
    """Each time it is gone through, the next epoch's batches."""

    def __init__(
        self,
        arrays: Arrays,
        size: int,
        draw: Callable[[int], Any],
    ) -> None:
        """`draw(epoch)` gives the order of the images."""
        self.arrays = arrays
        self.size = size
        self.draw = draw
        self.epoch = 0

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """The batches of one epoch, the last one smaller."""
        order = self.draw(self.epoch)
        self.epoch += 1
        for start in range(0, len(order), self.size):
            places = order[start : start + self.size]
            yield (
                self.arrays.images[places],
                self.arrays.labels[places],
            )
