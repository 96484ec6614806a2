"""Turns the answers of a trained network and of what was exported from it into whether they are the same."""

import numpy as np
import numpy.typing as npt

from experiments.deployment.record import ACCURACY_MARGIN, TOLERANCE, Answers, Precision


def compare_answers(
    trained: npt.NDArray[np.float32],
    exported: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    precision: Precision,
) -> Answers | str:
    """Logits of shape (images, classes) against logits; a sentence where they cannot be compared.

    A network in float32 must give the same logits, up to rounding. One in 8 bits cannot: it must
    classify as well.
    """
    if exported.shape != trained.shape:
        return f"what came has the shape {exported.shape}, the logits have {trained.shape}"
    if not np.isfinite(exported).all():
        return "some of its logits are no numbers"
    before, after = trained.argmax(axis=1), exported.argmax(axis=1)
    largest = float(np.abs(trained).max())
    difference = float(np.abs(exported.astype(np.float64) - trained).max())
    accuracy, trained_accuracy = float((after == labels).mean()), float((before == labels).mean())
    finding = (
        _judge_rounding(accuracy, trained_accuracy)
        if precision == "int8"
        else _judge_logits(difference, largest)
    )
    return Answers(
        max_difference=difference,
        largest_logit=largest,
        changed=int((before != after).sum()),
        images=len(labels),
        accuracy=accuracy,
        trained_accuracy=trained_accuracy,
        same=not finding,
        finding=finding,
    )


def _judge_logits(difference: float, largest: float) -> str:
    """With a scale of at least 1, so that a network of tiny logits is not held to nothing."""
    allowed = TOLERANCE * max(1.0, largest)
    if difference <= allowed:
        return ""
    return (
        f"its answers are altered: a logit differs by {difference:.2g}, {allowed:.2g} is rounding"
    )


def _judge_rounding(accuracy: float, trained_accuracy: float) -> str:
    lost = trained_accuracy - accuracy
    # A comparison of counts: the rounding of a quotient must not decide.
    if lost <= ACCURACY_MARGIN + 1e-9:
        return ""
    return (
        f"its answers are altered: {100 * lost:.2f} points of accuracy are lost,"
        f" {100 * ACCURACY_MARGIN:g} are put up with"
    )
