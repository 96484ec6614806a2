"""Turns a function into its gradients with PyTorch, and holds the function as one graph needs it."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

LIMIT = 16
"""Rounds at most: one graph has room for a loop of fixed length only."""


def differentiate(
    function: Callable[[Any], Any], points: Sequence[Sequence[float]], variant: str
) -> list[list[float]]:
    """The gradient at each point."""
    torch.compiler.reset()  # or what was compiled for another variant would serve this one
    if variant != "eager":
        function = torch.compile(function, fullgraph=variant == "one graph")
    gradients = []
    for point in points:
        x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(function(x), x)
        gradients.append(gradient.tolist())
    return gradients


def loop(x: Any) -> Any:
    """Grow until 10 is reached."""
    total = x[0]
    for _ in range(LIMIT):
        grown = total * x[1] + x[0]
        total = torch.where(total < 10, grown, total)
    return total


def branch(x: Any) -> Any:
    """A parabola, and below 1 its tangent."""
    return torch.where(x[2] > 1, x[2] * x[2], 2 * x[2] - 1)


def recursion(x: Any) -> Any:
    """Halve all three until little is left, and add up."""
    total = 0 * x[0]
    for _ in range(LIMIT):
        size = x[0] * x[2]
        deeper = size >= 0.1
        total = torch.where(deeper, total + size, total)
        x = torch.where(deeper, x / 2, x)
    return total + x[0] * x[2] * x[1]


def whole(x: Any) -> Any:
    """All three in one function."""
    return loop(x) * branch(x) + recursion(x)
