"""An adapter whose network learns nothing and returns at once; the other fakes break one of its methods."""

from typing import Any

from experiments.journal import Journal


def sees_gpu() -> bool:
    return False


def prepare_framework(spec: Any) -> None:
    pass


class Network:
    loops = True
    mapped: dict[str, str] = {}  # noqa: RUF012  never written to

    def __init__(self, program: Any, workload: Any, spec: Any) -> None:
        self.workload = workload
        self.spec = spec

    def load_data(self) -> tuple[Any, Any]:
        return None, None

    def take_data(self, arrays: Any, *, shuffle: bool) -> Any:
        return arrays

    def load_weights(self, weights: Any) -> None:
        pass

    def train(self, data: Any, journal: Journal) -> None:
        journal.begin()
        for epoch in range(self.spec.epochs):
            journal.end_step()
            journal.end_epoch(1.0 / (epoch + 1), 0.5)

    def evaluate(self, data: Any) -> tuple[float, float]:
        return 0.5, 0.75

    def predict(self, arrays: Any) -> Any:
        return arrays.labels

    def count_parameters(self) -> int:
        return 7

    def list_defaults(self) -> dict[str, str]:
        return {"optimiser": "none"}

    def read_device_memory_bytes(self) -> int | None:
        return None
