"""The doctor names what is missing and what brings it."""

import ctypes
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from dlsurvey import prerequisites
from dlsurvey.config import load_config
from dlsurvey.doctor import _examine_folder, _examine_images, explain_import_failure
from tests.experiments.test_idx import write_mnist

# Recorded: torch 2.13.0+cpu with torchvision 0.28.0 of the package index.
MISMATCH = """\
  File "torchvision/_meta_registrations.py", line 163, in <module>
    @torch.library.register_fake("torchvision::nms")
RuntimeError: operator torchvision::nms does not exist
"""


class Version(NamedTuple):
    """As much of sys.version_info as is asked for."""

    major: int
    minor: int


def test_torchvision_of_another_build_is_recognised() -> None:
    sentence = explain_import_failure("torchvision", MISMATCH)
    assert "it and torch come from different builds" in sentence
    assert "make report TORCH=cpu" in sentence


def test_missing_package_is_named_with_what_brings_it() -> None:
    stderr = "Traceback ...\nModuleNotFoundError: No module named 'sklearn'\n"
    assert explain_import_failure("scikit-learn", stderr) == (
        "scikit-learn is not installed: pip install scikit-learn"
    )


def test_other_failures_keep_their_last_line() -> None:
    sentence = explain_import_failure("torch", "Traceback ...\nOSError: libcublas.so.13: missing\n")
    assert "OSError: libcublas.so.13: missing" in sentence


def test_missing_pango_is_named_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    (sentence,) = prerequisites.find_missing()
    assert sentence.startswith("Pango, which sets the PDF, is missing")
    for command in ("apt install libpango-1.0-0", "dnf install pango", "brew install pango"):
        assert command in sentence


@pytest.mark.parametrize(
    ("version", "missing", "warned"),
    [((3, 10), True, False), ((3, 11), False, False), ((3, 14), False, True)],
)
def test_python_is_checked_first(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], missing: bool, warned: bool
) -> None:
    monkeypatch.setattr(sys, "version_info", Version(*version))
    assert any("too old" in sentence for sentence in prerequisites.find_missing()) == missing
    assert any("TensorFlow" in sentence for sentence in prerequisites.find_warnings()) == warned


def test_images_on_disk_are_found(tmp_path: Path) -> None:
    write_mnist(tmp_path)
    config = load_config(None, {"DLSURVEY_DATA_DIR": str(tmp_path)})
    assert _examine_images(config).text == "Images on disk: MNIST."


def test_folder_that_can_be_made_is_fine(tmp_path: Path) -> None:
    assert _examine_folder("reports", tmp_path / "a" / "b").state in ("ok", "note")
