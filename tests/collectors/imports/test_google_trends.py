"""An export is read by position: any language, any resolution, and never more than it says."""

import codecs
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.imports.base import ImportedFile
from collectors.imports.google_trends import GoogleTrendsExport
from collectors.refusals import MalformedError
from collectors.subjects import SUBJECTS
from tests.collectors.imports.reading import TODAY, WRITTEN, list_reasons, read

WEEKS = "2026-11-01,25,40\n2026-11-08,<1,38\n"
ENGLISH = "Category: All categories\n\nWeek,TensorFlow: (Worldwide),pytorch: (Worldwide)\n" + WEEKS
TRENDS = GoogleTrendsExport()


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Категория: Все категории\n\nНеделя,tensorflow: (По всему миру),PyTorch: (По всему миру)\n"
        + WEEKS,
        "カテゴリ: すべてのカテゴリ\n\n週,tensorflow：（すべての国）,pytorch：（すべての国）\n"
        + WEEKS,
        ENGLISH.replace("categories\n", "categories,,\n").replace("38\n", "38,\n"),
        ENGLISH.replace("\n", "\r\n"),
        codecs.BOM_UTF8.decode() + ENGLISH,
        ENGLISH.replace("2026-11-08,<1", '"2026-11-08","< 1"'),
        ENGLISH.replace("Category: All categories\n\n", ""),
    ],
    ids=["English", "Russian", "Japanese", "commas", "CRLF", "BOM", "quoted", "no category"],
)
def test_every_language_says_the_same(text: str) -> None:
    reading = read(TRENDS, text)
    assert reading.refused == 0
    assert [(one.subject, one.start, one.value) for one in reading.observations] == [
        ("tensorflow", date(2026, 11, 1), 25),
        ("pytorch", date(2026, 11, 1), 40),
        ("tensorflow", date(2026, 11, 8), 0.5),
        ("pytorch", date(2026, 11, 8), 38),
    ]
    assert {one.resolution for one in reading.observations} == {"week"}
    assert {one.metric for one in reading.observations} == {"search_interest"}
    assert len({one.label for one in reading.observations}) == 1


def test_utf_16_is_read() -> None:
    assert len(read(TRENDS, ENGLISH.encode("utf-16")).observations) == 4


@pytest.mark.parametrize(
    ("rows", "resolution"),
    [
        ("2026-09,1\n2026-10,2\n", "month"),
        ("2026-11-09,1\n2026-11-10,2\n", "day"),
        ("2026-10-04,1\n2026-10-18,2\n2026-10-25,3\n", "week"),
    ],
)
def test_days_weeks_and_months(rows: str, resolution: str) -> None:
    reading = read(TRENDS, f"x,jax: (y)\n{rows}".replace("jax", "Google JAX"))
    assert {one.resolution for one in reading.observations} == {resolution}
    assert len(reading.observations) == rows.count("\n")


def test_a_hole_stays_a_hole() -> None:
    reading = read(TRENDS, "Week,keras: (x),pytorch: (x)\n2026-10-04,,5\n2026-10-11,7\n")
    assert {(one.subject, one.start.day) for one in reading.observations} == {
        ("pytorch", 4),
        ("keras", 11),
    }
    assert reading.refused == 0


def test_a_period_that_was_running_at_the_export_is_refused() -> None:
    reading = read(TRENDS, "Week,keras: (x)\n2026-11-08,5\n2026-11-15,7\n")
    assert [one.start.day for one in reading.observations] == [8]
    assert "not over" in list_reasons(reading)[0]


def test_unknown_terms_are_refused_with_a_way_to_add_them() -> None:
    reading = read(TRENDS, ENGLISH.replace("pytorch:", "torch:"))
    assert {one.subject for one in reading.observations} == {"tensorflow"}
    assert reading.examples[0].where == "column 'torch: (Worldwide)'"
    assert "[subjects.NAME]" in reading.examples[0].why


def test_two_exports_are_two_identities() -> None:
    first = read(TRENDS, ENGLISH).observations[0]
    second = read(TRENDS, ENGLISH.replace("2026-11-01", "2026-10-25,1,2\n2026-11-01")).observations[
        0
    ]
    other = read(TRENDS, ENGLISH.replace("pytorch:", "python:")).observations[0]
    assert len({first.label, second.label, other.label}) == 3


def test_deep_learning_itself() -> None:
    (first, *_) = read(TRENDS, ENGLISH.replace("pytorch:", "Deep learning:")).observations[1:]
    assert (first.subject, first.metric) == ("all", "deep_learning_interest")


@pytest.mark.parametrize("value", ["NaN", "-1", "101", "1e9", "=1+1", "viel", "<2", "inf"])
def test_values_that_cannot_be_are_refused_row_by_row(value: str) -> None:
    reading = read(TRENDS, ENGLISH.replace(",25,", f",{value},"))
    assert len(reading.observations) == 3
    assert [example.where for example in reading.examples] == ["line 4"]


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "a,b\n1,2\n", "Week,keras: (x)\n", "Week\n2026-11-01\n", "2026-11-01,5\n",
     "Week,keras: (x)\n2026-11-01,5\n", "Week,keras: (x)\n2026-10-01,5\n2026-10-04,5\n",
     "W" + ",keras: (x)" * 40 + "\n2026-11-01,5\n"],
)  # fmt: skip
def test_what_is_no_export_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        read(TRENDS, text)


@given(st.text(alphabet=st.sampled_from('0129-,:"<\n\r (kerast)W\ufeff\x00='), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reading = read(TRENDS, text)
    except MalformedError:
        return
    assert all(0 <= one.value <= 100 and one.start <= TODAY for one in reading.observations)


@given(st.binary(max_size=100))
def test_any_bytes_behind_a_good_start_are_read_or_refused(content: bytes) -> None:
    try:
        reading = read(TRENDS, ENGLISH.encode() + content)
    except MalformedError:
        return
    assert len(reading.observations) >= 4


@pytest.mark.real_data
def test_a_real_export_is_read_whole(shared: Path) -> None:
    path = shared / "data/signals/google-trends/multiTimeline/weekly_1term_US.csv"
    subject = msgspec.structs.replace(SUBJECTS[0], name="parallel", title="Parallel")
    reading = TRENDS.read(ImportedFile(path, "0" * 64, WRITTEN, TODAY), [subject])
    assert len(reading.observations) == 52
    assert reading.refused == 0
