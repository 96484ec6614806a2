"""Runs a JAX program of Flax NNX and Optax: weights and order handed in, defaults mapped, loop watched."""

import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from dlsurvey.records import TrialSpec
from experiments.adam import EPSILON, map_epsilon, round_number
from experiments.adapters.jax_attention import keep_float64
from experiments.datasets import Arrays, Classes
from experiments.journal import Journal
from experiments.layers import BatchNorm, LayerNorm, Placed
from experiments.matching import match_layers
from experiments.programs import OrderedBatches, WatchedBatches, order_by
from experiments.weights import Array, Weights
from experiments.workloads import Workload

KINDS: dict[Any, str] = {
    nnx.Conv: "conv",
    nnx.Linear: "dense",
    nnx.BatchNorm: "batch_norm",
    nnx.LayerNorm: "layer_norm",
    nnx.Embed: "embedding",
    nnx.MultiHeadAttention: "attention",
}
WEIGHTS = {
    "conv": {"kernel": "kernel", "bias": "bias"},
    "dense": {"kernel": "kernel", "bias": "bias"},
    "batch_norm": {"scale": "scale", "bias": "bias", "mean": "mean", "variance": "var"},
    "layer_norm": {"scale": "scale", "bias": "bias"},
    "embedding": {"table": "embedding"},
    "attention": {
        f"{ours} {weight}": f"{theirs}.{weight}"
        for ours, theirs in (
            ("query", "query"),
            ("key", "key"),
            ("value", "value"),
            ("output", "out"),
        )
        for weight in ("kernel", "bias")
    },
}
"""Canonical role to Flax' name; the layout is the canonical one."""
ADAMS = ("adam", "adamw")


def sees_gpu() -> bool:
    """Whether JAX can train on a GPU here."""
    return bool(jax.default_backend() == "gpu")


def prepare_framework(spec: TrialSpec) -> None:
    """Choose the precision and the mode, seed the generators that loaders draw from.

    The threads were pinned by `PJRT_NPROC` before JAX was imported: those that share an operation;
    the few that dispatch operations cannot be pinned.
    """
    jax.config.update("jax_enable_x64", spec.precision == "float64")
    jax.config.update("jax_disable_jit", spec.mode == "eager")
    np.random.seed(spec.seed)


