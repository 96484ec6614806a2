"""Turns a trainer's listings into a program: small stand-ins for what they use of dlsurvey.

The notebooks of an edition hold this text, cut into cells where a line begins with `# %%`.
"""

# %% Stand-ins for the survey's own program: the network, as data.
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Conv:
    """A square convolution without padding, stride 1, followed by ReLU."""

    filters: int
    kernel: int


@dataclass(frozen=True, kw_only=True)
class MaxPool:
    """A square maximum over windows that do not overlap."""

    size: int


@dataclass(frozen=True, kw_only=True)
class Flatten:
    """Height, width and channels strung into one row."""


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A fully connected layer; with `relu`, followed by ReLU."""

    units: int
    relu: bool


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One network and how it is trained."""

    name: str
    dataset: str
    input_shape: tuple[int, int, int]
    hidden_layers: tuple[Any, ...]
    learning_rate: float

    def layers(self, classes: int) -> tuple[Any, ...]:
        """All layers, closed by one logit per class."""
        return (*self.hidden_layers, Dense(units=classes, relu=False))

    def shapes(self, classes: int) -> list[tuple[int, ...]]:
        """Shape of one image after each layer, channels last, the input first."""
        shapes: list[tuple[int, ...]] = [self.input_shape]
        for layer in self.layers(classes):
            before = shapes[-1]
            after: tuple[int, ...]
            match layer:
                case Conv(filters=filters, kernel=kernel):
                    after = (before[0] - kernel + 1, before[1] - kernel + 1, filters)
                case MaxPool(size=size):
                    after = (before[0] // size, before[1] // size, before[2])
                case Flatten():
                    after = (before[0] * before[1] * before[2],)
                case Dense(units=units):
                    after = (units,)
            shapes.append(after)
        return shapes


@dataclass(frozen=True, kw_only=True)
class TrialSpec:
    """How it is trained here."""

    mode: str
    seed: int
    epochs: int
    batch_size: int
    threads: int
    protocol: str = "idiomatic"
    device: str = "cpu"
    precision: str = "float32"


# %% What happens while it trains, and the optimiser that the controlled protocol would take.
class Journal:
    """Prints the loss and the accuracy of each epoch, and how long it took."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.is_warm = False
        self.epoch = 0
        self.mark = 0.0

    def begin(self) -> None:
        """Training starts now."""
        self.mark = time.perf_counter()

    def end_step(self) -> None:
        """A step has ended."""
        self.is_warm = True

    def end_epoch(self, loss: float, accuracy: float) -> None:
        """An epoch has ended."""
        now = time.perf_counter()
        self.epoch += 1
        print(
            f"epoch {self.epoch}: loss {loss:.4f}, accuracy {accuracy:.4f}, {now - self.mark:.1f} s"
        )
        self.mark = now


@dataclass(frozen=True, kw_only=True)
class Adam:
    """The optimiser's parameters, in Keras' meaning."""

    learning_rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


def choose_adam(learning_rate: float, precision: str) -> Adam:
    """What the controlled protocol takes."""
    return Adam(learning_rate=learning_rate)


def map_epsilon(adam: Adam, step: Any) -> Any:
    """The epsilon that makes PyTorch's or Optax's Adam at this step the function of Keras."""
    return adam.epsilon / (1 - adam.beta_2**step) ** 0.5


# %% The images: downloaded, or the handwritten digits that scikit-learn carries.
class Arrays(NamedTuple):
    """Images as float32 in 0..1, shape (n, height, width, channels); labels as int64, shape (n,)."""

    images: Any
    labels: Any


def load_images(workload: Workload, source: str, library: str) -> tuple[Arrays, Arrays]:
    """Training and test images; the digits where the download fails."""
    if source != "digits":
        try:
            return download(source, library)
        except Exception as error:  # Keras raises nothing more precise
            print(f"{source} could not be downloaded: {error}")
            print("The handwritten digits of scikit-learn stand in for it.")
    return load_digits(workload.input_shape)


def load_digits(shape: tuple[int, int, int]) -> tuple[Arrays, Arrays]:
    """1,797 real digits of 8x8 pixels, enlarged, in a margin of 4; the last 360 are the test images."""
    from PIL import Image
    from sklearn import datasets

    height, width, channels = shape
    digits = datasets.load_digits()
    images = []
    for digit in digits.images:
        small = Image.fromarray(np.round(digit * (255 / 16)).astype(np.uint8))
        large = small.resize((width - 8, height - 8), Image.Resampling.BILINEAR)
        images.append(np.pad(np.asarray(large, np.uint8), 4))
    pixels = np.stack(images)[..., None].repeat(channels, axis=-1)
    return (
        scale(pixels[:-360], digits.target[:-360]),
        scale(pixels[-360:], digits.target[-360:]),
    )


def download(name: str, library: str) -> tuple[Arrays, Arrays]:
    """MNIST or CIFAR-10, by Keras or by torchvision."""
    if library == "keras":
        from keras import datasets

        train, test = getattr(datasets, name).load_data()
        return scale(*train), scale(*test)
    from torchvision import datasets as collections

    collection = {"mnist": collections.MNIST, "cifar10": collections.CIFAR10}[name]
    train, test = (collection("images", train=train, download=True) for train in (True, False))
    return scale(train.data, train.targets), scale(test.data, test.targets)


def scale(images: Any, labels: Any) -> Arrays:
    """Bytes become numbers from 0 to 1, with a channel where there was none."""
    pixels = np.asarray(images)
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    return Arrays(
        np.divide(pixels, 255, dtype=np.float32), np.asarray(labels).astype(np.int64).reshape(-1)
    )
