"""An adapter that fails and says where on this machine it was."""

from pathlib import Path
from typing import Any

from experiments.journal import Journal
from tests.experiments.fakes import agreeing
from tests.experiments.fakes.base import prepare_framework, sees_gpu

__all__ = ["Network", "prepare_framework", "sees_gpu"]


class Network(agreeing.Network):
    def train(self, data: Any, journal: Journal) -> None:
        raise FileNotFoundError(
            f"{Path.home() / 'weights.bin'} and {Path.cwd() / 'x'} \x1b[31mare gone"
        )
