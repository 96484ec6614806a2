"""Turns what a Python package index lists into releases, wheel sizes and dependencies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Raw, Struct
from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from collectors.base import Answer
from collectors.index_address import IndexAddress, find_index
from collectors.parts import decode_parts, explain_refused
from collectors.refusals import MalformedError, Refused, make_gap
from collectors.releases import (
    ListedFile,
    Release,
    count_dependencies,
    find_newest_python,
    find_stable,
    measure_wheel,
)
from collectors.subjects import Subject
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

if TYPE_CHECKING:
    from collectors.session import Session

Text = Annotated[str, Meta(max_length=4096)]
METRICS = {
    "release": (
        "Releases: one per final, un-withdrawn version, dated by the upload of its first file;"
        " tells the cadence, not how much a release changed."
    ),
    "wheel_bytes": (
        "Bytes of a release's wheel for the newest CPython it supports on manylinux x86_64;"
        " counts that one file only: CUDA libraries and other dependencies lie outside, and a"
        " package of pure Python has none."
    ),
    "direct_dependencies": (
        "Packages that the newest stable release requires without any extra, on whatever"
        " platform; says nothing of what these require in turn."
    ),
    "newest_python_minor": (
        "Python 3 minor version: the newest that the newest stable release declares, else the"
        " newest that a wheel is built for; a later one may work undeclared."
    ),
}
UNITS = {
    "release": "releases",
    "wheel_bytes": "bytes",
    "direct_dependencies": "packages",
    "newest_python_minor": "Python 3 minor version",
}


class Info(Struct, frozen=True):
    """What the index says of one version, by its own choice the newest."""

    version: Text
    name: Text = ""
    requires_dist: list[Text] | None = None
    classifiers: list[Text] | None = None


class Project(Struct, frozen=True):
    """The part of the JSON API's answer that is read."""

    info: Info
    releases: dict[Text, list[Raw]] = {}


@dataclass(frozen=True)
class _Package:
    """One package of one subject, with the answer that its releases were read from."""

    subject: str
    name: str
    info: Info | None
    info_answer: Answer[Project] | None
    files_answer: Answer[Project] | Answer[dict[str, list[ListedFile]]]
    releases: list[Release]
    refused: int = 0
    """Files that cannot be read, of so many that are listed:"""
    listed: int = 0
    unread: Version | None = None
    """The newest version of which no file can be read."""


@dataclass(frozen=True)
class Pypi:
    """Releases, through the JSON API of the index, else through its simple API."""

    base_url: str = ""
    """The index, with or without `/simple`; empty: pip's configuration, else the public one."""
    name: str = "pypi"
    title: str = "Python package index"
    homepage: str = "https://packaging.python.org/guides/analyzing-pypi-package-downloads/"
    needs_network: bool = True

    @property
    def metrics(self) -> Mapping[str, str]:
        """What each metric means."""
        return METRICS

    def collect(
        self, session: "Session", subjects: Sequence[Subject]
    ) -> Iterator[Observation | Gap]:
        """Ask once for every package."""
        address = find_index(self.base_url)
        for subject in subjects:
            for name in subject.packages:
                try:
                    package = _fetch(session, address, subject.name, name)
                except SourceError as error:
                    yield make_gap(f"Releases of {name}", error)
                    continue
                yield from _observe(package, session.clock.now().date())


def _fetch(session: "Session", address: IndexAddress, subject: str, name: str) -> _Package:
    url = f"{address.json_base}/pypi/{name}/json"
    try:
        answer = session.get_json(url, Project, authorization=address.authorization)
    except MalformedError:
        return _fetch_simple(session, address, subject, name, None)
    except Refused as error:
        if not error.is_missing:
            raise
        return _fetch_simple(session, address, subject, name, None)
    if not answer.value.releases:
        return _fetch_simple(session, address, subject, name, answer)
    told = answer.value.info.name
    if told and canonicalize_name(told) != canonicalize_name(name):
        raise MalformedError(f"{answer.url} describes another package.")
    listed = {
        version: decode_parts(entries, ListedFile)[0]
        for version, entries in answer.value.releases.items()
    }
    count = sum(map(len, answer.value.releases.values()))
    refused = count - sum(map(len, listed.values()))
    if refused:
        session.forget_answers([answer.sha256])
    if refused == count:
        return _fetch_simple(session, address, subject, name, answer)
    releases = _check_stable(name, answer.url, listed)
    unread = find_stable(
        {
            version: [ListedFile(name)]
            for version, entries in answer.value.releases.items()
            if entries and not listed[version]
        }
    )
    return _Package(
        subject=subject,
        name=name,
        info=answer.value.info,
        info_answer=answer,
        files_answer=answer,
        releases=releases,
        refused=refused,
        listed=count,
        unread=unread[-1].version if unread else None,
    )


