"""Runs a Keras program, TensorFlow's or any backend's: `fit` and `evaluate` wrapped, a callback as clock."""

import os
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import keras
import numpy as np

from dlsurvey.records import TrialSpec
from experiments.adam import EPSILON, round_number
from experiments.datasets import Arrays, Classes
from experiments.journal import Journal
from experiments.layers import BatchNorm, LayerNorm, Placed
from experiments.matching import match_layers
from experiments.programs import order_by
from experiments.weights import Array, Weights
from experiments.workloads import Workload

KINDS: dict[Any, str] = {
    keras.layers.Conv2D: "conv",
    keras.layers.Dense: "dense",
    keras.layers.BatchNormalization: "batch_norm",
    keras.layers.LayerNormalization: "layer_norm",
    keras.layers.Embedding: "embedding",
    keras.layers.MultiHeadAttention: "attention",
}
ROLES = {
    "conv": ("kernel", "bias"),
    "dense": ("kernel", "bias"),
    "batch_norm": ("scale", "bias", "mean", "variance"),
    "layer_norm": ("scale", "bias"),
    "embedding": ("table",),
    "attention": (
        "query kernel", "query bias", "key kernel", "key bias", "value kernel", "value bias",
        "output kernel", "output bias",
    ),
}  # fmt: skip
"""In the order in which Keras lists the weights of such a layer; its layout is the canonical one."""
BACKEND = keras.backend.backend()


def sees_gpu() -> bool:
    """Whether the backend can train on a GPU here."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if BACKEND == "torch":
        import torch

        return bool(torch.cuda.is_available())
    import jax

    return bool(jax.default_backend() == "gpu")


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads, choose the precision, seed every random number generator.

    JAX's threads are pinned by `PJRT_NPROC`, before it is imported. Keras' own `set_random_seed`
    would import TensorFlow wherever it is installed.
    """
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(spec.threads)
        tf.config.threading.set_inter_op_parallelism_threads(spec.threads)
        tf.random.set_seed(spec.seed)
    elif BACKEND == "torch":
        import torch

        torch.set_num_threads(spec.threads)
        torch.set_num_interop_threads(spec.threads)
        torch.manual_seed(spec.seed)
    else:
        import jax

        jax.config.update("jax_enable_x64", spec.precision == "float64")
    if spec.precision == "float64":
        _keep_float64()
    # Said here, so that a keras.json of the user's changes nothing.
    keras.config.set_floatx(spec.precision)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    random.seed(spec.seed)
    np.random.seed(spec.seed)


