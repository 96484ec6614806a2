"""The confusion matrix of predicted and true classes, and the images that were got wrong."""

import numpy as np

from dlsurvey.records import Mistake
from experiments.datasets import Classes

MAX_MISTAKES = 50


def count_confusion(
    labels: Classes, predicted: Classes, classes: int
) -> tuple[tuple[int, ...], ...]:
    """Test images by true class (row) and predicted class (column)."""
    table = np.zeros((classes, classes), dtype=np.int64)
    known = predicted < classes  # a network may have more outputs than a user's images have classes
    np.add.at(table, (labels[known], predicted[known]), 1)
    return tuple(tuple(int(count) for count in row) for row in table)


def list_mistakes(labels: Classes, predicted: Classes) -> tuple[Mistake, ...]:
    """The first 50 images whose predicted class is not the true one."""
    wrong = np.flatnonzero(labels != predicted)[:MAX_MISTAKES]
    return tuple(
        Mistake(image=int(place), label=int(labels[place]), predicted=int(predicted[place]))
        for place in wrong
    )
