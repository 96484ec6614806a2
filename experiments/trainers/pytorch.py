"""Turns a workload and arrays into a trained network, with PyTorch.

Twin of `tensorflow.py`: the same functions in the same order, each written as
the framework's own tutorial writes it.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

from dlsurvey.records import TrialSpec
from experiments.adam import choose_adam, map_epsilon
from experiments.datasets import Arrays, Classes
from experiments.journal import Journal
from experiments.spec import (
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Workload,
)
from experiments.weights import (
    Array,
    Weights,
    draw_order,
    from_channels_first,
    to_channels_first,
)


def sees_gpu() -> bool:
    """Whether PyTorch can train on a GPU here."""
    return bool(torch.cuda.is_available())


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads and seed every random number generator."""
    torch.set_num_threads(spec.threads)
    torch.set_num_interop_threads(spec.threads)
    torch.set_default_dtype(getattr(torch, spec.precision))
    torch.manual_seed(spec.seed)


def load_data(
    arrays: Arrays, spec: TrialSpec, *, shuffle: bool
) -> DataLoader:
    """Tensors with the channels first, in batches."""
    dataset = TensorDataset(*to_tensors(arrays))
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
    model.to(spec.device)
    loss_function = nn.CrossEntropyLoss()
    optimizer = optim.Adam(
        model.parameters(), lr=workload.learning_rate
    )
    if spec.protocol == "controlled":
        optimizer = ControlledAdam(model, workload, spec)
    if spec.mode == "compiled":
        model.compile()
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
    device = spec.device
    journal.begin()
    for _ in range(spec.epochs):
        model.train()
        loss_sum, correct, seen = 0.0, 0, 0
        for images, labels in data:
            images, labels = (
                images.to(device),
                labels.to(device),
            )
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


def train_controlled(
    model: nn.Sequential,
    tools: tuple[nn.CrossEntropyLoss, optim.Adam],
    data: DataLoader,
    spec: TrialSpec,
    journal: Journal,
) -> None:
    """The same loop, on images in the order that all frameworks share."""
    images, labels = data.dataset.tensors
    train(
        model,
        tools,
        OrderedBatches(images, labels, spec),
        spec,
        journal,
    )


