"""Turns the networks of the surveys into data: which layers, which optimiser, how long."""

from typing import TypeAlias

from msgspec.structs import replace

from dlsurvey.records import Record

Shape: TypeAlias = tuple[int, int, int]
"""Height, width, channels of one image."""


class Conv(Record, frozen=True, kw_only=True, tag="conv"):
    """A square convolution without padding, stride 1, followed by ReLU."""

    filters: int
    kernel: int


class MaxPool(Record, frozen=True, kw_only=True, tag="max_pool"):
    """A square maximum over windows that do not overlap."""

    size: int


class Flatten(Record, frozen=True, kw_only=True, tag="flatten"):
    """Height, width and channels strung into one row."""


class Dense(Record, frozen=True, kw_only=True, tag="dense"):
    """A fully connected layer; with `relu`, followed by ReLU."""

    units: int
    relu: bool


Layer: TypeAlias = Conv | MaxPool | Flatten | Dense


class Workload(Record, frozen=True, kw_only=True):
    """One network and how it is trained: the same for every framework."""

    name: str
    title: str
    dataset: str
    """The dataset it is meant for; see `experiments.datasets`."""
    input_shape: Shape
    hidden_layers: tuple[Layer, ...]
    epochs: int
    batch_size: int
    learning_rate: float
    target_accuracy: float
    """On the test images; how long training takes to reach it is measured."""
    origin: str
    """The survey that the network comes from."""

    def layers(self, classes: int) -> tuple[Layer, ...]:
        """All layers, closed by one logit per class: no softmax, the loss takes logits."""
        return (*self.hidden_layers, Dense(units=classes, relu=False))

    def shapes(self, classes: int) -> tuple[tuple[int, ...], ...]:
        """Shape of one image after each layer, channels last, the input first."""
        shapes: list[tuple[int, ...]] = [self.input_shape]
        for layer in self.layers(classes):
            shapes.append(_output_shape(layer, shapes[-1]))
        return tuple(shapes)

    def count_parameters(self, classes: int) -> int:
        """Weights and biases of all layers."""
        total = 0
        for layer, before in zip(self.layers(classes), self.shapes(classes), strict=False):
            match layer:
                case Conv(filters=filters, kernel=kernel):
                    total += filters * (kernel * kernel * before[-1] + 1)
                case Dense(units=units):
                    total += units * (before[-1] + 1)
        return total


def _output_shape(layer: Layer, before: tuple[int, ...]) -> tuple[int, ...]:
    match layer:
        case Conv(filters=filters, kernel=kernel):
            return (before[0] - kernel + 1, before[1] - kernel + 1, filters)
        case MaxPool(size=size):
            return (before[0] // size, before[1] // size, before[2])
        case Flatten():
            return (before[0] * before[1] * before[2],)
        case Dense(units=units):
            return (units,)


MNIST_CNN = Workload(
    name="mnist-cnn",
    title="MNIST CNN",
    dataset="mnist",
    input_shape=(28, 28, 1),
    hidden_layers=(
        Conv(filters=32, kernel=5),
        MaxPool(size=2),
        Conv(filters=64, kernel=5),
        MaxPool(size=2),
        Flatten(),
        Dense(units=64, relu=True),
    ),
    epochs=5,
    batch_size=32,
    learning_rate=0.001,
    target_accuracy=0.98,
    origin="term project 2021",
)

CIFAR10_CNN = Workload(
    name="cifar10-cnn",
    title="CIFAR-10 CNN",
    dataset="cifar10",
    input_shape=(32, 32, 3),
    hidden_layers=(
        Conv(filters=32, kernel=3),
        MaxPool(size=2),
        Conv(filters=64, kernel=3),
        MaxPool(size=2),
        Conv(filters=64, kernel=3),
        Flatten(),
        Dense(units=64, relu=True),
    ),
    epochs=10,
    batch_size=32,
    learning_rate=0.001,
    target_accuracy=0.65,
    origin="video comparison 2022",
)

WORKLOADS = (MNIST_CNN, CIFAR10_CNN)
"""The registry: one line to add a workload."""


def widen(workload: Workload, factor: int) -> Workload:
    """The same network with so many times the filters and hidden units; of 1 it is itself."""
    if factor == 1:
        return workload
    return replace(
        workload,
        name=f"{workload.name}-x{factor}",
        title=f"{workload.title}, {factor} times as wide",
        hidden_layers=tuple(_widen_layer(layer, factor) for layer in workload.hidden_layers),
    )


def find_widened(name: str) -> tuple[Workload, int] | None:
    """The registered workload that `name` comes from, and how many times as wide; None for none."""
    for workload in WORKLOADS:
        if name == workload.name:
            return workload, 1
        factor = name.removeprefix(f"{workload.name}-x")
        if factor != name and factor.isascii() and factor.isdecimal() and 1 < int(factor) < 1000:
            return workload, int(factor)
    return None


def _widen_layer(layer: Layer, factor: int) -> Layer:
    match layer:
        case Conv(filters=filters):
            return replace(layer, filters=factor * filters)
        case Dense(units=units):
            return replace(layer, units=factor * units)
        case _:
            return layer
