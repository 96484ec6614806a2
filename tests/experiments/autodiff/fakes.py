"""Fails in place of a framework, differently in each variant."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from experiments.autodiff import plain
from experiments.autodiff.plain import branch, loop, recursion
from experiments.autodiff.runner import estimate_gradient

__all__ = ["branch", "differentiate", "loop", "recursion", "whole"]


def differentiate(
    function: Callable[[Any], Any], points: Sequence[Sequence[float]], variant: str
) -> list[list[float]]:
    os.write(1, b"frameworks print")
    gradients = [estimate_gradient(function, point).tolist() for point in points]
    rewritten = function.__module__ != plain.__name__
    if variant == "eager" or rewritten:
        return gradients
    if variant == "one graph":
        os._exit(7)
    if function.__name__ == "loop":
        raise ValueError("in /home/somebody/secret/program.py: no loops\nsecond line")
    return [[2 * value for value in gradient] for gradient in gradients]


def whole(x: Any) -> Any:
    """Rewritten."""
    result = loop(x) * branch(x)
    return result + recursion(x)
