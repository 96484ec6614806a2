"""Turns a workload and its trials into the words that say what was trained, on what, and how."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dlsurvey.formats import join_words
from dlsurvey.records import Dataset, Trial
from experiments.spec import Conv, Dense, Flatten, Layer, MaxPool, Workload

DEVICES = {"cpu": "CPU", "cuda": "GPU"}


def name_device(device: str) -> str:
    """'CPU' or 'GPU'; another device by its own name."""
    return DEVICES.get(device, device)


def describe_setup(trials: Sequence[Trial], dataset: Dataset) -> str:
    """Images, epochs, batch size, threads, seeds, protocols, precision, devices, in one sentence."""
    spec = trials[0].spec
    images = min(spec.train_limit or dataset.train_images, dataset.train_images)
    protocols = sorted({trial.spec.protocol for trial in trials})
    return (
        f"{images:,} training and {dataset.test_images:,} test images of {dataset.title},"
        f" {_count(spec.epochs, 'epoch')}, batch size {spec.batch_size},"
        f" {_count(spec.threads, 'thread')}, {_count_seeds(trials)} for each framework,"
        f" {join_words(protocols)} protocol{'s' if len(protocols) > 1 else ''},"
        f" {spec.precision} on the {join_words(_name_devices(trials))}."
    )


def describe_stand_in(dataset: Dataset) -> str:
    """Empty, or the sentence that says which images the numbers come from."""
    if dataset.stand_in_for is None:
        if dataset.name.startswith("folder-"):
            return f"Measured on {dataset.title}, a folder of the user's own."
        return ""
    return (
        f"Measured on {dataset.title} ({dataset.train_images + dataset.test_images:,} real images),"
        f" not on {dataset.stand_in_for}."
    )


def describe_layers(workload: Workload, classes: int) -> tuple[tuple[str, str], ...]:
    """Layer and output shape, as text, the input first."""
    shapes = [" × ".join(map(str, shape)) for shape in workload.shapes(classes)]
    names = ["Input", *(_name_layer(layer) for layer in workload.layers(classes))]
    return tuple(zip(names, shapes, strict=True))


def _name_devices(trials: Iterable[Trial]) -> list[str]:
    """'CPU', and 'GPU (NVIDIA H200)' where the trials tell which GPU it is."""
    names: dict[str, str] = {}
    for trial in trials:
        device, gpu = trial.spec.device, trial.environment.gpu
        known = f" ({gpu})" if device == "cuda" and gpu else ""
        names.setdefault(device, f"{name_device(device)}{known}")
    return [names[device] for device in sorted(names)]


def _count_seeds(trials: Iterable[Trial]) -> str:
    """'5 seeds', or '3 to 5 seeds' where not all members have as many."""
    pairs = {(trial.spec.framework, trial.spec.mode, trial.spec.protocol, trial.spec.device,
              trial.spec.seed) for trial in trials}  # fmt: skip
    counts = Counter(pair[:-1] for pair in pairs).values()
    low, high = min(counts), max(counts)
    return _count(high, "seed") if low == high else f"{low} to {high} seeds"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _name_layer(layer: Layer) -> str:
    match layer:
        case Conv(filters=filters, kernel=kernel):
            return f"Convolution {kernel} × {kernel}, {filters} filters, ReLU"
        case MaxPool(size=size):
            return f"Max-pooling {size} × {size}"
        case Flatten():
            return "Flatten"
        case Dense(units=units, relu=relu):
            return f"Dense {units}, {'ReLU' if relu else 'logits'}"
