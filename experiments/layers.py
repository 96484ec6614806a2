"""The layers that a workload declares: their output shapes, their weights, their order.

Declared layers are data. The programs write the network out for themselves; the declaration says
what all of them must be (the parity check holds them to it), how many operations it takes, and
how weights of one framework are found in another.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from dlsurvey.records import Record

Shape: TypeAlias = tuple[int, ...]
"""Of one example, channels last."""


class Layer(Record, frozen=True, kw_only=True, tag_field="kind"):
    """What every layer may have; `name` tells two layers of one kind apart for the reader."""

    name: str = ""


class Conv(Layer, frozen=True, kw_only=True, tag="conv"):
    """A square convolution."""

    filters: int
    kernel: int
    stride: int = 1
    padding: str = "valid"
    bias: bool = True
    activation: str | None = None


class MaxPool(Layer, frozen=True, kw_only=True, tag="max_pool"):
    """A square maximum over windows that do not overlap."""

    size: int


class AveragePool(Layer, frozen=True, kw_only=True, tag="global_average_pool"):
    """The mean over height and width."""


class Flatten(Layer, frozen=True, kw_only=True, tag="flatten"):
    """Height, width and channels strung into one row."""


class Dense(Layer, frozen=True, kw_only=True, tag="dense"):
    """A fully connected layer, over the last axis."""

    units: int
    bias: bool = True
    activation: str | None = None


class Dropout(Layer, frozen=True, kw_only=True, tag="dropout"):
    """Values left out at random while training; the controlled protocol leaves out none."""

    rate: float


class Activation(Layer, frozen=True, kw_only=True, tag="activation"):
    """A function of each value."""

    function: str


class BatchNorm(Layer, frozen=True, kw_only=True, tag="batch_norm"):
    """Normalisation over the batch; `momentum` is the share that the running mean keeps."""

    epsilon: float = 1e-3
    momentum: float = 0.99


class LayerNorm(Layer, frozen=True, kw_only=True, tag="layer_norm"):
    """Normalisation over the last axis."""

    epsilon: float = 1e-3


class Embedding(Layer, frozen=True, kw_only=True, tag="embedding"):
    """One row of numbers for each token; with `positions`, for each place in the window instead."""

    entries: int
    units: int
    positions: bool = False


class Attention(Layer, frozen=True, kw_only=True, tag="attention"):
    """Causal self-attention with several heads."""

    heads: int


class Residual(Layer, frozen=True, kw_only=True, tag="residual"):
    """`layers`, and beside them `shortcut` (nothing: the input itself); both are added."""

    layers: tuple["AnyLayer", ...]
    shortcut: tuple["AnyLayer", ...] = ()


AnyLayer: TypeAlias = (
    Conv
    | MaxPool
    | AveragePool
    | Flatten
    | Dense
    | Dropout
    | Activation
    | BatchNorm
    | LayerNorm
    | Embedding
    | Attention
    | Residual
)


class Placed(NamedTuple):
    """One layer where it stands in its network."""

    name: str
    """Its own, else its kind and its number among those of that kind: `conv2`."""
    layer: AnyLayer
    input_shape: Shape
    output_shape: Shape
    flattened: Shape | None
    """Of a dense layer behind Flatten: height, width and channels before it."""


def place_layers(layers: Sequence[AnyLayer], input_shape: Shape) -> tuple[Placed, ...]:
    """Every layer with its shapes, those inside residual blocks included, in declared order.

    Raises ValueError where a layer does not fit the one before.
    """
    counts: dict[str, int] = {}
    return tuple(_place(layers, input_shape, counts))


def shape_weights(placed: Placed) -> dict[str, Shape]:  # noqa: PLR0911  one for each kind
    """The weights of one layer in the canonical layout, by their roles.

    Convolutions (height, width, in, out), dense layers (in, out), attention (in, heads, size of a
    head) and for its output (heads, size of a head, out). `mean` and `variance` are no parameters.
    """
    layer, inputs = placed.layer, placed.input_shape
    match layer:
        case Conv():
            shapes: dict[str, Shape] = {
                "kernel": (layer.kernel, layer.kernel, inputs[-1], layer.filters)
            }
            return shapes | ({"bias": (layer.filters,)} if layer.bias else {})
        case Dense():
            shapes = {"kernel": (inputs[-1], layer.units)}
            return shapes | ({"bias": (layer.units,)} if layer.bias else {})
        case BatchNorm():
            return dict.fromkeys(("scale", "bias", "mean", "variance"), (inputs[-1],))
        case LayerNorm():
            return dict.fromkeys(("scale", "bias"), (inputs[-1],))
        case Embedding():
            return {"table": (layer.entries, layer.units)}
        case Attention():
            return _shape_attention(layer.heads, inputs[-1])
        case _:
            return {}


def count_parameters(layers: Sequence[AnyLayer], input_shape: Shape) -> int:
    """The weights that training changes."""
    return sum(
        math.prod(shape)
        for placed in place_layers(layers, input_shape)
        for role, shape in shape_weights(placed).items()
        if role not in {"mean", "variance"}
    )


def _place(layers: Sequence[AnyLayer], before: Shape, counts: dict[str, int]) -> Iterator[Placed]:
    flattened: Shape | None = None
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _place(layer.layers, before, counts)
            yield from _place(layer.shortcut, before, counts)
            before = find_output(layer, before)
            continue
        kind = str(type(layer).__struct_config__.tag)
        counts[kind] = counts.get(kind, 0) + 1
        after = find_output(layer, before)
        if isinstance(layer, Flatten):
            flattened = before
        is_behind = isinstance(layer, Dense) and flattened is not None and len(flattened) == 3
        yield Placed(
            layer.name or f"{kind}{counts[kind]}", layer, before, after,
            flattened if is_behind else None,
        )  # fmt: skip
        if isinstance(layer, Dense):
            flattened = None
        before = after


def find_output(layer: AnyLayer, before: Shape) -> Shape:  # noqa: PLR0911  one for each kind
    """The shape of one example after `layer`; raises ValueError where the layer does not fit."""
    match layer:
        case Conv():
            return (*(_slide(size, layer) for size in before[:2]), layer.filters)
        case MaxPool():
            return (before[0] // layer.size, before[1] // layer.size, before[2])
        case AveragePool():
            return (before[-1],)
        case Flatten():
            return (math.prod(before),)
        case Dense():
            return (*before[:-1], layer.units)
        case Embedding(positions=False):
            return (*before, layer.units)
        case Residual():
            return _find_sum(layer, before)
        case _:
            return before


def _slide(size: int, conv: Conv) -> int:
    if conv.padding == "same":
        return -(-size // conv.stride)
    if size < conv.kernel:
        raise ValueError(f"a kernel of {conv.kernel} does not fit an image of {size}")
    return (size - conv.kernel) // conv.stride + 1


def _find_sum(block: Residual, before: Shape) -> Shape:
    ends = []
    for branch in (block.layers, block.shortcut):
        after = before
        for layer in branch:
            after = find_output(layer, after)
        ends.append(after)
    if ends[0] != ends[1]:
        raise ValueError(f"a residual block adds shapes that differ: {ends[0]} and {ends[1]}")
    return ends[0]


def _shape_attention(heads: int, units: int) -> dict[str, Shape]:
    if units % heads:
        raise ValueError(f"{units} units cannot be shared among {heads} heads")
    size = units // heads
    shapes: dict[str, Shape] = {}
    for part in ("query", "key", "value"):
        shapes[f"{part} kernel"] = (units, heads, size)
        shapes[f"{part} bias"] = (heads, size)
    return shapes | {"output kernel": (heads, size, units), "output bias": (units,)}
