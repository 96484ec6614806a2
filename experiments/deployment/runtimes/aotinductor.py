"""Turns a package of AOTInductor into a function of images, with PyTorch."""

from pathlib import Path

import torch

from experiments.deployment.runtimes.answering import Answer, Images, Logits


def load(path: Path, threads: int) -> Answer:
    """Without gradients."""
    torch.set_num_threads(threads)
    network = torch._inductor.aoti_load_package(str(path))

    def answer(images: Images) -> Logits:
        with torch.inference_mode():
            found: Logits = network(torch.from_numpy(images)).numpy()
        return found

    return answer
