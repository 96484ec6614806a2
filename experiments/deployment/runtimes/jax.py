"""Turns an exported function of JAX into a function of images, with JAX."""

from pathlib import Path

import jax
import numpy as np
from jax import export

from experiments.deployment.runtimes.answering import Answer, Images, Logits


def load(path: Path, threads: int) -> Answer:
    """The threads were pinned by `PJRT_NPROC`, before JAX was imported."""
    call = jax.jit(export.deserialize(bytearray(path.read_bytes())).call)

    def answer(images: Images) -> Logits:
        return np.asarray(call(images))

    return answer
