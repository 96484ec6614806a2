"""Turns an ExecuTorch program into a function of images, with its Python interface.

The interface imports PyTorch; the runtime on a phone does not.
"""

from pathlib import Path

import torch
from executorch.extension.pybindings.portable_lib import _unsafe_reset_threadpool
from executorch.runtime import Runtime

from experiments.deployment.runtimes.answering import Answer, Images, Logits


def load(path: Path, threads: int) -> Answer:
    """One method, `forward`, which holds the whole network."""
    # Unsafe once a program is loaded; before, it is the one way to choose the number of threads.
    _unsafe_reset_threadpool(threads)
    program = Runtime.get().load_program(path)
    method = program.load_method("forward")

    def answer(images: Images) -> Logits:
        (logits,) = method.execute([torch.from_numpy(images)])
        # The next call writes over the memory of this one.
        found: Logits = logits.numpy().copy()
        return found

    return answer
