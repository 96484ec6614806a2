"""Turns the files that a package index lists into stable releases and what can be read off them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from msgspec import Meta, Struct
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

PYTHON_CLASSIFIER = re.compile(r"Programming Language :: Python :: 3\.(\d{1,3})")
CPYTHON_TAG = re.compile(r"cp(\d)_?(\d{1,3})")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class ListedFile(Struct, frozen=True):
    """One file of one release, as an index lists it."""

    filename: str
    size: Annotated[int, Meta(ge=0, le=10**13)] | None = None
    upload_time_iso_8601: datetime | None = None
    yanked: bool = False


@dataclass(frozen=True)
class Release:
    """A final release that nobody withdrew."""

    version: Version
    files: tuple[ListedFile, ...]

    @property
    def day(self) -> date | None:
        """The day on which its first file was uploaded, in UTC; None where no file says."""
        times = [file.upload_time_iso_8601 for file in self.files]
        days = [_as_utc(time).date() for time in times if time is not None]
        return min(days, default=None)


def find_stable(releases: Mapping[str, Iterable[ListedFile]]) -> list[Release]:
    """The final releases, oldest version first: no pre-, post-, development or local ones."""
    found: dict[Version, tuple[ListedFile, ...]] = {}
    for text, files in releases.items():
        try:
            version = Version(text)
        except InvalidVersion:
            continue
        kept = tuple(file for file in files if not file.yanked)
        if kept and not (version.is_prerelease or version.is_postrelease or version.local):
            found[version] = found.get(version, ()) + kept
    return [Release(version, found[version]) for version in sorted(found)]


def measure_wheel(release: Release) -> int | None:
    """Bytes of the wheel for the newest CPython on manylinux x86_64; None where there is none."""
    best: tuple[tuple[int, int, tuple[int, str], str], int | None] | None = None
    for file in release.files:
        rank = _rank_wheel(file.filename)
        if rank is not None and (best is None or rank > best[0]):
            best = (rank, file.size)
    return best[1] if best else None


def _rank_wheel(filename: str) -> tuple[int, int, tuple[int, str], str] | None:
    """Newest Python first, then the highest build number, then the file name."""
    try:
        _, _, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    pythons = [
        (int(match[1]), int(match[2]))
        for tag in tags
        if (match := CPYTHON_TAG.fullmatch(tag.interpreter))
        and tag.platform.startswith("manylinux")
        and tag.platform.endswith("_x86_64")
        # Free-threaded builds (cp314t) are another product than the usual interpreter's.
        and not tag.abi.endswith("t")
    ]
    if not pythons:
        return None
    return (*max(pythons), build or (0, ""), filename)


def count_dependencies(requires_dist: Iterable[str]) -> int:
    """Distinct packages that are needed without any extra; raises InvalidRequirement."""
    return len({name for line in requires_dist if (name := _read_needed(line))})


def _read_needed(line: str) -> str | None:
    requirement = Requirement(line)
    if requirement.marker is not None:
        variables = QUOTED.sub("", str(requirement.marker))
        if re.search(r"\bextra\b", variables):
            return None
    return canonicalize_name(requirement.name)


def find_newest_python(classifiers: Iterable[str], release: Release) -> int | None:
    """The newest minor version of Python 3 that is declared, else that a wheel is built for."""
    declared = [
        int(match[1]) for line in classifiers if (match := PYTHON_CLASSIFIER.fullmatch(line))
    ]
    if declared:
        return max(declared)
    built = [
        int(match[2])
        for file in release.files
        for tag in _list_tags(file.filename)
        if (match := CPYTHON_TAG.fullmatch(tag)) and match[1] == "3"
    ]
    return max(built, default=None)


def _list_tags(filename: str) -> list[str]:
    try:
        return [tag.interpreter for tag in parse_wheel_filename(filename)[3]]
    except InvalidWheelFilename:
        return []


def _as_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


__all__ = [
    "InvalidRequirement",
    "ListedFile",
    "Release",
    "count_dependencies",
    "find_newest_python",
    "find_stable",
    "measure_wheel",
]
