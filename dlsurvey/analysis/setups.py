"""Turns a workload and its trials into the words that say what was trained, on what, and how."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from dlsurvey.records import Dataset, Trial
from experiments.layers import (
    Activation,
    AnyLayer,
    Attention,
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    MaxPool,
    Residual,
    place_layers,
)
from experiments.workloads import Workload

DEVICES = {"cpu": "CPU", "cuda": "GPU"}


def name_device(device: str) -> str:
    """'CPU' or 'GPU', with the setup where it is not the first; another device by its own name."""
    device, _at, number = device.partition("@")
    if number:
        return _("{device}, setup {number}").format(
            device=DEVICES.get(device, device), number=number
        )
    return DEVICES.get(device, device)


def bare_device(device: str) -> str:
    """The device of a place, whatever the setup: 'cpu' of 'cpu@2'."""
    return device.partition("@")[0]


def describe_setup(trials: Sequence[Trial], dataset: Dataset) -> str:
    """Images, epochs, batch size, threads, seeds, protocols, precision, devices, in one sentence."""
    spec = trials[0].spec
    images = min(spec.train_limit or dataset.train_images, dataset.train_images)
    protocols = sorted({trial.spec.protocol for trial in trials})
    return ngettext(
        "{images:,} training and {test_images:,} test images of {dataset}, {epochs}, batch size"
        " {batch_size}, {threads}, {seeds} for each framework, {protocols} protocol, {precision}"
        " on the {devices}.",
        "{images:,} training and {test_images:,} test images of {dataset}, {epochs}, batch size"
        " {batch_size}, {threads}, {seeds} for each framework, {protocols} protocols, {precision}"
        " on the {devices}.",
        len(protocols),
    ).format(
        images=images,
        test_images=dataset.test_images,
        dataset=_(dataset.title),
        epochs=ngettext("{n} epoch", "{n} epochs", spec.epochs).format(n=spec.epochs),
        batch_size=spec.batch_size,
        threads=ngettext("{n} thread", "{n} threads", spec.threads).format(n=spec.threads),
        seeds=_count_seeds(trials),
        protocols=join_words(protocols),
        precision=spec.precision,
        devices=join_words(_name_devices(trials)),
    )


def describe_stand_in(dataset: Dataset) -> str:
    """Empty, or the sentence that says which images the numbers come from."""
    if dataset.stand_in_for is None:
        if dataset.name.startswith("folder-"):
            return _("Measured on {dataset}, a folder of the user's own.").format(
                dataset=_(dataset.title)
            )
        return ""
    return _("Measured on {dataset} ({images:,} real images), not on {missed}.").format(
        dataset=_(dataset.title),
        images=dataset.train_images + dataset.test_images,
        missed=dataset.stand_in_for,
    )


def describe_layers(workload: Workload) -> tuple[tuple[str, str], ...]:
    """Layer and output shape, as text, the input first."""
    placed = place_layers(workload.layers, workload.input_shape)
    shapes = [workload.input_shape, *(one.output_shape for one in placed)]
    names = [_("Input"), *(_name_layer(one.layer) for one in placed)]
    return tuple(zip(names, [" × ".join(map(str, one)) for one in shapes], strict=True))


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
    if low == high:
        return ngettext("{n} seed", "{n} seeds", high).format(n=high)
    return _("{low} to {high} seeds").format(low=low, high=high)


ACTIVATIONS = {"relu": "ReLU", "gelu": "GELU"}


def _name_layer(layer: AnyLayer) -> str:  # noqa: PLR0911  one for each kind
    match layer:
        case Conv():
            text = _("Convolution {kernel} × {kernel}, {filters} filters").format(
                kernel=layer.kernel, filters=layer.filters
            )
            return _add_activation(text, layer.activation)
        case Dense():
            return _add_activation(_("Dense {units}").format(units=layer.units), layer.activation)
        case MaxPool():
            return _("Max-pooling {size} × {size}").format(size=layer.size)
        case AveragePool():
            return _("Mean over height and width")
        case Flatten():
            return _("Flatten")
        case Dropout():
            return _("Dropout {rate:g}").format(rate=layer.rate)
        case Activation():
            return ACTIVATIONS.get(layer.function, layer.function)
        case BatchNorm():
            return _("Batch normalisation")
        case LayerNorm():
            return _("Layer normalisation")
        case Embedding():
            text = _("Embedding of places, {units}") if layer.positions else _("Embedding, {units}")
            return text.format(units=layer.units)
        case Attention():
            return _("Causal attention, {heads} heads").format(heads=layer.heads)
        case Residual():
            raise AssertionError("a block is placed layer by layer")


def _add_activation(text: str, activation: str | None) -> str:
    return f"{text}, {ACTIVATIONS.get(activation, activation)}" if activation else text
