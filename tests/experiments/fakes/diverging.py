"""An adapter whose loss is not a number from the second epoch on."""

from typing import Any

from experiments.journal import Journal
from tests.experiments.fakes import base
from tests.experiments.fakes.base import prepare_framework, sees_gpu

__all__ = ["Network", "prepare_framework", "sees_gpu"]


class Network(base.Network):
    def train(self, data: Any, journal: Journal) -> None:
        journal.begin()
        journal.end_step()
        journal.end_epoch(1.0, 0.5)
        journal.end_epoch(float("nan"), 0.5)
