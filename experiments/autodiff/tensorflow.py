"""Turns a function into its gradients with TensorFlow, and holds the function as `tf.function` needs it."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from experiments.autodiff.plain import branch, loop

__all__ = ["branch", "differentiate", "loop", "recursion", "whole"]


def differentiate(
    function: Callable[[Any], Any], points: Sequence[Sequence[float]], variant: str
) -> list[list[float]]:
    """The gradient at each point."""
    if variant == "compiled":
        function = tf.function(function)
    gradients = []
    for point in points:
        x = tf.constant(point, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        gradients.append(tape.gradient(y, x).numpy().tolist())
    return gradients


def recursion(x: Any) -> Any:
    """Halve all three until little is left, and add up."""
    total = 0 * x[0]
    while x[0] * x[2] >= 0.1:
        total = total + x[0] * x[2]
        x = x / 2
    return total + x[0] * x[2] * x[1]


def whole(x: Any) -> Any:
    """All three in one function."""
    return loop(x) * branch(x) + recursion(x)
