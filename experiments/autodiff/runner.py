"""Turns frameworks into records of what each can differentiate, checked against finite differences."""

import difflib
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from dlsurvey.errors import MissingDependency
from dlsurvey.records import Gap, Record
from experiments.autodiff import plain
from experiments.autodiff.gradient import CONSTRUCTS, TOLERANCE, Gradient, Variant
from experiments.autodiff.worker import Answer, Case, Job, read_code
from experiments.child import make_command
from experiments.frameworks import JAX, PYTORCH, TENSORFLOW, Framework, read_versions
from experiments.runner import make_variables

POINTS = ((0.7, 1.3, 0.4), (1.5, 1.1, 2.2), (0.3, 1.9, 1.7))
"""Both ways of the branch, loops of 5 and 6 rounds, recursions 1 to 3 deep; far from every edge."""

TIMEOUT_SECONDS = 300


class Example(Record, frozen=True, kw_only=True):
    """One framework of the worked example, and how it is asked for a gradient."""

    framework: Framework
    module: str
    calls: dict[Variant, str]
    """What stands for the function in each variant, as code."""


EXAMPLES = (
    Example(
        framework=TENSORFLOW,
        module="experiments.autodiff.tensorflow",
        calls={
            "eager": "f",
            "compiled": "tf.function(f)",
        },
    ),
    Example(
        framework=PYTORCH,
        module="experiments.autodiff.pytorch",
        calls={
            "eager": "f",
            "compiled": "torch.compile(f)",
            "one graph": "torch.compile(f, fullgraph=True)",
        },
    ),
    Example(
        framework=JAX,
        module="experiments.autodiff.jax",
        calls={"eager": "jax.grad(f)", "compiled": "jax.jit(jax.grad(f))"},
    ),
)
"""The registry: one line to add a framework."""


def differentiate_all(
    examples: Sequence[Example] = EXAMPLES,
) -> tuple[tuple[Gradient, ...], tuple[Gap, ...]]:
    """All attempts of all frameworks that are installed, one framework after another, and what is missing."""
    attempts: list[Gradient] = []
    gaps: list[Gap] = []
    for example in examples:
        try:
            attempts += differentiate(example)
        except MissingDependency as error:
            title = example.framework.title
            gaps.append(
                Gap(
                    what=f"The gradient of a Python function in {title}",
                    why=f"{title} is not installed.",
                    cure=str(error),
                )
            )
    return tuple(attempts), tuple(gaps)


def differentiate(example: Example) -> tuple[Gradient, ...]:
    """The whole function as written, in every variant; where that fails, its parts, and rewritten.

    A part of a function that works as a whole works too, and is not tried alone.
    Raises MissingDependency where the framework is not installed.
    """
    version = read_versions(example.framework)[example.framework.package]
    first = _judge_all(
        example,
        version,
        tuple(
            Case(construct="whole", variant=variant, form="as written") for variant in example.calls
        ),
    )
    failed = [gradient.variant for gradient in first if not gradient.works]
    parts = [
        Case(construct=construct, variant=variant, form="as written")
        for variant in failed
        for construct in CONSTRUCTS
        if construct != "whole"
    ]
    rewritten = [Case(construct="whole", variant=variant, form="rewritten") for variant in failed]
    return (*first, *_judge_all(example, version, (*parts, *rewritten)))


def estimate_gradient(function: Callable[[Any], Any], point: Sequence[float]) -> npt.NDArray[Any]:
    """By central differences in float64; a step of the cube root of the precision errs least."""
    x = np.asarray(point, np.float64)
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1, np.abs(x))
    return np.asarray(
        [
            (function(x + step) - function(x - step)) / (2 * step[place])
            for place, step in enumerate(np.diag(steps))
        ]
    )


def find_difference(gradients: Sequence[Sequence[float]], construct: str) -> float | None:
    """The largest difference from finite differences, relative to the gradient's largest element.

    None where a gradient is missing or no number.
    """
    if len(gradients) != len(POINTS):
        return None
    differences = []
    for point, gradient in zip(POINTS, gradients, strict=True):
        expected = estimate_gradient(getattr(plain, construct), point)
        found = np.asarray(gradient, np.float64)
        if found.shape != expected.shape:
            return None
        differences.append(np.abs(found - expected).max() / np.abs(expected).max())
    largest = float(np.max(differences))
    return largest if np.isfinite(largest) else None


def count_changed(written: str, code: str) -> int:
    """Lines of `code` that the function as written does not have; blank ones do not count."""
    before, after = (
        [line for line in text.splitlines() if line.strip()] for text in (written, code)
    )
    return sum(line.startswith("+ ") for line in difflib.ndiff(before, after))


def _ask(example: Example, cases: tuple[Case, ...]) -> list[Answer]:
    """An answer for each case; one that ends the process is an answer, and the others go on."""
    answers: list[Answer] = []
    while len(answers) < len(cases):
        rest = cases[len(answers) :]
        found, reason = _run(example, rest)
        answers += found
        if len(found) < len(rest):
            answers.append(Answer(error=reason, code=""))
    return answers


def _run(example: Example, cases: tuple[Case, ...]) -> tuple[list[Answer], str]:
    """As many answers as one process gave, and how it ended."""
    job = Job(module=example.module, cases=cases, points=POINTS)
    try:
        done = subprocess.run(
            make_command("experiments.autodiff.worker"),
            input=msgspec.json.encode(job),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env=make_variables("cpu", example.framework),
        )
        output, reason = done.stdout, f"the process ended with exit code {done.returncode}"
    except subprocess.TimeoutExpired as error:
        output, reason = error.stdout or b"", f"no answer within {TIMEOUT_SECONDS} s"
    whole = output[: output.rfind(b"\n") + 1]  # the last line may be cut
    return [msgspec.json.decode(line, type=Answer) for line in whole.splitlines()], reason


def _judge_all(example: Example, version: str, cases: tuple[Case, ...]) -> tuple[Gradient, ...]:
    answers = _ask(example, cases)
    return tuple(
        _judge(example, version, case, answer) for case, answer in zip(cases, answers, strict=True)
    )


def _judge(example: Example, version: str, case: Case, answer: Answer) -> Gradient:
    written = read_code(plain, case.construct)
    code = answer.code or written
    difference = None if answer.error else find_difference(answer.gradients, case.construct)
    works = difference is not None and difference <= TOLERANCE
    return Gradient(
        framework=example.framework.name,
        title=example.framework.title,
        version=version,
        construct=case.construct,
        variant=case.variant,
        call=example.calls[case.variant],
        form=case.form,
        works=works,
        error=answer.error or ("" if works else _explain(difference)),
        max_relative_difference=difference,
        lines=sum(bool(line.strip()) for line in code.splitlines()),
        lines_changed=count_changed(written, code) if case.form == "rewritten" else 0,
        code=code,
    )


def _explain(difference: float | None) -> str:
    if difference is None:
        return "what came is no gradient of three numbers"
    return f"the gradient differs from finite differences by {difference:.1e}"
