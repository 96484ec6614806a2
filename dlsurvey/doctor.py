"""Turns this machine into findings: what is there, what is missing, and what brings it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from dlsurvey.config import Config
from dlsurvey.filesystem import list_lacks
from dlsurvey.prerequisites import find_missing, find_warnings
from dlsurvey.records import Record

IMPORT_TIMEOUT_SECONDS = 120
LEAST_FREE_BYTES = 2 * 10**9
IMPORTS = {
    "tensorflow": "tensorflow",
    "torch": "torch",
    "torchvision": "torchvision",
    "weasyprint": "weasyprint",
    "matplotlib": "matplotlib",
    "sklearn": "scikit-learn",
}
"""Import name and the package that brings it."""


class Finding(Record, frozen=True, kw_only=True):
    """One thing that was looked at."""

    state: Literal["ok", "note", "missing"]
    text: str


def examine(config: Config) -> Iterator[Finding]:
    """Look at the system, the packages, the folders and the images, in this order."""
    yield from _examine_system()
    for module, package in IMPORTS.items():
        yield _examine_import(module, package)
    for name, folder in (
        ("data", config.store),
        ("reports", config.reports),
        ("cache", config.cache),
        ("logs", config.logs),
    ):
        yield _examine_folder(name, folder)
    yield _examine_images(config)
    token = (
        "is set"
        if os.environ.get("GITHUB_TOKEN")
        else "is not set: GitHub answers 60 requests an hour"
    )
    yield Finding(state="ok" if "not" not in token else "note", text=f"GITHUB_TOKEN {token}.")


def _examine_system() -> Iterator[Finding]:
    for sentence in find_warnings():
        yield Finding(state="note", text=sentence)
    missing = find_missing()
    for sentence in missing:
        yield Finding(state="missing", text=sentence)
    if not missing:
        yield Finding(
            state="ok",
            text=f"Python {sys.version_info.major}.{sys.version_info.minor} and Pango are there.",
        )


def _examine_import(module: str, package: str) -> Finding:
    """Import in a process of its own: frameworks disagree when they share one."""
    code = f"import {module}; print({module}.__version__)"
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    try:
        answer = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=IMPORT_TIMEOUT_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return Finding(
            state="missing",
            text=f"{package} did not import within {IMPORT_TIMEOUT_SECONDS} s: install it again.",
        )
    if answer.returncode == 0:
        return Finding(state="ok", text=f"{package} {answer.stdout.split()[-1]} imports.")
    return Finding(state="missing", text=explain_import_failure(package, answer.stderr))


def explain_import_failure(package: str, stderr: str) -> str:
    """One sentence on why a package does not import, and what to do."""
    lines = stderr.strip().splitlines() or ["no message"]
    if package == "torchvision" and "torchvision::nms" in stderr:
        return (
            "torchvision does not load: it and torch come from different builds (a CPU-only torch"
            " with the index's torchvision, or the other way round). Install both from one source:"
            " `make report TORCH=cpu` for the CPU builds, or `pip install --force-reinstall torch"
            " torchvision` for the index's."
        )
    if "ModuleNotFoundError" in lines[-1]:
        return f"{package} is not installed: pip install {package}"
    return f"{package} does not import ({lines[-1][:200]}): pip install --force-reinstall {package}"


def _examine_folder(name: str, folder: Path) -> Finding:
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(
            state="missing",
            text=f"The {name} folder {folder} cannot be written: change its permissions or choose"
            " another in survey.toml.",
        )
    free = shutil.disk_usage(nearest).free
    if free < LEAST_FREE_BYTES:
        return Finding(
            state="note",
            text=f"The {name} folder {folder} has only {free / 1e9:.1f} GB free: make room.",
        )
    try:
        lacks = list_lacks(nearest)
    except OSError as error:
        return Finding(
            state="missing",
            text=f"The {name} folder {folder} cannot be written ({error.strerror}): make room or"
            " choose another in survey.toml.",
        )
    if lacks:
        return Finding(
            state="note",
            text=f"The file system of the {name} folder {folder} lacks {'; '.join(lacks)}.",
        )
    return Finding(state="ok", text=f"The {name} folder {folder} can be written.")


def _examine_images(config: Config) -> Finding:
    from experiments import cifar, idx

    places = [place for place in (config.data_folder, config.cache / "downloads") if place]
    found = [
        title
        for title, finder in (("MNIST", idx.find_files), ("CIFAR-10", cifar.find_files))
        if any(finder(place) for place in places)
    ]
    if found:
        return Finding(state="ok", text=f"Images on disk: {', '.join(found)}.")
    return Finding(
        state="note",
        text="No images on disk: they are downloaded, or scikit-learn's digits stand in."
        " DLSURVEY_DATA_DIR points at a folder with MNIST/raw/* or cifar-10-batches-*.",
    )
