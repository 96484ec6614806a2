"""A trainer that learns nothing and returns at once; the other fakes break one of its functions."""

import types
from typing import Any


def sees_gpu() -> bool:
    return False


def prepare_framework(spec: Any) -> None:
    pass


def load_data(arrays: Any, spec: Any, *, shuffle: bool) -> Any:
    return arrays


def build_model(workload: Any, classes: int) -> Any:
    return types.SimpleNamespace(classes=classes)


def choose_loss_and_optimizer(model: Any, workload: Any, spec: Any) -> None:
    return None


def train(model: Any, tools: Any, data: Any, spec: Any, journal: Any) -> None:
    journal.begin()
    for epoch in range(spec.epochs):
        journal.end_step()
        journal.end_epoch(1.0 / (epoch + 1), 0.5)


def evaluate(model: Any, data: Any, spec: Any) -> tuple[float, float]:
    return 0.5, 0.75


def predict(model: Any, data: Any, spec: Any) -> Any:
    return data.labels


def read_device_memory_bytes(spec: Any) -> int | None:
    return None


def list_defaults(model: Any, tools: Any, spec: Any) -> dict[str, str]:
    return {"optimiser": "none"}


def count_parameters(model: Any) -> int:
    return 7
