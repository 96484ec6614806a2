"""Multiplies in place of a framework, or fails."""

import os
from collections.abc import Callable


def make_product(size: int, threads: int, device: str) -> Callable[[], object]:
    os.write(1, b"frameworks print")
    return lambda: size
