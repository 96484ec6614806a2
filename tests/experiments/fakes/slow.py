"""A trainer that learns nothing and takes a second for it, long enough for its node to be lost."""

import time
from typing import Any

from tests.experiments.fakes import base
from tests.experiments.fakes.base import *


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    time.sleep(1)
    base.train(model, tools, data, spec, journal)
