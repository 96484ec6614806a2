"""Turns pairs of frameworks into certificates: the networks compared are the same network, or are not.

Every framework gets the same weights, images and optimiser; in float64 they
must agree within 1e-10 relative in everything they compute, before any timing.
"""

import subprocess
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from dlsurvey.records import ParityCheck, Precision, TrialSpec
from experiments.child import make_command
from experiments.frameworks import Framework
from experiments.parity_worker import ParityJob
from experiments.rounds import Subject
from experiments.runner import make_environment
from experiments.sources import Prepared

TOLERANCE = 1e-10
STEPS = 10
TRACE_STEPS = 50
TRACE_TOLERANCE = 0.05
"""Bound on the difference of the float32 losses of the first 50 steps, as a share of the first loss:
rounding of 1e-7 grows about tenfold every nine steps, as in any chaotic iteration (measured: 0.001
on the embedded digits, 0.019 on MNIST)."""
TIMEOUT_SECONDS = 600
SEED = 2021

Numbers: TypeAlias = Mapping[str, npt.NDArray[np.float64]]

EXPLANATIONS = {
    "parameter count": "the networks differ in their layers, padding or biases",
    "logits": "the forward pass differs: weights, flatten order, padding or activation",
    "loss": "the loss functions differ",
    "gradients": "the backward pass differs",
    "parameters after 10 steps": "the optimisers are not the same function: epsilon or betas",
    "losses of 50 steps in float32": "rounding alone does not explain how far they part",
}


class ParityError(Exception):
    """One framework could not compute its numbers; the message is its last line."""


def compute_numbers(
    subject: Subject, prepared: Prepared, folder: Path, precision: Precision
) -> Numbers:
    """What one framework computes from the shared weights and images, in a process of its own.

    Raises ParityError where it fails.
    """
    out = folder / f"{subject.framework.name}-{precision}.npz"
    job = ParityJob(
        spec=_make_spec(subject, precision),
        workload=subject.workload,
        trainer=subject.framework.trainer,
        prepared=prepared.path,
        classes=len(subject.dataset.classes),
        steps=STEPS if precision == "float64" else TRACE_STEPS,
        out=str(out),
    )
    try:
        answer = subprocess.run(
            make_command("experiments.parity_worker"),
            input=msgspec.json.encode(job),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env=make_environment(job.spec, subject.framework),
        )
    except subprocess.TimeoutExpired:
        raise ParityError(f"no answer within {TIMEOUT_SECONDS} s") from None
    if answer.returncode:
        lines = answer.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise ParityError(lines[-1][:300])
    with np.load(out, allow_pickle=False) as stored:
        return {name: np.asarray(stored[name]) for name in stored.files}


def compare_all(
    subjects: Sequence[Subject], numbers: Mapping[str, Numbers | ParityError]
) -> tuple[ParityCheck, ...]:
    """Every pair of frameworks of one workload, quantity by quantity."""
    checks: list[ParityCheck] = []
    for a, b in combinations(subjects, 2):
        of_a, of_b = numbers[a.framework.name], numbers[b.framework.name]
        failed = next(
            (
                (framework, found)
                for framework, found in ((a.framework, of_a), (b.framework, of_b))
                if isinstance(found, ParityError)
            ),
            None,
        )
        if failed is not None:
            checks.append(_fail(a, b, *failed))
        elif not isinstance(of_a, ParityError) and not isinstance(of_b, ParityError):
            checks += compare_pair(a, b, of_a, of_b)
    return tuple(checks)


def compare_pair(a: Subject, b: Subject, of_a: Numbers, of_b: Numbers) -> list[ParityCheck]:
    """The float64 checks of one pair, in the order in which a difference would spread."""
    if not ("logits" in of_a and "logits" in of_b):
        return [_make_check(a, b, "parameter count", None, 0.0)]
    differences = {
        "parameter count": 0.0,
        "logits": find_difference([of_a["logits"]], [of_b["logits"]]),
        "loss": find_difference([of_a["loss"]], [of_b["loss"]]),
        "gradients": find_difference(_select(of_a, "gradient"), _select(of_b, "gradient")),
        "parameters after 10 steps": find_difference(
            _select(of_a, "weight"), _select(of_b, "weight")
        ),
    }
    return [
        _make_check(a, b, quantity, difference, TOLERANCE)
        for quantity, difference in differences.items()
    ]


def compare_traces(a: Subject, b: Subject, of_a: Numbers, of_b: Numbers) -> ParityCheck:
    """The float32 losses of the first 50 steps, against the stated bound.

    Relative to the first loss, the height of the curve: a later one is small by chance of its batch.
    """
    largest = float(np.abs(of_a["losses"] - of_b["losses"]).max() / abs(of_a["losses"][0]))
    return _make_check(a, b, "losses of 50 steps in float32", largest, TRACE_TOLERANCE)


def find_difference(
    a: Sequence[npt.NDArray[np.float64]], b: Sequence[npt.NDArray[np.float64]]
) -> float | None:
    """The largest difference, array by array, relative to the array's largest value.

    None where the arrays do not have the same shapes, or a value is no number.
    """
    if [array.shape for array in a] != [array.shape for array in b]:
        return None
    largest = 0.0
    for left, right in zip(a, b, strict=True):
        scale = max(float(np.abs(left).max()), float(np.abs(right).max()))
        difference = float(np.abs(left - right).max())
        if not np.isfinite(difference):
            return None
        largest = max(largest, difference / scale if scale else 0.0)
    return largest


def _select(numbers: Numbers, kind: str) -> list[npt.NDArray[np.float64]]:
    count = sum(name.startswith(f"{kind}_") for name in numbers)
    return [numbers[f"{kind}_{place}"] for place in range(count)]


def _make_check(
    a: Subject, b: Subject, quantity: str, difference: float | None, tolerance: float
) -> ParityCheck:
    passed = difference is not None and difference <= tolerance
    return ParityCheck(
        workload=a.workload.name,
        a=a.framework.name,
        b=b.framework.name,
        quantity=quantity,
        max_relative_difference=difference,
        tolerance=tolerance,
        passed=passed,
        explanation="" if passed else EXPLANATIONS[quantity],
    )


def _fail(a: Subject, b: Subject, framework: Framework, error: ParityError) -> ParityCheck:
    return ParityCheck(
        workload=a.workload.name,
        a=a.framework.name,
        b=b.framework.name,
        quantity="all",
        max_relative_difference=None,
        tolerance=TOLERANCE,
        passed=False,
        explanation=f"{framework.title} could not compute its numbers: {error}",
    )


def _make_spec(subject: Subject, precision: Precision) -> TrialSpec:
    return TrialSpec(
        workload=subject.workload.name,
        framework=subject.framework.name,
        dataset=subject.dataset.name,
        dataset_sha256=subject.dataset.sha256,
        mode=subject.mode,
        protocol="controlled",
        seed=SEED,
        epochs=1,
        batch_size=subject.workload.batch_size,
        threads=1,
        precision=precision,
    )
