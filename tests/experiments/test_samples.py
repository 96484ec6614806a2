"""The images that the report shows are real ones of the dataset, the most often mistaken first."""

import base64
from pathlib import Path

import msgspec
import numpy as np

from dlsurvey.records import Mistake, Trial
from experiments.samples import rank_mistaken, take_samples
from tests.dlsurvey.samples import make_trial
from tests.experiments.samples import prepare_digits


def make_mistaken(*images: int) -> Trial:
    trial = make_trial()
    assert trial.metrics is not None
    mistakes = tuple(Mistake(image=image, label=0, predicted=1) for image in images)
    return msgspec.structs.replace(
        trial, metrics=msgspec.structs.replace(trial.metrics, mistakes=mistakes)
    )


def test_the_most_often_mistaken_come_first() -> None:
    assert rank_mistaken([make_mistaken(7, 3), make_mistaken(5, 3), make_mistaken(3, 5)]) == (
        3,
        5,
        7,
    )
    assert rank_mistaken([]) == ()


def test_samples_are_the_images_of_the_dataset(tmp_path: Path) -> None:
    prepared = prepare_digits(tmp_path)
    samples = take_samples(prepared, [make_mistaken(4, 9), make_mistaken(9)])
    with np.load(prepared.path) as stored:
        images, labels = stored["test_inputs"], stored["test_labels"]
    assert [sample.label for sample in samples.examples] == [n // 2 for n in range(20)]
    assert [sample.image for sample in samples.mistaken] == [9, 4]
    for sample in (*samples.examples, *samples.mistaken):
        assert sample.label == labels[sample.image]
        assert base64.b64decode(sample.pixels) == images[sample.image].tobytes()
    assert (samples.height, samples.width, samples.channels) == images.shape[1:]
