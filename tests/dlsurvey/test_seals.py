"""Lines that a hand has changed are named and left out; all others are used."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlsurvey.records import Observation, to_json
from dlsurvey.seals import MOST
from dlsurvey.store import Store
from tests.dlsurvey.samples import make_observation

COUNT = 6


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Lines of three appends."""
    store = Store(tmp_path)
    for day in range(1, COUNT + 1, 2):
        store.append_observations("github", [make(day), make(day + 1)])
    return store


def make(day: int) -> Observation:
    return make_observation(start=date(2026, 1, day), value=day)


def get_path(store: Store) -> Path:
    return store.folder / "observations" / "github.jsonl"


def list_days(store: Store) -> list[int]:
    return [one.start.day for one in store.read_observations("github")]


def edit(store: Store, line: int, old: bytes, new: bytes) -> None:
    lines = get_path(store).read_bytes().splitlines(keepends=True)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    get_path(store).write_bytes(b"".join(lines))


@pytest.mark.parametrize("line", range(1, COUNT + 1))
def test_an_edited_value_that_stays_well_formed_is_named_and_left_out(
    store: Store, line: int, caplog: pytest.LogCaptureFixture
) -> None:
    edit(store, line, f'"value":{line}'.encode(), b'"value":77')
    assert list_days(store) == [day for day in range(1, COUNT + 1) if day != line]
    assert f"github.jsonl, line {line}, was changed after it was stored" in caplog.text
    (gap,) = store.find_faults()
    assert gap.what == f"Line {line} of data/observations/github.jsonl"
    assert gap.why == "It was changed after it was stored, so it is left out."
    assert gap.cure.startswith("Restore the file")


def test_nonsense_everywhere_leaves_the_rest(store: Store) -> None:
    edit(store, 2, b'"source"', b'"saucer"')
    edit(store, 4, b"{", b"<<<<<<< HEAD {")
    edit(store, 6, b'"value":6', b'"value":NaN')
    assert list_days(store) == [1, 3, 5]
    (gap,) = store.find_faults()
    assert gap.what == "Lines 2, 4, 6 of data/observations/github.jsonl"


def test_what_was_left_out_is_stored_again_when_it_is_told_again(store: Store) -> None:
    edit(store, 3, b'"value":3', b'"value":99')
    assert store.append_observations("github", [make(day) for day in range(1, COUNT + 1)]) == 1
    assert sorted(list_days(store)) == [1, 2, 3, 4, 5, 6]


def test_lines_that_are_gone_or_moved_are_no_nonsense(store: Store) -> None:
    lines = get_path(store).read_bytes().splitlines(keepends=True)
    get_path(store).write_bytes(b"".join([*lines[3:], lines[0]]))
    assert list_days(store) == [4, 5, 6, 1]
    assert store.find_faults() == ()


def test_line_ends_of_another_system_change_nothing(store: Store) -> None:
    get_path(store).write_bytes(get_path(store).read_bytes().replace(b"\n", b"\r\n"))
    assert len(list_days(store)) == COUNT
    assert store.find_faults() == ()


def test_lines_of_a_run_that_was_killed_before_it_sealed_them_count(store: Store) -> None:
    with get_path(store).open("ab") as file:
        file.write(to_json(make(7)) + b"\n")
    assert list_days(store) == [*range(1, 8)]
    assert store.find_faults() == ()
    store.append_observations("github", ())
    edit(store, 7, b'"value":7', b'"value":8')
    assert list_days(store) == [*range(1, 7)]


def test_seals_that_cannot_be_read_are_named_and_take_nothing_away(store: Store) -> None:
    seals = store.folder / "seals.jsonl"
    lines = seals.read_bytes().splitlines(keepends=True)
    seals.write_bytes(lines[0] + b"nonsense\n" + lines[2])
    assert len(list_days(store)) == COUNT
    (gap,) = store.find_faults()
    assert gap.what == "Line 2 of data/seals.jsonl"
    assert store.append_observations("github", [make(8)]) == 1
    seals.unlink()
    assert store.find_faults() == ()
    assert len(list_days(store)) == COUNT + 1


def test_many_lines_take_several_seals(tmp_path: Path) -> None:
    store = Store(tmp_path)
    ones = [make_observation(label=str(place), value=place) for place in range(2 * MOST + 5)]
    store.append_observations("github", ones)
    assert (tmp_path / "seals.jsonl").read_bytes().count(b"\n") == 3
    assert list(store.read_observations("github")) == ones
    edit(store, MOST + 1, b'"value"', b'"valve"')
    assert len(list(store.read_observations("github"))) == len(ones) - 1


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_is_done_to_a_line_only_that_line_goes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    store.append_observations("github", [make(day) for day in range(1, COUNT + 1)])
    lines = get_path(store).read_bytes().splitlines()
    place = data.draw(st.integers(0, COUNT - 1))
    put = data.draw(st.binary(max_size=60).filter(lambda text: b"\n" not in text))
    lines[place] = put
    get_path(store).write_bytes(b"\n".join(lines) + b"\n")
    assert list_days(store) == [day for day in range(1, COUNT + 1) if day != place + 1]
    assert len(store.find_faults()) == bool(put.strip())
