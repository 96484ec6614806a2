"""Sentences on gradients say what was tried and came, and nothing of what was not."""

from typing import Any

import pytest

from dlsurvey.analysis.gradients import (
    assess_gradients,
    describe_all,
    describe_framework,
    works_as_written,
)
from experiments.autodiff.gradient import Gradient


def make_gradient(**changes: Any) -> Gradient:
    values: dict[str, Any] = {
        "framework": "jax",
        "title": "JAX",
        "version": "0.10.2",
        "construct": "whole",
        "variant": "eager",
        "call": "jax.grad(f)(x)",
        "form": "as written",
        "works": True,
        "max_relative_difference": 4.5e-11,
        "lines": 16,
        "code": "def whole(x):\n    return x",
    } | changes
    if not values["works"]:
        values |= {"max_relative_difference": None, "error": "ValueError: no"}
    return Gradient(**values)


JIT = {"variant": "compiled", "call": "jax.jit(jax.grad(f))(x)"}
FAILED = (
    make_gradient(**JIT, works=False),
    make_gradient(**JIT, works=True, construct="loop"),
    make_gradient(**JIT, works=False, construct="branch"),
    make_gradient(**JIT, works=False, construct="recursion"),
)


def test_no_attempts_are_no_findings() -> None:
    assert assess_gradients(()) is None


def test_what_works_is_said_with_its_difference() -> None:
    assert describe_framework([make_gradient()]) == (
        "JAX 0.10.2: `jax.grad(f)(x)` works as written, within 5e-11 of finite differences."
    )


def test_what_fails_is_named_with_what_the_rewriting_cost() -> None:
    rewritten = make_gradient(**JIT, form="rewritten", lines=18, lines_changed=13)
    sentence = describe_framework([make_gradient(), *FAILED, rewritten])
    assert "does not work as written (what fails: the branch and recursion)" in sentence
    assert "but does with 13 of 18 lines rewritten" in sentence


@pytest.mark.parametrize(
    ("attempts", "words"),
    [
        ([FAILED[0]], "does not work as written."),
        ([FAILED[0], FAILED[1]], "(each of its parts alone works)"),
        ([*FAILED, make_gradient(**JIT, works=False, form="rewritten")], "nor rewritten"),
    ],
)
def test_nothing_is_said_of_what_was_not_tried(attempts: list[Gradient], words: str) -> None:
    assert words in describe_framework(attempts)
    assert "finite differences" not in describe_framework(attempts)


def test_all_frameworks_are_told_in_one_sentence() -> None:
    other = make_gradient(framework="pytorch", title="PyTorch")
    broken = make_gradient(framework="x", title="X", works=False)
    assert describe_all([make_gradient(), other, broken]).endswith(
        "differentiated by JAX and PyTorch, not by X."
    )
    assert describe_all([broken]).endswith("differentiated by none of X.")
    assert describe_all([FAILED[0]]) == ""


def test_verdict_is_of_the_whole_function_as_written() -> None:
    attempts = [make_gradient(), *FAILED]
    assert works_as_written(attempts, "jax", "eager") is True
    assert works_as_written(attempts, "jax", "compiled") is False
    assert works_as_written(attempts, "pytorch", "eager") is None
    found = assess_gradients(attempts)
    assert found is not None
    assert len(found.sentences) == 2


@pytest.mark.parametrize(
    ("difference", "told"),
    [(4.1e-11, "5e-11"), (9.5e-9, "1e-08"), (2e-10, "2e-10"), (0.0, "0")],
)
def test_within_is_never_less_than_what_was_found(difference: float, told: str) -> None:
    sentence = describe_framework([make_gradient(max_relative_difference=difference)])
    assert f"within {told} of" in sentence
