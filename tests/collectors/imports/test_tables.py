"""GitHub counts and tidy tables: whole, with holes, row by row, however hostile the file."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.imports.base import MAX_EXAMPLES, ImportedFile, Importer, list_lines
from collectors.imports.github_stars import GithubStars
from collectors.imports.tidy import Tidy
from collectors.refusals import MalformedError
from collectors.subjects import SUBJECTS
from tests.collectors.imports.reading import TODAY, WRITTEN, list_reasons, read

STARS = "date,repo,stars,forks,open_issues\n"
TIDY = "subject,metric,start,resolution,value,unit,label,source_note\n"
GOOD_STARS = "2026-11-01,pytorch/pytorch,100,20,3\n"
GOOD_TIDY = "PyTorch,jobs_monthly,2026-10,month,12.5,posts,Berlin,My own count\n"
both = pytest.mark.parametrize(
    ("importer", "start", "good"),
    [(GithubStars(), STARS, GOOD_STARS), (Tidy(), TIDY, GOOD_TIDY)],
    ids=["github-stars", "tidy"],
)


def test_counts_of_a_day() -> None:
    found = read(GithubStars(), STARS + GOOD_STARS).observations
    assert [(one.metric, one.value, one.label, one.subject) for one in found] == [
        ("stars", 100, "pytorch/pytorch", "pytorch"),
        ("forks", 20, "pytorch/pytorch", "pytorch"),
        ("open_issues", 3, "pytorch/pytorch", "pytorch"),
    ]


@pytest.mark.parametrize(
    ("repository", "present", "subject"),
    [
        ("google/jax", "jax-ml/jax", "jax"),
        ("Keras-Team/Keras", "keras-team/keras", "keras"),
        ("apache/incubator-mxnet", "apache/mxnet", "apache-mxnet"),
        ("Microsoft/CNTK", "microsoft/CNTK", "microsoft-cntk"),
    ],
)
def test_renamed_repositories_are_one_series(repository: str, present: str, subject: str) -> None:
    found = read(GithubStars(), f"{STARS}2026-11-01,{repository},1,,\n").observations
    assert [(one.label, one.subject, one.metric) for one in found] == [(present, subject, "stars")]


def test_the_columns_of_best_of_ml_are_known() -> None:
    text = "date,name,repo,star_count,fork_count\n2026-11-01,JAX,google/jax,5,6\n"
    assert [one.value for one in read(GithubStars(), text).observations] == [5, 6]


def test_tidy_values() -> None:
    (one,) = read(Tidy(), TIDY + GOOD_TIDY).observations
    assert (one.subject, one.metric, one.start, one.resolution, one.value) == (
        "pytorch", "jobs_monthly", date(2026, 10, 1), "month", 12.5,
    )  # fmt: skip
    assert (one.unit, one.label, one.url) == ("posts", "Berlin", "My own count")
    assert (one.source, one.status, one.method) == ("import-tidy", "imported", "imported")


def test_a_subject_that_is_not_known_is_stored_and_named() -> None:
    reading = read(Tidy(), TIDY + GOOD_TIDY.replace("PyTorch", "mlx"))
    assert any("knows no mlx" in line for line in reading.understood)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12.5", "NaN"), ("12.5", "-1"), ("12.5", "inf"), ("12.5", "1e30"), ("12.5", ""),
        ("12.5", "=1+1"), ("12.5", "1 000"), ("2026-10", "2027-10"), ("2026-10", "10/2026"),
        ("2026-10", "2026-10-02"), ("month", "fortnight"), ("month", "quarter,"),
        ("Berlin", "=HYPERLINK(1)"), ("Berlin", "@SUM(1)"), ("Berlin", "a\x07b"),
        ("posts", "+posts"), ("My own", "-my"), ("PyTorch", "<script>"), ("jobs_m", "Jobs m"),
        ("Berlin", "x" * 300), ("Berlin", '"Ber'), ("PyTorch", ""),
    ],
)  # fmt: skip
def test_hostile_rows_are_refused_one_by_one(old: str, new: str) -> None:
    reading = read(Tidy(), TIDY + GOOD_TIDY.replace(old, new) + GOOD_TIDY)
    assert len(reading.observations) == 1
    assert [example.where for example in reading.examples] == ["line 2"]


@pytest.mark.parametrize(
    "row",
    ["2026-11-01,=cmd/x,1,1,1", "2026-13-01,a/b,1,1,1", "2027-01-01,a/b,1,,", "x", "2026-11-01,a/b,-1,,",
     "2026-11-01,a/b,many,,", "2026-11-01,../..//x,1,,", "2026-11-01,a/b,1e300,,"],
)  # fmt: skip
def test_hostile_counts_are_refused_one_by_one(row: str) -> None:
    reading = read(GithubStars(), f"{STARS}{row}\n{GOOD_STARS}")
    assert len(reading.observations) == 3
    assert {example.where for example in reading.examples} == {"line 2"}


@both
def test_a_line_of_a_million_columns_is_refused(importer: Importer, start: str, good: str) -> None:
    reading = read(importer, start + "1," * 1_000_000 + "\n" + good)
    assert reading.observations
    assert "longer than" in list_reasons(reading)[0]


@both
def test_a_line_in_another_encoding_is_refused(importer: Importer, start: str, good: str) -> None:
    reading = read(importer, start.encode() + b"\xe4\xf6,\xfc\n" + good.encode())
    assert reading.observations
    assert list_reasons(reading) == ["It is not valid UTF-8."]


@both
def test_utf_16_and_crlf_are_read(importer: Importer, start: str, good: str) -> None:
    plain = read(importer, start + good).observations
    crlf = read(importer, (start + good).replace("\n", "\r\n").encode("utf-16")).observations
    assert [one.value for one in crlf] == [one.value for one in plain]


@both
def test_a_second_value_for_a_period_is_refused(importer: Importer, start: str, good: str) -> None:
    other = good.replace("100", "101").replace("12.5", "13")
    reading = read(importer, start + good + good + other)
    assert reading.repeated > 0
    assert "another value" in list_reasons(reading)[0]


@both
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0\0", b"a,b\n1,2\n", b"\xff" * 50])
def test_another_kind_of_file_is_refused(
    importer: Importer, start: str, good: str, content: bytes
) -> None:
    with pytest.raises(MalformedError):
        read(importer, content)


def test_many_refusals_are_counted_and_few_are_shown() -> None:
    reading = read(Tidy(), TIDY + "x,,,,,\n" * 100)
    lines = list(list_lines(reading))
    assert reading.refused == 100
    assert len(lines) <= MAX_EXAMPLES + 4
    assert lines[-1].strip() == "and 80 more."
    assert lines[0].startswith("Understood")


@both
@given(content=st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(
    importer: Importer, start: str, good: str, content: bytes
) -> None:
    try:
        reading = read(importer, (start + good).encode() + content)
    except MalformedError:
        return
    assert reading.observations
    assert all(0 <= one.value <= 1e15 and one.start <= TODAY for one in reading.observations)


@given(
    st.lists(
        st.tuples(st.dates(date(2010, 1, 1), TODAY), st.integers(0, 10**9)),
        unique_by=lambda row: row[0],
    )
)
def test_every_row_of_a_table_is_kept_and_no_other(rows: list[tuple[date, int]]) -> None:
    text = STARS + "".join(f"{day},pytorch/pytorch,{stars},,\n" for day, stars in rows)
    found = {one.start: one.value for one in read(GithubStars(), text).observations}
    assert found == dict(rows)


@pytest.mark.real_data
def test_the_daily_table_is_read_whole_with_its_holes(shared: Path) -> None:
    path = shared / "data/signals/github-stars/github_stars_daily.csv"
    reading = GithubStars().read(ImportedFile(path, "0" * 64, WRITTEN, TODAY), SUBJECTS)
    assert reading.refused == 0
    assert sum(one.metric == "stars" for one in reading.observations) == 39_549
    days = {one.start for one in reading.observations if one.subject == "tensorflow"}
    assert not any(date(2024, 10, 24) <= day <= date(2025, 1, 7) for day in days)
