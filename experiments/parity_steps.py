"""Known traps behind the logits: loss, gradients and optimiser, each a formula that the numbers must fit."""

from typing import NamedTuple

import numpy as np

from experiments.adam import EPSILON, map_epsilon, round_number
from experiments.parity_differences import Array, Numbers, Pair, Parting, is_close, list_layers
from experiments.parity_forward import soften

FIRST_EPSILON = map_epsilon(round_number(EPSILON, "float64"), round_number(0.999, "float64"), 1)
"""Beside the size of the gradient, in the first step of Adam as the adapters set it."""


class Step(NamedTuple):
    """The first step of an optimiser: rate times what its family makes of the gradient, and decay."""

    family: str
    rate: float
    decay: float
    """Of the weights themselves, the rate left out."""


def find_step_trap(pair: Pair, parting: Parting) -> str | None:
    """The trap whose formula fits; None where none does."""
    with np.errstate(all="ignore"):
        if parting.kind == "loss":
            return _test_loss(pair)
        if parting.kind == "gradient":
            return _test_gradient(pair, parting)
        number = int(parting.name[5:7])
        if parting.name.endswith((".mean", ".variance")):
            return _test_running(pair, parting)
        if number == 1:
            return _test_first_step(pair)
        return (_test_second_step(pair) if number == 2 else None) or _test_rate(pair, number)


def _test_loss(pair: Pair) -> str | None:
    """The mean cross-entropy, against what else each program may have computed."""
    logits, labels = pair.a["logits"], pair.a.get("labels")
    if labels is None:
        return None
    logits = logits.reshape(-1, logits.shape[-1])
    labels = labels.reshape(-1).astype(int)
    count = len(labels)
    mean = _cross_entropy(logits, labels)
    others = {
        "the loss is summed, not averaged": mean * count,
        "softmax twice: the loss takes the softmax of what is softmax already": _cross_entropy(
            soften(logits), labels
        ),
        "the labels are one place early": _cross_entropy(logits, np.roll(labels, -1)),
        "the labels are one place late": _cross_entropy(logits, np.roll(labels, 1)),
        "the labels are one class too high": _cross_entropy(logits, (labels + 1) % logits.shape[1]),
        "the labels are one class too low": _cross_entropy(logits, labels - 1),
        "the loss is summed over each example, and averaged over these": mean
        * (count / len(pair.a["logits"])),
    }
    first = pair.a[f"input {list_layers(pair.a)[0]}"].reshape(-1)
    if first.dtype.kind == "i" and len(first) == count:
        others["the labels are the inputs themselves, not what follows them"] = _cross_entropy(
            logits, first
        )
    for one in pair.both_ways():
        if is_close(one.a["loss"], np.asarray(mean)):
            for trap, value in others.items():
                if is_close(one.b["loss"], np.asarray(value)):
                    return f"{trap} (in {one.b_title})"
    return None


def _cross_entropy(logits: Array, labels: Array) -> float:
    return float(-np.log(soften(logits))[np.arange(len(labels)), labels].mean())


def _test_gradient(pair: Pair, parting: Parting) -> str | None:
    for one in pair.both_ways():
        reaching = one.a.get(parting.name)
        if reaching is None or not reaching.any():
            return f"no gradient reaches it in {one.a_title}: the graph is cut there"
    a, b = pair.a[parting.name], pair.b[parting.name]
    ratio = _fit([b], a)
    return None if ratio is None else f"it is {ratio[0]:.4g} times as large in {pair.a_title}"


def _test_running(pair: Pair, parting: Parting) -> str | None:
    """Running means start at 0 and variances at 1; both take a share of those of the batch."""
    layer = parting.name.split(" ", 2)[2].rpartition(".")[0]
    first = f"step 01 {layer}"
    for one in pair.both_ways():
        if not one.a[f"{first}.mean"].any() and one.b[f"{first}.mean"].any():
            return f"BatchNorm in the wrong mode: its running mean does not move in {one.a_title}"
    inputs = pair.a[f"input {layer}"]
    axes = tuple(range(inputs.ndim - 1))
    shares = [_fit([inputs.mean(axis=axes)], one[f"{first}.mean"]) for one in (pair.a, pair.b)]
    if shares[0] is None or shares[1] is None:
        return None
    keeps = [1 - float(share[0]) for share in shares if share is not None]
    told = f"{keeps[0]:.4g} in {pair.a_title}, {keeps[1]:.4g} in {pair.b_title}"
    if abs(sum(keeps) - 1) < 1e-6 and abs(keeps[0] - keeps[1]) > 1e-6:
        return (
            f"the momentum convention of BatchNorm, m against 1 - m: the running mean keeps {told}"
        )
    if abs(keeps[0] - keeps[1]) > 1e-6:
        return f"the momentum of BatchNorm: the running mean keeps {told}"
    count = inputs.size // inputs.shape[-1]
    for one in pair.both_ways():
        moved = [side[f"{first}.variance"] - keeps[0] for side in (one.a, one.b)]
        if is_close(moved[0], moved[1] * count / (count - 1)):
            return (
                f"the running variance is divided by n - 1 in {one.a_title}, by n in {one.b_title}"
            )
    return None


