"""The parity check passes for every real trainer and fails for each mistake, naming where it lies."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from dlsurvey.errors import MissingDependency
from dlsurvey.records import ParityCheck, Precision
from experiments.frameworks import (
    PYTORCH,
    TENSORFLOW,
    Framework,
    list_frameworks,
    read_versions,
)
from experiments.parity import (
    TOLERANCE,
    TRACE_TOLERANCE,
    Numbers,
    ParityError,
    compare_all,
    compare_traces,
    compute_numbers,
    find_difference,
)
from experiments.rounds import Subject
from experiments.sources import Prepared
from experiments.spec import MNIST_CNN
from tests.experiments.samples import DATASET, make_fake, prepare_digits, skip_missing

pytestmark = pytest.mark.trains


def make_subject(framework: Framework) -> Subject:
    return Subject(
        workload=MNIST_CNN, framework=framework, dataset=DATASET, mode=framework.modes[0]
    )


REFERENCE = make_subject(TENSORFLOW)
OTHER = make_subject(PYTORCH)

every_other_member = pytest.mark.parametrize(
    "framework",
    [one for one in list_frameworks() if one is not TENSORFLOW],
    ids=lambda one: one.name,
)


def is_installed(framework: Framework) -> bool:
    try:
        read_versions(framework)
    except MissingDependency:
        return False
    return True


def compute_all(prepared: Prepared, folder: Path, precision: Precision) -> dict[str, Numbers]:
    """What every installed member computes, two processes at a time as in a build."""
    subjects = [make_subject(one) for one in list_frameworks() if is_installed(one)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = pool.map(lambda one: compute_numbers(one, prepared, folder, precision), subjects)
        return {one.framework.name: numbers for one, numbers in zip(subjects, found, strict=True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parity")


@pytest.fixture(scope="module")
def prepared(folder: Path) -> Prepared:
    return prepare_digits(folder)


@pytest.fixture(scope="module")
def exact(prepared: Prepared, folder: Path) -> dict[str, Numbers]:
    return compute_all(prepared, folder, "float64")


@pytest.fixture(scope="module")
def single(prepared: Prepared, folder: Path) -> dict[str, Numbers]:
    return compute_all(prepared, folder, "float32")


@pytest.fixture(scope="module")
def reference(exact: dict[str, Numbers]) -> Numbers:
    skip_missing(TENSORFLOW)
    skip_missing(PYTORCH)
    return exact["tensorflow"]


def check_mutant(
    name: str, reference: Numbers, prepared: Prepared, folder: Path
) -> tuple[ParityCheck, ...]:
    mutant = replace(OTHER, framework=make_fake(f"mutants.{name}"))
    numbers: Numbers | ParityError
    try:
        numbers = compute_numbers(mutant, prepared, folder, "float64")
    except ParityError as error:
        numbers = error
    return compare_all([REFERENCE, mutant], {"tensorflow": reference, "fake": numbers})


@every_other_member
def test_the_same_network_in_every_framework(
    framework: Framework, exact: dict[str, Numbers]
) -> None:
    skip_missing(TENSORFLOW)
    skip_missing(framework)
    checks = compare_all([REFERENCE, make_subject(framework)], exact)
    assert [check.quantity for check in checks] == [
        "parameter count", "logits", "loss", "gradients", "parameters after 10 steps",
    ]  # fmt: skip
    assert all(check.passed for check in checks)
    assert all(check.tolerance == TOLERANCE == 1e-10 for check in checks)
    assert max(check.max_relative_difference or 0 for check in checks) < 1e-12


@pytest.mark.parametrize(
    ("mutant", "expected"),
    [
        ("swapped_flatten", ("logits", "flatten order")),
        ("missing_activation", ("logits", "activation")),
        ("missing_bias", ("parameter count", "biases")),
        ("other_padding", ("parameter count", "padding")),
        ("unmapped_epsilon", ("parameters after 10 steps", "epsilon")),
    ],
)
def test_each_mistake_is_caught_and_named(
    mutant: str, expected: tuple[str, str], reference: Numbers, prepared: Prepared, folder: Path
) -> None:
    quantity, words = expected
    failed = [
        check for check in check_mutant(mutant, reference, prepared, folder) if not check.passed
    ]
    assert failed
    assert failed[0].quantity == quantity
    assert words in failed[0].explanation


def test_framework_that_fails_is_a_failed_check(
    reference: Numbers, prepared: Prepared, folder: Path
) -> None:
    mutant = replace(OTHER, framework=make_fake("raising"))
    with pytest.raises(ParityError, match="libfake"):
        compute_numbers(mutant, prepared, folder, "float64")
    (check,) = compare_all(
        [REFERENCE, mutant], {"tensorflow": reference, "fake": ParityError("libfake is missing")}
    )
    assert not check.passed
    assert "Fake could not compute its numbers: libfake is missing" in check.explanation


@every_other_member
def test_losses_in_float32_part_only_as_far_as_rounding_explains(
    framework: Framework, single: dict[str, Numbers]
) -> None:
    skip_missing(TENSORFLOW)
    skip_missing(framework)
    ours, theirs = single["tensorflow"], single[framework.name]
    check = compare_traces(REFERENCE, make_subject(framework), ours, theirs)
    assert check.passed
    assert check.tolerance == TRACE_TOLERANCE
    first = abs(ours["losses"][0] - theirs["losses"][0])
    assert first <= 1e-6 * ours["losses"][0]
    assert len(theirs["losses"]) == 45  # the digits have no more batches of 32


@pytest.mark.parametrize(
    ("a", "b", "difference"),
    [
        ([np.array([1.0, 2.0])], [np.array([1.0, 2.0])], 0.0),
        ([np.array([1.0, 4.0])], [np.array([1.0, 3.0])], 0.25),
        ([np.zeros(2)], [np.zeros(2)], 0.0),
        ([np.zeros(2)], [np.zeros(3)], None),
        ([np.zeros(2)], [np.array([0.0, np.nan])], None),
    ],
)
def test_difference_is_relative_to_the_largest_value(
    a: list[np.ndarray], b: list[np.ndarray], difference: float | None
) -> None:
    assert find_difference(a, b) == difference
