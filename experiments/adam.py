"""Turns 'Adam' into numbers that mean the same function in every framework.

Keras divides by sqrt(v) + eps before the bias correction, PyTorch by
sqrt(v-hat) + eps after it, as Optax does (Kingma and Ba, ICLR 2015, give both forms). They are
the same function when PyTorch's eps at step t is eps / sqrt(1 - beta2^t).
"""

from dlsurvey.records import Precision, Record


class Adam(Record, frozen=True, kw_only=True):
    """The optimiser's parameters, in Keras' meaning."""

    learning_rate: float
    beta_1: float
    beta_2: float
    epsilon: float


CHECKED = Adam(learning_rate=2**-10, beta_1=0.875, beta_2=1 - 2**-10, epsilon=2**-27)
"""For the float64 check: float32 holds each exactly, as Keras rounds the betas to float32."""


def choose_adam(learning_rate: float, precision: Precision) -> Adam:
    """The controlled protocol's parameters: Keras' and PyTorch's common defaults, and Keras' epsilon."""
    if precision == "float64":
        return CHECKED
    return Adam(learning_rate=learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def map_epsilon(adam: Adam, step: int) -> float:
    """The epsilon that makes PyTorch's or Optax's Adam at this step (from 1) the function of Keras.

    `step` may be one of JAX's traced integers.
    """
    root: float = (1 - adam.beta_2**step) ** 0.5
    return adam.epsilon / root
