"""Every framework multiplies in processes of its own; a failure is a row with its error."""

import pytest

from experiments.frameworks import PYTORCH, Framework
from experiments.limit import runner
from experiments.limit.product import find_rate
from experiments.limit.runner import MULTIPLIERS, Multiplier, multiply_all
from tests.experiments.samples import skip_missing


def make(module: str) -> Multiplier:
    framework = Framework(
        name=module,
        title=module,
        adapter="none",
        program="none",
        imports=(),
        package="numpy",
        modes=("eager",),
    )
    return Multiplier(framework=framework, module=f"tests.experiments.limit.{module}")


def test_processes_that_answer_and_processes_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WARMUP_SECONDS", 0.0)
    monkeypatch.setattr(runner, "ROUNDS", 2)
    found = multiply_all(1, "cpu", [make("fakes"), make("broken")])
    good, bad = found.products
    assert len(good.runs) == 2
    assert all(len(run.seconds) == runner.REPEATS for run in good.runs)
    assert good.error == ""
    assert bad.runs == ()
    assert "no memory" in bad.error
    assert "/home" not in bad.error
    assert found.operations == 2 * found.size**3


def test_a_framework_that_is_not_installed_is_left_out() -> None:
    absent = Multiplier(
        framework=Framework(
            name="absent",
            title="Absent",
            adapter="none",
            program="none",
            imports=(),
            package="no-such",
            modes=("eager",),
        ),
        module="none",
    )
    assert multiply_all(1, "cpu", [absent]).products == ()


@pytest.mark.trains
def test_a_real_framework_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    skip_missing(PYTORCH)
    monkeypatch.setattr(runner, "ROUNDS", 1)
    monkeypatch.setitem(runner.SIZES, "cpu", 256)
    torch = next(one for one in MULTIPLIERS if one.framework == PYTORCH)
    products = multiply_all(1, "cpu", [torch])
    (run,) = products.products[0].runs
    assert find_rate(products, run) > 1e8
