"""Turns a workload and the user's settings into prepared images: finds them, fetches them, or falls back.

The order: the user's own image folder; files already on disk; torchvision's
download; for MNIST the digits that scikit-learn carries. Arrays are made in a
process of their own and kept in the cache, so that the parent stays small.
"""

import hashlib
import logging
import os
import subprocess
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Literal

import msgspec

from dlsurvey.errors import ConfigError, DatasetError, DatasetMissing, StoreError
from dlsurvey.records import Dataset, Record
from experiments import cifar, folder, idx
from experiments.child import make_command
from experiments.spec import Workload

FOLDER_PREFIX = "folder:"
DOWNLOAD_TIMEOUT_SECONDS = 900
PREPARE_TIMEOUT_SECONDS = 1800

logger = logging.getLogger(__name__)

TITLES = {"mnist": "MNIST", "cifar10": "CIFAR-10"}


class Source(Record, frozen=True, kw_only=True):
    """Where the images of one workload come from, before they are read."""

    kind: Literal["idx", "cifar", "folder", "digits"]
    workload: Workload
    paths: tuple[str, ...]
    """The files (idx, cifar), the folder (folder), or nothing (digits)."""
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

    `setting` is 'auto' or 'folder:PATH'. Raises DatasetMissing where nothing can
    be had, ConfigError where the setting or the data folder is wrong.
    """
    if setting.startswith(FOLDER_PREFIX):
        return _find_folder(workload, Path(setting.removeprefix(FOLDER_PREFIX)))
    if setting != "auto":
        raise ConfigError(
            f"'{setting}' is no source of images for {workload.name}: write 'auto' or 'folder:PATH'."
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
            f"Reading the images of {source.workload.name} took over {PREPARE_TIMEOUT_SECONDS} s."
            " Put them on a faster disk or use fewer."
        ) from None
    if answer.returncode:
        lines = answer.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        error = StoreError if answer.returncode == 2 else DatasetError
        raise error(lines[-1])
    return msgspec.json.decode(answer.stdout, type=Prepared)


def is_prepared(path: Path) -> bool:
    """Whether `path` is a whole prepared file: its directory, at its end, can be read."""
    return zipfile.is_zipfile(path)


def _find_folder(workload: Workload, path: Path) -> Source:
    folder.find_classes(path)
    return Source(
        kind="folder", workload=workload, paths=(str(path),), origin="images of the user's own"
    )


def _find_files(workload: Workload, place: Path) -> Source | None:
    finder = {"mnist": idx.find_files, "cifar10": cifar.find_files}[workload.dataset]
    files = finder(place)
    if files is None:
        return None
    kind: Literal["idx", "cifar"] = "idx" if workload.dataset == "mnist" else "cifar"
    title = TITLES[workload.dataset]
    return Source(
        kind=kind,
        workload=workload,
        paths=tuple(str(path) for path in files),
        origin=f"the {title} files as distributed",
    )


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
    if workload.dataset != "mnist":
        raise DatasetMissing(
            f"{title} is not on this machine, and {reason}.",
            "Point DLSURVEY_DATA_DIR at a folder that holds it in torchvision's layout"
            " (cifar-10-batches-py or cifar-10-batches-bin), or name a folder of images in"
            f' survey.toml: [experiments.data] {workload.name} = "folder:PATH".',
        )
    return Source(
        kind="digits",
        workload=workload,
        paths=(),
        stand_in_for=title,
        origin=f"carried by scikit-learn, in place of {title} because {reason}",
    )


def sign_source(source: Source) -> str:
    """A hash that changes when a file of the source does (names, sizes, times), or the reading code."""
    signature = hashlib.sha256(
        msgspec.json.encode(
            (source.kind, source.workload.input_shape, source.stand_in_for, source.origin)
        )
    )
    if source.kind == "digits":
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
