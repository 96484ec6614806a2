"""Turns a function into its gradients with JAX, and holds the function as `jax.jit` needs it."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

LIMIT = 16
"""Rounds at most: `lax.while_loop` has no gradient, and a loop of fixed length has one."""


def differentiate(
    function: Callable[[Any], Any], points: Sequence[Sequence[float]], variant: str
) -> list[list[float]]:
    """The gradient at each point."""
    jax.config.update("jax_enable_x64", True)
    gradient = jax.grad(function)
    if variant == "compiled":
        gradient = jax.jit(gradient)
    return [gradient(jnp.asarray(point)).tolist() for point in points]


def loop(x: Any) -> Any:
    """Grow until 10 is reached."""

    def step(_: Any, total: Any) -> Any:
        grown = total * x[1] + x[0]
        return jnp.where(total < 10, grown, total)

    return lax.fori_loop(0, LIMIT, step, x[0])


def branch(x: Any) -> Any:
    """A parabola, and below 1 its tangent."""
    return jnp.where(x[2] > 1, x[2] * x[2], 2 * x[2] - 1)


def recursion(x: Any) -> Any:
    """Halve all three until little is left, and add up."""

    def step(_: Any, state: Any) -> Any:
        total, x = state
        size = x[0] * x[2]
        deeper = size >= 0.1
        total = jnp.where(deeper, total + size, total)
        return total, jnp.where(deeper, x / 2, x)

    total, x = lax.fori_loop(0, LIMIT, step, (0 * x[0], x))
    return total + x[0] * x[2] * x[1]


def whole(x: Any) -> Any:
    """All three in one function."""
    return loop(x) * branch(x) + recursion(x)
