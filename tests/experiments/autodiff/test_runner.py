"""A gradient counts only where finite differences agree; whatever a framework does becomes a record."""

import numpy as np
import pytest
from msgspec.structs import replace

from experiments.autodiff import plain
from experiments.autodiff.gradient import CONSTRUCTS, TOLERANCE, Gradient
from experiments.autodiff.runner import (
    EXAMPLES,
    POINTS,
    Example,
    count_changed,
    differentiate,
    differentiate_all,
    estimate_gradient,
    find_difference,
)
from experiments.autodiff.worker import describe, drop_docstring, read_code
from experiments.frameworks import Framework
from tests.experiments.samples import skip_missing

FAKE = Example(
    framework=Framework(
        name="fake",
        title="Fake",
        adapter="none",
        program="none",
        imports=(),
        package="numpy",
        modes=("eager",),
    ),
    module="tests.experiments.autodiff.fakes",
    calls={"eager": "f(x)", "compiled": "compile(f)(x)", "one graph": "whole(f)(x)"},
)


@pytest.fixture(scope="module")
def attempts() -> tuple[Gradient, ...]:
    return differentiate(FAKE)


def find(attempts: tuple[Gradient, ...], variant: str, construct: str, form: str) -> Gradient:
    (found,) = [
        one
        for one in attempts
        if (one.variant, one.construct, one.form) == (variant, construct, form)
    ]
    return found


def test_points_try_every_way_through_the_function() -> None:
    assert {point[2] > 1 for point in POINTS} == {True, False}
    depths = set()
    for point in POINTS:
        size, depth = point[0] * point[2], 0
        while size >= 0.1:
            size, depth = size / 4, depth + 1
        depths.add(depth)
    assert len(depths) == len(POINTS)


def test_central_differences_are_near_the_gradient_known_by_hand() -> None:
    x = POINTS[1]
    found = estimate_gradient(plain.branch, x)
    assert found == pytest.approx([0, 0, 2 * x[2]], rel=1e-9)
    grown = estimate_gradient(lambda x: x[0] * x[1] ** 3, x)
    assert grown == pytest.approx([x[1] ** 3, 3 * x[0] * x[1] ** 2, 0], rel=1e-8, abs=1e-8)


def test_what_works_is_not_taken_apart(attempts: tuple[Gradient, ...]) -> None:
    (eager,) = [one for one in attempts if one.variant == "eager"]
    assert eager.works
    assert eager.max_relative_difference == 0
    assert eager.lines_changed == 0


def test_wrong_gradient_is_caught(attempts: tuple[Gradient, ...]) -> None:
    wrong = find(attempts, "compiled", "branch", "as written")
    assert not wrong.works
    assert wrong.max_relative_difference == pytest.approx(1)
    assert "differs from finite differences" in wrong.error


def test_error_is_told_without_the_folders_of_the_machine(attempts: tuple[Gradient, ...]) -> None:
    failed = find(attempts, "compiled", "loop", "as written")
    assert failed.error == "ValueError: in program.py: no loops"
    assert failed.max_relative_difference is None


def test_process_that_ends_costs_one_answer_only(attempts: tuple[Gradient, ...]) -> None:
    for construct in CONSTRUCTS:
        crashed = find(attempts, "one graph", construct, "as written")
        assert crashed.error == "the process ended with exit code 7"
        assert crashed.code
    assert find(attempts, "one graph", "whole", "rewritten").works


def test_rewritten_function_is_shown_and_its_new_lines_counted(
    attempts: tuple[Gradient, ...],
) -> None:
    rewritten = find(attempts, "compiled", "whole", "rewritten")
    assert rewritten.works
    assert rewritten.lines_changed == 2
    assert "result = loop(x)" in rewritten.code
    assert '"""' not in rewritten.code


@pytest.mark.parametrize(
    "gradients",
    [
        (),
        ((1.0, 2.0, 3.0),),
        ((1.0, 2.0),) * 3,
        ((float("nan"), 0.0, 0.0),) * 3,
    ],
)
def test_what_is_no_gradient_has_no_difference(gradients: tuple[tuple[float, ...], ...]) -> None:
    assert find_difference(gradients, "whole") is None


def test_rewritten_functions_compute_the_same_as_the_one_written() -> None:
    def halve(x: np.ndarray) -> float:
        total = 0 * x[0]
        while x[0] * x[2] >= 0.1:
            total = total + x[0] * x[2]
            x = x / 2
        return float(total + x[0] * x[2] * x[1])

    for point in POINTS:
        x = np.asarray(point)
        assert halve(x) == pytest.approx(plain.recursion(x))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(""), "ValueError"),
        (TypeError("one\ntwo"), "TypeError: one"),
        (
            RuntimeError(
                'in user code:\n\n  File "/a/b/c.py", line 3\n\n  RecursionError: too deep\n'
            ),
            "RecursionError: too deep",
        ),
        (OSError("see https://example.org/a/b for /usr/lib/x.py"), "OSError: see"),
    ],
)
def test_the_line_that_tells_most_is_kept(error: BaseException, told: str) -> None:
    assert describe(error).startswith(told)
    assert "/usr/lib" not in describe(error)
    assert len(describe(ValueError("x" * 1000))) <= 300


def test_code_is_shown_without_docstrings() -> None:
    assert (
        drop_docstring('def f(x):\n    """Doc."""\n\n    return x\n') == "def f(x):\n    return x"
    )
    assert drop_docstring("def f(x):\n    return x\n") == "def f(x):\n    return x"
    assert read_code(plain, "whole").count("def ") == 4
    assert count_changed("a\nb", "a\n\nc\nb") == 1


def test_framework_that_is_not_installed_is_a_gap() -> None:
    absent = replace(FAKE, framework=replace(FAKE.framework, package="no-such-package-here"))
    attempts, (gap,) = differentiate_all([absent])
    assert attempts == ()
    assert gap.what == "The gradient of a Python function in Fake"
    assert "no-such-package-here" in gap.cure


@pytest.mark.trains
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.framework.name)
def test_gradient_of_plain_python(example: Example) -> None:
    skip_missing(example.framework)
    attempts = differentiate(example)
    assert find(attempts, "eager", "whole", "as written").works
    failed = [one for one in attempts if not one.works]
    assert all(one.error and one.form == "as written" for one in failed)
    rewritten = [one for one in attempts if one.form == "rewritten"]
    assert {one.variant for one in rewritten} == {
        one.variant for one in failed if one.construct == "whole"
    }
    for one in rewritten:
        assert one.works
        assert 0 < one.lines_changed <= one.lines
    assert all(
        one.max_relative_difference is not None and one.max_relative_difference < TOLERANCE
        for one in attempts
        if one.works
    )
