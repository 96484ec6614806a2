"""An adapter whose network learns nothing, in both protocols, and computes the same as itself."""

import time
from typing import Any

import numpy as np

from experiments.journal import Journal
from experiments.weights import draw_weights
from tests.experiments.fakes import base
from tests.experiments.fakes.base import prepare_framework, sees_gpu

STEP_SECONDS = 0.02

__all__ = ["Network", "prepare_framework", "sees_gpu"]


class Network(base.Network):
    def __init__(self, program: Any, workload: Any, spec: Any) -> None:
        super().__init__(program, workload, spec)
        self.weights: Any = draw_weights(workload, spec.seed)

    def load_weights(self, weights: Any) -> None:
        self.weights = weights

    def read_weights(self) -> Any:
        return self.weights

    def differentiate(self, arrays: Any) -> dict[str, Any]:
        logits = np.ones((len(arrays.labels), self.workload.classes))
        gradients = {f"gradient {name}": array for name, array in self.weights.items()}
        return {"logits": logits, "loss": np.float64(1.0), **gradients}

    def step(self, arrays: Any) -> float:
        return 1.0

    def count_parameters(self) -> int:
        return int(self.workload.parameters)

    def train(self, data: Any, journal: Journal) -> None:
        time.sleep(STEP_SECONDS * self.spec.epochs)
        super().train(data, journal)
