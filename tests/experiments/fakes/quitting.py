"""A trainer that ends the process without a word."""

import os
from typing import Any

from tests.experiments.fakes.base import *


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    os._exit(7)
