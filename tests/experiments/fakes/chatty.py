"""A trainer that prints to standard output, as frameworks do."""

import os
from typing import Any

from tests.experiments.fakes.base import *


def build_model(workload: Any, classes: int) -> Any:
    print("{not an event}")
    os.write(1, b"straight to the descriptor\n")
    return None
