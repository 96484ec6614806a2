"""Where the data of a workload come from: the user's own, files on disk, a download, a stand-in.

The order: the user's own image folder or text file; files already on disk; torchvision's download;
in place of MNIST and CIFAR-10 the digits that scikit-learn carries. Digits and text come with
Python's packages. Arrays are made in a process of their own and kept in the cache, so that the
parent stays small.
"""

import hashlib
import logging
import os
import platform
import subprocess
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import msgspec

from dlsurvey.errors import ConfigError, DatasetError, StoreError
from dlsurvey.records import Dataset, Record
from experiments import cifar, folder, idx
from experiments.child import make_command
from experiments.layers import Shape
from experiments.workloads import Workload

FOLDER_PREFIX = "folder:"
TEXT_PREFIX = "text:"
DOWNLOAD_TIMEOUT_SECONDS = 900
PREPARE_TIMEOUT_SECONDS = 1800

logger = logging.getLogger(__name__)

TITLES = {"mnist": "MNIST", "cifar10": "CIFAR-10"}
"""Of the datasets that are fetched, and that others may stand in for."""
DIGITS_ORIGIN = "1,797 handwritten digits that scikit-learn carries"
DOCUMENTATION_ORIGIN = "Python's own documentation, which every Python brings"
DATASETS = (*TITLES, "digits", "text")


class Source(Record, frozen=True, kw_only=True):
    """Where the data of one workload come from, before they are read."""

    kind: Literal["idx", "cifar", "folder", "digits", "values", "documentation", "text"]
    """'digits': enlarged to images; 'values': as they are; 'documentation': of Python itself."""
    workload: str
    dataset: str
    input_shape: Shape
    paths: tuple[str, ...]
    """The files (idx, cifar, text), the folder (folder), or nothing."""
    stand_in_for: str | None = None
    origin: str


class Prepared(Record, frozen=True, kw_only=True):
    """A dataset and the file that holds its arrays."""

    dataset: Dataset
    path: str


def find_source(
    workload: Workload, *, setting: str, data_folder: Path | None, cache: Path, offline: bool
) -> Source:
    """Where this workload's images are; downloads them if they are nowhere and the network may be used.

    `setting` is 'auto', 'folder:PATH' or 'text:FILE'. Raises ConfigError where the
    setting or the data folder is wrong.
    """
    if setting != "auto":
        return _find_own(workload, setting)
    if workload.dataset == "digits":
        return _make_source(workload, "values", origin=DIGITS_ORIGIN)
    if workload.dataset == "text":
        return _make_source(workload, "documentation", origin=DOCUMENTATION_ORIGIN)
    if workload.dataset not in TITLES:
        known = ", ".join(DATASETS)
        raise ConfigError(
            f"{workload.name}: '{workload.dataset}' is no dataset. Known: {known}; or name images of"
            f' your own: [experiments.data] {workload.name} = "folder:PATH".'
        )
    if data_folder is not None and not data_folder.is_dir():
        raise ConfigError(
            f"The data folder {data_folder} does not exist: correct DLSURVEY_DATA_DIR or [data] dir."
        )
    if data_folder is not None and workload.dataset == "mnist":
        fault = idx.describe_missing(data_folder)
        if fault is not None:
            raise DatasetError(f"{fault}. Complete it, or unset DLSURVEY_DATA_DIR and [data] dir.")
    downloads = cache / "downloads"
    for place in (data_folder, downloads):
        source = _find_files(workload, place) if place is not None else None
        if source is not None:
            return source
    reason = "no network was to be used" if offline else _download(workload, downloads)
    source = _find_files(workload, downloads) if reason is None else None
    if source is not None:
        return source
    return _fall_back(workload, reason or "the download brought no complete set of files")


