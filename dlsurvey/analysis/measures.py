"""Turns one completed trial into what is computed from its metrics: throughput, memory, time to a target.

A measure that a trial cannot tell is None, never zero.
"""

from itertools import accumulate

from dlsurvey.records import Dataset, Metrics, TrialSpec


def find_images_per_second(spec: TrialSpec, dataset: Dataset, metrics: Metrics) -> float | None:
    """(epochs · images - batch) / train_seconds: the warm-up step's batch is not in that time."""
    images = dataset.train_images
    if spec.train_limit is not None:
        images = min(images, spec.train_limit)
    trained = len(metrics.epoch_seconds) * images - min(spec.batch_size, images)
    if trained <= 0 or metrics.train_seconds <= 0:
        return None
    return trained / metrics.train_seconds


def find_working_memory(metrics: Metrics) -> float | None:
    """Peak beyond what the process held once the framework was imported."""
    beyond = metrics.peak_memory_bytes - metrics.import_memory_bytes
    return float(beyond) if beyond >= 0 else None


def find_seconds_to_target(metrics: Metrics, target: float) -> float | None:
    """Warm-up and epochs, evaluation left out, until an epoch ended with `target` or more.

    None where no epoch did, or nobody looked after each.
    """
    elapsed = accumulate(metrics.epoch_seconds, initial=metrics.warmup_seconds)
    next(elapsed)
    for accuracy, seconds in zip(metrics.epoch_test_accuracy, elapsed, strict=False):
        if accuracy >= target:
            return seconds
    return None
