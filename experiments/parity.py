"""Whether the programs of a workload are the same network, and if not, where and why they part.

Every program gets the same weights, examples and optimiser; in float64 they must agree within 1e-10
relative in everything they compute, before any timing.
"""

import re
import subprocess
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np

from dlsurvey.records import ParityCheck, Precision, TrialSpec
from experiments.child import make_command
from experiments.frameworks import Framework
from experiments.parity_differences import (
    TOLERANCE,
    Numbers,
    Pair,
    compare_named,
    find_difference,
)
from experiments.parity_traps import explain, explain_error
from experiments.parity_worker import ParityJob
from experiments.rounds import Subject
from experiments.runner import make_environment
from experiments.sources import Prepared

STEPS = 10
TRACE_STEPS = 50
TRACE_TOLERANCE = 0.05
"""Bound on the difference of the float32 losses of the first 50 steps, as a share of the first loss:
rounding of 1e-7 grows about tenfold every nine steps, as in any chaotic iteration (measured: 0.001
on the embedded digits, 0.019 on MNIST)."""
TIMEOUT_SECONDS = 600
SEED = 2021
TRACES = "losses of 50 steps in float32"


class ParityError(Exception):
    """One framework could not compute its numbers; the message is its last line."""


def compute_numbers(
    subject: Subject, prepared: Prepared, folder: Path, precision: Precision
) -> Numbers:
    """What one framework computes from the shared weights and examples, in a process of its own.

    Raises ParityError where it fails.
    """
    out = folder / f"{subject.framework.name}-{precision}.npz"
    job = ParityJob(
        spec=_make_spec(subject, precision),
        workload=subject.workload,
        adapter=subject.framework.adapter,
        program=subject.framework.program,
        prepared=prepared.path,
        steps=STEPS if precision == "float64" else TRACE_STEPS,
        every_step=precision == "float64",
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
        raise ParityError(find_reason(answer.stderr.decode(errors="replace")))
    with np.load(out, allow_pickle=False) as stored:
        return {name: np.asarray(stored[name]) for name in stored.files}


def find_reason(output: str) -> str:
    """The line of a traceback that names the error; JAX adds lines behind it."""
    lines = output.strip().splitlines() or ["no message"]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (named or lines)[-1][:300]


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
    """The float64 checks of one pair, in the order in which a difference would spread.

    The first that fails says where the programs part and what that looks like.
    """
    pair = Pair(of_a, of_b, a.framework.title, b.framework.title)
    if "mismatch" in of_a or "mismatch" in of_b:
        check = _make_check(a, b, "parameter count", None, 0.0)
        return [msgspec.structs.replace(check, explanation=explain(pair))]
    steps = max(name[:8] for name in of_a if name.startswith("step "))
    differences = {
        "parameter count": find_difference([of_a["parameter_count"]], [of_b["parameter_count"]]),
        "logits": find_difference([of_a["logits"]], [of_b["logits"]]),
        "loss": find_difference([of_a["loss"]], [of_b["loss"]]),
        "gradients": compare_named(of_a, of_b, "gradient "),
        "parameters after 10 steps": compare_named(of_a, of_b, steps),
    }
    checks = [
        _make_check(a, b, quantity, difference, TOLERANCE)
        for quantity, difference in differences.items()
    ]
    first = next((place for place, check in enumerate(checks) if not check.passed), None)
    if first is not None:
        checks[first] = msgspec.structs.replace(checks[first], explanation=explain(pair))
    return checks


def compare_traces(a: Subject, b: Subject, of_a: Numbers, of_b: Numbers) -> ParityCheck:
    """The float32 losses of the first 50 steps, against the stated bound.

    Relative to the first loss, the height of the curve: a later one is small by chance of its batch.
    """
    largest = float(np.abs(of_a["losses"] - of_b["losses"]).max() / abs(of_a["losses"][0]))
    check = _make_check(a, b, TRACES, largest, TRACE_TOLERANCE)
    explanation = "" if check.passed else "rounding alone does not explain how far they part"
    return msgspec.structs.replace(check, explanation=explanation)


def _make_check(
    a: Subject, b: Subject, quantity: str, difference: float | None, tolerance: float
) -> ParityCheck:
    return ParityCheck(
        workload=a.workload.name,
        a=a.framework.name,
        b=b.framework.name,
        quantity=quantity,
        max_relative_difference=difference,
        tolerance=tolerance,
        passed=difference is not None and difference <= tolerance,
        explanation="",
    )


def _fail(a: Subject, b: Subject, framework: Framework, error: ParityError) -> ParityCheck:
    check = _make_check(a, b, "all", None, TOLERANCE)
    explanation = explain_error(framework.title, str(error))
    return msgspec.structs.replace(check, explanation=explanation)


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
