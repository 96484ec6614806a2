"""Fails in place of a framework."""

from collections.abc import Callable


def make_product(size: int, threads: int, device: str) -> Callable[[], object]:
    raise RuntimeError("no memory in /home/somebody/secret/place")
