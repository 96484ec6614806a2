"""Finds which layer of a program is which declared layer: within each kind, in the order of creation."""

from collections.abc import Sequence
from typing import Any

from experiments.layers import Placed, place_layers, shape_weights
from experiments.workloads import Workload


def match_layers(workload: Workload, found: Sequence[tuple[str, Any]]) -> list[tuple[Placed, Any]]:
    """Each declared layer that has weights, with the program's own; `found` holds (kind, layer).

    Raises ValueError saying which kind is there more or less often than declared.
    """
    declared = [
        placed
        for placed in place_layers(workload.layers, workload.input_shape)
        if shape_weights(placed)
    ]
    by_kind: dict[str, list[Any]] = {}
    for kind, layer in found:
        by_kind.setdefault(kind, []).append(layer)
    wanted: dict[str, int] = {}
    for placed in declared:
        kind = find_kind(placed)
        wanted[kind] = wanted.get(kind, 0) + 1
    for kind in sorted({*wanted, *by_kind}):
        has, wants = len(by_kind.get(kind, ())), wanted.get(kind, 0)
        if has != wants:
            raise ValueError(
                f"the program has {has} layers of the kind '{kind}' with weights, workload.toml"
                f" declares {wants}"
            )
    return [(placed, by_kind[find_kind(placed)].pop(0)) for placed in declared]


def find_kind(placed: Placed) -> str:
    """The kind as `workload.toml` calls it."""
    return str(type(placed.layer).__struct_config__.tag)
