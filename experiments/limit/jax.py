"""Turns two matrices into their product, with JAX."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from dlsurvey.records import Device


def make_product(size: int, threads: int, device: Device) -> Callable[[], object]:
    """A function that multiplies and returns once it is done.

    The threads are pinned by `PJRT_NPROC`, before JAX is imported; `device` it finds itself.
    """
    draw = np.random.default_rng(0)
    a, b = (jnp.asarray(draw.random((size, size), np.float32)) for _ in range(2))
    product = jax.jit(jnp.matmul)

    def multiply() -> object:
        return product(a, b).block_until_ready()

    return multiply
