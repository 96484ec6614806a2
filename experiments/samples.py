"""Turns prepared images into the few that the report shows, and says which those are.

Runs in a process of its own (`python -m experiments.samples`, request on standard input, answer on
standard output), so that the parent needs no arrays.
"""

import base64
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dlsurvey.errors import DatasetError
from dlsurvey.records import Dataset, Record, Sample, Samples, Trial
from experiments.child import make_command
from experiments.sources import Prepared

EXAMPLES_OF_EACH_CLASS = 2
MAX_MISTAKEN = 12


class Request(Record, frozen=True, kw_only=True):
    """Which images to take out of which file."""

    path: str
    dataset: Dataset
    mistaken: tuple[int, ...]


def take_samples(prepared: Prepared, trials: Iterable[Trial]) -> Samples:
    """Examples of each class, and the test images that most of `trials` got wrong.

    Raises DatasetError where the prepared file is damaged.
    """
    request = Request(
        path=prepared.path, dataset=prepared.dataset, mistaken=rank_mistaken(trials)[:MAX_MISTAKEN]
    )
    answer = subprocess.run(
        make_command("experiments.samples"),
        input=msgspec.json.encode(request),
        capture_output=True,
        check=False,
    )
    if answer.returncode:
        lines = answer.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise DatasetError(f"The sample images cannot be taken: {lines[-1]}")
    return msgspec.json.decode(answer.stdout, type=Samples)


def rank_mistaken(trials: Iterable[Trial]) -> tuple[int, ...]:
    """Test images by the number of trials that got them wrong, the most often mistaken first."""
    counts = Counter(
        mistake.image
        for trial in trials
        if trial.metrics is not None
        for mistake in trial.metrics.mistakes
    )
    return tuple(sorted(counts, key=lambda image: (-counts[image], image)))


def _answer(request: Request) -> Samples:
    import numpy as np

    dataset = request.dataset
    with np.load(Path(request.path), allow_pickle=False) as stored:
        images, labels = stored["test_inputs"], stored["test_labels"]

    def take(place: int) -> Sample:
        pixels = base64.b64encode(np.ascontiguousarray(images[place]).tobytes()).decode()
        return Sample(image=place, label=int(labels[place]), pixels=pixels)

    examples = [
        int(place)
        for label in range(len(dataset.classes))
        for place in np.flatnonzero(labels == label)[:EXAMPLES_OF_EACH_CLASS]
    ]
    return Samples(
        dataset_sha256=dataset.sha256,
        height=dataset.height,
        width=dataset.width,
        channels=dataset.channels,
        examples=tuple(map(take, examples)),
        mistaken=tuple(take(place) for place in request.mistaken if place < len(images)),
    )


def main() -> None:
    """Answer the request on standard input."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    sys.stdout.buffer.write(msgspec.json.encode(_answer(request)))


if __name__ == "__main__":
    main()
