"""Turns three numbers into one, by a loop, a branch and a recursion, in plain Python.

Nothing in here knows of any framework. How often the loop runs, which way the
branch goes and how deep the recursion is depend on the values.
"""

from typing import Any


def loop(x: Any) -> Any:
    """Grow until 10 is reached."""
    total = x[0]
    while total < 10:
        total = total * x[1] + x[0]
    return total


def branch(x: Any) -> Any:
    """A parabola, and below 1 its tangent."""
    if x[2] > 1:
        return x[2] * x[2]
    return 2 * x[2] - 1


def recursion(x: Any) -> Any:
    """Halve all three until little is left, and add up."""
    size = x[0] * x[2]
    if size < 0.1:
        return size * x[1]
    return size + recursion(x / 2)


def whole(x: Any) -> Any:
    """All three in one function."""
    return loop(x) * branch(x) + recursion(x)
