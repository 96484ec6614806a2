"""Real networks leave their frameworks, run in processes of their own, and are caught when altered."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.deployment.exporting import Exported, Subject, export, find_missing
from experiments.deployment.routes import ROUTES, Route
from experiments.deployment.runner import run_once
from experiments.frameworks import PYTORCH, TENSORFLOW
from tests.experiments.samples import MNIST_CNN, make_spec, prepare_digits, skip_missing

TIMEOUT_SECONDS = 300
TORCH_MUTATION = """
import sys, torch
program = torch.export.load(sys.argv[1])
state = program.state_dict
with torch.no_grad():
    next(iter(state.values())).view(-1)[0] += 1
torch.export.save(program, sys.argv[1])
"""
ONNX_MUTATION = """
import sys, onnx
from onnx import numpy_helper
model = onnx.load(sys.argv[1])
weights = next(one for one in model.graph.initializer if len(one.dims) == 4)
changed = numpy_helper.to_array(weights).copy()
changed.flat[0] += 1
weights.CopyFrom(numpy_helper.from_array(changed, weights.name))
onnx.save(model, sys.argv[1])
"""


def find_route(framework: str, name: str) -> Route:
    (route,) = (one for one in ROUTES if (one.framework.name, one.name) == (framework, name))
    reason = find_missing(route)
    if reason:
        pytest.skip(reason)  # a package of the extra 'deployment'
    return route


def take_out(route: Route, folder: Path) -> Exported:
    """One short training on a few digits, exported by one route."""
    skip_missing(route.framework)
    prepared = prepare_digits(folder)
    mode = route.framework.modes[0]
    spec = replace(make_spec(route.framework.name, epochs=1, mode=mode), train_limit=320)
    subject = Subject(
        framework=route.framework,
        spec=spec,
        workload=MNIST_CNN,
        prepared=prepared.path,
    )
    out = folder / "out"
    out.mkdir()
    (found,), saved = export(subject, out, (route,), timeout_seconds=TIMEOUT_SECONDS)
    assert all(one.same for one in saved if one.status == "completed")
    assert found.deployment.status == "completed", found.deployment.error
    return found


@pytest.mark.trains
@pytest.mark.parametrize(
    ("name", "mutation", "alone"),
    [("torch-export", TORCH_MUTATION, False), ("onnx", ONNX_MUTATION, True)],
)
def test_an_export_that_alters_answers_is_caught(
    tmp_path: Path, name: str, mutation: str, alone: bool
) -> None:
    exported = take_out(find_route(PYTORCH.name, name), tmp_path)
    whole = run_once(exported, exported.deployment, TIMEOUT_SECONDS)
    assert whole.same_answers, whole.error
    assert not whole.runs[0].frameworks if alone else whole.runs[0].frameworks == ("torch",)
    subprocess.run(
        [sys.executable, "-c", mutation, exported.path], check=True, timeout=TIMEOUT_SECONDS
    )
    altered = run_once(exported, exported.deployment, TIMEOUT_SECONDS)
    assert altered.status == "failed"
    assert "its answers are altered: a logit differs by" in altered.error
    assert altered.answers is not None
    assert not altered.answers.same


@pytest.mark.trains
@pytest.mark.parametrize(("name", "alone"), [("savedmodel", False), ("litert", True)])
def test_tensorflow_leaves_by_its_routes(tmp_path: Path, name: str, alone: bool) -> None:
    exported = take_out(find_route(TENSORFLOW.name, name), tmp_path)
    found = run_once(exported, exported.deployment, TIMEOUT_SECONDS)
    assert found.same_answers, found.error
    assert ("tensorflow" in found.runs[0].frameworks) is not alone
