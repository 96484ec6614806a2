"""A trainer that fails and says where on this machine it was."""

from pathlib import Path
from typing import Any

from tests.experiments.fakes.agreeing import *


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    raise FileNotFoundError(
        f"{Path.home() / 'weights.bin'} and {Path.cwd() / 'x'} \x1b[31mare gone"
    )


train_controlled = train
