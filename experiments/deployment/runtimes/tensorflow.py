"""Turns a SavedModel into a function of images, with TensorFlow."""

from pathlib import Path

import tensorflow as tf

from experiments.deployment.runtimes.answering import Answer, Images, Logits


def load(path: Path, threads: int) -> Answer:
    """By the signature that TensorFlow Serving would call."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    loaded = tf.saved_model.load(str(path))
    serve = loaded.signatures["serving_default"]
    (name,) = serve.structured_input_signature[1]

    def answer(images: Images, kept: object = loaded) -> Logits:
        (logits,) = serve(**{name: tf.constant(images)}).values()
        found: Logits = logits.numpy()
        return found

    return answer
