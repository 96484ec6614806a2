"""Turns a workload and arrays into a trained network, with TensorFlow and Keras.

Twin of `pytorch.py`: the same functions in the same order, each written as
the framework's own tutorial writes it.
"""

import numpy as np
from dlsurvey.records import TrialSpec
from keras import (
    Input,
    Sequential,
    callbacks,
    layers,
    losses,
    optimizers,
    utils,
)

import tensorflow as tf
from experiments.datasets import Arrays
from experiments.journal import Journal
from experiments.spec import (
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Workload,
)


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads and seed every random number generator."""
    tf.config.threading.set_intra_op_parallelism_threads(
        spec.threads
    )
    tf.config.threading.set_inter_op_parallelism_threads(
        spec.threads
    )
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
    model.compile(
        optimizer=optimizers.Adam(
            learning_rate=workload.learning_rate
        ),
        loss=losses.SparseCategoricalCrossentropy(
            from_logits=True
        ),
        metrics=["accuracy"],
        run_eagerly=spec.mode == "eager",
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


def count_parameters(model: Sequential) -> int:
    """Weights and biases that training changes."""
    return sum(
        int(np.prod(weight.shape))
        for weight in model.trainable_weights
    )


class JournalCallback(callbacks.Callback):
    """Passes the end of the first step and of each epoch on to the journal.

    The second batch's beginning stands for the first one's end: overriding
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
        if batch == 1:
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
