"""Works a year are read as OpenAlex groups them, within its daily allowance."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collectors.openalex import Openalex
from collectors.refusals import Refused
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import answer_openalex
from tests.collectors.network import BASE, Handler, Network, respond

JAX = (Subject(name="jax", title="JAX", research_phrase="jax deep learning"),)
KEY = "SECRETkey"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)


def collect(
    handler: Handler, subjects: tuple[Subject, ...] = JAX, cache_dir: Path | None = None
) -> tuple[list[Observation], list[Gap], Network]:
    network = Network(handler)
    with network.open("openalex", cache_dir=cache_dir) as session:
        items = list(Openalex(base_url=BASE).collect(session, subjects))
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)], network


def give(*groups: tuple[Any, Any]) -> Handler:
    return lambda request: respond({"group_by": [{"key": k, "count": n} for k, n in groups]})


def test_years_that_are_over_are_read() -> None:
    observations, gaps, network = collect(answer_openalex)
    assert gaps == []
    assert [item.start.year for item in observations] == list(range(2010, 2026))
    assert observations[0].start == date(2010, 1, 1)
    assert {(item.metric, item.resolution, item.unit) for item in observations} == {
        ("works_yearly", "year", "works")
    }
    assert dict(network.requests[0].url.params) == {
        "filter": "title_and_abstract.search:jax deep learning",
        "group_by": "publication_year",
    }


def test_a_year_is_a_text_or_a_number() -> None:
    observations, _, _ = collect(give((2020, 5), ("2019", 4)))
    assert [(item.start.year, item.value) for item in observations] == [(2019, 4), (2020, 5)]


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [("2026", 5)],
        [("1999", 5)],
        [("2020", 5), (2020, 6)],
        [("unknown", 5)],
        [("-5", 5)],
        [(None, 5)],
        [("2020", -1)],
    ],
)
def test_what_cannot_be_is_a_gap(groups: list[tuple[Any, Any]]) -> None:
    observations, gaps, _ = collect(give(*groups))
    assert observations == []
    assert [gap.what for gap in gaps] == ["Research works on JAX"]


def test_an_odd_key_costs_no_other_year(tmp_path: Path) -> None:
    answer = give(("2020", 5), (2019, 4), ("unknown", 3), ("2018", 2), ("2018", 1))
    observations, gaps, _ = collect(answer, cache_dir=tmp_path)
    assert [(item.start.year, item.value) for item in observations] == [(2019, 4), (2020, 5)]
    assert [gap.why for gap in gaps] == [
        "1 of its 5 entries cannot be read.",
        "OpenAlex gives two counts for 2018.",
    ]
    assert collect(answer_openalex, cache_dir=tmp_path)[2].requests


def test_a_phrase_cannot_change_the_question() -> None:
    subject = Subject(name="x", title="X", research_phrase="x,type:book|y (z) *")
    _, _, network = collect(answer_openalex, (subject,))
    asked = network.requests[0].url.params["filter"]
    assert asked == "title_and_abstract.search:x type book y z"


def test_a_subject_without_a_phrase_is_left_out() -> None:
    assert collect(answer_openalex, (Subject(name="x", title="X"),))[2].requests == []


def test_gives_up_at_once_when_the_day_is_spent() -> None:
    network = Network(lambda request: respond({}, 429, {"retry-after": "54000"}))
    with network.open("openalex") as session, pytest.raises(Refused, match="about 15 hours"):
        list(Openalex(base_url=BASE).collect(session, SUBJECTS))
    assert len(network.requests) == 1
    assert network.time.slept == []


def test_a_second_collection_of_a_day_spends_nothing(tmp_path: Path) -> None:
    first = collect(answer_openalex, cache_dir=tmp_path)[0]
    second, _, network = collect(answer_openalex, cache_dir=tmp_path)
    assert network.requests == []
    assert [item.value for item in first] == [item.value for item in second]


def test_the_key_is_seen_by_the_wire_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", KEY)
    observations, _, network = collect(answer_openalex, cache_dir=tmp_path)
    assert network.requests[0].extensions["target"].endswith(b"&api_key=SECRETkey")
    assert KEY not in str(network.requests[0].url) + repr(observations)
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_the_key_does_not_follow_a_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", KEY)

    def answer(request: Any) -> Any:
        if request.url.host == "source.test":
            target = request.extensions["target"].decode()
            return respond(b"", 302, {"location": f"http://elsewhere.test{target}"})
        return answer_openalex(request)

    observations, _, network = collect(answer)
    assert observations
    assert KEY not in observations[0].url
    assert "target" not in network.requests[1].extensions
    assert KEY not in str(network.requests[1].url)
