"""Each program of a workload runs by itself: five stages in plain code, with what workload.toml declares."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.frameworks import FRAMEWORKS
from experiments.layers import Dropout, place_layers
from experiments.programs import STAGES
from experiments.workloads import BUILT_IN, Workload, find_workload
from tests.conftest import REPOSITORY
from tests.experiments.samples import skip_missing

LAUNCHER = """
import importlib, runpy, sys
from pathlib import Path
from types import ModuleType
import numpy as np
from experiments.datasets import Examples
from experiments.digits import read_pixels
from experiments.lookup import lay_files, redirect_libraries
from experiments.text import read_documentation, restore_topics

dataset, path, *libraries = sys.argv[1:]
for name in libraries:
    importlib.import_module(name)
if dataset == "text":
    import pydoc_data.topics
    few = Examples(*(array[:64] for array in read_documentation(64)[:4]), divisor=0)
    pydoc_data.topics.topics = restore_topics(few)
elif dataset != "digits":
    whole = read_pixels((28, 28, 1) if dataset == "mnist" else (32, 32, 3))
    few = Examples(*(array[:200] for array in whole[:4]))
    lay_files(dataset, few, Path.cwd())
    redirect_libraries(dataset, few, Path.cwd(), ModuleType("none"))
runpy.run_path(path, run_name="__main__")
"""
"""Lays a few digits where the libraries of a program look for their data, and runs it as a script."""
LIBRARIES = {
    "tensorflow": ("tensorflow", "keras"),
    "keras": ("keras",),
    "pytorch": ("torchvision.datasets",),
    "jax": ("torchvision.datasets",),
}
NAMES = [name.replace("_", "-") for name in BUILT_IN]
PROGRAMS = [(name, program) for name in NAMES for program in find_workload(name).programs]
every_program = pytest.mark.parametrize(("name", "program"), PROGRAMS)


def parse(workload: Workload, program: str) -> ast.Module:
    return ast.parse(workload.programs[program])


def read_constants(tree: ast.Module) -> dict[str, object]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_workload_has_a_program_for_every_framework(name: str) -> None:
    assert set(find_workload(name).programs) == {framework.program for framework in FRAMEWORKS}


@every_program
def test_nothing_of_ours_is_imported(name: str, program: str) -> None:
    imported = set()
    for node in ast.walk(parse(find_workload(name), program)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert not imported & {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    assert imported <= {"numpy", "tensorflow", "keras", "torch", "torchvision", "jax", "flax", "optax",
                        "sklearn", "pydoc_data"}  # fmt: skip


@every_program
def test_five_stages_in_order(name: str, program: str) -> None:
    tree = parse(find_workload(name), program)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert tuple(one for one in functions if one in STAGES) == STAGES
    assert isinstance(tree.body[-1], ast.If)
    assert ast.get_docstring(tree)


@every_program
def test_it_is_short(name: str, program: str) -> None:
    lines = [line for line in find_workload(name).programs[program].splitlines() if line.strip()]
    assert 40 <= len(lines) <= 90
    assert max(map(len, lines)) <= 110


@every_program
def test_constants_are_those_declared(name: str, program: str) -> None:
    workload = find_workload(name)
    constants = read_constants(parse(workload, program))
    assert constants["EPOCHS"] == workload.epochs
    assert constants["BATCH_SIZE"] == workload.batch_size
    assert constants["LEARNING_RATE"] == workload.learning_rate
    assert constants["CLASSES"] == workload.classes


@every_program
def test_dropout_is_the_declared_one(name: str, program: str) -> None:
    workload = find_workload(name)
    layers = place_layers(workload.layers, workload.input_shape)
    declared = {placed.layer.rate for placed in layers if isinstance(placed.layer, Dropout)}
    written = set(map(float, re.findall(r"Dropout\(([\d.]+)", workload.programs[program])))
    assert written == declared


@pytest.mark.trains
@every_program
def test_it_runs_by_itself(name: str, program: str, tmp_path: Path) -> None:
    skip_missing(next(one for one in FRAMEWORKS if one.program == program))
    workload = find_workload(name)
    source = re.sub(r"^EPOCHS = \d+$", "EPOCHS = 1", workload.programs[program], flags=re.M)
    path = tmp_path / f"train_{program}.py"
    path.write_text(source, encoding="utf-8")
    variables = {
        "KERAS_BACKEND": "torch" if program == "keras" else "tensorflow",
        "PYTHONPATH": str(REPOSITORY),
        "CUDA_VISIBLE_DEVICES": "",
        "JAX_PLATFORMS": "cpu",
    }
    answer = subprocess.run(
        [sys.executable, "-c", LAUNCHER, workload.dataset, str(path), *LIBRARIES[program]],
        cwd=tmp_path,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    found = re.search(r"^Test accuracy: ([\d.]+)$", answer.stdout, re.M)
    assert found is not None
    assert 0 <= float(found[1]) <= 1
