"""Known traps in a network itself, each a formula that the numbers of two programs must fit."""

from collections.abc import Callable
from math import erf

import numpy as np
import numpy.typing as npt

from experiments.parity_differences import (
    CLOSE,
    Array,
    Pair,
    Parting,
    crop_border,
    find_inputs,
    is_close,
    list_layers,
)


def soften(x: Array) -> Array:
    """Softmax over the last axis."""
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    softened: Array = raised / raised.sum(axis=-1, keepdims=True)
    return softened


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "ReLU": lambda x: np.maximum(x, 0),
    "GELU": lambda x: x * (1 + np.vectorize(erf)(x / 2**0.5)) / 2,
    "GELU by tanh": lambda x: x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": soften,
    "log softmax": lambda x: np.log(soften(x)),
}
MASKS: dict[int | None, str] = {
    0: "",
    1: "a causal mask off by one: each place also sees the next, which it has to predict",
    -1: "a causal mask off by one: no place sees itself",
    None: "no causal mask: each place sees all that follow",
}
"""By the diagonal up to which a place sees."""
SAMPLE = 2000
"""Values that are enough to try a formula on."""


def find_forward_trap(pair: Pair, parting: Parting) -> str | None:
    """The first trap whose formula fits; None where none does."""
    tests = (
        _test_randomness, _test_order, _test_shape, _test_function, _test_approximation,
        _test_normalisation, _test_mask, _test_skip, _test_ratio,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        return next((found for test in tests if (found := test(pair, parting))), None)


def _test_randomness(pair: Pair, parting: Parting) -> str | None:
    for one in pair.both_ways():
        again = one.a.get("repeated logits")
        if again is not None and not is_close(again, one.a["logits"]):
            return f"dropout active in {one.a_title}: the same batch again gives other logits"
    return None


def _test_order(pair: Pair, parting: Parting) -> str | None:
    a, b = find_inputs(pair, parting.name)
    if a.shape != b.shape or not is_close(*(np.sort(one.reshape(len(one), -1)) for one in (a, b))):
        return None
    return (
        "flatten order: the same values in another order, as channels come first in one program and"
        " last in the other"
    )


def _test_shape(pair: Pair, parting: Parting) -> str | None:
    a, b = find_inputs(pair, parting.name)
    if a.shape == b.shape:
        return None
    sizes = [" x ".join(map(str, one.shape[1:])) for one in (a, b)]
    trap = "other padding, stride or pooling" if a.ndim == b.ndim == 4 else "other shapes"
    return f"{trap}: {sizes[0]} in {pair.a_title}, {sizes[1]} in {pair.b_title}"


def _test_function(pair: Pair, parting: Parting) -> str | None:
    for one in pair.both_ways():
        without, having = find_inputs(one, parting.name)
        name = next(
            (name for name in FUNCTIONS if is_close(FUNCTIONS[name](without), having)), None
        )
        if name is None:
            continue
        if parting.kind == "logits" and name.endswith("softmax"):
            rest = "a loss that takes logits takes the softmax twice"
            return f"softmax in the network: {one.b_title} ends in {name}, and {rest}"
        return f"a missing activation: {one.b_title} has {name} there, {one.a_title} has none"
    return None


def _test_approximation(pair: Pair, parting: Parting) -> str | None:
    """Above zero GELU can be inverted: by halving."""
    exact, by_tanh = FUNCTIONS["GELU"], FUNCTIONS["GELU by tanh"]
    for one in pair.both_ways():
        a, b = find_inputs(one, parting.name)
        places = np.nonzero(a.ravel() > 0.1)[0][:SAMPLE]
        if not places.size:
            continue
        wanted = a.ravel()[places]
        low, high = np.zeros_like(wanted), wanted + 1
        for _ in range(60):
            middle = (low + high) / 2
            is_low = exact(middle) < wanted
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        if is_close(by_tanh(low), b.ravel()[places]):
            return f"GELU: exact in {one.a_title}, approximated by tanh in {one.b_title}"
    return None


def _test_normalisation(pair: Pair, parting: Parting) -> str | None:
    layer = parting.before
    if f"step 00 {layer}.scale" not in pair.a:
        return None
    is_batch = f"step 00 {layer}.mean" in pair.a
    before = find_inputs(pair, f"input {layer}")[0]
    axes = tuple(range(before.ndim - 1)) if is_batch else (-1,)
    for one in pair.both_ways():
        after = crop_border(one.a[parting.name], before.shape)
        if is_batch and _is_unchanged(before, after):
            return (
                f"BatchNorm in the wrong mode: {one.a_title} normalises by the running mean and"
                " variance while it trains"
            )
    found = [
        _find_epsilon(before, crop_border(numbers[parting.name], before.shape), axes)
        for numbers in (pair.a, pair.b)
    ]
    if None in found:
        return None
    return f"epsilon of {layer}: {found[0]:.2g} in {pair.a_title}, {found[1]:.2g} in {pair.b_title}"


def _is_unchanged(before: Array, after: Array) -> bool:
    """Whether running means of 0 and variances of 1 normalised it: all values times one number."""
    if before.shape != after.shape:
        return False
    places = after > 0
    ratios = after[places] / before[places]
    return bool(ratios.size and np.ptp(ratios) < 1e-6 and 0.9 < ratios.min() <= 1.0)


def _find_epsilon(before: Array, after: Array, axes: tuple[int, ...]) -> float | None:
    """The epsilon that makes `after` of `before`, where a single one does."""
    if before.shape != after.shape:
        return None
    centred = before - before.mean(axis=axes, keepdims=True)
    variance = np.broadcast_to(before.var(axis=axes, keepdims=True), before.shape)
    places = (after != 0) & (centred**2 > variance / 4)
    if not places.any():
        return None
    found = (centred[places] / after[places]) ** 2 - variance[places]
    middle = float(np.median(found))
    spread = float(np.abs(found - middle).max())
    is_one = spread <= 1e-6 * max(abs(middle), float(variance[places].max()))
    return middle if is_one and middle > -1e-9 else None


def _test_mask(pair: Pair, parting: Parting) -> str | None:
    layer = parting.before
    if f"step 00 {layer}.query kernel" not in pair.a:
        return None
    outputs = {mask: _attend(pair, layer, mask) for mask in MASKS}
    a, b = pair.a[parting.name], pair.b[parting.name]
    # A first place that sees nothing has no defined output.
    difference = (a - b)[:, 1:]
    for of_a, of_b in ((0, 1), (0, -1), (0, None), (1, 0), (-1, 0), (None, 0)):
        if is_close((outputs[of_a] - outputs[of_b])[:, 1:], difference):
            title = pair.b_title if of_a == 0 else pair.a_title
            return f"{MASKS[of_b if of_a == 0 else of_a]} (in {title})"
    return None


def _attend(pair: Pair, layer: str, diagonal: int | None) -> Array:
    """What the attention gives with a mask up to this diagonal, by its start weights."""
    inputs = pair.a[f"input {layer}"]

    def weigh(part: str) -> Array:
        kernel, bias = (pair.a[f"step 00 {layer}.{part} {role}"] for role in ("kernel", "bias"))
        weighed: Array = np.einsum("btu,uhs->bhts", inputs, kernel) + bias[:, None]
        return weighed

    query, key, value = map(weigh, ("query", "key", "value"))
    scores = query @ key.swapaxes(-1, -2) / query.shape[-1] ** 0.5
    if diagonal is not None:
        scores = np.where(np.tri(len(scores[0, 0]), k=diagonal, dtype=bool), scores, -1e9)
    kernel, bias = (pair.a[f"step 00 {layer}.output {role}"] for role in ("kernel", "bias"))
    output: Array = np.einsum("bhts,hsu->btu", soften(scores) @ value, kernel) + bias
    return output


def _test_skip(pair: Pair, parting: Parting) -> str | None:
    """What is added is an earlier input, or that normalised: channel by channel a straight line of it."""
    a, b = find_inputs(pair, parting.name)
    if a.shape != b.shape:
        return None
    is_cut = min(a.min(), b.min()) >= 0
    places = (a > 0) & (b > 0) | (not is_cut)
    for layer in max(list_layers(pair.a), list_layers(pair.b), key=len):
        name = f"input {layer}"
        if name == parting.name:
            break
        found = pair.a.get(name, pair.b.get(name))
        earlier = None if found is None else crop_border(found, a.shape)
        if earlier is None or earlier.shape != a.shape:
            continue
        slope = _find_slope(earlier, b - a, places)
        if slope is not None and _find_slope(earlier, a if slope > 0 else b, places) is None:
            title = pair.a_title if slope > 0 else pair.b_title
            is_same = abs(abs(slope) - 1) < CLOSE
            added = f"the input of {layer}" if is_same else f"what becomes of the input of {layer}"
            return f"a missing skip connection: {title} does not add {added}"
    return None


def _find_slope(x: Array, y: Array, places: npt.NDArray[np.bool_]) -> float | None:
    """Of the straight line on which y lies over x, one for each channel; the middle of them."""
    axes = tuple(range(x.ndim - 1))
    count = places.sum(axis=axes)
    middle_x, middle_y = (
        np.where(places, one, 0).sum(axis=axes) / np.maximum(count, 1) for one in (x, y)
    )
    off_x, off_y = np.where(places, x - middle_x, 0), np.where(places, y - middle_y, 0)
    slopes = (off_x * off_y).sum(axis=axes) / np.maximum((off_x**2).sum(axis=axes), 1e-300)
    is_line = is_close(slopes * off_x, off_y) and bool((count > 2).any())
    return float(np.median(slopes[count > 2])) if is_line else None


def _test_ratio(pair: Pair, parting: Parting) -> str | None:
    a, b = find_inputs(pair, parting.name)
    if a.shape != b.shape or not b.any():
        return None
    ratio = float((a * b).sum() / (b * b).sum())
    if not is_close(a, ratio * b):
        return None
    return f"every value in {pair.a_title} is {ratio:.4g} times that in {pair.b_title}"
