"""Turns files and installed distributions into what they take on disk, in bytes."""

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name


class Size(NamedTuple):
    """How much, and of how many."""

    size_bytes: int
    parts: int


def measure_files(path: Path) -> Size | None:
    """A file, or all files of a folder; None where there is neither."""
    if path.is_file():
        return Size(path.stat().st_size, 1)
    if not path.is_dir():
        return None
    sizes = [one.stat().st_size for one in path.rglob("*") if one.is_file()]
    return Size(sum(sizes), len(sizes))


def measure_packages(names: Iterable[str]) -> Size | None:
    """Installed distributions and all that they require; None where one of `names` is not installed.

    Of each the files that its own list names, as they lie on disk: that is more than what was
    downloaded. A requirement that is not installed is left out.
    """
    found = find_distributions(names)
    if found is None:
        return None
    return Size(sum(map(_measure, found.values())), len(found))


def find_distributions(names: Iterable[str]) -> dict[str, metadata.Distribution] | None:
    """Those installed distributions by name, with all that they require; None as above."""
    wanted = list(names)
    try:
        for name in wanted:
            metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    found: dict[str, metadata.Distribution] = {}
    while wanted:
        name = canonicalize_name(wanted.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        wanted += _list_required(found[name])
    return found


def _list_required(distribution: metadata.Distribution) -> list[str]:
    """Those of this system, without extras."""
    names = []
    for text in distribution.requires or ():
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            names.append(requirement.name)
    return names


def _measure(distribution: metadata.Distribution) -> int:
    total = 0
    for file in distribution.files or ():
        try:
            total += Path(str(distribution.locate_file(file))).stat().st_size
        except OSError:
            continue  # compiled files that were never written
    return total
