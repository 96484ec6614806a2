"""Turns kept test images and the trials' mistakes into pictures with words beneath them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Picture, Pictures
from dlsurvey.records import Dataset, Metrics, Sample, Samples, Trial


def add_pictures(
    workloads: Iterable[WorkloadFindings], samples: Sequence[Samples], trials: Sequence[Trial]
) -> tuple[WorkloadFindings, ...]:
    """Each workload with the pictures of its images, where some were kept."""
    return tuple(
        replace(
            workload,
            pictures=describe_pictures(
                samples,
                workload.dataset,
                [trial for trial in trials if trial.spec.workload == workload.name],
            ),
        )
        for workload in workloads
    )


def describe_pictures(
    samples: Iterable[Samples], dataset: Dataset, trials: Iterable[Trial]
) -> Pictures | None:
    """Examples, and of the mistaken ones how often and as what; None where no image was kept."""
    kept = next((one for one in samples if one.dataset_sha256 == dataset.sha256), None)
    if kept is None:
        return None
    metrics = [trial.metrics for trial in trials if trial.metrics is not None]
    mistaken = [_describe_mistake(sample, metrics, dataset.classes) for sample in kept.mistaken]
    return Pictures(
        height=kept.height,
        width=kept.width,
        channels=kept.channels,
        examples=tuple(
            Picture(
                image=sample.image,
                label=_name_class(sample.label, dataset.classes),
                pixels=sample.pixels,
            )
            for sample in sorted(kept.examples, key=lambda sample: (sample.label, sample.image))
        ),
        mistaken=tuple(picture for picture in mistaken if picture is not None),
    )


def _describe_mistake(
    sample: Sample, metrics: Sequence[Metrics], classes: Sequence[str]
) -> Picture | None:
    """None where no trial lists it among its mistakes."""
    told = [one for one in metrics if _tells(one, sample.image)]
    predicted = Counter(
        mistake.predicted
        for one in told
        for mistake in one.mistakes
        if mistake.image == sample.image
    )
    if not predicted:
        return None
    most = min(predicted, key=lambda label: (-predicted[label], label))
    return Picture(
        image=sample.image,
        label=_name_class(sample.label, classes),
        pixels=sample.pixels,
        predicted=_name_class(most, classes),
        wrong=predicted.total(),
        told=len(told),
    )


def _tells(metrics: Metrics, image: int) -> bool:
    """Whether its list of mistakes, the first ones only, is known to reach as far as this image."""
    if any(mistake.image >= image for mistake in metrics.mistakes):
        return True
    if not metrics.confusion:
        return False
    wrong = sum(
        count
        for row, counts in enumerate(metrics.confusion)
        for column, count in enumerate(counts)
        if row != column
    )
    return wrong == len(metrics.mistakes)


def _name_class(label: int, classes: Sequence[str]) -> str:
    return classes[label] if label < len(classes) else str(label)
