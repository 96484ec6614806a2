"""Turns an ONNX file, or one for each batch size, into a function of images, with ONNX Runtime."""

from pathlib import Path

import onnxruntime

from experiments.deployment.record import BATCH
from experiments.deployment.runtimes.answering import Answer, Images, Logits, choose_size, fill


def load(path: Path, threads: int) -> Answer:
    """One session, or one for each batch size."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    if not path.is_dir():
        return _open(path, options)
    by_size = {size: _open(path / f"{size}.onnx", options) for size in (1, BATCH)}

    def answer(images: Images) -> Logits:
        size = choose_size(len(images))
        return by_size[size](fill(images, size))[: len(images)]

    return answer


def _open(path: Path, options: onnxruntime.SessionOptions) -> Answer:
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()

    def answer(images: Images) -> Logits:
        (logits,) = session.run(None, {given.name: images})
        found: Logits = logits
        return found

    return answer
