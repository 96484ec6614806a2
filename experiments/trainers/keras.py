"""Turns a workload and arrays into a trained network, with Keras alone.

Twin of `tensorflow.py`: the same functions in the same order. What computes
underneath, PyTorch or JAX, is what `KERAS_BACKEND` names.
"""

import os
import random
from collections.abc import Iterable

import numpy as np
from keras import (
    Input,
    Sequential,
    backend,
    callbacks,
    config,
    layers,
    losses,
    optimizers,
)

from dlsurvey.records import TrialSpec
from experiments.adam import choose_adam
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
    """Whether the backend can train on a GPU here."""
    if backend.backend() == "torch":
        import torch

        return bool(torch.cuda.is_available())
    import jax

    return bool(jax.default_backend() == "gpu")


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads and seed every random number generator.

    JAX's threads are pinned by `PJRT_NPROC`, before it is imported. Keras'
    own `set_random_seed` would import TensorFlow wherever it is installed.
    """
    if backend.backend() == "torch":
        import torch

        torch.set_num_threads(spec.threads)
        torch.set_num_interop_threads(spec.threads)
        torch.manual_seed(spec.seed)
        if spec.precision == "float64":
            keep_float64()
    else:
        import jax

        jax.config.update(
            "jax_enable_x64", spec.precision == "float64"
        )
    # Said here, so that a keras.json of the user's changes nothing.
    config.set_floatx(spec.precision)
    config.set_image_data_format("channels_last")
    config.set_epsilon(1e-7)
    random.seed(spec.seed)
    np.random.seed(spec.seed)


def load_data(
    arrays: Arrays, spec: TrialSpec, *, shuffle: bool
) -> Arrays:
    """Keras takes the arrays as they are and shuffles in `fit`."""
    return arrays


def build_model(
    workload: Workload, classes: int
) -> Sequential:
    """The workload's network, ending in one logit per class."""
    model = Sequential([Input(workload.input_shape)])
    for layer in workload.layers(classes):
        match layer:
            case Conv(filters=filters, kernel=kernel):
                model.add(
                    layers.Conv2D(
                        filters, kernel, activation="relu"
                    )
                )
            case MaxPool(size=size):
                model.add(layers.MaxPooling2D(size))
            case Flatten():
                model.add(layers.Flatten())
            case Dense(units=units, relu=relu):
                activation = "relu" if relu else None
                model.add(layers.Dense(units, activation))
    return model


def choose_loss_and_optimizer(
    model: Sequential, workload: Workload, spec: TrialSpec
) -> None:
    """Cross-entropy on logits and Adam; `compile` keeps both in the model."""
    optimizer = optimizers.Adam(
        learning_rate=workload.learning_rate
    )
    if spec.protocol == "controlled":
        optimizer = make_controlled_adam(workload, spec)
    model.compile(
        optimizer=optimizer,
        loss=losses.SparseCategoricalCrossentropy(
            from_logits=True
        ),
        metrics=["accuracy"],
        run_eagerly=spec.mode == "eager",
        jit_compile=spec.mode != "eager",
    )


