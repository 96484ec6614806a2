"""Runs a PyTorch program: weights and order handed in, defaults mapped, its loop watched."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from dlsurvey.records import TrialSpec
from experiments.adam import EPSILON, map_epsilon, round_number
from experiments.datasets import Arrays, Classes
from experiments.journal import Journal
from experiments.layers import BatchNorm, LayerNorm, Placed
from experiments.matching import match_layers
from experiments.programs import OrderedBatches, WatchedBatches, order_by
from experiments.weights import Array, Weights, put_channels_first, put_channels_last
from experiments.workloads import Workload

KINDS: dict[type[nn.Module], str] = {
    nn.Conv2d: "conv",
    nn.Linear: "dense",
    nn.BatchNorm2d: "batch_norm",
    nn.LayerNorm: "layer_norm",
    nn.Embedding: "embedding",
    nn.MultiheadAttention: "attention",
}


def sees_gpu() -> bool:
    """Whether PyTorch can train on a GPU here."""
    return bool(torch.cuda.is_available())


def prepare_framework(spec: TrialSpec) -> None:
    """Pin the threads, choose the precision, seed every random number generator."""
    torch.set_num_threads(spec.threads)
    torch.set_num_interop_threads(spec.threads)
    torch.set_default_dtype(getattr(torch, spec.precision))
    torch.manual_seed(spec.seed)


class Network:
    """The program's network with its loss and optimiser, as the spec wants them."""

    loops = True
    """The program writes its training loop out."""

    def __init__(self, program: ModuleType, workload: Workload, spec: TrialSpec) -> None:
        """Build them; in the controlled protocol the declared defaults are mapped."""
        self.program = program
        self.spec = spec
        self.model: nn.Module = program.build_model().to(spec.device)
        self.layers = match_layers(workload, list(_find_layers(self.model)))
        self.mapped: dict[str, str] = {}
        if spec.protocol == "controlled":
            self.mapped |= _map_layers(self.model, self.layers)
        self.loss_function, self.optimizer = program.choose_loss_and_optimizer(self.model)
        if spec.protocol == "controlled":
            self.mapped |= _map_optimizer(self.optimizer, spec)
        if spec.mode == "compiled":
            self.model.compile()

    def load_data(self) -> tuple[Any, Any]:
        """Training and test batches, as the program loads them."""
        batches: tuple[Any, Any] = self.program.load_data()
        return batches

    def take_data(self, arrays: Arrays, *, shuffle: bool) -> OrderedBatches:
        """Batches of these arrays, in the order that all frameworks share."""
        inputs, labels = self.place((_arrange(arrays.inputs), torch.from_numpy(arrays.labels)))
        count = len(labels)
        draw = order_by(self.spec, count) if shuffle else lambda epoch: np.arange(count)
        return OrderedBatches(inputs, labels, self.spec.batch_size, draw)

    def train(self, batches: Any, journal: Journal) -> None:
        """The program's loop, one epoch after another."""
        set_constants_of_loop(self.program)
        watched = WatchedBatches(batches, journal, self.place, self.wait)
        journal.begin()
        for _ in range(self.spec.epochs):
            loss, accuracy = self.program.train(
                self.model, self.loss_function, self.optimizer, watched
            )
            journal.end_epoch(loss, accuracy)

    def evaluate(self, batches: Any) -> tuple[float, float]:
        """Mean loss and accuracy, by the program."""
        placed = PlacedBatches(batches, self.place)
        loss, accuracy = self.program.evaluate(self.model, self.loss_function, placed)
        return float(loss), float(accuracy)

    @torch.no_grad()
    def predict(self, arrays: Arrays) -> Classes:
        """The class of each example (or of each token)."""
        self.model.eval()
        parts = torch.from_numpy(arrays.inputs).split(1000)
        found = [self.model(self.place(_arrange(part.numpy()))).argmax(-1) for part in parts]
        classes: Classes = torch.cat(found).cpu().numpy()
        return classes

    def count_parameters(self) -> int:
        """Weights and biases that training changes."""
        return sum(one.numel() for one in self.model.parameters() if one.requires_grad)

    def read_weights(self) -> Weights:
        """All weights in the canonical layout."""
        return {
            f"{placed.name}.{role}": array
            for placed, module in self.layers
            for role, array in _read(module, placed, lambda one: one.detach()).items()
        }

    def load_weights(self, weights: Weights) -> None:
        """Start from these, given in the canonical layout."""
        with torch.no_grad():
            for placed, module in self.layers:
                _write(module, placed, weights)

    def differentiate(self, arrays: Arrays) -> dict[str, Array]:
        """What one batch gives: the input of each layer, the logits, the loss, every gradient.

        The program's own loop computes them, with an optimiser that takes no step.
        """
        numbers: dict[str, Array] = {}
        reader = _GradientReader(self.model)
        with _recording(self.model, self.layers, numbers):
            loss, _ = self.program.train(
                self.model, self.loss_function, reader, [self._make_batch(arrays)]
            )
        numbers["loss"] = np.asarray(loss, np.float64)
        for placed, module in self.layers:
            for role, array in _read(module, placed, reader.find).items():
                numbers[f"gradient {placed.name}.{role}"] = array
        return numbers

    def step(self, arrays: Arrays) -> float:
        """One step of the program's own loop; the loss before it."""
        loss, _ = self.program.train(
            self.model, self.loss_function, self.optimizer, [self._make_batch(arrays)]
        )
        return float(loss)

    def list_defaults(self) -> dict[str, str]:
        """What differs unless somebody chooses, read from the live objects."""
        group = self.optimizer.param_groups[0]
        intra, inter = torch.get_num_threads(), torch.get_num_interop_threads()
        controlled = self.spec.protocol == "controlled"
        return {
            "kernel initialiser": "shared weights" if controlled else "Kaiming uniform (a = √5)",
            "bias initialiser": "shared weights" if controlled else "uniform within 1/√fan-in",
            "optimiser": type(self.optimizer).__name__,
            **_describe_group(group, controlled=controlled),
            **_describe_layers(self.layers),
            "shuffle": "shared order" if controlled else "by DataLoader",
            "input dtype": str(next(self.model.parameters()).dtype).removeprefix("torch."),
            "layout": "channels_first",
            "threads": f"{intra} within, {inter} between operations",
            "compiler": "TorchInductor" if self.spec.mode == "compiled" else "none",
            "TF32": str(torch.backends.cuda.matmul.allow_tf32),
            "loader": "batches cut from tensors"
            if controlled
            else "DataLoader in the main process",
        }

    def read_device_memory_bytes(self) -> int | None:
        """The most memory that was in use on the GPU so far."""
        if self.spec.device == "cpu":
            return None
        return int(torch.cuda.max_memory_allocated())

    def place(self, tensors: Any) -> Any:
        """Tensors on the device of the spec."""
        if isinstance(tensors, torch.Tensor):
            return tensors.to(self.spec.device)
        return tuple(one.to(self.spec.device) for one in tensors)

    def wait(self) -> None:
        """Return when all is computed."""
        if self.spec.device == "cuda":
            torch.cuda.synchronize()

    def _make_batch(self, arrays: Arrays) -> Any:
        inputs = _arrange(arrays.inputs)
        if inputs.is_floating_point():
            inputs = inputs.to(torch.get_default_dtype())
        return self.place((inputs, torch.from_numpy(arrays.labels)))