def _test_first_step(pair: Pair) -> str | None:
    steps = [describe_first_step(numbers) for numbers in (pair.a, pair.b)]
    for one, step in zip(pair.both_ways(), steps, strict=True):
        if step is not None and step.family == "Adam" and step.decay:
            gradient, weights, update = _gather(one.b)
            if is_close(update, step.rate * _adapt(gradient + step.decay * weights)):
                return (
                    f"the weight decay of AdamW is coupled in {one.b_title}: it is added to the"
                    " gradient, as Adam with weight decay does"
                )
    a, b = _find_epsilon(pair.a), _find_epsilon(pair.b)
    titles = (pair.a_title, pair.b_title)
    if a is not None and b is not None and abs(a - b) > 1e-3 * max(a, b):
        return (
            f"the epsilon of Adam, beside the size of the first gradient: {a:.2g} in {titles[0]},"
            f" {b:.2g} in {titles[1]}"
        )
    if steps[0] is None or steps[1] is None:
        return None
    return _tell_steps(steps[0], steps[1], titles)


def _tell_steps(a: Step, b: Step, titles: tuple[str, str]) -> str | None:
    if a.family != b.family:
        return (
            f"other optimisers: {titles[0]} takes a step of {a.family}, {titles[1]} of {b.family}"
        )
    if abs(a.rate - b.rate) > 1e-6 * b.rate:
        return (
            f"the rate of the first step is {a.rate:.4g} in {titles[0]} and {b.rate:.4g} in"
            f" {titles[1]}: another learning rate, or momentum that is dampened or Nesterov's"
        )
    if abs(a.decay - b.decay) > 1e-6 * max(a.decay, b.decay):
        return f"weight decay: {a.decay:.4g} in {titles[0]}, {b.decay:.4g} in {titles[1]}"
    return None


def describe_first_step(numbers: Numbers) -> Step | None:
    """Which optimiser's first step this is, its rate and its decay; None where it is no known one."""
    gradient, weights, update = _gather(numbers)
    for family, direction in (("SGD", gradient), ("Adam", _adapt(gradient))):
        found = _fit([direction, weights], update)
        if found is not None:
            rate, decay = map(float, found)
            return Step(family, rate, decay / rate if abs(decay) > 1e-9 * rate else 0.0)
    return None


def _find_epsilon(numbers: Numbers) -> float | None:
    """Where the first step is rate · g / (|g| + epsilon), the epsilon."""
    gradient, _, update = _gather(numbers)
    places = np.abs(gradient) > 1e-9
    size, taken = np.abs(gradient[places]), np.abs(update[places])
    # taken · (size + epsilon) = rate · size
    found = _fit([size, -taken], taken * size)
    return float(found[1]) if found is not None and found[0] > 0 else None


def _test_second_step(pair: Pair) -> str | None:
    """Both took the same first step u1: u2 = m·u1 + c·rate·g2, with c = 1 unless it is dampened."""
    first = _gather(pair.a)[2]
    for one in pair.both_ways():
        taken, other = _gather(one.a, 2)[2], _gather(one.b, 2)[2]
        found = _fit([other, first], taken)
        if found is None:
            continue
        share, rest = map(float, found)
        if abs(share - 1) < 1e-6:
            return f"the momentum is larger by {abs(rest):.4g} in {(one if rest > 0 else one.turn()).a_title}"
        momentum = rest / (1 - share)
        if 0 < share < 1 and 0 < momentum < 1:
            return (
                f"the momentum of {momentum:.4g} is dampened in {one.a_title}: a new gradient counts"
                f" {share:.4g} of what it counts in {one.b_title}"
            )
    steps = [describe_first_step(numbers) for numbers in (pair.a, pair.b)]
    if all(step is not None and step.family == "Adam" for step in steps):
        return "the first step agrees and is Adam's: the betas or the bias correction differ"
    return None


def _test_rate(pair: Pair, number: int) -> str | None:
    a, b = (_gather(numbers, number)[2] for numbers in (pair.a, pair.b))
    found = _fit([b], a)
    if found is None:
        return None
    return f"a schedule: this step is {found[0]:.4g} times as long in {pair.a_title}"


def _gather(numbers: Numbers, number: int = 1) -> tuple[Array, Array, Array]:
    """First gradients, start weights, and by how much step `number` lowered each weight, in a row."""
    names = [name.removeprefix("gradient ") for name in numbers if name.startswith("gradient ")]

    def join(prefix: str) -> Array:
        return np.concatenate([numbers[f"{prefix} {name}"].ravel() for name in names])

    update = join(f"step {number - 1:02}") - join(f"step {number:02}")
    return join("gradient"), join("step 00"), update


def _adapt(gradient: Array) -> Array:
    """What the first step of Adam makes of a gradient."""
    adapted: Array = gradient / (np.abs(gradient) + FIRST_EPSILON)
    return adapted


def _fit(parts: list[Array], whole: Array) -> Array | None:
    """How much of each part the whole is, where it is nothing else."""
    table = np.stack([part.ravel() for part in parts], axis=1)
    if not (np.isfinite(table).all() and np.isfinite(whole).all()):
        return None
    found: Array = np.asarray(np.linalg.lstsq(table, whole.ravel(), rcond=None)[0], np.float64)
    return found if is_close(table @ found, whole.ravel()) else None