def _fetch_simple(
    session: "Session",
    address: IndexAddress,
    subject: str,
    name: str,
    info_answer: Answer[Project] | None,
) -> _Package:
    # Late, since pypi-simple is slow to import and rarely needed.
    from collectors.simple_index import fetch_simple

    answer = fetch_simple(session, address, name)
    releases = _check_stable(name, answer.url, answer.value)
    info = info_answer.value.info if info_answer else None
    return _Package(subject, name, info, info_answer, answer, releases)


def _check_stable(name: str, url: str, listed: Mapping[str, Sequence[ListedFile]]) -> list[Release]:
    releases = find_stable(listed)
    if not releases:
        raise MalformedError(f"{url} lists no stable release of {name}.")
    return releases


def _observe(package: _Package, today: date) -> Iterator[Observation | Gap]:
    if package.refused:
        yield explain_refused(f"Releases of {package.name}", package.refused, package.listed)
    for release in package.releases:
        if release.day and release.day > today:
            yield Gap(
                what=f"Releases of {package.name}",
                why=f"Release {release.version} is dated {release.day}, in the future.",
                cure="Look at the source's own page; the value was left out.",
            )
    dated = [release for release in package.releases if release.day and release.day <= today]
    if not dated:
        yield Gap(
            what=f"Releases of {package.name}",
            why="This package index does not say when a file was uploaded.",
            cure="Set the base URL of the source pypi to an index with the JSON API.",
        )
        return
    for release in dated:
        yield _make(package, release, "release", 1)
        size = measure_wheel(release)
        if size:
            yield _make(package, release, "wheel_bytes", size)
    newest = max(filter(None, (package.releases[-1].version, package.unread)))
    if dated[-1].version == newest:
        yield from _observe_newest(package, dated[-1])
    else:
        yield Gap(
            what=f"The newest stable release of {package.name}",
            why=f"It is {newest}, which bears no day that can be believed,"
            " and no older one is called the newest.",
            cure="Look at the source's own page; the value was left out.",
        )


def _observe_newest(package: _Package, newest: Release) -> Iterator[Observation | Gap]:
    info = package.info
    if info is None or not _describes(info, newest):
        yield Gap(
            what=f"Dependencies of {package.name}",
            why=f"The package index does not describe {newest.version}, the newest stable release.",
            cure="Set the base URL of the source pypi to an index with the JSON API.",
        )
        info = None
    elif info.requires_dist is not None:
        try:
            count = count_dependencies(info.requires_dist)
        except InvalidRequirement:
            yield Gap(
                what=f"Dependencies of {package.name}",
                why=f"A requirement of {newest.version} cannot be read.",
                cure="Look at the package's own metadata.",
            )
        else:
            yield _make(package, newest, "direct_dependencies", count)
    minor = find_newest_python((info and info.classifiers) or (), newest)
    if minor is not None:
        yield _make(package, newest, "newest_python_minor", minor, f"3.{minor}")


def _describes(info: Info, release: Release) -> bool:
    try:
        return Version(info.version) == release.version
    except InvalidVersion:
        return False


def _make(
    package: _Package, release: Release, metric: str, value: int, label: str = ""
) -> Observation:
    answer = package.files_answer
    if metric == "direct_dependencies" and package.info_answer is not None:
        answer = package.info_answer
    day = release.day
    assert day is not None  # `_observe` keeps dated releases only
    return Observation(
        source="pypi",
        subject=package.subject,
        metric=metric,
        start=day,
        resolution="day",
        value=value,
        unit=UNITS[metric],
        retrieved_at=answer.retrieved_at,
        url=answer.url,
        status=answer.status,
        method="observed",
        raw_sha256=answer.sha256,
        label=label or str(release.version),
    )
