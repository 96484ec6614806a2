"""Predictions become a confusion matrix and a bounded list of mistakes."""

import numpy as np

from dlsurvey.records import Mistake
from experiments.outcome import MAX_MISTAKES, count_confusion, list_mistakes


def test_rows_are_true_classes() -> None:
    labels, predicted = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
    assert count_confusion(labels, predicted, 3) == ((1, 1, 0), (0, 1, 0), (1, 0, 2))
    assert list_mistakes(labels, predicted) == (
        Mistake(image=1, label=0, predicted=1),
        Mistake(image=5, label=2, predicted=0),
    )


def test_mistakes_are_bounded() -> None:
    labels = np.zeros(1000, dtype=np.int64)
    assert len(list_mistakes(labels, labels + 1)) == MAX_MISTAKES
