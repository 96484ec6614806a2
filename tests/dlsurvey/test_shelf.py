"""What was made before is there again, or it is made again: damage and a full disk hinder nobody."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsurvey.analysis.findings import Provenance
from dlsurvey.shelf import Shelf, make_key
from tests.dlsurvey.samples import NOON

KEY = "a" * 64


@given(content=st.binary(max_size=200))
def test_what_was_kept_comes_back(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("shelf") / "new", 3)
    assert shelf.fetch(KEY) is None
    shelf.keep(KEY, content)
    assert shelf.fetch(KEY) == content
    assert shelf.holds(KEY[:8])
    assert not shelf.holds("b")


@pytest.mark.parametrize("damage", ["cut", "turned", "emptied"])
def test_damage_is_nothing_kept(tmp_path: Path, damage: str) -> None:
    shelf = Shelf(tmp_path, 3)
    shelf.keep(KEY, b"content")
    path = tmp_path / KEY
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-2], "turned": whole[:-1] + b"T", "emptied": b""}[damage])
    assert shelf.fetch(KEY) is None
    shelf.keep(KEY, b"content")
    assert shelf.fetch(KEY) == b"content"


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 2)
    for place, key in enumerate(("first", "second", "third")):
        shelf.keep(key, b"x")
        os.utime(tmp_path / key, (place, place))
    assert shelf.fetch("first") == b"x"
    shelf.tidy()
    assert {path.name for path in tmp_path.iterdir()} == {"first", "third"}


def test_no_folder_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for shelf in (Shelf(None, 2), Shelf(tmp_path / "file", 2)):
        shelf.keep(KEY, b"x")
        assert shelf.fetch(KEY) is None
        shelf.tidy()


def test_making_anew_keeps_what_it_makes(tmp_path: Path) -> None:
    Shelf(tmp_path, 2).keep(KEY, b"old")
    anew = Shelf(tmp_path, 2, reading=False)
    assert anew.fetch(KEY) is None
    anew.keep(KEY, b"new")
    assert Shelf(tmp_path, 2).fetch(KEY) == b"new"


def test_keys_differ_where_anything_differs() -> None:
    told = Provenance(source="a", status="live", date=NOON.date())
    parts = [
        (), ("a",), ("a", "b"), ("ab",), (b"ab",), (1,), (1.5,), (None,), (told,), (make_key,),
        (Provenance(source="b", status="live", date=NOON.date()),),
    ]  # fmt: skip
    assert len({make_key(*some) for some in parts}) == len(parts)
    assert make_key(told, make_key) == make_key(told, make_key)


def test_what_has_no_place_in_a_key_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no place in a key"):
        make_key(object())


@pytest.mark.parametrize("call", ["dlsurvey.shelf.os.fdopen", "dlsurvey.shelf.os.replace"])
def test_a_full_cache_keeps_no_fragment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    shelf = Shelf(tmp_path, 3)

    def refuse(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(call, refuse)
        shelf.keep(KEY, b"content")
    assert list(tmp_path.iterdir()) == []
    shelf.keep(KEY, b"content")
    assert shelf.fetch(KEY) == b"content"
