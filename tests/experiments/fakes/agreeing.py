"""A trainer that learns nothing, in both protocols, and computes the same as itself."""

import time
import types
from typing import Any

import numpy as np

from tests.experiments.fakes.base import *

STEP_SECONDS = 0.02


def build_model(workload: Any, classes: int) -> Any:
    return types.SimpleNamespace(count=workload.count_parameters(classes), weights=())


def load_weights(model: Any, weights: Any, workload: Any, classes: int) -> None:
    model.weights = tuple(np.asarray(array) for array in weights)


def read_weights(model: Any, workload: Any, classes: int) -> Any:
    return model.weights


def differentiate(model: Any, tools: Any, batch: Any, workload: Any, classes: int) -> Any:
    return np.ones((len(batch.labels), classes)), np.float64(1.0), model.weights


def train_steps(model: Any, tools: Any, batches: Any) -> Any:
    return np.linspace(2.0, 1.0, len(batches))


def count_parameters(model: Any) -> int:
    return int(model.count)


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    journal.begin()
    for epoch in range(spec.epochs):
        time.sleep(STEP_SECONDS)
        journal.end_step()
        journal.end_epoch(1.0 / (epoch + 1), 0.5)


train_controlled = train