def prepare(source: Source, cache: Path) -> Prepared:
    """The arrays of `source`, from the cache where they were made before and no file has changed.

    Raises DatasetError naming the file that is damaged, StoreError where the
    cache cannot be written.
    """
    cache = cache / "prepared"
    record = cache / f"{sign_source(source)}.json"
    if record.exists():
        try:
            prepared = msgspec.json.decode(record.read_bytes(), type=Prepared)
        except msgspec.MsgspecError:
            prepared = None
        if prepared is not None and is_prepared(Path(prepared.path)):
            return prepared
    request = msgspec.json.encode({"source": source, "cache": str(cache), "record": str(record)})
    try:
        answer = subprocess.run(
            make_command("experiments.preparation"),
            input=request,
            capture_output=True,
            timeout=PREPARE_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DatasetError(
            f"Reading the images of {source.workload} took over {PREPARE_TIMEOUT_SECONDS} s."
            " Put them on a faster disk or use fewer."
        ) from None
    if answer.returncode < 0:
        raise DatasetError(
            f"Reading the images of {source.workload} ended with signal {-answer.returncode}:"
            " one of the files may be damaged, or the memory too small for them."
        )
    if answer.returncode:
        lines = answer.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        error = StoreError if answer.returncode == 2 else DatasetError
        raise error(lines[-1])
    return msgspec.json.decode(answer.stdout, type=Prepared)


def is_prepared(path: Path) -> bool:
    """Whether `path` is a whole prepared file: its directory, at its end, can be read."""
    return zipfile.is_zipfile(path)


def _find_own(workload: Workload, setting: str) -> Source:
    """The user's own images or text."""
    is_text = workload.dataset == "text"
    if setting.startswith(FOLDER_PREFIX) and len(workload.input_shape) == 3:
        path = Path(setting.removeprefix(FOLDER_PREFIX))
        found = len(folder.find_classes(path))
        if found > workload.classes:
            raise ConfigError(
                f"{path} holds {found} classes, and {workload.name} tells {workload.classes} apart at"
                " most: leave some out."
            )
        return _make_source(workload, "folder", (path,), origin="images of the user's own")
    if setting.startswith(TEXT_PREFIX) and is_text:
        path = Path(setting.removeprefix(TEXT_PREFIX))
        if not path.is_file():
            raise ConfigError(f"The text file {path} does not exist.")
        return _make_source(workload, "text", (path,), origin="a text of the user's own")
    wanted = "text:FILE" if is_text else "folder:PATH"
    raise ConfigError(
        f"'{setting}' is no source of data for {workload.name}: write 'auto' or '{wanted}'."
    )


def _make_source(
    workload: Workload,
    kind: Any,
    paths: Sequence[Path] = (),
    *,
    origin: str,
    stand_in_for: str | None = None,
) -> Source:
    return Source(
        kind=kind,
        workload=workload.name,
        dataset=workload.dataset,
        input_shape=workload.input_shape,
        paths=tuple(map(str, paths)),
        stand_in_for=stand_in_for,
        origin=origin,
    )


def _find_files(workload: Workload, place: Path) -> Source | None:
    finder = {"mnist": idx.find_files, "cifar10": cifar.find_files}[workload.dataset]
    files = finder(place)
    if files is None:
        return None
    kind = "idx" if workload.dataset == "mnist" else "cifar"
    title = TITLES[workload.dataset]
    return _make_source(workload, kind, files, origin=f"the {title} files as distributed")


def _download(workload: Workload, downloads: Path) -> str | None:
    """Fetch through torchvision; None when it worked, else the reason in one line."""
    downloads.mkdir(parents=True, exist_ok=True)
    try:
        answer = subprocess.run(
            make_command("experiments.download", workload.dataset, str(downloads)),
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the download took over {DOWNLOAD_TIMEOUT_SECONDS} s"
    if answer.returncode == 0:
        return None
    logger.warning("download of %s: %s", workload.dataset, answer.stderr.strip()[-1000:])
    if "torchvision::nms" in answer.stderr:
        return "torchvision does not fit the installed torch (see dlsurvey doctor)"
    return "no mirror of torchvision's could be reached"


def _fall_back(workload: Workload, reason: str) -> Source:
    title = TITLES[workload.dataset]
    return _make_source(
        workload,
        "digits",
        stand_in_for=title,
        origin=f"carried by scikit-learn, in place of {title} because {reason}",
    )


def sign_source(source: Source) -> str:
    """A hash that changes when a file of the source does (names, sizes, times), or the reading code."""
    signature = hashlib.sha256(
        msgspec.json.encode((source.kind, source.input_shape, source.stand_in_for, source.origin))
    )
    if source.kind == "folder":
        signature.update(Path(folder.__file__).read_bytes())
    if source.kind == "documentation":
        signature.update(platform.python_version().encode())
    if source.kind in {"digits", "values"}:
        signature.update(metadata.version("scikit-learn").encode())
    for path in map(Path, source.paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else (path,):
            try:
                stat = file.stat()
            except OSError as error:
                raise DatasetError(
                    f"{file} cannot be read ({error.strerror}): remove or replace it."
                ) from error
            signature.update(os.fsencode(file))
            signature.update(f"\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return signature.hexdigest()[:32]