class Network:
    """The program's network with its optimiser, as the spec wants them."""

    loops = True
    """The program writes its training loop out."""

    def __init__(self, program: ModuleType, workload: Workload, spec: TrialSpec) -> None:
        """Build them; in the controlled protocol the declared defaults are mapped."""
        self.program = program
        self.spec = spec
        self._seed_loader(program)
        self.model = program.build_model()
        self._cast()
        self.layers = match_layers(workload, list(_find_layers(self.model)))
        self.mapped: dict[str, str] = {}
        if spec.protocol == "controlled":
            self.mapped |= _map_layers(self.model, self.layers)
            with _mapping_adam(spec, self.mapped):
                self.optimizer = program.choose_loss_and_optimizer(self.model)
        else:
            self.optimizer = program.choose_loss_and_optimizer(self.model)

    def load_data(self) -> tuple[Any, Any]:
        """Training and test batches, as the program loads them."""
        batches: tuple[Any, Any] = self.program.load_data()
        return batches

    def take_data(self, arrays: Arrays, *, shuffle: bool) -> OrderedBatches:
        """Batches of these arrays, in the order that all frameworks share."""
        count = len(arrays.labels)
        draw = order_by(self.spec, count) if shuffle else lambda epoch: np.arange(count)
        return OrderedBatches(arrays.inputs, arrays.labels, self.spec.batch_size, draw)

    def train(self, batches: Any, journal: Journal) -> None:
        """The program's loop, one epoch after another."""
        if hasattr(self.program, "EPOCHS"):
            self.program.__dict__["EPOCHS"] = 1
        watched = WatchedBatches(batches, journal, lambda batch: batch, self.wait)
        journal.begin()
        for _ in range(self.spec.epochs):
            loss, accuracy = self.program.train(self.model, self.optimizer, watched)
            journal.end_epoch(loss, accuracy)

    def evaluate(self, batches: Any) -> tuple[float, float]:
        """Mean loss and accuracy, by the program."""
        loss, accuracy = self.program.evaluate(self.model, batches)
        return float(loss), float(accuracy)

    def predict(self, arrays: Arrays) -> Classes:
        """The class of each example (or of each token)."""
        self.model.eval()
        predict = nnx.jit(lambda model, inputs: jnp.argmax(model(inputs), axis=-1))
        size = min(1000, len(arrays.labels))
        found = [
            np.asarray(predict(self.model, arrays.inputs[start : start + size]))
            for start in range(0, len(arrays.labels), size)
        ]
        return np.concatenate(found)

    def count_parameters(self) -> int:
        """Weights and biases that training changes."""
        return sum(int(one.size) for one in jax.tree.leaves(nnx.state(self.model, nnx.Param)))

    def read_weights(self) -> Weights:
        """All weights; Flax' layout is the canonical one."""
        return {
            f"{placed.name}.{role}": np.array(weight[...])
            for placed, layer in self.layers
            for role, weight in _list_weights(layer).items()
        }

    def load_weights(self, weights: Weights) -> None:
        """Start from these."""
        for placed, layer in self.layers:
            for role, weight in _list_weights(layer).items():
                weight[...] = jnp.asarray(weights[f"{placed.name}.{role}"], weight.dtype)

    def differentiate(self, arrays: Arrays) -> dict[str, Array]:
        """What one batch gives: the input of each layer, the logits, the loss, every gradient.

        The program's own loop computes them, with an optimiser that keeps them and takes no step.
        """
        inputs, labels = self._make_batch(arrays)
        numbers: dict[str, Array] = {}
        self.model.train()
        with _recording(self.layers, numbers):
            numbers["logits"] = np.array(self.model(inputs))
        reader = nnx.Optimizer(self.model, _keep_gradients(), wrt=nnx.Param)
        loss, _ = self.program.train(self.model, reader, [(inputs, labels)])
        if hasattr(self.program, "compute_loss"):
            # The metrics of Flax add up in float32.
            loss = self.program.compute_loss(self.model, inputs, labels)[0]
        numbers["loss"] = np.asarray(loss, np.float64)
        kept = dict(nnx.to_flat_state(nnx.state(reader.opt_state)))
        paths = {
            id(one): path for path, one in nnx.iter_graph(self.model) if isinstance(one, nnx.Param)
        }
        for placed, layer in self.layers:
            for role, weight in _list_weights(layer).items():
                if isinstance(weight, nnx.Param):
                    path = paths[id(weight)]
                    found = next(one for place, one in kept.items() if place[-len(path) :] == path)
                    numbers[f"gradient {placed.name}.{role}"] = np.array(found[...])
        return numbers

    def step(self, arrays: Arrays) -> float:
        """One step of the program's own loop; the loss before it."""
        loss, _ = self.program.train(self.model, self.optimizer, [self._make_batch(arrays)])
        return float(loss)

    def list_defaults(self) -> dict[str, str]:
        """What differs unless somebody chooses, read from the live objects.

        The initialisers are named here: Flax holds them as bare functions.
        """
        controlled = self.spec.protocol == "controlled"
        precision = jax.config.jax_default_matmul_precision
        return {
            "kernel initialiser": "shared weights" if controlled else "LeCun normal (truncated)",
            "bias initialiser": "shared weights" if controlled else "zeros",
            "optimiser": "Optax in nnx.Optimizer",
            **self._describe_optimizer(),
            **_describe_layers(self.layers),
            "shuffle": "shared order" if controlled else "by DataLoader",
            "input dtype": str(next(iter(_list_weights(self.layers[0][1]).values())).dtype),
            "layout": "channels_last",
            "threads": f"{os.environ.get('PJRT_NPROC', 'all')} within operations, others free",
            "compiler": "none" if self.spec.mode == "eager" else "XLA (nnx.jit)",
            "TF32": f"matmul precision {precision or 'default'}",
            "loader": "batches cut from arrays" if controlled else "DataLoader of PyTorch",
        }

    def read_device_memory_bytes(self) -> int | None:
        """The most memory that was in use on the GPU so far."""
        if self.spec.device == "cpu":
            return None
        return (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")

    def wait(self) -> None:
        """Return when all is computed."""
        jax.block_until_ready(nnx.state(self.model))

    def _seed_loader(self, program: ModuleType) -> None:
        """JAX has no global generator; the loader that its documentation borrows has."""
        if "DataLoader" in program.__dict__:
            import torch

            torch.manual_seed(self.spec.seed)
            torch.set_num_threads(self.spec.threads)

    def _cast(self) -> None:
        """Weights in the precision of the spec: Flax makes them float32."""
        if self.spec.precision == "float32":
            return
        keep_float64()
        for _, one in nnx.iter_graph(self.model):
            if isinstance(one, nnx.Variable) and jnp.issubdtype(one.dtype, jnp.floating):
                one.set_value(jnp.asarray(one[...], jnp.float64))
            elif isinstance(one, nnx.Embed):
                one.dtype = jnp.float64

    def _make_batch(self, arrays: Arrays) -> tuple[Any, Any]:
        inputs = arrays.inputs
        if inputs.dtype.kind == "f":
            inputs = inputs.astype(self.spec.precision)
        return inputs, arrays.labels

    def _describe_optimizer(self) -> dict[str, str]:
        """Optax keeps the defaults of Adam in a signature, and momentum nowhere."""
        name = next((one for one in ADAMS if f"optax.{one}(" in inspect.getsource(
            self.program.choose_loss_and_optimizer)), None)  # fmt: skip
        if name is None:
            return {"momentum": "as written"}
        signature = inspect.signature(getattr(optax, name)).parameters
        beta_1, beta_2, epsilon = (signature[one].default for one in ("b1", "b2", "eps"))
        controlled = self.spec.protocol == "controlled"
        own = f"{epsilon:g}, after the bias correction"
        return {
            "epsilon": "mapped at each step to Keras' form" if controlled else own,
            "betas": f"{beta_1:g}, {beta_2:g}",
        }


def _find_layers(model: Any) -> Iterator[tuple[str, Any]]:
    """Kind and layer of each with weights, in the order of their definition."""
    if isinstance(model, nnx.Variable):
        return
    kind = next((kind for one, kind in KINDS.items() if isinstance(model, one)), None)
    if kind is not None:
        yield kind, model
        return
    parts: Iterable[Any] = ()
    if isinstance(model, nnx.List | list | tuple):
        parts = list(model)
    elif isinstance(model, nnx.Dict | dict):
        parts = list(model.values())
    elif isinstance(model, nnx.Module):
        parts = [one for name, one in vars(model).items() if not name.startswith("_pytree")]
    for part in parts:
        if isinstance(part, nnx.Param):
            raise ValueError(f"{type(model).__name__} is no layer that workload.toml can declare")
        yield from _find_layers(part)


def _list_weights(layer: Any) -> dict[str, Any]:
    """The live variables of a layer by their canonical roles."""
    kind = next(kind for one, kind in KINDS.items() if isinstance(layer, one))
    found = {}
    for role, name in WEIGHTS[kind].items():
        variable = layer
        for part in name.split("."):
            variable = getattr(variable, part)
        if isinstance(variable, nnx.Variable) and variable.get_value() is not None:
            found[role] = variable
    return found


@contextmanager
def _recording(layers: Iterable[tuple[Placed, Any]], numbers: dict[str, Array]) -> Iterator[None]:
    """Keep the input of each layer: Flax calls a class's `__call__`, so that is what is wrapped."""
    names = {id(layer): placed.name for placed, layer in layers}
    classes = {type(layer) for _, layer in layers}
    calls = {one: one.__call__ for one in classes}

    def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
        def record(self: Any, inputs: Any, *args: Any, **options: Any) -> Any:
            if id(self) in names:
                numbers[f"input {names[id(self)]}"] = np.array(inputs)
            return call(self, inputs, *args, **options)

        return record

    for one, call in calls.items():
        one.__call__ = wrap(call)
    try:
        yield
    finally:
        for one, call in calls.items():
            one.__call__ = call


@cache
def _keep_gradients() -> optax.GradientTransformation:
    """A transformation that takes no step and has the gradients as its state.

    Always the same one, so that JAX compiles the program's step for it once.
    """
    return optax.GradientTransformation(
        lambda weights: jax.tree.map(jnp.zeros_like, weights),
        lambda gradients, state, weights=None: (jax.tree.map(jnp.zeros_like, gradients), gradients),
    )


def _map_layers(model: Any, layers: Iterable[tuple[Placed, Any]]) -> dict[str, str]:
    """The declared epsilon and momentum, and nothing left out."""
    mapped = {}
    for placed, layer in layers:
        declared = placed.layer
        if isinstance(declared, BatchNorm | LayerNorm) and layer.epsilon != declared.epsilon:
            name = f"epsilon of {type(layer).__name__}"
            mapped[name] = f"{layer.epsilon:g} → {declared.epsilon:g}"
            layer.epsilon = declared.epsilon
        if isinstance(declared, BatchNorm) and layer.momentum != declared.momentum:
            mapped["momentum of BatchNorm"] = f"{layer.momentum:g} → {declared.momentum:g}"
            layer.momentum = declared.momentum
    for _, one in nnx.iter_graph(model):
        if isinstance(one, nnx.Dropout) and one.rate:
            mapped["rate of Dropout"] = f"{one.rate:g} → 0"
            one.rate = 0.0
    return mapped


@contextmanager
def _mapping_adam(spec: TrialSpec, mapped: dict[str, str]) -> Iterator[None]:
    """While the program chooses its optimiser, `optax.adam` and its kin have Keras' epsilon.

    Optax calls a number that is a function with the count of the steps before this one.
    """
    originals = {name: getattr(optax, name) for name in (*ADAMS, "sgd")}

    def wrap(name: str, original: Any) -> Any:
        def make(learning_rate: float, *args: Any, **options: Any) -> Any:
            given = inspect.signature(original).bind(learning_rate, *args, **options)
            given.apply_defaults()
            numbers = {
                key: round_number(value, spec.precision) if isinstance(value, float) else value
                for key, value in given.arguments.items()
                if value is not None
            }
            if name not in ADAMS:
                return original(**numbers)
            mapped["epsilon of Adam"] = f"{numbers['eps']:g} → {EPSILON:g} in Keras' meaning"
            epsilon, beta_2 = round_number(EPSILON, spec.precision), numbers["b2"]
            numbers["eps"] = lambda count: map_epsilon(epsilon, beta_2, count + 1)
            static = [key for key, value in numbers.items() if isinstance(value, bool)]
            return optax.inject_hyperparams(original, static_args=static)(**numbers)

        return make

    for name, original in originals.items():
        setattr(optax, name, wrap(name, original))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(optax, name, original)


def _describe_layers(layers: Iterable[tuple[Placed, Any]]) -> dict[str, str]:
    found = {}
    for _, layer in layers:
        if isinstance(layer, nnx.BatchNorm):
            found["epsilon of batch normalisation"] = f"{layer.epsilon:g}"
            found["momentum of batch normalisation"] = f"keeps {layer.momentum:g}"
        elif isinstance(layer, nnx.LayerNorm):
            found["epsilon of layer normalisation"] = f"{layer.epsilon:g}"
    return found
