"""The numbers of an optimiser that mean the same function in every framework.

Keras' Adam divides by sqrt(v) + eps before the bias correction, PyTorch's by sqrt(v-hat) + eps
after it, as Optax' does (Kingma and Ba, ICLR 2015, give both forms). They are the same function
when PyTorch's eps at step t is eps / sqrt(1 - beta2^t). Keras rounds its numbers to float32 even in
a float64 model, so that the float64 check rounds them in every framework.
"""

from typing import Any

import numpy as np

from dlsurvey.records import Precision

EPSILON = 1e-7
"""Keras' default."""


def round_number(number: float, precision: Precision) -> float:
    """A number of an optimiser as every framework takes it: in the float64 check, as float32 holds it."""
    return float(np.float32(number)) if precision == "float64" else number


def map_epsilon(epsilon: float, beta_2: float, step: Any) -> Any:
    """The epsilon that makes PyTorch's or Optax's Adam at this step (from 1) the function of Keras.

    `step` may be one of JAX's traced integers, and so may the answer.
    """
    return epsilon / (1 - beta_2**step) ** 0.5