class PlacedBatches:
    """Batches on the device of the spec, and nothing measured."""

    def __init__(self, batches: Any, place: Any) -> None:
        """`place` puts the tensors of one batch there."""
        self._batches = batches
        self._place = place

    def __iter__(self) -> Iterator[Any]:
        """One pass."""
        return map(self._place, self._batches)

    def __len__(self) -> int:
        """Batches of one pass."""
        return len(self._batches)


def set_constants_of_loop(program: ModuleType) -> None:
    """One call of the program's `train` is one epoch: between two, the test is taken."""
    if hasattr(program, "EPOCHS"):
        program.__dict__["EPOCHS"] = 1


class _GradientReader:
    """Stands where the optimiser does, and keeps the gradients instead of a step."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._found: dict[int, torch.Tensor] = {}

    def zero_grad(self, *, set_to_none: bool = True) -> None:
        self._model.zero_grad(set_to_none=set_to_none)

    def step(self) -> None:
        self._found = {
            id(one): one.grad.detach().clone()
            for one in self._model.parameters()
            if one.grad is not None
        }

    def find(self, parameter: torch.Tensor) -> torch.Tensor | None:
        """None for what has no gradient."""
        return self._found.get(id(parameter))


@contextmanager
def _recording(
    model: nn.Module, layers: Iterable[tuple[Placed, Any]], numbers: dict[str, Array]
) -> Iterator[None]:
    """Keep the input of each layer, channels last, and the logits."""

    def keep(name: str, value: torch.Tensor, flattened: Any = None) -> None:
        array = value.detach().numpy()
        if array.ndim == 4:
            array = array.transpose(0, 2, 3, 1)
        if flattened is not None and array.ndim == 2:
            height, width, channels = flattened
            array = array.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
            array = array.reshape(len(array), -1)
        numbers[name] = array.copy()

    def record_input(placed: Placed) -> Any:
        return lambda module, inputs: keep(f"input {placed.name}", inputs[0], placed.flattened)

    handles = [module.register_forward_pre_hook(record_input(placed)) for placed, module in layers]
    handles.append(model.register_forward_hook(lambda module, _, out: keep("logits", out)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _find_layers(model: nn.Module) -> Iterator[tuple[str, Any]]:
    """Kind and module of each layer with weights, in the order of their definition."""
    inside: set[int] = set()
    for module in model.modules():
        kind = next((kind for one, kind in KINDS.items() if isinstance(module, one)), None)
        if id(module) in inside or kind is None:
            if id(module) not in inside and any(True for _ in module.parameters(recurse=False)):
                raise ValueError(
                    f"{type(module).__name__} is no layer that workload.toml can declare"
                )
            continue
        inside |= {id(one) for one in module.modules() if one is not module}
        yield kind, module


def _split_weights(module: Any) -> dict[str, Any]:
    """The live weights of a module by their canonical roles; of attention, views of them."""
    match module:
        case nn.BatchNorm2d():
            return {
                "scale": module.weight, "bias": module.bias,
                "mean": module.running_mean, "variance": module.running_var,
            }  # fmt: skip
        case nn.LayerNorm():
            return {"scale": module.weight, "bias": module.bias}
        case nn.Embedding():
            return {"table": module.weight}
        case nn.MultiheadAttention():
            return {
                "in kernel": module.in_proj_weight, "in bias": module.in_proj_bias,
                "output kernel": module.out_proj.weight, "output bias": module.out_proj.bias,
            }  # fmt: skip
        case _:
            weights = {"kernel": module.weight}
            return weights | ({"bias": module.bias} if module.bias is not None else {})


def _read(module: Any, placed: Placed, find: Any) -> dict[str, Array]:
    """Arrays of one layer in the canonical layout; `find` gives the weight itself or its gradient."""
    found = {
        role: tensor.cpu().numpy()
        for role, weight in _split_weights(module).items()
        if (tensor := find(weight)) is not None
    }
    if isinstance(module, nn.MultiheadAttention):
        return _split_attention(found, module.num_heads)
    if "kernel" in found:
        found["kernel"] = put_channels_last(found["kernel"], placed)
    return {role: np.array(array) for role, array in found.items()}


def _split_attention(found: dict[str, Array], heads: int) -> dict[str, Array]:
    units = found["output kernel"].shape[0]
    size = units // heads
    split: dict[str, Array] = {}
    parts = zip(
        ("query", "key", "value"),
        np.split(found["in kernel"], 3),
        np.split(found["in bias"], 3),
        strict=True,
    )
    for part, kernel, bias in parts:
        split[f"{part} kernel"] = kernel.T.reshape(units, heads, size)
        split[f"{part} bias"] = bias.reshape(heads, size)
    split["output kernel"] = found["output kernel"].T.reshape(heads, size, units)
    return {role: np.array(array) for role, array in split.items()} | {
        "output bias": np.array(found["output bias"])
    }


def _write(module: Any, placed: Placed, weights: Weights) -> None:
    own = _split_weights(module)
    name = placed.name
    if isinstance(module, nn.MultiheadAttention):
        units = module.embed_dim
        parts = ("query", "key", "value")
        arrays = {
            "in kernel": np.concatenate(
                [weights[f"{name}.{part} kernel"].reshape(units, units).T for part in parts]
            ),
            "in bias": np.concatenate([weights[f"{name}.{part} bias"].ravel() for part in parts]),
            "output kernel": weights[f"{name}.output kernel"].reshape(units, units).T,
            "output bias": weights[f"{name}.output bias"],
        }
    else:
        arrays = {role: weights[f"{name}.{role}"] for role in own}
        if "kernel" in arrays:
            arrays["kernel"] = put_channels_first(arrays["kernel"], placed)
    for role, array in arrays.items():
        own[role].copy_(torch.from_numpy(np.ascontiguousarray(array)))


def _map_layers(model: nn.Module, layers: Iterable[tuple[Placed, Any]]) -> dict[str, str]:
    """The declared epsilon and momentum, a running variance that is biased, nothing left out."""
    mapped = {}
    for placed, module in layers:
        layer = placed.layer
        if isinstance(layer, BatchNorm | LayerNorm) and module.eps != layer.epsilon:
            mapped[f"epsilon of {type(module).__name__}"] = f"{module.eps:g} → {layer.epsilon:g}"
            module.eps = layer.epsilon
        if isinstance(layer, BatchNorm):
            mapped["momentum of BatchNorm2d"] = f"{module.momentum:g} → {1 - layer.momentum:g}"
            mapped["running variance of BatchNorm2d"] = "unbiased → biased"
            module.momentum = 1 - layer.momentum
            module.register_forward_pre_hook(_keep_variance)
            module.register_forward_hook(_correct_variance)
    for module in model.modules():
        if isinstance(module, nn.Dropout) and module.p:
            mapped["rate of Dropout"] = f"{module.p:g} → 0"
            module.p = 0.0
    return mapped


def _keep_variance(module: Any, inputs: Any) -> None:
    if module.training:
        module.variance_before = module.running_var.clone()


def _correct_variance(module: Any, inputs: Any, output: Any) -> None:
    """PyTorch divides by n - 1 for the running variance, the others by n."""
    if not module.training:
        return
    count = inputs[0].numel() / inputs[0].shape[1]
    kept = (1 - module.momentum) * module.variance_before
    # A tensor of its own: autograd has saved the one that the layer updated.
    with torch.no_grad():
        module.running_var = kept + (module.running_var - kept) * (count - 1) / count


def _map_optimizer(optimizer: Any, spec: TrialSpec) -> dict[str, str]:
    """Numbers as all frameworks take them, and Adam's epsilon in Keras' meaning, step by step."""
    mapped = {}
    for group in optimizer.param_groups:
        for name in ("lr", "momentum", "weight_decay"):
            if name in group:
                group[name] = round_number(group[name], spec.precision)
        if "betas" in group:
            group["betas"] = tuple(round_number(beta, spec.precision) for beta in group["betas"])
            mapped["epsilon of Adam"] = f"{group['eps']:g} → {EPSILON:g} in Keras' meaning"
    steps = [0]

    def set_epsilon(optimizer: Any, args: Any, options: Any) -> None:
        steps[0] += 1
        epsilon = round_number(EPSILON, spec.precision)
        for group in optimizer.param_groups:
            group["eps"] = map_epsilon(epsilon, group["betas"][1], steps[0])

    if mapped:
        optimizer.register_step_pre_hook(set_epsilon)
    return mapped


def _describe_group(group: dict[str, Any], *, controlled: bool) -> dict[str, str]:
    """The numbers of the optimiser beside its learning rate."""
    if "betas" not in group:
        return {"momentum": f"{group.get('momentum', 0):g}"}
    beta_1, beta_2 = group["betas"]
    epsilon = f"{group['eps']:g}, after the bias correction"
    return {
        "epsilon": "mapped at each step to Keras' form" if controlled else epsilon,
        "betas": f"{beta_1:g}, {beta_2:g}",
    }


def _describe_layers(layers: Iterable[tuple[Placed, Any]]) -> dict[str, str]:
    found = {}
    for _, module in layers:
        if isinstance(module, nn.BatchNorm2d):
            found["epsilon of batch normalisation"] = f"{module.eps:g}"
            found["momentum of batch normalisation"] = f"keeps {1 - module.momentum:g}"
        elif isinstance(module, nn.LayerNorm):
            found["epsilon of layer normalisation"] = f"{module.eps:g}"
    return found


def _arrange(inputs: Any) -> torch.Tensor:
    """Images with the channels first; everything else as it is."""
    if inputs.ndim == 4:
        inputs = np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))
    elif inputs.dtype.kind == "i":
        inputs = inputs.astype(np.int64)
    return torch.from_numpy(inputs)
