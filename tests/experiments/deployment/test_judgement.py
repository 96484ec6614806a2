"""Rounding passes, everything larger does not."""

import numpy as np
import pytest

from experiments.deployment.judgement import compare_answers
from experiments.deployment.record import Answers, Precision
from experiments.deployment.runtimes.answering import choose_size, fill
from experiments.deployment.sizes import measure_files, measure_packages

LOGITS = np.array([[10.0, 1.0], [0.0, 2.0], [5.0, 4.0], [1.0, 3.0]], np.float32)
LABELS = np.array([0, 1, 0, 1])


def judge(exported: np.ndarray, precision: Precision = "float32") -> Answers:
    found = compare_answers(LOGITS, exported.astype(np.float32), LABELS, precision)
    assert isinstance(found, Answers)
    return found


@pytest.mark.parametrize(("shift", "same"), [(0, True), (9e-4, True), (2e-3, False)])
def test_the_limit_is_a_share_of_the_largest_logit(shift: float, same: bool) -> None:
    assert judge(LOGITS + shift).same is same


def test_two_weights_exchanged_are_found() -> None:
    answers = judge(LOGITS[:, ::-1])
    assert not answers.same
    assert (answers.changed, answers.accuracy, answers.trained_accuracy) == (4, 0, 1)


def test_eight_bits_may_move_logits_but_not_classes() -> None:
    assert judge(LOGITS * 0.8, "int8").same
    assert not judge(LOGITS[:, ::-1], "int8").same


def test_what_is_better_than_it_was_is_not_altered() -> None:
    found = compare_answers(LOGITS, LOGITS[:, ::-1], 1 - LABELS, "int8")
    assert isinstance(found, Answers)
    assert found.same


def test_no_numbers_and_other_shapes_cannot_be_compared() -> None:
    assert compare_answers(LOGITS, LOGITS[:2], LABELS, "float32") == (
        "what came has the shape (2, 2), the logits have (4, 2)"
    )
    nothing = np.full_like(LOGITS, np.nan)
    assert compare_answers(LOGITS, nothing, LABELS, "float32") == (
        "some of its logits are no numbers"
    )


def test_a_batch_of_fixed_size_is_filled_up() -> None:
    images = np.ones((3, 2, 2, 1), np.float32)
    assert choose_size(1) == 1
    assert choose_size(3) == 64
    filled = fill(images, 64)
    assert filled.shape == (64, 2, 2, 1)
    assert filled.sum() == images.sum()
    assert fill(images, 3) is images


def test_a_size_is_that_of_all_that_is_required() -> None:
    alone, with_requirements = measure_packages(["numpy"]), measure_packages(["scikit-learn"])
    assert alone is not None
    assert with_requirements is not None
    assert with_requirements.parts > alone.parts == 1
    assert with_requirements.size_bytes > alone.size_bytes > 10**6
    assert measure_packages(["no-such-package"]) is None


def test_a_folder_is_as_large_as_its_files(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "inside").mkdir()
    (folder / "one").write_bytes(b"123")
    (folder / "inside" / "two").write_bytes(b"4567")
    assert measure_files(folder) == (7, 2)
    assert measure_files(folder / "one") == (3, 1)
    assert measure_files(folder / "none") is None