def train_steps(
    model: nn.Sequential,
    tools: tuple[nn.CrossEntropyLoss, optim.Adam],
    batches: Iterable[Arrays],
) -> list[float]:
    """One optimiser step a batch; the loss of each before its step."""
    loss_function, optimizer = tools
    found = []
    for batch in batches:
        images, labels = to_tensors(batch)
        loss = loss_function(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


@torch.no_grad()
def evaluate(
    model: nn.Sequential, data: DataLoader, spec: TrialSpec
) -> tuple[float, float]:
    """Mean loss and accuracy on the test images."""
    loss_function = nn.CrossEntropyLoss(reduction="sum")
    model.eval()
    loss_sum, correct, seen = 0.0, 0, 0
    device = spec.device
    for images, labels in data:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += loss_function(logits, labels).item()
        correct += (logits.argmax(1) == labels).sum().item()
        seen += len(labels)
    return loss_sum / seen, correct / seen


@torch.no_grad()
def predict(
    model: nn.Sequential, data: DataLoader, spec: TrialSpec
) -> Classes:
    """The class of each test image."""
    model.eval()
    found = [
        model(images.to(spec.device)).argmax(1).cpu().numpy()
        for images, _ in data
    ]
    return np.concatenate(found)


def read_device_memory_bytes(spec: TrialSpec) -> int | None:
    """The most memory that was in use on the GPU so far."""
    if spec.device == "cpu":
        return None
    return int(torch.cuda.max_memory_allocated())


def count_parameters(model: nn.Sequential) -> int:
    """Weights and biases that training changes."""
    return sum(
        weight.numel()
        for weight in model.parameters()
        if weight.requires_grad
    )


def load_weights(
    model: nn.Sequential,
    weights: Weights,
    workload: Workload,
    classes: int,
) -> None:
    """Start from these, given in the canonical layout."""
    arrays = to_channels_first(weights, workload, classes)
    with torch.no_grad():
        for weight, array in zip(
            model.parameters(), arrays, strict=True
        ):
            weight.copy_(torch.from_numpy(array))


def read_weights(
    model: nn.Sequential, workload: Workload, classes: int
) -> Weights:
    """What training made of them, in the canonical layout."""
    arrays = [
        weight.detach().cpu().numpy()
        for weight in model.parameters()
    ]
    return from_channels_first(arrays, workload, classes)


def differentiate(
    model: nn.Sequential,
    tools: tuple[nn.CrossEntropyLoss, optim.Adam],
    batch: Arrays,
    workload: Workload,
    classes: int,
) -> tuple[Array, float, Weights]:
    """Logits, loss and the loss's gradient, in the canonical layout."""
    images, labels = to_tensors(batch)
    logits = model(images)
    loss = tools[0](logits, labels)
    gradients = torch.autograd.grad(
        loss, list(model.parameters())
    )
    return (
        logits.detach().numpy(),
        loss.item(),
        from_channels_first(
            [gradient.numpy() for gradient in gradients],
            workload,
            classes,
        ),
    )


def list_defaults(
    model: nn.Sequential,
    tools: tuple[nn.CrossEntropyLoss, optim.Adam],
    spec: TrialSpec,
) -> dict[str, str]:
    """What differs unless somebody chooses, read from the live objects."""
    optimizer = tools[1]
    group = optimizer.param_groups[0]
    beta_1, beta_2 = group["betas"]
    weight = next(model.parameters())
    intra = torch.get_num_threads()
    inter = torch.get_num_interop_threads()
    controlled = spec.protocol == "controlled"
    return {
        "kernel initialiser": "shared weights"
        if controlled
        else "Kaiming uniform (a = √5)",
        "bias initialiser": "shared weights"
        if controlled
        else "uniform within 1/√fan-in",
        "optimiser": type(optimizer).__name__,
        "epsilon": "mapped at each step to Keras' form"
        if controlled
        else f"{group['eps']:g}, after the bias correction",
        "betas": f"{beta_1:g}, {beta_2:g}",
        "shuffle": "shared order"
        if controlled
        else "by DataLoader",
        "input dtype": str(weight.dtype).removeprefix(
            "torch."
        ),
        "layout": "channels_first",
        "threads": f"{intra} within, {inter} between operations",
        "compiler": "TorchInductor"
        if spec.mode == "compiled"
        else "none",
        "TF32": str(torch.backends.cuda.matmul.allow_tf32),
        "loader": "batches cut from tensors"
        if controlled
        else "DataLoader in the main process",
    }


def to_tensors(
    arrays: Arrays,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Images with the channels first, and labels."""
    channels_first = arrays.images.transpose(0, 3, 1, 2)
    images = np.ascontiguousarray(channels_first)
    return (
        torch.from_numpy(images),
        torch.from_numpy(arrays.labels),
    )


class ControlledAdam(optim.Adam):
    """Adam with the epsilon that makes it the function that Keras computes."""

    def __init__(
        self,
        model: nn.Sequential,
        workload: Workload,
        spec: TrialSpec,
    ) -> None:
        """Optimise the parameters of `model`."""
        self.adam = choose_adam(
            workload.learning_rate, spec.precision
        )
        self.steps = 0
        super().__init__(
            model.parameters(),
            self.adam.learning_rate,
            (self.adam.beta_1, self.adam.beta_2),
            self.adam.epsilon,
        )

    def step(self, closure: None = None) -> None:
        """One step, with the epsilon of its number."""
        self.steps += 1
        epsilon = map_epsilon(self.adam, self.steps)
        self.param_groups[0]["eps"] = epsilon
        super().step(closure)


class OrderedBatches:
    """Each time it is gone through, the next epoch's batches in the shared order."""

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        spec: TrialSpec,
    ) -> None:
        """Begin with the first epoch."""
        self.images = images
        self.labels = labels
        self.spec = spec
        self.epoch = 0

    def __iter__(
        self,
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """The batches of one epoch."""
        order = torch.from_numpy(
            draw_order(
                len(self.labels), self.spec.seed, self.epoch
            )
        )
        self.epoch += 1
        size = self.spec.batch_size
        return zip(
            self.images[order].split(size),
            self.labels[order].split(size),
            strict=True,
        )
