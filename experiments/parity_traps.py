"""Where two programs part, and which known trap that looks like."""

import re

from experiments.parity_differences import Pair, Parting, find_parting
from experiments.parity_forward import find_forward_trap
from experiments.parity_steps import find_step_trap

MISMATCHES = (
    (r"\.bias is declared", "a bias is missing"),
    (r"has \S+\.bias, which is not declared", "a bias too many"),
    (r"layers of the kind", "a layer is missing, or there is one too many"),
)
SIZES = "other padding, stride or pooling before a flatten"


def explain(pair: Pair) -> str:
    """One sentence: the place, and the known trap it looks like; no trap where none fits the numbers."""
    for one in pair.both_ways():
        if "mismatch" in one.a:
            return explain_mismatch(one.a_title, str(one.a["mismatch"]))
    trained = [int(one["parameter_count"]) for one in (pair.a, pair.b) if "parameter_count" in one]
    if len(set(trained)) == 2:
        return (
            f"{pair.a_title} trains {trained[0]:,} weights and {pair.b_title} {trained[1]:,}, of the"
            " same network: some are frozen"
        )
    parting = find_parting(pair)
    if parting is None:
        return "no single number that was recorded parts"
    is_forward = parting.kind in {"input", "logits"}
    trap = (find_forward_trap if is_forward else find_step_trap)(pair, parting)
    return _join(describe_place(parting), trap)


def explain_mismatch(title: str, mismatch: str) -> str:
    """What weights that are missing, superfluous or of another shape look like."""
    trap = next((trap for words, trap in MISMATCHES if re.search(words, mismatch)), None)
    found = re.search(r"\.kernel is (\d+) x (\d+) in the program and (\d+) x (\d+) ", mismatch)
    if found and found[1] != found[3] and found[2] == found[4]:
        trap = SIZES
    return _join(f"in {title}, {mismatch}", trap)


def explain_error(title: str, error: str) -> str:
    """Of a program that could not compute its numbers."""
    text = f"{title} could not compute its numbers: {error}"
    is_size = re.search(r"cannot be multiplied|contracting dimensions", error)
    return _join(text, SIZES if is_size else None)


def describe_place(parting: Parting) -> str:
    """Where they part, and by how much."""
    kind, _, rest = parting.name.partition(" ")
    if kind == "step":
        number, _, weight = rest.partition(" ")
        where = (
            f"everything before agrees, and they part at optimiser step {int(number)}, in {weight}"
        )
    elif kind == "gradient":
        where = f"logits and loss agree, and the gradient of {rest} does not"
    elif kind == "loss":
        where = "the logits agree, and the loss does not"
    elif not parting.before:
        where = f"already the {parting.name.replace(' ', ' of ')} is not the same"
    else:
        behind = "the logits" if kind == "logits" else f"the input of {rest}"
        where = (
            f"up to the input of {parting.before} they agree, and part behind it, before {behind}"
        )
    size = parting.difference
    return where + ("" if size is None else f", by {size:.1e} relative")


def _join(text: str, trap: str | None) -> str:
    return f"{text}; this looks like: {trap}" if trap else text
