"""The process that computes what one framework's program computes, for the parity check.

Runs as `python -m experiments.parity_worker`, job on standard input, numbers in an .npz file: each
framework in a process of its own, since some cannot share one.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dlsurvey.records import Record, TrialSpec
from experiments.datasets import Arrays, load_arrays
from experiments.layers import place_layers, shape_weights
from experiments.programs import load_program, set_constants
from experiments.weights import Weights, draw_order, draw_weights
from experiments.workloads import Workload


class ParityJob(Record, frozen=True, kw_only=True):
    """What one framework computes: one batch differentiated, then so many optimiser steps."""

    spec: TrialSpec
    workload: Workload
    adapter: str
    program: str
    prepared: str
    steps: int
    every_step: bool
    """Whether the weights after each step are kept, or only those at the end."""
    out: str


def compute(job: ParityJob) -> dict[str, Any]:
    """Inputs of layers, logits, loss and gradients of one batch; of steps, losses and weights.

    `mismatch` instead, where the shared weights do not fit the program's network; `mapped` names
    the defaults that were changed from outside.
    """
    adapter = importlib.import_module(job.adapter)
    adapter.prepare_framework(job.spec)
    program = load_program(job.workload.programs[job.program], f"train_{job.program}")
    set_constants(program, job.spec, epochs=1)
    batches = draw_batches(job)
    weights = draw_weights(job.workload, job.spec.seed)
    try:
        network = adapter.Network(program, job.workload, job.spec)
        mismatch = find_mismatch(job.workload, network.read_weights())
    except ValueError as error:
        return {"mismatch": str(error)}
    numbers: dict[str, Any] = {
        "parameter_count": network.count_parameters(),
        "mapped": [f"{name}: {change}" for name, change in network.mapped.items()],
    }
    if mismatch:
        return numbers | {"mismatch": mismatch}
    network.load_weights(weights)
    numbers |= network.differentiate(batches[0])
    numbers["labels"] = batches[0].labels
    if job.every_step:
        numbers |= {f"step 00 {name}": array for name, array in weights.items()}
    network.load_weights(weights)  # running means have moved
    numbers["repeated logits"] = network.differentiate(batches[0])["logits"]
    network.load_weights(weights)
    losses = []
    for number, batch in enumerate(batches, 1):
        losses.append(network.step(batch))
        if job.every_step or number == len(batches):
            trained = network.read_weights()
            numbers |= {f"step {number:02} {name}": array for name, array in trained.items()}
    return numbers | {"losses": losses}


def find_mismatch(workload: Workload, weights: Weights) -> str:
    """Which weights of the program have another shape than declared, or are not there; empty for none."""
    declared = {
        f"{placed.name}.{role}": shape
        for placed in place_layers(workload.layers, workload.input_shape)
        for role, shape in shape_weights(placed).items()
    }
    for name, shape in declared.items():
        if name not in weights:
            return f"{name} is declared, and the program has none"
        if weights[name].shape != shape:
            found = " x ".join(map(str, weights[name].shape))
            return f"{name} is {found} in the program and {' x '.join(map(str, shape))} as declared"
    unknown = sorted(set(weights) - set(declared))
    return f"the program has {unknown[0]}, which is not declared" if unknown else ""


def draw_batches(job: ParityJob) -> list[Arrays]:
    """The first batches of the shared order."""
    train, _ = load_arrays(Path(job.prepared))
    order = draw_order(len(train.labels), job.spec.seed, 0)
    size = job.spec.batch_size
    places = [order[step * size : (step + 1) * size] for step in range(job.steps)]
    return [Arrays(train.inputs[place], train.labels[place]) for place in places if len(place)]


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=ParityJob)
    np.savez(asked.out, **compute(asked))
