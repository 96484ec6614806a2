"""Workloads: folders with one plain program for each framework, and what they must all be."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from dlsurvey.errors import ConfigError
from dlsurvey.records import PositiveCount, Record
from experiments.layers import AnyLayer, Shape, count_parameters, find_output, place_layers

DECLARATION = "workload.toml"
PROGRAM = re.compile(r"train_([a-z0-9_]+)\.py")
BUILT_IN = ("mnist_cnn", "cifar10_cnn", "digits_mlp", "cifar10_resnet", "text_transformer")
"""The registry: one line to add a workload that comes with dlsurvey."""
ALWAYS = ("mnist-cnn", "cifar10-cnn")
"""What is trained where nobody chooses: the networks of the surveys."""
MAX_BYTES = 1_000_000
"""Of one file of a workload."""


class Declaration(Record, frozen=True, kw_only=True):
    """What `workload.toml` says."""

    title: str
    origin: str
    """The survey, paper or person that the network comes from."""
    dataset: str
    """'mnist', 'cifar10', 'digits' or 'text'; see `experiments.sources`."""
    input_shape: Shape
    """Of one example: height, width, channels; or the number of values; or of characters."""
    classes: PositiveCount
    epochs: PositiveCount
    batch_size: PositiveCount
    learning_rate: float
    target_accuracy: float
    """On the test data; how long training takes to reach it is measured."""
    layers: tuple[AnyLayer, ...]


class Workload(Declaration, frozen=True, kw_only=True):
    """One network, how it is trained, and the programs that train it."""

    name: str
    programs: dict[str, str]
    """Source texts by the name in `train_NAME.py`: tensorflow, pytorch, jax, keras ..."""

    @property
    def parameters(self) -> int:
        """Weights that training changes."""
        return count_parameters(self.layers, self.input_shape)


def find_output_shape(declared: Declaration) -> Shape:
    """Of one example, at the end of the network; raises ValueError where the layers do not fit."""
    shape = declared.input_shape
    for layer in declared.layers:
        shape = find_output(layer, shape)
    return shape


def load_workload(folder: Path) -> Workload:
    """The workload of a folder: its declaration and the source of each program.

    Raises ConfigError naming the file and what is wrong with it.
    """
    path = folder / DECLARATION
    try:
        declared = msgspec.toml.decode(_read(path), type=Declaration)
        place_layers(declared.layers, declared.input_shape)
        output = find_output_shape(declared)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ConfigError(f"{path} cannot be used: {error}.") from error
    if output[-1] != declared.classes:
        raise ConfigError(
            f"{path} cannot be used: it declares {declared.classes} classes, but its last layer has"
            f" {output[-1]} outputs."
        )
    programs = {
        found[1]: _read(file).decode()
        for file in sorted(folder.glob("train_*.py"))
        if (found := PROGRAM.fullmatch(file.name))
    }
    if not programs:
        raise ConfigError(
            f"{folder} holds no program: write train_pytorch.py or train_tensorflow.py."
        )
    return Workload(
        **{name: getattr(declared, name) for name in Declaration.__struct_fields__},
        name=name_workload(folder),
        programs=programs,
    )


def name_workload(folder: Path) -> str:
    """What the workload of a folder is called: `mnist_cnn` is mnist-cnn."""
    return folder.resolve().name.replace("_", "-").lower()


_own: dict[str, Workload] = {}


def add_workloads(folders: Iterable[Path]) -> tuple[str, ...]:
    """Register the workloads of these folders of the user's; their names.

    Raises ConfigError for a folder that cannot be used, or whose name is taken.
    """
    names = []
    for folder in folders:
        workload = load_workload(folder)
        if workload.name in {name.replace("_", "-") for name in BUILT_IN}:
            raise ConfigError(
                f"{folder} has the name of a workload of dlsurvey: rename the folder."
            )
        _own[workload.name] = workload
        names.append(workload.name)
    return tuple(names)


@cache
def _load_built_in() -> tuple[Workload, ...]:
    return tuple(load_workload(Path(__file__).parent / name) for name in BUILT_IN)


def list_workloads() -> tuple[Workload, ...]:
    """Those that come with dlsurvey, then the user's own."""
    return (*_load_built_in(), *_own.values())


def find_workload(name: str) -> Workload:
    """The workload registered under `name`; raises ConfigError naming the known ones."""
    for workload in list_workloads():
        if workload.name == name:
            return workload
    known = ", ".join(workload.name for workload in list_workloads())
    raise ConfigError(f"There is no workload '{name}'. Known: {known}.")


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}. Name the folder of a workload, or have"
            " `dlsurvey init --workload DIR` write one."
        ) from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path} is larger than {MAX_BYTES:,} bytes.")
    try:
        content.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    return content
