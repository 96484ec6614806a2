"""Turns a network of PyTorch into the files of its routes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from experiments.deployment.exports.images import Images, Logits, put_channels_first
from experiments.deployment.record import BATCH

MOST_IMAGES = 1024
"""Of a batch, as `torch.export` is told; the number is free below it."""

arrange = put_channels_first
"""Channels first, as PyTorch wants them."""


@torch.no_grad()
def answer(model: nn.Module, images: Images) -> Logits:
    """The logits of the network that was trained."""
    model.eval()
    parts = [model(part).numpy() for part in torch.from_numpy(images).split(BATCH)]
    return np.concatenate(parts)


def export(model: nn.Module, route: str, way: str, path: Path, images: Images) -> None:
    """Write the files of one route, for any number of images; `images` are training images."""
    model.eval()
    example = (torch.from_numpy(images[:BATCH]),)
    match route:
        case "torch-export":
            torch.export.save(_trace(model, example), path)
        case "aotinductor":
            # Compiles C++: it needs a compiler.
            torch._inductor.aoti_compile_and_package(_trace(model, example), package_path=str(path))
        case "executorch":
            _export_for_devices(_trace(model, example), path)
        case "onnx":
            torch.onnx.export(
                model,
                example,
                path,
                dynamo=True,
                dynamic_shapes=_name_shapes(),
                external_data=False,
                verbose=False,
            )
        case "litert":
            import litert_torch

            converted = litert_torch.convert(model, example, dynamic_shapes=_name_shapes())
            converted.export(str(path))
        case _:
            raise ValueError(f"PyTorch has no route '{route}'")


def list_forms() -> dict[str, tuple[Callable[[Any, Path], None], Callable[[Any, Path], None]]]:
    """How weights alone are saved, and loaded into a network of the same layers."""
    return {
        "state_dict, torch.save": (_save_state, _load_state),
        "state_dict, safetensors": (_save_tensors, _load_tensors),
    }


def _name_shapes() -> tuple[dict[int, Any]]:
    """The first axis is free."""
    return ({0: torch.export.Dim("images", min=1, max=MOST_IMAGES)},)


def _trace(model: nn.Module, example: tuple[torch.Tensor]) -> torch.export.ExportedProgram:
    with torch.no_grad():
        return torch.export.export(model, example, dynamic_shapes=_name_shapes())


def _export_for_devices(program: torch.export.ExportedProgram, path: Path) -> None:
    """As much as it takes goes to XNNPACK, which computes on the processors of phones and this one."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()])
    with path.open("wb") as file:
        lowered.to_executorch().write_to_file(file)


def _save_state(model: nn.Module, path: Path) -> None:
    torch.save(model.state_dict(), path)


def _load_state(model: nn.Module, path: Path) -> None:
    model.load_state_dict(torch.load(path, weights_only=True))


def _save_tensors(model: nn.Module, path: Path) -> None:
    from safetensors.torch import save_model

    save_model(model, path)


def _load_tensors(model: nn.Module, path: Path) -> None:
    from safetensors.torch import load_model

    load_model(model, path)
