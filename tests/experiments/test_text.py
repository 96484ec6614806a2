"""Text becomes windows and the next characters, split by topic; what is too short is said."""

from pathlib import Path

import numpy as np
import pytest

from dlsurvey.errors import DatasetError
from experiments.text import LEAST_WINDOWS, read_documentation, read_file, restore_topics

LENGTH = 16


def join(windows: np.ndarray) -> str:
    return windows.tobytes().decode("ascii")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Forty paragraphs, each of its own letter."""
    paragraphs = [chr(ord("A") + number) * 60 for number in range(40)]
    path = tmp_path / "text mit ü.txt"
    path.write_text("\n\n".join(paragraphs), encoding="utf-8")
    return path


def test_every_tenth_paragraph_is_kept_for_the_test(path: Path) -> None:
    examples = read_file(path, LENGTH)
    tests = {chr(ord("A") + number) for number in (0, 10, 20, 30)}
    assert set(join(examples.test_inputs)) - {"\n"} == tests
    assert not set(join(examples.train_inputs)) & tests


def test_labels_are_the_next_characters(path: Path) -> None:
    examples = read_file(path, LENGTH)
    for inputs, labels in (
        (examples.train_inputs, examples.train_labels),
        (examples.test_inputs, examples.test_labels),
    ):
        assert inputs.shape == labels.shape == (len(inputs), LENGTH)
        assert np.array_equal(inputs.ravel()[1:], labels.ravel()[:-1])
    assert examples.divisor == 0


def test_characters_beyond_ascii_become_question_marks(path: Path) -> None:
    path.write_text("배자은 und Umläute\n\n" * 300, encoding="utf-8")
    text = join(read_file(path, LENGTH).train_inputs)
    assert "??? und Uml?ute" in text


def test_the_documentation_of_python_is_text() -> None:
    examples = read_documentation(64)
    assert len(examples.train_inputs) > 5 * len(examples.test_inputs) > 100
    assert max(examples.train_inputs.max(), examples.test_inputs.max()) < 128
    assert "statement" in join(examples.train_inputs)


def test_a_program_cuts_the_same_windows_from_the_topics_restored(path: Path) -> None:
    examples = read_file(path, LENGTH)
    topics = restore_topics(examples)
    assert topics["0"].encode()[:-1] == examples.test_inputs.tobytes()
    assert topics["1"].encode()[1:] == examples.train_labels.tobytes()


def test_a_text_too_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_text("too short\n")
    with pytest.raises(
        DatasetError, match=rf"short\.txt.*fewer than {LEAST_WINDOWS} windows of 16"
    ):
        read_file(path, LENGTH)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"\x89PNG\xff")
    with pytest.raises(DatasetError, match=r"image\.png cannot be read as UTF-8 text"):
        read_file(path, LENGTH)
