"""What is measured beside training is measured once for the same versions and the same example."""

import io
from pathlib import Path

import pytest

from dlsurvey import suites
from dlsurvey.console import Console
from dlsurvey.records import Gap
from dlsurvey.store import Store
from experiments.autodiff import runner
from experiments.autodiff.gradient import Gradient, Gradients

ATTEMPT = Gradient(
    framework="fake",
    title="Fake",
    version="1.0",
    construct="whole",
    variant="eager",
    call="f",
    form="as written",
    works=True,
    max_relative_difference=1e-11,
    lines=17,
    code="def f(x): return x",
)
GAP = Gap(what="JAX", why="It is not installed.", cure="Install it.")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that anything was differentiated."""
    found: list[int] = []

    def differentiate_all() -> tuple[tuple[Gradient, ...], tuple[Gap, ...]]:
        found.append(1)
        return (ATTEMPT,), (GAP,)

    monkeypatch.setattr(runner, "differentiate_all", differentiate_all)
    return found


def test_it_is_measured_when_asked_and_then_kept(
    tmp_path: Path, runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, console = Store(tmp_path), Console(terminal=False, stream=io.StringIO())
    assert suites.find_gradients(store, console, measure=False) == (None, ())
    identity, gaps = suites.find_gradients(store, console, measure=True)
    assert identity is not None
    assert gaps == (GAP,)
    kept = store.read_gradients(identity, Gradients)
    assert kept is not None
    assert kept.attempts == (ATTEMPT,)
    assert suites.find_gradients(store, console, measure=True)[0] == identity
    assert suites.find_gradients(store, console, measure=False) == (identity, ())
    assert len(runs) == 1
    monkeypatch.setattr(suites, "_read_sources", lambda: {"changed": "example"})
    other, _ = suites.find_gradients(store, console, measure=True)
    assert other != identity
    assert len(runs) == 2
