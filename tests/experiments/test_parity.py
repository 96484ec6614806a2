"""Every workload is the same network in every framework; each mistake in a program is caught and named."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace

from dlsurvey.errors import MissingDependency
from dlsurvey.records import ParityCheck, Precision
from experiments.frameworks import (
    JAX,
    PYTORCH,
    TENSORFLOW,
    Framework,
    find_framework,
    list_frameworks,
    read_versions,
)
from experiments.parity import (
    TRACE_TOLERANCE,
    ParityError,
    compare_all,
    compare_traces,
    compute_numbers,
)
from experiments.parity_differences import TOLERANCE, Numbers, find_difference
from experiments.rounds import Subject
from experiments.sources import Prepared, find_source, prepare
from experiments.workloads import Workload, find_workload, list_workloads
from tests.experiments.samples import skip_missing

QUANTITIES = ["parameter count", "logits", "loss", "gradients", "parameters after 10 steps"]
every_workload = pytest.mark.parametrize("name", [one.name for one in list_workloads()])


class Mutant(NamedTuple):
    """A program with one mistake: what is replaced in its text, and what is to be said of it."""

    workload: str
    changes: tuple[tuple[str, str], ...]
    quantity: str
    place: str
    trap: str
    framework: Framework = PYTORCH


CAUSAL = "nn.Transformer.generate_square_subsequent_mask(64, device=tokens.device)"
NO_HINT = ("is_causal=True, ", "")
"""With the hint PyTorch ignores the mask itself."""
MUTANTS = {
    "flatten order": Mutant(
        "mnist-cnn",
        (("torch.flatten(x, start_dim=1)", "torch.flatten(x.permute(0, 2, 3, 1), start_dim=1)"),),
        "logits", "before the input of dense1", "flatten order",
    ),
    "missing activation": Mutant(
        "mnist-cnn", (("torch.relu(self.dense1(x))", "self.dense1(x)"),),
        "logits", "before the input of dense2", "TensorFlow has ReLU there, PyTorch has none",
    ),
    "missing bias": Mutant(
        "mnist-cnn", (("nn.Linear(64, CLASSES)", "nn.Linear(64, CLASSES, bias=False)"),),
        "parameter count", "dense2.bias", "a bias is missing",
    ),
    "other padding": Mutant(
        "mnist-cnn", (("Conv2D(64, 5, activation", 'Conv2D(64, 5, padding="same", activation'),),
        "parameter count", "dense1.kernel is 2304 x 64", "other padding", TENSORFLOW,
    ),
    "padding that cannot be computed": Mutant(
        "mnist-cnn", (("nn.Conv2d(32, 64, kernel_size=5)", "nn.Conv2d(32, 64, 5, padding=2)"),),
        "all", "PyTorch could not compute", "other padding",
    ),
    "softmax in the network": Mutant(
        "mnist-cnn", (("return self.dense2(x)", "return torch.softmax(self.dense2(x), 1)"),),
        "logits", "before the logits", "softmax in the network: PyTorch",
    ),
    "loss summed": Mutant(
        "mnist-cnn", (("CrossEntropyLoss()", 'CrossEntropyLoss(reduction="sum")'),),
        "loss", "the loss does not", "summed, not averaged (in PyTorch)",
    ),
    "dropout active": Mutant(
        "digits-mlp",
        (("self.dropout(torch.relu(self.dense1(x)))",
          "nn.functional.dropout(torch.relu(self.dense1(x)), 0.2)"),),
        "logits", "before the input of dense2", "dropout active in PyTorch",
    ),
    "other betas": Mutant(
        "digits-mlp", (("LEARNING_RATE)\n    return", "LEARNING_RATE, betas=(0.8, 0.999))\n    return"),),
        "parameters after 10 steps", "at optimiser step 2, in dense1.kernel", "betas",
    ),
    "missing skip connection": Mutant(
        "cifar10-resnet", ((" + self.shortcut(x))", ")"),),
        "logits", "before the input of conv4", "a missing skip connection: PyTorch",
    ),
    "BatchNorm in the wrong mode": Mutant(
        "cifar10-resnet", (("model.train()", "model.eval()"),),
        "logits", "before the input of conv2", "BatchNorm in the wrong mode: PyTorch",
    ),
    "momentum dampened": Mutant(
        "cifar10-resnet", (("momentum=0.9)", "momentum=0.9, dampening=0.9)"),),
        "parameters after 10 steps", "at optimiser step 2", "momentum of 0.9 is dampened in PyTorch",
    ),
    "causal mask off by one": Mutant(
        "text-transformer",
        ((CAUSAL, 'torch.full((64, 64), float("-inf")).triu(2)'), NO_HINT),
        "logits", "behind it, before the input of layer_norm2", "a causal mask off by one: each place",
    ),
    "weight decay coupled": Mutant(
        "text-transformer", (("optim.AdamW(", "optim.Adam("),),
        "parameters after 10 steps", "at optimiser step 1", "decay of AdamW is coupled in PyTorch",
    ),
    "labels not moved": Mutant(
        "text-transformer", (("labels.flatten()", "tokens.flatten()"),),
        "loss", "the loss does not", "the labels are the inputs themselves",
    ),
    "missing activation in JAX": Mutant(
        "digits-mlp", (("nnx.relu(self.dense2(x))", "self.dense2(x)"),),
        "logits", "before the input of dense3", "JAX has none", JAX,
    ),
}  # fmt: skip


def is_installed(framework: Framework) -> bool:
    try:
        read_versions(framework)
    except MissingDependency:
        return False
    return True


class Laboratory:
    """Computes numbers of programs on the data that come with the packages, each only once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.compute = cache(self._compute)

    def make_subject(self, workload: Workload, framework: Framework) -> Subject:
        return Subject(
            workload=workload,
            framework=framework,
            dataset=self._prepare(workload).dataset,
            mode=framework.modes[0],
        )

    def compute_one(self, subject: Subject, precision: Precision = "float64") -> Numbers:
        return compute_numbers(subject, self._prepare(subject.workload), self.folder, precision)

    def compute_all(self, workload: Workload, frameworks: list[Framework]) -> dict[str, Numbers]:
        """What each of them computes, two processes at a time as in a build."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            found = pool.map(lambda one: self.compute(workload.name, one.name), frameworks)
            return {one.name: numbers for one, numbers in zip(frameworks, found, strict=True)}

    def _compute(self, workload: str, framework: str) -> Numbers:
        subject = self.make_subject(find_workload(workload), find_framework(framework))
        return self.compute_one(subject)

    def _prepare(self, workload: Workload) -> Prepared:
        source = find_source(
            workload, setting="auto", data_folder=None, cache=self.folder, offline=True
        )
        return prepare(source, self.folder)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("parity"))


@pytest.mark.trains
@every_workload
def test_the_same_network_in_every_framework(name: str, laboratory: Laboratory) -> None:
    workload = find_workload(name)
    frameworks = [one for one in list_frameworks() if is_installed(one)]
    subjects = [laboratory.make_subject(workload, one) for one in frameworks]
    numbers = laboratory.compute_all(workload, frameworks)
    checks = compare_all(subjects, numbers)
    pairs = len(list(combinations(subjects, 2)))
    assert [check.quantity for check in checks] == QUANTITIES * pairs
    assert [check for check in checks if not check.passed] == []
    assert all(check.tolerance == TOLERANCE == 1e-10 for check in checks)
    assert all(of["parameter_count"] == workload.parameters for of in numbers.values())


@pytest.mark.trains
@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_each_mistake_is_caught_and_named(mutant: Mutant, laboratory: Laboratory) -> None:
    for framework in (PYTORCH, TENSORFLOW, mutant.framework):
        skip_missing(framework)
    check = find_first_failure(mutant, laboratory)
    assert check.quantity == mutant.quantity
    assert mutant.place in check.explanation
    assert mutant.trap in check.explanation


def find_first_failure(mutant: Mutant, laboratory: Laboratory) -> ParityCheck:
    workload = find_workload(mutant.workload)
    reference = PYTORCH if mutant.framework is TENSORFLOW else TENSORFLOW
    source = workload.programs[mutant.framework.program]
    for old, new in mutant.changes:
        assert old in source
        source = source.replace(old, new)
    programs = workload.programs | {mutant.framework.program: source}
    subjects = (
        laboratory.make_subject(workload, reference),
        laboratory.make_subject(replace(workload, programs=programs), mutant.framework),
    )
    numbers: Numbers | ParityError
    try:
        numbers = laboratory.compute_one(subjects[1])
    except ParityError as error:
        numbers = error
    right = laboratory.compute(workload.name, reference.name)
    checks = compare_all(subjects, {reference.name: right, mutant.framework.name: numbers})
    return next(check for check in checks if not check.passed)


@pytest.mark.trains
def test_losses_in_float32_part_only_as_far_as_rounding_explains(laboratory: Laboratory) -> None:
    skip_missing(TENSORFLOW)
    skip_missing(PYTORCH)
    workload = find_workload("mnist-cnn")
    a, b = (laboratory.make_subject(workload, one) for one in (TENSORFLOW, PYTORCH))
    ours, theirs = (laboratory.compute_one(one, "float32") for one in (a, b))
    check = compare_traces(a, b, ours, theirs)
    assert check.passed
    assert check.tolerance == TRACE_TOLERANCE
    first = abs(ours["losses"][0] - theirs["losses"][0])
    assert first <= 1e-6 * ours["losses"][0]
    assert len(theirs["losses"]) == 45  # the digits have no more batches of 32


@pytest.mark.trains
def test_program_that_fails_is_a_failed_check(laboratory: Laboratory) -> None:
    skip_missing(PYTORCH)
    workload = find_workload("digits-mlp")
    broken = "import libfake\n" + workload.programs["pytorch"]
    mutant = replace(workload, programs=workload.programs | {"pytorch": broken})
    subject = laboratory.make_subject(mutant, PYTORCH)
    with pytest.raises(ParityError, match="libfake") as caught:
        laboratory.compute_one(subject)
    other = laboratory.make_subject(workload, TENSORFLOW)
    (check,) = compare_all([other, subject], {"tensorflow": {}, "pytorch": caught.value})
    assert not check.passed
    assert "PyTorch could not compute its numbers: ModuleNotFoundError" in check.explanation


@pytest.mark.parametrize(
    ("a", "b", "difference"),
    [
        ([np.array([1.0, 2.0])], [np.array([1.0, 2.0])], 0.0),
        ([np.array([1.0, 4.0])], [np.array([1.0, 3.0])], 0.25),
        ([np.zeros(2)], [np.zeros(2)], 0.0),
        ([np.zeros(2)], [np.zeros(3)], None),
        ([np.zeros(2)], [np.array([0.0, np.nan])], None),
        # 1e-9 beside 1 is rounding, whatever it is relative to itself
        ([np.ones(1), np.full(1, 1e-9)], [np.ones(1), np.full(1, 2e-9)], 1e-7),
    ],
)
def test_difference_is_relative_to_the_largest_value(
    a: list[np.ndarray], b: list[np.ndarray], difference: float | None
) -> None:
    assert find_difference(a, b) == pytest.approx(difference)
