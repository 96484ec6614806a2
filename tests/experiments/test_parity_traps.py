"""Where constructed numbers part is found, and each known trap is named only where its formula fits."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from experiments.adam import EPSILON, map_epsilon, round_number
from experiments.parity_differences import Numbers, Pair
from experiments.parity_traps import explain, explain_error

Array: TypeAlias = npt.NDArray[Any]
BATCH, UNITS, CLASSES = 8, 6, 3
RATE = 0.01
GENERATOR = np.random.default_rng(0)
LABELS = GENERATOR.integers(0, CLASSES, BATCH)
START = GENERATOR.normal(size=(UNITS, CLASSES))
GRADIENT = GENERATOR.normal(size=(UNITS, CLASSES))
SECOND = GENERATOR.normal(size=(UNITS, CLASSES))
HIDDEN = GENERATOR.normal(size=(BATCH, UNITS))
IMAGES = GENERATOR.normal(size=(BATCH, 4, 4, 2))
EPS = map_epsilon(round_number(EPSILON, "float64"), round_number(0.999, "float64"), 1)


def adapt(gradient: Array, epsilon: float = EPS) -> Array:
    return np.asarray(gradient / (np.abs(gradient) + epsilon))


def descend(*updates: Array) -> dict[str, Array]:
    """Weights after each update."""
    found, weights = {}, START
    for number, update in enumerate(updates, 1):
        weights = weights - RATE * update
        found[f"step {number:02} dense2.kernel"] = weights
    return found


def soften(logits: Array) -> Array:
    raised = np.exp(logits)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def cross_entropy(logits: Array, labels: Array = LABELS) -> Array:
    return np.asarray(-np.log(soften(logits))[np.arange(BATCH), labels].mean())


def make_numbers(**changed: Array) -> dict[str, Array]:
    """Of a batch norm, a dense layer behind it with ReLU between, another dense layer."""
    logits = HIDDEN @ START
    centred = IMAGES - IMAGES.mean(axis=(0, 1, 2))
    numbers = {
        "parameter_count": np.asarray(18),
        "input batch_norm1": IMAGES,
        "input dense1": centred / np.sqrt(IMAGES.var(axis=(0, 1, 2)) + 1e-3),
        "input dense2": np.maximum(HIDDEN, 0),
        "logits": logits,
        "repeated logits": logits,
        "labels": LABELS,
        "loss": cross_entropy(logits),
        "gradient batch_norm1.scale": np.ones(2),
        "gradient dense1.kernel": np.ones((2, UNITS)),
        "gradient dense2.kernel": GRADIENT,
        "step 00 batch_norm1.scale": np.ones(2),
        "step 00 batch_norm1.mean": np.zeros(2),
        "step 00 dense1.kernel": np.ones((2, UNITS)),
        "step 00 dense2.kernel": START,
        "step 01 batch_norm1.scale": np.ones(2) - RATE,
        "step 01 batch_norm1.mean": 0.01 * IMAGES.mean(axis=(0, 1, 2)),
        "step 01 batch_norm1.variance": 0.99 + 0.01 * IMAGES.var(axis=(0, 1, 2)),
        "step 01 dense1.kernel": np.ones((2, UNITS)) - RATE,
        "step 02 batch_norm1.scale": np.ones(2) - 2 * RATE,
        "step 02 dense1.kernel": np.ones((2, UNITS)) - 2 * RATE,
    }
    return numbers | descend(GRADIENT, SECOND) | changed


def tell(a: Numbers, b: Numbers) -> str:
    return explain(Pair(a, b, "Left", "Right"))


def of_images(epsilon: float) -> Array:
    centred = IMAGES - IMAGES.mean(axis=(0, 1, 2))
    return np.asarray(centred / np.sqrt(IMAGES.var(axis=(0, 1, 2)) + epsilon))


LOGITS = HIDDEN @ START
FORWARD = {
    "activation": ({"input dense2": HIDDEN}, "Left has ReLU there, Right has none"),
    "order": ({"input dense2": np.maximum(HIDDEN, 0)[:, ::-1]}, "flatten order"),
    "shape": ({"input dense2": np.ones((BATCH, 7))}, "other shapes: 6 in Left, 7 in Right"),
    "dropout": (
        {"input dense2": HIDDEN**2, "repeated logits": LOGITS + 1},
        "dropout active in Right",
    ),
    "softmax": (
        {"logits": soften(LOGITS), "repeated logits": soften(LOGITS)},
        "Right ends in softmax",
    ),
    "mode": ({"input dense1": IMAGES / np.sqrt(1.001)}, "BatchNorm in the wrong mode: Right"),
    "epsilon": (
        {"input dense1": of_images(1e-5)},
        "epsilon of batch_norm1: 0.001 in Left, 1e-05 in Right",
    ),
    "nothing known": ({"input dense1": of_images(1e-3) + IMAGES**3}, ""),
    "scale": ({"input batch_norm1": IMAGES * 255}, "every value in Left is 0.003922 times"),
}


@pytest.mark.parametrize(("changed", "trap"), FORWARD.values(), ids=FORWARD)
def test_network(changed: dict[str, Array], trap: str) -> None:
    told = tell(make_numbers(), make_numbers(**changed))
    assert trap in told
    assert ("this looks like" in told) is bool(trap)
    place = next(iter(changed))
    assert ("the logits" if place == "logits" else place.replace(" ", " of ")) in told


def test_missing_skip_connection() -> None:
    inner = GENERATOR.normal(size=IMAGES.shape)
    rest = {"gradient dense1.kernel": np.ones(1), "input dense1": inner}
    with_it, without = {"input dense2": inner**2 + IMAGES}, {"input dense2": inner**2}
    told = tell(make_numbers(**rest, **with_it), make_numbers(**rest, **without))
    assert "a missing skip connection: Right does not add" in told
    assert "up to the input of dense1 they agree, and part behind it" in told


@pytest.mark.parametrize(
    ("diagonal", "trap"),
    [(1, "off by one: each place also"), (-1, "no place sees itself"), (9, "no causal mask")],
)
def test_mask(diagonal: int, trap: str) -> None:
    weights, inputs = {}, GENERATOR.normal(size=(2, 5, 4))
    for part in ("query", "key", "value"):
        weights[f"step 00 attention1.{part} kernel"] = GENERATOR.normal(size=(4, 2, 2))
        weights[f"step 00 attention1.{part} bias"] = np.zeros((2, 2))
    weights["step 00 attention1.output kernel"] = GENERATOR.normal(size=(2, 2, 4))
    weights["step 00 attention1.output bias"] = np.zeros(4)

    def attend(diagonal: int) -> dict[str, Array]:
        query, key, value = (
            np.einsum("btu,uhs->bths", inputs, weights[f"step 00 attention1.{part} kernel"])
            for part in ("query", "key", "value")
        )
        scores = np.einsum("bths,brhs->bhtr", query, key) / 2**0.5
        scores = np.where(np.tri(5, 5, diagonal, bool), scores, -99)
        seen = np.einsum("bhtr,brhs->bths", soften(scores), value)
        output = np.einsum("bths,hsu->btu", seen, weights["step 00 attention1.output kernel"])
        return weights | {
            "input attention1": inputs,
            "gradient attention1.output bias": np.ones(4),
            "gradient dense1.kernel": np.ones(4),
            "input dense1": inputs + output,
            "logits": output,
        }

    told = tell(attend(0), attend(diagonal))
    assert trap in told
    assert "(in Right)" in told


@pytest.mark.parametrize(
    ("loss", "trap"),
    [
        (cross_entropy(LOGITS) * BATCH, "summed, not averaged (in Right)"),
        (cross_entropy(soften(LOGITS)), "softmax twice"),
        (cross_entropy(LOGITS, np.roll(LABELS, 1)), "one place late"),
        (cross_entropy(LOGITS, (LABELS + 1) % CLASSES), "one class too high"),
        (cross_entropy(LOGITS) + 0.1, ""),
    ],
)
def test_loss(loss: Array, trap: str) -> None:
    told = tell(make_numbers(), make_numbers(loss=np.asarray(loss)))
    assert "the logits agree, and the loss does not" in told
    assert trap in told
    assert ("this looks like" in told) is bool(trap)


@pytest.mark.parametrize("is_there", [True, False])
def test_gradient(*, is_there: bool) -> None:
    cut = make_numbers(**{"gradient dense2.kernel": GRADIENT * 0})
    if not is_there:
        del cut["gradient dense2.kernel"]
    told = tell(make_numbers(), cut)
    assert "the gradient of dense2.kernel does not" in told
    assert "no gradient reaches it in Right" in told


MEAN, VARIANCE = IMAGES.mean(axis=(0, 1, 2)), IMAGES.var(axis=(0, 1, 2))
COUNT = IMAGES.size // 2


@pytest.mark.parametrize(
    ("role", "value", "trap"),
    [
        ("mean", 0 * MEAN, "BatchNorm in the wrong mode: its running mean does not move in Right"),
        (
            "mean",
            0.99 * MEAN,
            "m against 1 - m: the running mean keeps 0.99 in Left, 0.01 in Right",
        ),
        ("mean", 0.1 * MEAN, "the running mean keeps 0.99 in Left, 0.9 in Right"),
        ("variance", 0.99 + 0.01 * VARIANCE * COUNT / (COUNT - 1), "divided by n - 1 in Right"),
    ],
)
def test_running_statistics(role: str, value: Array, trap: str) -> None:
    name = f"step 01 batch_norm1.{role}"
    told = tell(make_numbers(), make_numbers(**{name: value}))
    assert f"they part at optimiser step 1, in batch_norm1.{role}" in told
    assert trap in told


def give_steps(*updates: Array) -> dict[str, Array]:
    """Only one layer has weights."""
    numbers = make_numbers(**descend(*updates))
    return {
        name: array
        for name, array in numbers.items()
        if not name.startswith(("step", "gradient")) or name.endswith("dense2.kernel")
    }


SGD = (GRADIENT, 0.9 * GRADIENT + SECOND)
ADAM = (adapt(GRADIENT), adapt(SECOND))
DECAYED = (adapt(GRADIENT) + 0.1 * START, SECOND)
COUPLED = (adapt(GRADIENT + 0.1 * START), SECOND)


@pytest.mark.parametrize(
    ("a", "b", "step", "trap"),
    [
        (SGD, (GRADIENT, 0.9 * GRADIENT + 0.1 * SECOND), 2, "momentum of 0.9 is dampened in Right"),
        (SGD, (GRADIENT, SECOND), 2, "the momentum is larger by 0.9 in Left"),
        (SGD, (0.1 * GRADIENT, SECOND), 1, "first step is 0.01 in Left and 0.001 in Right"),
        (SGD, ADAM, 1, "Left takes a step of SGD, Right of Adam"),
        (ADAM, (adapt(GRADIENT, 1e-2), SECOND), 1, "the epsilon of Adam"),
        (ADAM, (adapt(GRADIENT), SECOND), 2, "betas or the bias correction"),
        (DECAYED, COUPLED, 1, "the weight decay of AdamW is coupled in Right"),
        (DECAYED, ADAM, 1, "weight decay: 0.1 in Left, 0 in Right"),
        (SGD, (SECOND, SECOND), 1, ""),
    ],
)
def test_optimiser(a: tuple[Array, ...], b: tuple[Array, ...], step: int, trap: str) -> None:
    told = tell(give_steps(*a), give_steps(*b))
    assert f"they part at optimiser step {step}, in dense2.kernel" in told
    assert trap in told
    assert ("this looks like" in told) is bool(trap)


def test_border_of_zeros_is_no_difference() -> None:
    padded = np.pad(IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)))
    told = tell(make_numbers(), make_numbers(**{"input batch_norm1": padded, "loss": np.ones(())}))
    assert "the logits agree" in told


@pytest.mark.parametrize(
    ("mismatch", "trap"),
    [
        ("conv1.bias is declared, and the program has none", "a bias is missing"),
        ("the program has dense1.bias, which is not declared", "a bias too many"),
        ("dense1.kernel is 3136 x 64 in the program and 1024 x 64 as declared", "other padding"),
        ("dense1.kernel is 1024 x 32 in the program and 1024 x 64 as declared", ""),
    ],
)
def test_weights_that_do_not_fit(mismatch: str, trap: str) -> None:
    told = tell(make_numbers(), {"mismatch": np.asarray(mismatch)})
    assert f"in Right, {mismatch}" in told
    assert trap in told
    assert ("this looks like" in told) is bool(trap)


def test_frozen_weights() -> None:
    told = tell(make_numbers(), make_numbers(parameter_count=np.asarray(12)))
    assert "Left trains 18 weights and Right 12" in told


def test_program_whose_shapes_do_not_fit() -> None:
    assert "padding" in explain_error("Left", "mat1 and mat2 shapes cannot be multiplied")
    assert "looks like" not in explain_error("Left", "No module named 'libfake'")
