"""A trainer that asks for more memory than there is."""

from typing import Any

from tests.experiments.fakes.base import *


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
