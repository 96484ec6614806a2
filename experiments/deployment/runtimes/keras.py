"""Turns a `.keras` file into a function of images, with Keras on the backend that wrote it."""

from pathlib import Path

import keras
import numpy as np

from experiments.deployment.runtimes.answering import Answer, Images, Logits


def load(path: Path, threads: int) -> Answer:
    """As it was saved, its optimiser in it."""
    _pin(threads)
    model = keras.saving.load_model(path)

    def answer(images: Images) -> Logits:
        return np.asarray(model.predict_on_batch(images))

    return answer


def _pin(threads: int) -> None:
    """JAX's threads were pinned by `PJRT_NPROC`, before it was imported."""
    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)
        case "torch":
            import torch

            torch.set_num_threads(threads)
