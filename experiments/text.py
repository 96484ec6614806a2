"""Text as windows of characters: Python's own documentation, or a text file of the user's.

The same windows as `train_*.py` of text-transformer cut: by topic, every tenth one for the test.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from dlsurvey.errors import DatasetError
from experiments.datasets import Bytes, Examples

TEST_SHARE = 10
"""One topic in so many is kept for the test."""
LEAST_WINDOWS = 10


def read_documentation(length: int) -> Examples:
    """Windows of `length` characters from `pydoc_data.topics`, which every Python brings."""
    from pydoc_data.topics import topics

    return _split(topics, length)


def read_file(path: Path, length: int) -> Examples:
    """Windows from a text file; its paragraphs are the topics. Raises DatasetError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read as UTF-8 text: {error}.") from error
    paragraphs = [one for one in text.split("\n\n") if one.strip()]
    try:
        return _split({f"{place:08}": one for place, one in enumerate(paragraphs)}, length)
    except ValueError as error:
        raise DatasetError(f"{path} cannot be used: {error}. Use a longer text.") from error


def restore_topics(examples: Examples) -> dict[str, str]:
    """Topics from which a program cuts these very windows: the first is the test, the other trains."""

    def join(inputs: Bytes, labels: Bytes) -> str:
        return (inputs.tobytes() + labels[-1, -1:].tobytes()).decode("ascii")

    return {
        "0": join(examples.test_inputs, examples.test_labels),
        "1": join(examples.train_inputs, examples.train_labels),
    }


def _split(topics: Mapping[str, str], length: int) -> Examples:
    names = sorted(topics)
    tests = set(names[::TEST_SHARE])
    train = _cut((topics[name] for name in names if name not in tests), length)
    test = _cut((topics[name] for name in names if name in tests), length)
    return Examples(*train, *test, divisor=0)


def _cut(texts: Iterable[str], length: int) -> tuple[Bytes, Bytes]:
    """Windows, and for each character of them the next one; raises ValueError for too few."""
    tokens = np.frombuffer("\n".join(texts).encode("ascii", "replace"), np.uint8)
    count = (len(tokens) - 1) // length
    if count < LEAST_WINDOWS:
        raise ValueError(f"it gives fewer than {LEAST_WINDOWS} windows of {length} characters")
    return (
        tokens[: count * length].reshape(count, length),
        tokens[1 : count * length + 1].reshape(count, length),
    )
