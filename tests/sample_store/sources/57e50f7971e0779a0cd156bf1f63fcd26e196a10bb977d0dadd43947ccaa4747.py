"""Turns a workload and arrays into a trained network, with PyTorch.

Twin of `tensorflow.py`: the same functions in the same order, each written as
the framework's own tutorial writes it.
"""

import numpy as np
import torch
from dlsurvey.records import TrialSpec
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

from experiments.datasets import Arrays
from experiments.journal import Journal
from experiments.spec import (
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Workload,
)


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads and seed every random number generator."""
    torch.set_num_threads(spec.threads)
    torch.set_num_interop_threads(spec.threads)
    torch.manual_seed(spec.seed)


def load_data(
    arrays: Arrays, spec: TrialSpec, *, shuffle: bool
) -> DataLoader:
    """Tensors with the channels first, in batches."""
    channels_first = arrays.images.transpose(0, 3, 1, 2)
    images = np.ascontiguousarray(channels_first)
    dataset = TensorDataset(
        torch.from_numpy(images),
        torch.from_numpy(arrays.labels),
    )
    return DataLoader(dataset, spec.batch_size, shuffle)


def build_model(
    workload: Workload, classes: int
) -> nn.Sequential:
    """The workload's network, ending in one logit per class."""
    model = nn.Sequential()
    layers = workload.layers(classes)
    inputs = workload.shapes(classes)
    for layer, (*_, size_in) in zip(
        layers, inputs, strict=False
    ):
        match layer:
            case Conv(filters=filters, kernel=kernel):
                conv = nn.Conv2d(size_in, filters, kernel)
                model.extend([conv, nn.ReLU()])
            case MaxPool(size=size):
                model.append(nn.MaxPool2d(size))
            case Flatten():
                model.append(nn.Flatten())
            case Dense(units=units, relu=relu):
                model.append(nn.Linear(size_in, units))
                if relu:
                    model.append(nn.ReLU())
    return model


def choose_loss_and_optimizer(
    model: nn.Sequential, workload: Workload, spec: TrialSpec
) -> tuple[nn.CrossEntropyLoss, optim.Adam]:
    """Cross-entropy on logits and Adam; the caller keeps both."""
    loss_function = nn.CrossEntropyLoss()
    optimizer = optim.Adam(
        model.parameters(), lr=workload.learning_rate
    )
    return loss_function, optimizer


def train(
    model: nn.Sequential,
    tools: tuple[nn.CrossEntropyLoss, optim.Adam],
    data: DataLoader,
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """The training loop is written out."""
    loss_function, optimizer = tools
    model.train()
    journal.begin()
    for _ in range(spec.epochs):
        loss_sum, correct, seen = 0.0, 0, 0
        for images, labels in data:
            logits = model(images)
            loss = loss_function(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(labels)
            correct += (
                (logits.argmax(1) == labels).sum().item()
            )
            seen += len(labels)
            journal.end_step()
        journal.end_epoch(loss_sum / seen, correct / seen)


@torch.no_grad()
def evaluate(
    model: nn.Sequential, data: DataLoader, spec: TrialSpec
) -> tuple[float, float]:
    """Mean loss and accuracy on the test images."""
    loss_function = nn.CrossEntropyLoss(reduction="sum")
    model.eval()
    loss_sum, correct, seen = 0.0, 0, 0
    for images, labels in data:
        logits = model(images)
        loss_sum += loss_function(logits, labels).item()
        correct += (logits.argmax(1) == labels).sum().item()
        seen += len(labels)
    return loss_sum / seen, correct / seen


def count_parameters(model: nn.Sequential) -> int:
    """Weights and biases that training changes."""
    return sum(
        weight.numel()
        for weight in model.parameters()
        if weight.requires_grad
    )
