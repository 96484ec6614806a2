"""The cited figures are those of their documents, each with a source and a date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.published import METRICS, Published, parse_blocks, read_file
from collectors.refusals import MalformedError
from collectors.subjects import SUBJECTS
from dlsurvey.records import Observation
from tests.collectors.network import NOW, Network, respond


@pytest.fixture(scope="module")
def figures() -> list[Observation]:
    network = Network(lambda request: respond({}))
    with network.open("published") as session:
        items = list(Published().collect(session, SUBJECTS))
    assert network.requests == []
    return [item for item in items if isinstance(item, Observation)]


def find(figures: list[Observation], *key: object) -> list[float]:
    return [
        item.value
        for item in figures
        if key[:3] == (item.metric, item.subject, item.start)
        and item.label in (key[3:] or [item.label])
    ]


def test_every_figure_has_a_source_and_a_date(figures: list[Observation]) -> None:
    assert len(figures) == 158
    for item in figures:
        assert item.url
        assert item.status == "published"
        assert item.method in ("published", "observed")
        assert item.retrieved_at.date() <= date(2026, 8, 22)
        assert item.start <= NOW.date()


def test_every_block_is_cited() -> None:
    for block in parse_blocks(read_file()):
        assert block.metric in METRICS
        assert block.title
        assert block.licence
        assert block.note.endswith(".")
        assert block.citation.startswith("http") or "seed" in block.citation


def test_no_figure_is_given_twice(figures: list[Observation]) -> None:
    keys = [(item.metric, item.subject, item.start, item.label) for item in figures]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (("stars", "tensorflow", date(2018, 12, 31)), 117_667),
        (("stars", "pytorch", date(2026, 8, 22)), 102_529),
        (("stars", "keras", date(2023, 11, 6)), 59_671),
        (("stars", "jax", date(2025, 6, 26)), 32_618),
        (("downloads_monthly", "pytorch", date(2025, 6, 26)), 46_330_080),
        (("downloads_monthly", "jax", date(2020, 12, 28)), 79_121),
        (("questions_yearly", "pytorch", date(2016, 1, 1)), 0),
        (("questions_yearly", "tensorflow", date(2020, 1, 1)), 20_629),
        (("questions_yearly", "keras", date(2022, 1, 1)), 6_200),
        (("conference_papers", "pytorch", date(2020, 1, 1), "NeurIPS"), 312),
        (("conference_papers", "tensorflow", date(2022, 1, 1), "ICLR"), 208),
        (("conference_papers_all", "all", date(2019, 1, 1), "CVPR"), 1294),
        (("survey_train_seconds", "tensorflow", date(2019, 1, 1)), 11.19),
        (("survey_memory_bytes", "pytorch", date(2019, 1, 1)), 3_500_000_000),
        (("survey_test_accuracy", "tensorflow", date(2021, 1, 1)), 0.9914),
        (("survey_test_accuracy", "pytorch", date(2022, 1, 1)), 0.72),
        (
            ("paper_share_percent", "pytorch", date(2020, 1, 1), "paper implementations on GitHub"),
            47,
        ),
    ],
)
def test_figures_are_those_of_the_document(
    figures: list[Observation], key: tuple[object, ...], value: float
) -> None:
    assert find(figures, *key) == [value]


def test_a_part_of_a_year_is_no_year(figures: list[Observation]) -> None:
    years = [item.start.year for item in figures if item.metric == "questions_yearly"]
    assert max(years) == 2022


def test_mentions_never_exceed_the_papers(figures: list[Observation]) -> None:
    totals = {
        (item.start, item.label): item.value
        for item in figures
        if item.metric == "conference_papers_all"
    }
    mentions = [item for item in figures if item.metric == "conference_papers"]
    assert len(mentions) == 2 * len(totals)
    assert all(item.value <= totals[item.start, item.label] for item in mentions)


@given(st.one_of(st.binary(max_size=100), st.just(b"blocks = [{title = 1}]")))
def test_a_damaged_file_is_named(content: bytes) -> None:
    with pytest.raises(MalformedError, match=r"published\.toml cannot be read"):
        parse_blocks(content)
