"""Turns one framework, given weights and batches into the numbers that parity compares.

Runs as `python -m experiments.parity_worker`, job on standard input, numbers in
an .npz file: each framework in a process of its own, since some cannot share one.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dlsurvey.records import Record, TrialSpec
from experiments.datasets import Arrays, load_arrays
from experiments.spec import Workload
from experiments.weights import draw_order, draw_weights


class ParityJob(Record, frozen=True, kw_only=True):
    """What one framework computes: one batch differentiated, then so many optimiser steps."""

    spec: TrialSpec
    workload: Workload
    trainer: str
    prepared: str
    classes: int
    steps: int
    out: str


def compute(job: ParityJob) -> dict[str, Any]:
    """Parameter count; logits, loss and gradients of the first batch; losses and weights after the steps."""
    trainer = importlib.import_module(job.trainer)
    trainer.prepare_framework(job.spec)
    batches = draw_batches(job)
    weights = draw_weights(job.workload, job.classes, job.spec.seed)
    model = trainer.build_model(job.workload, job.classes)
    tools = trainer.choose_loss_and_optimizer(model, job.workload, job.spec)
    count = trainer.count_parameters(model)
    numbers: dict[str, Any] = {"parameter_count": count}
    if count != job.workload.count_parameters(job.classes):
        return numbers  # another network: the shared weights do not even fit
    trainer.load_weights(model, weights, job.workload, job.classes)
    logits, loss, gradients = trainer.differentiate(
        model, tools, batches[0], job.workload, job.classes
    )
    numbers |= {"logits": logits, "loss": loss}
    numbers |= {f"gradient_{place}": array for place, array in enumerate(gradients)}
    numbers["losses"] = trainer.train_steps(model, tools, batches)
    trained = trainer.read_weights(model, job.workload, job.classes)
    numbers |= {f"weight_{place}": array for place, array in enumerate(trained)}
    return numbers


def draw_batches(job: ParityJob) -> list[Arrays]:
    """The first batches of the shared order, in the precision of the spec."""
    train, _ = load_arrays(Path(job.prepared))
    order = draw_order(len(train.labels), job.spec.seed, 0)
    size = job.spec.batch_size
    dtype = np.dtype(job.spec.precision)
    places = [order[step * size : (step + 1) * size] for step in range(job.steps)]
    return [
        Arrays(train.images[place].astype(dtype), train.labels[place])
        for place in places
        if len(place)
    ]


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=ParityJob)
    np.savez(asked.out, **compute(asked))
