"""How far the numbers of two programs differ, and the first place where they do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

TOLERANCE = 1e-10
CLOSE = 1e-7
"""Of a formula that is tried on numbers: it gives them, not merely comes near them."""
FLOOR = 1e-2
"""An array is held against its own largest value, or this share of the largest of all: the gradient of
an attention's key bias is zero but for rounding, and no rounding is relative to that."""

Array: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = Mapping[str, npt.NDArray[np.float64]]
"""What one program computes, by names as `experiments.parity_worker` gives them."""


class Pair(NamedTuple):
    """The numbers of two programs, with their titles."""

    a: Numbers
    b: Numbers
    a_title: str
    b_title: str

    def turn(self) -> "Pair":
        """The same pair, the second one first."""
        return Pair(self.b, self.a, self.b_title, self.a_title)

    def both_ways(self) -> Iterator["Pair"]:
        """For what may be so in the one program or in the other."""
        yield self
        yield self.turn()


class Parting(NamedTuple):
    """The first quantity, in the order in which a difference spreads, that is not the same."""

    name: str
    """Of the numbers: `input dense1`, `logits`, `gradient conv1.kernel`, `step 03 conv1.kernel`."""
    before: str
    """The last layer whose input agrees; empty where there is none, or behind the logits."""
    difference: float | None
    """Relative; None where the two cannot be set against each other."""

    @property
    def kind(self) -> str:
        """'input', 'logits', 'loss', 'gradient' or 'step'."""
        return self.name.partition(" ")[0]


def find_difference(a: Sequence[Array], b: Sequence[Array]) -> float | None:
    """The largest difference, array by array, relative to the array's largest value.

    None where the arrays do not have the same shapes, or a value is no number.
    """
    if [array.shape for array in a] != [array.shape for array in b]:
        return None
    scales = [
        max(float(np.abs(left).max()), float(np.abs(right).max()))
        for left, right in zip(a, b, strict=True)
    ]
    least = FLOOR * max(scales, default=0.0)
    largest = 0.0
    for left, right, scale in zip(a, b, scales, strict=True):
        difference = float(np.abs(left - right).max())
        if not np.isfinite(difference):
            return None
        against = max(scale, least)
        largest = max(largest, difference / against if against else 0.0)
    return largest


def is_close(a: Array, b: Array) -> bool:
    """Whether two arrays are the same but for rounding, and not zero."""
    if a.shape != b.shape or not a.size:
        return False
    scale = float(np.abs(b).max())
    return bool(scale > 0 and np.abs(a - b).max() <= CLOSE * scale)


def compare_named(a: Numbers, b: Numbers, prefix: str) -> float | None:
    """The largest difference of the arrays whose names begin so; None where not both have them."""
    names = [name for name in a if name.startswith(prefix)]
    if set(names) != {name for name in b if name.startswith(prefix)} or not names:
        return None
    return find_difference([a[name] for name in names], [b[name] for name in names])


def find_parting(pair: Pair) -> Parting | None:
    """Where the programs part first; None where they agree in everything."""
    return _find_forward(pair) or _find_backward(pair)


def crop_border(array: Array, shape: tuple[int, ...]) -> Array:
    """Images without a border of zeros, where that gives them `shape`; else as they are.

    Keras' programs may pad in a layer of its own, before the convolution; others within it.
    """
    if array.ndim != 4 or len(shape) != 4:
        return array
    margins = [
        (size - wanted) // 2 for size, wanted in zip(array.shape[1:3], shape[1:3], strict=True)
    ]
    if min(margins) < 0 or max(margins) == 0:
        return array
    inner = array[(slice(None), *(slice(one, -one or None) for one in margins))]
    is_same = inner.shape == shape and np.count_nonzero(array) == np.count_nonzero(inner)
    return inner if is_same else array


def find_inputs(pair: Pair, name: str) -> tuple[Array, Array]:
    """An array of both programs, a border of zeros around images taken away."""
    a, b = pair.a[name], pair.b[name]
    return crop_border(a, b.shape), crop_border(b, a.shape)


def list_layers(numbers: Numbers) -> list[str]:
    """The layers with weights, in declared order."""
    return list(
        dict.fromkeys(
            name.partition(" ")[2].rpartition(".")[0]
            for name in numbers
            if name.startswith("gradient ")
        )
    )


def _find_forward(pair: Pair) -> Parting | None:
    """The input of a layer, or the logits."""
    before = ""
    names = [f"input {layer}" for layer in list_layers(pair.a)]
    for name in [*(one for one in names if one in pair.a and one in pair.b), "logits"]:
        a, b = find_inputs(pair, name)
        difference = find_difference([a], [b])
        if difference is None or difference > TOLERANCE:
            return Parting(name, before, difference)
        before = name.removeprefix("input ")
    return None


def _find_backward(pair: Pair) -> Parting | None:
    """The loss, a gradient, or a weight after one of the steps."""
    groups = ["loss", "gradient "]
    groups += sorted({name[:8] for name in pair.a if name.startswith("step ")})
    for group in groups:
        names = [
            name
            for name in dict.fromkeys((*pair.a, *pair.b))
            if name == group or (name.startswith(group) and group[-1] == " ")
        ]
        shared = [pair.a[name] for name in names if name in pair.a]
        floor = FLOOR * max((float(np.abs(array).max()) for array in shared), default=0.0)
        for name in names:
            is_shared = name in pair.a and name in pair.b
            difference = _compare(pair.a[name], pair.b[name], floor) if is_shared else None
            if difference is None or difference > TOLERANCE:
                return Parting(name, "", difference)
    return None


def _compare(a: Array, b: Array, floor: float) -> float | None:
    if a.shape != b.shape:
        return None
    difference = float(np.abs(a - b).max())
    against = max(float(np.abs(a).max()), float(np.abs(b).max()), floor)
    if not np.isfinite(difference):
        return None
    return difference / against if against else 0.0
