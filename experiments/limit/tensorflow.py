"""Turns two matrices into their product, with TensorFlow."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from dlsurvey.records import Device


def make_product(size: int, threads: int, device: Device) -> Callable[[], object]:
    """A function that multiplies and returns once it is done; `device` it finds itself."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    draw = np.random.default_rng(0)
    a, b = (tf.constant(draw.random((size, size), np.float32)) for _ in range(2))

    def multiply() -> object:
        return tf.linalg.matmul(a, b)[0, 0].numpy()

    return multiply
