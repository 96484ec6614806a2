"""A program's own `load_data` finds the prepared data: torchvision's, Keras' and the text's."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments import digits, text
from experiments.datasets import Examples, save_examples
from experiments.workloads import find_workload

READ = """
import importlib, os, sys
from pathlib import Path
import numpy as np
workload, name, prepared, place, out = sys.argv[1:]
from experiments.datasets import load_examples
from experiments.lookup import lay_files, redirect_libraries
from experiments.programs import load_program
from experiments.workloads import find_workload
found = find_workload(workload)
program = load_program(found.programs[name], f"train_{name}")
examples = load_examples(Path(prepared))
lay_files(found.dataset, examples, Path(place))
redirect_libraries(found.dataset, examples, Path(place), program)
os.chdir(place)
arrays = {}
for part, data in zip(("train", "test"), program.load_data()):
    if isinstance(data, tuple):
        inputs, labels = data
    else:
        inputs, labels = (np.concatenate(one) for one in zip(*[map(np.asarray, b) for b in data]))
    arrays |= {f"{part} inputs": inputs, f"{part} labels": labels}
np.savez(out, **arrays)
"""
EXAMPLES = {
    "mnist": lambda: digits.read_pixels((28, 28, 1)),
    "cifar10": lambda: digits.read_pixels((32, 32, 3)),
    "text": lambda: text.read_documentation(64),
}


def load_as_program(
    workload: str, program: str, examples: Examples, folder: Path
) -> dict[str, np.ndarray]:
    """What the program's `load_data` gives in a fresh process without a network, by part and kind."""
    save_examples(folder / "prepared.npz", examples)
    (folder / "place").mkdir()
    arguments = [workload, program, "prepared.npz", "place", "out.npz"]
    paths = [
        str(folder / one) if one.endswith(".npz") or one == "place" else one for one in arguments
    ]
    no_network = {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    subprocess.run(
        [sys.executable, "-c", READ, *paths], env=os.environ | no_network, check=True, timeout=300
    )
    with np.load(folder / "out.npz") as stored:
        return dict(stored)


@pytest.mark.parametrize("program", ["pytorch", "keras"])
@pytest.mark.parametrize("name", ["mnist-cnn", "cifar10-cnn", "text-transformer"])
def test_a_program_loads_the_very_examples(name: str, program: str, tmp_path: Path) -> None:
    workload = find_workload(name)
    whole = EXAMPLES[workload.dataset]()
    examples = whole._replace(
        train_inputs=whole.train_inputs[:100], train_labels=whole.train_labels[:100]
    )
    found = load_as_program(name, program, examples, tmp_path)
    inputs = found["test inputs"]
    if program == "pytorch" and inputs.ndim == 4:
        inputs = inputs.transpose(0, 2, 3, 1)
    divisor = examples.divisor or 1
    assert inputs == pytest.approx(examples.test_inputs / divisor, abs=1e-6)
    labels = found["test labels"].reshape(examples.test_labels.shape)
    assert np.array_equal(labels, examples.test_labels)
    # The training data may come shuffled: as many of each class are there.
    assert found["train inputs"].shape[0] == 100
    counted = np.bincount(found["train labels"].ravel(), minlength=256)
    assert np.array_equal(counted, np.bincount(examples.train_labels.ravel(), minlength=256))