def train(
    model: Sequential,
    tools: None,
    data: Arrays,
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """`fit` is the training loop."""
    journal.begin()
    model.fit(
        data.images,
        data.labels,
        batch_size=spec.batch_size,
        epochs=spec.epochs,
        verbose=0,
        callbacks=[JournalCallback(journal)],
    )


def train_controlled(
    model: Sequential,
    tools: None,
    data: Arrays,
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """`fit`, epoch by epoch, on images in the order that all frameworks share."""
    callback = JournalCallback(journal)
    journal.begin()
    for epoch in range(spec.epochs):
        order = draw_order(
            len(data.labels), spec.seed, epoch
        )
        model.fit(
            data.images[order],
            data.labels[order],
            batch_size=spec.batch_size,
            shuffle=False,
            verbose=0,
            callbacks=[callback],
        )


def train_steps(
    model: Sequential,
    tools: None,
    batches: Iterable[Arrays],
) -> list[float]:
    """One optimiser step a batch; the loss of each before its step."""
    found = []
    for batch in batches:
        model.reset_metrics()
        logs = model.train_on_batch(
            batch.images, batch.labels, return_dict=True
        )
        found.append(float(logs["loss"]))
    return found


def evaluate(
    model: Sequential, data: Arrays, spec: TrialSpec
) -> tuple[float, float]:
    """Mean loss and accuracy on the test images."""
    loss, accuracy = model.evaluate(
        data.images,
        data.labels,
        batch_size=spec.batch_size,
        verbose=0,
    )
    return loss, accuracy


def predict(
    model: Sequential, data: Arrays, spec: TrialSpec
) -> Classes:
    """The class of each test image."""
    logits = model.predict(
        data.images, batch_size=spec.batch_size, verbose=0
    )
    return np.asarray(logits.argmax(axis=1))


def read_device_memory_bytes(spec: TrialSpec) -> int | None:
    """The most memory that was in use on the GPU so far."""
    if spec.device == "cpu":
        return None
    if backend.backend() == "torch":
        import torch

        return int(torch.cuda.max_memory_allocated())
    import jax

    statistics = jax.devices()[0].memory_stats() or {}
    return statistics.get("peak_bytes_in_use")


def count_parameters(model: Sequential) -> int:
    """Weights and biases that training changes."""
    return sum(
        int(np.prod(weight.shape))
        for weight in model.trainable_weights
    )


def load_weights(
    model: Sequential,
    weights: Weights,
    workload: Workload,
    classes: int,
) -> None:
    """Start from these; the canonical layout is Keras' own."""
    model.set_weights(list(weights))


def read_weights(
    model: Sequential, workload: Workload, classes: int
) -> Weights:
    """What training made of them, in the canonical layout."""
    return tuple(
        np.asarray(weight) for weight in model.get_weights()
    )


def differentiate(
    model: Sequential,
    tools: None,
    batch: Arrays,
    workload: Workload,
    classes: int,
) -> tuple[Array, float, Weights]:
    """Logits, loss and the loss's gradient, in the canonical layout."""
    if backend.backend() == "torch":
        return differentiate_with_torch(model, batch)
    return differentiate_with_jax(model, batch)


def list_defaults(
    model: Sequential, tools: None, spec: TrialSpec
) -> dict[str, str]:
    """What differs unless somebody chooses, read from the live objects."""
    convolution = model.layers[0]
    optimizer = model.optimizer
    controlled = spec.protocol == "controlled"
    return {
        "kernel initialiser": "shared weights"
        if controlled
        else type(convolution.kernel_initializer).__name__,
        "bias initialiser": "shared weights"
        if controlled
        else type(convolution.bias_initializer).__name__,
        "optimiser": type(optimizer).__name__,
        "epsilon": f"{optimizer.epsilon:g}, before the bias correction",
        "betas": f"{optimizer.beta_1:g}, {optimizer.beta_2:g}",
        "shuffle": "shared order"
        if controlled
        else "by fit",
        "input dtype": str(model.inputs[0].dtype),
        "layout": convolution.data_format,
        **list_backend_defaults(model),
        "loader": "arrays handed to fit",
    }


def list_backend_defaults(
    model: Sequential,
) -> dict[str, str]:
    """What the backend rather than Keras decides."""
    if backend.backend() == "torch":
        import torch

        intra = torch.get_num_threads()
        inter = torch.get_num_interop_threads()
        return {
            "threads": f"{intra} within, {inter} between operations",
            "compiler": "TorchInductor"
            if model.jit_compile
            else "none",
            "TF32": str(
                torch.backends.cuda.matmul.allow_tf32
            ),
        }
    import jax

    processors = os.environ.get("PJRT_NPROC", "all")
    precision = jax.config.jax_default_matmul_precision
    return {
        "threads": f"{processors} within operations, others free",
        "compiler": "XLA (jax.jit)"
        if model.jit_compile
        else "none",
        "TF32": f"matmul precision {precision or 'default'}",
    }


def keep_float64() -> None:
    """Make Keras compute in float64 where it is asked to, for the parity check.

    Keras 3.15 takes two float64 operands' common type for float32 on every
    backend but TensorFlow's: on PyTorch, `matmul` computes in that type.
    In float32, which is what trials are timed in, the rule has no effect.
    """
    from keras.src.backend.common import dtypes

    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"


def differentiate_with_torch(
    model: Sequential, batch: Arrays
) -> tuple[Array, float, Weights]:
    """`differentiate` by PyTorch's autograd."""
    import torch

    logits = model(batch.images, training=True)
    loss = model.loss(batch.labels, logits)
    gradients = torch.autograd.grad(
        loss,
        [weight.value for weight in model.trainable_weights],
    )
    return (
        logits.detach().numpy(),
        loss.item(),
        tuple(gradient.numpy() for gradient in gradients),
    )


def differentiate_with_jax(
    model: Sequential, batch: Arrays
) -> tuple[Array, float, Weights]:
    """`differentiate` by a function of the weights."""
    import jax

    def lose(
        weights: list[jax.Array],
    ) -> tuple[jax.Array, jax.Array]:
        logits, _ = model.stateless_call(
            weights, [], batch.images, training=True
        )
        return model.loss(batch.labels, logits), logits

    differentiated = jax.value_and_grad(lose, has_aux=True)
    (loss, logits), gradients = differentiated(
        [weight.value for weight in model.trainable_weights]
    )
    return (
        np.asarray(logits),
        float(loss),
        tuple(map(np.asarray, gradients)),
    )


def wait_for_backend() -> None:
    """Return when the backend has computed what it was sent."""
    if backend.backend() == "torch":
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
    if backend.backend() == "jax":
        import jax

        jax.block_until_ready(jax.live_arrays())


def make_controlled_adam(
    workload: Workload, spec: TrialSpec
) -> optimizers.Adam:
    """The Adam that all frameworks share; Keras' own form."""
    adam = choose_adam(
        workload.learning_rate, spec.precision
    )
    return optimizers.Adam(
        adam.learning_rate,
        adam.beta_1,
        adam.beta_2,
        adam.epsilon,
    )


class JournalCallback(callbacks.Callback):
    """Passes the end of each step and of each epoch on to the journal.

    A batch's beginning stands for the end of the one before: overriding
    `on_train_batch_end` would make Keras give up its asynchronous dispatch.
    """

    def __init__(self, journal: Journal) -> None:
        """Report to `journal`."""
        super().__init__()
        self.journal = journal

    def on_train_batch_begin(
        self,
        batch: int,
        logs: dict[str, float] | None = None,
    ) -> None:
        """Called by Keras before each batch."""
        if batch == 0:
            return
        if not self.journal.is_warm:
            wait_for_backend()
        self.journal.end_step()

    def on_epoch_end(
        self,
        epoch: int,
        logs: dict[str, float] | None = None,
    ) -> None:
        """Called by Keras after each epoch."""
        if logs is not None:
            wait_for_backend()
            self.journal.end_epoch(
                logs["loss"], logs["accuracy"]
            )
