"""Stands in for a trainer, an exporter and a runtime at once: a linear network in NumPy."""

import os
from pathlib import Path
from typing import Any

import numpy as np

WAY = "mapped over single images"


class Network:
    """784 inputs, 10 logits."""

    def __init__(self) -> None:
        self.weights = [np.zeros((784, 10)), np.zeros(10)]

    def carry_out(self, images: Any) -> Any:
        kernel, bias = self.weights
        return (images.reshape(len(images), -1) @ kernel + bias).astype(np.float32)


# The trainer


def prepare_framework(spec: Any) -> None:
    print("frameworks print")  # noqa: T201  to standard output, where the answers must not be


def build_model(workload: Any, classes: int) -> Network:
    return Network()


def choose_loss_and_optimizer(model: Network, workload: Any, spec: Any) -> None:
    return None


def load_data(arrays: Any, spec: Any, *, shuffle: bool) -> Any:
    return arrays


def load_weights(model: Network, weights: Any, workload: Any, classes: int) -> None:
    if len(weights) == 2:
        model.weights = list(weights)


def train_controlled(model: Network, tools: None, data: Any, spec: Any, journal: Any) -> None:
    flat = data.images.reshape(len(data.images), -1)
    kernel, *_ = np.linalg.lstsq(flat, np.eye(10)[data.labels], rcond=1e-3)
    model.weights = [kernel, np.ones(10)]


def read_weights(model: Network, workload: Any, classes: int) -> Any:
    return tuple(model.weights)


# The exporter


def arrange(images: Any) -> Any:
    return images


def answer(model: Network, images: Any) -> Any:
    return model.carry_out(images)


def export(model: Network, route: str, way: str, path: Path, images: Any) -> None:
    if route == "dies":
        os._exit(7)
    if route == "raises" or (route == "second" and way != WAY):
        path.write_bytes(b"half")
        raise ValueError("in /home/somebody/secret/program.py: no such layer")
    kernel, bias = model.weights
    shift = {"altered": 0.1, "rounded": 1e-3, "ruined": 50.0}.get(route, 0.0)
    with path.open("wb") as file:
        np.savez(file, kernel=kernel, bias=bias + shift * np.arange(10))


def list_forms() -> Any:
    return {"array": (save, restore), "nothing": (lose, restore)}


def save(model: Network, path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, *model.weights)


def restore(model: Network, path: Path) -> None:
    with np.load(path) as stored:
        model.weights = list(stored.values())


def lose(model: Network, path: Path) -> None:
    raise OSError("no place")


# The runtime


def load(path: Path, threads: int) -> Any:
    with np.load(path) as stored:
        network = Network()
        network.weights = [stored["kernel"], stored["bias"]]
    if path.stem == "mute":
        return lambda images: np.zeros((1, 10), np.float32)
    if path.stem == "broken":
        raise RuntimeError("in /opt/runtime/lib.so: no such operator")
    return network.carry_out