class Network:
    """The program's compiled model, as the spec wants it."""

    loops = False
    """`fit` is the loop."""

    def __init__(self, program: ModuleType, workload: Workload, spec: TrialSpec) -> None:
        """Build and compile it; in the controlled protocol the declared defaults are mapped."""
        self.program = program
        self.spec = spec
        self.model = program.build_model()
        self.layers = match_layers(workload, _find_layers(self.model))
        self.mapped: dict[str, str] = {}
        if spec.protocol == "controlled":
            self.mapped |= _map_layers(self.model, self.layers)
        program.choose_loss_and_optimizer(self.model)
        if spec.protocol == "controlled":
            self.mapped |= _map_optimizer(self.model.optimizer, spec)
            self.mapped |= _map_gradients(self.model.optimizer, self.layers)
        self.model.run_eagerly = spec.mode == "eager" and BACKEND != "torch"
        self.model.jit_compile = spec.mode == "compiled" or (
            BACKEND == "jax" and spec.mode != "eager"
        )
        self._options: dict[str, Any] = {}
        self._wrap()

    def load_data(self) -> tuple[Arrays, Arrays]:
        """Training and test arrays, as the program loads them."""
        train, test = self.program.load_data()
        return Arrays(*train), Arrays(*test)

    def take_data(self, arrays: Arrays, *, shuffle: bool) -> Arrays:
        """Keras takes the arrays as they are."""
        return arrays

    def train(self, arrays: Arrays, journal: Journal) -> None:
        """One `fit` over all epochs; one an epoch where the order is the one that all share."""
        self._options = {"callbacks": [_Clock(journal)]}
        journal.begin()
        if self.spec.protocol != "controlled":
            self._fit(arrays, self.spec.epochs)
            return
        self._options["shuffle"] = False
        order = order_by(self.spec, len(arrays.labels))
        for epoch in range(self.spec.epochs):
            places = order(epoch)
            self._fit(Arrays(arrays.inputs[places], arrays.labels[places]), 1)

    def evaluate(self, arrays: Arrays) -> tuple[float, float]:
        """Mean loss and accuracy, by the program."""
        loss, accuracy = self.program.evaluate(self.model, arrays.inputs, arrays.labels)
        return float(loss), float(accuracy)

    def predict(self, arrays: Arrays) -> Classes:
        """The class of each example (or of each token)."""
        logits = self.model.predict(arrays.inputs, batch_size=self.spec.batch_size, verbose=0)
        return np.asarray(logits.argmax(axis=-1))

    def count_parameters(self) -> int:
        """Weights and biases that training changes."""
        return sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)

    def read_weights(self) -> Weights:
        """All weights; Keras' layout is the canonical one."""
        return {
            f"{placed.name}.{role}": np.asarray(array)
            for placed, layer in self.layers
            for role, array in zip(_list_roles(layer), layer.get_weights(), strict=True)
        }

    def load_weights(self, weights: Weights) -> None:
        """Start from these."""
        for placed, layer in self.layers:
            layer.set_weights([weights[f"{placed.name}.{role}"] for role in _list_roles(layer)])

    def differentiate(self, arrays: Arrays) -> dict[str, Array]:
        """What one batch gives: the input of each layer, the logits, the loss, every gradient."""
        arrays = _cast(arrays)
        numbers: dict[str, Array] = {}
        with _recording(self.layers, numbers):
            logits = keras.ops.convert_to_numpy(self.model(arrays.inputs, training=True))
        numbers["logits"] = logits
        loss, gradients = _find_gradients(self.model, arrays)
        numbers["loss"] = np.asarray(loss, np.float64)
        places = {id(one): place for place, one in enumerate(self.model.trainable_weights)}
        for placed, layer in self.layers:
            for role, weight in zip(_list_roles(layer), layer.weights, strict=True):
                if id(weight) in places:
                    numbers[f"gradient {placed.name}.{role}"] = gradients[places[id(weight)]]
        return numbers

    def step(self, arrays: Arrays) -> float:
        """One step by `fit`; the loss before it."""
        losses: list[float] = []
        self._options = {"shuffle": False, "callbacks": [_LossReader(losses)]}
        self._fit(_cast(arrays), 1)
        return losses[-1]

    def list_defaults(self) -> dict[str, str]:
        """What differs unless somebody chooses, read from the live objects."""
        controlled = self.spec.protocol == "controlled"
        first = next(layer for _, layer in self.layers if hasattr(layer, "kernel_initializer"))
        return {
            "kernel initialiser": _name_initializer(first.kernel_initializer, controlled),
            "bias initialiser": _name_initializer(first.bias_initializer, controlled),
            "optimiser": type(self.model.optimizer).__name__,
            **_describe_optimizer(self.model.optimizer),
            **_describe_layers(self.layers),
            "shuffle": "shared order" if controlled else "by fit",
            "input dtype": str(self.model.inputs[0].dtype),
            "layout": "channels_last",
            **_describe_backend(self.model),
            "loader": "arrays handed to fit",
        }

    def read_device_memory_bytes(self) -> int | None:
        """The most memory that was in use on the GPU so far."""
        if self.spec.device == "cpu":
            return None
        if BACKEND == "tensorflow":
            import tensorflow as tf

            return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
        if BACKEND == "torch":
            import torch

            return int(torch.cuda.max_memory_allocated())
        import jax

        return (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")

    def _fit(self, arrays: Arrays, epochs: int) -> None:
        if hasattr(self.program, "EPOCHS"):
            self.program.__dict__["EPOCHS"] = epochs
        self.program.train(self.model, arrays.inputs, arrays.labels)

    def _wrap(self) -> None:
        """The program calls `fit` and `evaluate`; what they are called with is completed here."""
        fit, evaluate = self.model.fit, self.model.evaluate

        def fit_watched(*args: Any, **options: Any) -> Any:
            callbacks = [*(options.pop("callbacks", None) or ()), *self._options["callbacks"]]
            chosen = self._options | {"callbacks": callbacks, "verbose": 0}
            return fit(*args, **options | chosen)

        self.model.fit = fit_watched
        self.model.evaluate = lambda *args, **options: evaluate(*args, **options | {"verbose": 0})


class _Clock(keras.callbacks.Callback):
    """Passes the end of each step and of each epoch on to the journal.

    A batch's beginning stands for the end of the one before: overriding `on_train_batch_end` would
    make Keras give up its asynchronous dispatch.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras before each batch."""
        if batch == 0:
            return
        if not self._journal.is_warm:
            wait_for_backend()
        self._journal.end_step()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras after each epoch."""
        if logs is not None:
            wait_for_backend()
            self._journal.end_epoch(logs["loss"], logs["accuracy"])


class _LossReader(keras.callbacks.Callback):
    """Keeps the loss of each epoch."""

    def __init__(self, losses: list[float]) -> None:
        super().__init__()
        self._losses = losses

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras after each epoch."""
        if logs is not None:
            self._losses.append(float(logs["loss"]))


def wait_for_backend() -> None:
    """Return when the backend has computed what it was sent."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.test.experimental.sync_devices()
    elif BACKEND == "torch":
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
    else:
        import jax

        jax.block_until_ready(jax.live_arrays())


def _keep_float64() -> None:
    """Make Keras compute in float64 where it is asked to, for the parity check.

    Keras 3.15 takes two float64 operands' common type for float32 on every backend but TensorFlow's:
    on PyTorch, `matmul` computes in that type. In float32, which is what trials are timed in, the
    rule has no effect.
    """
    from keras.src.backend.common import dtypes

    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    if BACKEND == "jax":
        from experiments.adapters.jax_attention import keep_float64

        keep_float64()
    if BACKEND == "tensorflow":
        import tensorflow as tf

        own = tf.nn.gelu

        def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
            """TensorFlow's has the root of 2 in float32, whatever it computes in."""
            if approximate:
                return own(features, approximate=True, name=name)
            root = tf.constant(2**0.5, features.dtype)
            return features * (1 + tf.math.erf(features / root)) / 2

        tf.nn.gelu = gelu


def _find_layers(model: Any) -> list[tuple[str, Any]]:
    """Kind and layer of each that has weights, in the order of creation, which Keras' names count."""
    found = []
    for layer in model._flatten_layers(include_self=False, recursive=True):
        kind = next((kind for one, kind in KINDS.items() if isinstance(layer, one)), None)
        if kind is not None:
            found.append((kind, layer))
    parts = {
        id(inner)
        for kind, layer in found
        if kind == "attention"
        for inner in layer._flatten_layers(include_self=False, recursive=True)
    }
    named = [(kind, layer) for kind, layer in found if id(layer) not in parts]
    return sorted(named, key=lambda one: _find_number(one[1].name))


def _find_number(name: str) -> int:
    """Keras names its layers dense, dense_1, dense_2 ... as they are made."""
    number = name.rpartition("_")[2]
    return int(number) if number.isdecimal() else 0


def _list_roles(layer: Any) -> tuple[str, ...]:
    kind = next(kind for one, kind in KINDS.items() if isinstance(layer, one))
    if kind == "attention":
        return ROLES[kind]
    return tuple(role for role in ROLES[kind] if role != "bias" or getattr(layer, "use_bias", True))


@contextmanager
def _recording(layers: Iterable[tuple[Placed, Any]], numbers: dict[str, Array]) -> Iterator[None]:
    """Keep the input of each layer."""
    wrapped = []
    for placed, layer in layers:
        call = layer.call

        def record(
            inputs: Any, *args: Any, _call: Any = call, _name: str = placed.name, **options: Any
        ) -> Any:
            numbers[f"input {_name}"] = np.array(keras.ops.convert_to_numpy(inputs))
            return _call(inputs, *args, **options)

        object.__setattr__(layer, "call", record)
        wrapped.append((layer, call))
    try:
        yield
    finally:
        for layer, call in wrapped:
            object.__setattr__(layer, "call", call)


def _find_gradients(model: Any, arrays: Arrays) -> tuple[float, list[Array]]:
    """The loss and its gradient for each trainable weight, by the backend's own means."""
    inputs, labels = arrays
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = model.compute_loss(inputs, labels, model(inputs, training=True))
        gradients = tape.gradient(loss, [one.value for one in model.trainable_weights])
        return float(loss), [tf.convert_to_tensor(one).numpy() for one in gradients]
    if BACKEND == "torch":
        import torch

        loss = model.compute_loss(inputs, labels, model(inputs, training=True))
        gradients = torch.autograd.grad(loss, [one.value for one in model.trainable_weights])
        return loss.item(), [one.numpy() for one in gradients]
    import jax

    rest = [one.value for one in model.non_trainable_variables]

    def lose(weights: list[Any]) -> Any:
        logits, _ = model.stateless_call(weights, rest, inputs, training=True)
        return model.loss(labels, logits)

    loss, gradients = jax.value_and_grad(lose)([one.value for one in model.trainable_weights])
    return float(loss), [np.asarray(one) for one in gradients]


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
            mapped["momentum of BatchNormalization"] = f"{layer.momentum:g} → {declared.momentum:g}"
            layer.momentum = declared.momentum
    for layer in model._flatten_layers(include_self=False, recursive=True):
        if isinstance(layer, keras.layers.Dropout) and layer.rate:
            mapped["rate of Dropout"] = f"{layer.rate:g} → 0"
            layer.rate = 0.0
    return mapped


def _map_optimizer(optimizer: Any, spec: TrialSpec) -> dict[str, str]:
    """Numbers as all frameworks take them."""
    rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
    optimizer.learning_rate = round_number(rate, spec.precision)
    for name in ("beta_1", "beta_2", "momentum", "weight_decay"):
        value = getattr(optimizer, name, None)
        if isinstance(value, float):
            setattr(optimizer, name, round_number(value, spec.precision))
    if not hasattr(optimizer, "epsilon"):
        return {}
    mapped = {}
    if optimizer.epsilon != EPSILON:
        mapped["epsilon of Adam"] = f"{optimizer.epsilon:g} → {EPSILON:g}"
    optimizer.epsilon = round_number(EPSILON, spec.precision)
    return mapped


def _map_gradients(optimizer: Any, layers: Iterable[tuple[Placed, Any]]) -> dict[str, str]:
    """An embedding's gradient as one table, as everywhere else.

    TensorFlow gives one row for each place of the batch. Keras' Adam squares these one by one, and
    adds up the squares of a token that comes more than once.
    """
    if BACKEND != "tensorflow" or not any(
        isinstance(one, keras.layers.Embedding) for _, one in layers
    ):
        return {}
    import tensorflow as tf

    apply = optimizer.apply

    def apply_tables(gradients: Any, *args: Any, **options: Any) -> Any:
        return apply([tf.convert_to_tensor(one) for one in gradients], *args, **options)

    optimizer.apply = apply_tables
    return {"gradient of Embedding": "squared place by place → summed for each token first"}


def _name_initializer(initializer: Any, controlled: bool) -> str:
    return "shared weights" if controlled else type(initializer).__name__


def _describe_optimizer(optimizer: Any) -> dict[str, str]:
    if hasattr(optimizer, "beta_1"):
        return {
            "epsilon": f"{optimizer.epsilon:g}, before the bias correction",
            "betas": f"{optimizer.beta_1:g}, {optimizer.beta_2:g}",
        }
    return {"momentum": f"{getattr(optimizer, 'momentum', 0):g}"}


def _describe_layers(layers: Iterable[tuple[Placed, Any]]) -> dict[str, str]:
    found = {}
    for _, layer in layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            found["epsilon of batch normalisation"] = f"{layer.epsilon:g}"
            found["momentum of batch normalisation"] = f"keeps {layer.momentum:g}"
        elif isinstance(layer, keras.layers.LayerNormalization):
            found["epsilon of layer normalisation"] = f"{layer.epsilon:g}"
    return found


def _describe_backend(model: Any) -> dict[str, str]:
    """What the backend rather than Keras decides."""
    compiled = bool(model.jit_compile)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        intra = tf.config.threading.get_intra_op_parallelism_threads()
        inter = tf.config.threading.get_inter_op_parallelism_threads()
        return {
            "threads": f"{intra} within, {inter} between operations",
            "compiler": "XLA" if compiled else "none",
            "TF32": str(tf.config.experimental.tensor_float_32_execution_enabled()),
        }
    if BACKEND == "torch":
        import torch

        intra, inter = torch.get_num_threads(), torch.get_num_interop_threads()
        return {
            "threads": f"{intra} within, {inter} between operations",
            "compiler": "TorchInductor" if compiled else "none",
            "TF32": str(torch.backends.cuda.matmul.allow_tf32),
        }
    jax: Any = sys.modules["jax"]
    precision = jax.config.jax_default_matmul_precision
    return {
        "threads": f"{os.environ.get('PJRT_NPROC', 'all')} within operations, others free",
        "compiler": "XLA (jax.jit)" if compiled else "none",
        "TF32": f"matmul precision {precision or 'default'}",
    }


def _cast(arrays: Arrays) -> Arrays:
    """Values in the precision of the model."""
    if arrays.inputs.dtype.kind != "f":
        return arrays
    return Arrays(arrays.inputs.astype(keras.config.floatx()), arrays.labels)
