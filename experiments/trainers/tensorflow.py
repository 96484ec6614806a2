"""Turns a workload and arrays into a trained network, with TensorFlow and Keras.

Twin of `pytorch.py`: the same functions in the same order, each written as
the framework's own tutorial writes it.
"""

from collections.abc import Iterable

import numpy as np
import tensorflow as tf
from keras import (
    Input,
    Sequential,
    callbacks,
    config,
    layers,
    losses,
    optimizers,
    utils,
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
    """Whether TensorFlow can train on a GPU here."""
    return bool(tf.config.list_physical_devices("GPU"))


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads and seed every random number generator."""
    tf.config.threading.set_intra_op_parallelism_threads(
        spec.threads
    )
    tf.config.threading.set_inter_op_parallelism_threads(
        spec.threads
    )
    # Said here, so that a keras.json of the user's changes nothing.
    config.set_floatx(spec.precision)
    config.set_image_data_format("channels_last")
    config.set_epsilon(1e-7)
    utils.set_random_seed(spec.seed)


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
        jit_compile=spec.mode == "compiled",
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
    info = tf.config.experimental.get_memory_info("GPU:0")
    return int(info["peak"])


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
    with tf.GradientTape() as tape:
        logits = model(batch.images, training=True)
        loss = model.loss(batch.labels, logits)
    gradients = tape.gradient(loss, model.trainable_weights)
    return (
        logits.numpy(),
        float(loss),
        tuple(gradient.numpy() for gradient in gradients),
    )


def list_defaults(
    model: Sequential, tools: None, spec: TrialSpec
) -> dict[str, str]:
    """What differs unless somebody chooses, read from the live objects."""
    threading = tf.config.threading
    convolution = model.layers[0]
    optimizer = model.optimizer
    intra = threading.get_intra_op_parallelism_threads()
    inter = threading.get_inter_op_parallelism_threads()
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
        "threads": f"{intra} within, {inter} between operations",
        "compiler": "XLA" if model.jit_compile else "none",
        "TF32": str(
            tf.config.experimental.tensor_float_32_execution_enabled()
        ),
        "loader": "arrays handed to fit",
    }


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
            tf.test.experimental.sync_devices()
        self.journal.end_step()

    def on_epoch_end(
        self,
        epoch: int,
        logs: dict[str, float] | None = None,
    ) -> None:
        """Called by Keras after each epoch."""
        if logs is not None:
            self.journal.end_epoch(
                logs["loss"], logs["accuracy"]
            )
