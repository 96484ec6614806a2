"""Stable releases, wheels and dependencies are told apart as the packaging standards say."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.releases import (
    InvalidRequirement,
    ListedFile,
    Release,
    count_dependencies,
    find_newest_python,
    find_stable,
    measure_wheel,
)
from tests.collectors.answers import X86


def list_files(*names: str, size: int = 5) -> list[ListedFile]:
    return [ListedFile(filename=name, size=size) for name in names]


def test_only_final_releases_are_stable() -> None:
    wheel = list_files("x.whl")
    texts = ["2.0", "1.0", "1.10", "1.1rc1", "1.1.dev1", "1.0.post1", "1.0+cpu", "odd", "3.0"]
    listed = dict.fromkeys(texts, wheel) | {"3.0": [ListedFile("x.whl", yanked=True)], "4": []}
    assert [str(release.version) for release in find_stable(listed)] == ["1.0", "1.10", "2.0"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["torch-1-cp39-cp39-manylinux1_x86_64.whl", "torch-1-cp310-cp310-" + X86 + ".whl"], 2),
        (["torch-1-3-cp313-cp313-" + X86 + ".whl", "torch-1-cp313-cp313-" + X86 + ".whl"], 1),
        (["t-1-cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"], 1),
        (["t-1-cp39-abi3-manylinux1_x86_64.whl"], 1),
        (["t-1-cp27-cp27mu-manylinux1_x86_64.whl"], 1),
        (["t-1-py3-none-any.whl", "t-1.tar.gz", "broken.whl"], None),
        (["t-1-cp39-cp39-manylinux2014_aarch64.whl", "t-1-cp39-cp39-win_amd64.whl"], None),
        (["t-1-pp39-pypy39_pp73-" + X86 + ".whl", "t-1-cp314-cp314t-" + X86 + ".whl"], None),
    ],
)
def test_the_wheel_that_is_measured(names: list[str], expected: int | None) -> None:
    files = tuple(ListedFile(name, size) for size, name in enumerate(names, 1))
    (release,) = find_stable({"1": files})
    assert measure_wheel(release) == expected


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([], 0),
        (["numpy>=1.26; python_version<'3.13'", "NumPy>=2; python_version>='3.13'"], 1),
        (["a; extra == 'x'", "b; (os_name == 'nt' or python_version < '3') and extra == 'y'"], 0),
        (["a; platform_system == 'extra'"], 1),
        (["cuda-toolkit[cublas,cudart]==13.2.2; platform_system == 'Linux'"], 1),
        (["Foo.Bar", "foo-bar>1"], 1),
    ],
)
def test_dependencies_without_an_extra(lines: list[str], count: int) -> None:
    assert count_dependencies(lines) == count


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_requirement_is_counted_or_refused(lines: list[str]) -> None:
    with contextlib.suppress(InvalidRequirement):
        assert 0 <= count_dependencies(lines) <= len(lines)


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=40), max_size=3)))
def test_any_listing_is_read(listed: dict[str, list[str]]) -> None:
    releases = find_stable({text: list_files(*names) for text, names in listed.items()})
    for release in releases:
        assert release.files
        assert release.day is None
        assert measure_wheel(release) in (None, 5)
        assert find_newest_python([], release) is None or release.files
    assert releases == sorted(releases, key=lambda release: release.version)


@given(st.lists(st.from_regex(r"Programming Language :: Python :: 3\.\d{1,2}", fullmatch=True)))
def test_the_newest_declared_python(classifiers: list[str]) -> None:
    (release,) = find_stable({"1": list_files("t-1-cp39-cp39-win_amd64.whl")})
    expected = max((int(line.rpartition(".")[2]) for line in classifiers), default=9)
    assert find_newest_python(classifiers, release) == expected


def test_a_release_knows_its_day() -> None:
    (release,) = find_stable({"1": [ListedFile("x.whl"), ListedFile("y.whl")]})
    assert isinstance(release, Release)
    assert release.day is None
