"""Daily downloads are read as pypistats documents them, within its limits."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors.pypistats import Pypistats
from collectors.refusals import Refused
from collectors.session import Session
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import answer_pypistats, make_downloads
from tests.collectors.network import BASE, Handler, Network, respond

TORCH = (Subject(name="pytorch", title="PyTorch", packages=("torch",)),)
TODAY = date(2026, 11, 20)


def collect(
    handler: Handler, subjects: tuple[Subject, ...] = TORCH, cache_dir: Path | None = None
) -> tuple[list[Observation], list[Gap], Network]:
    network = Network(handler)
    with network.open("pypistats", cache_dir=cache_dir) as session:
        items = list(Pypistats(base_url=BASE).collect(session, subjects))
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)], network


def give(rows: list[dict[str, Any]]) -> Handler:
    return lambda request: respond({"data": rows, "package": "torch", "type": "overall_downloads"})


def test_every_day_is_read_in_order() -> None:
    observations, gaps, network = collect(answer_pypistats)
    assert gaps == []
    assert len(observations) == 180
    assert observations[-1].start == date(2026, 11, 19)
    assert [item.start for item in observations] == sorted(item.start for item in observations)
    assert {(item.metric, item.label, item.resolution) for item in observations} == {
        ("downloads_daily", "torch", "day")
    }
    assert str(network.requests[0].url) == f"{BASE}/api/packages/torch/overall?mirrors=false"


def test_today_is_not_over() -> None:
    observations, _, _ = collect(give(make_downloads(3, TODAY)))
    assert [item.start for item in observations] == [date(2026, 11, 18), date(2026, 11, 19)]


def test_a_day_given_twice_counts_once() -> None:
    rows = make_downloads(3)
    assert len(collect(give(rows + rows[:1]))[0]) == 3


@pytest.mark.parametrize(
    "rows",
    [
        [],
        make_downloads(1, TODAY),
        [{**make_downloads(1)[0], "category": "with_mirrors"}],
        [{**make_downloads(1)[0], "downloads": None}],
    ],
)
def test_what_cannot_be_is_a_gap(rows: list[dict[str, Any]]) -> None:
    observations, gaps, _ = collect(give(rows))
    assert observations == []
    assert [gap.what for gap in gaps] == ["Downloads of torch"]


def test_a_day_that_cannot_be_costs_no_other() -> None:
    rows = make_downloads(180)
    odd = [{**rows[3], "downloads": None}, *rows[:3], *rows[4:]]
    observations, gaps, _ = collect(give(odd))
    assert [item.value for item in observations] == [row["downloads"] for row in odd[:0:-1]]
    assert [gap.why for gap in gaps] == ["1 of its 180 entries cannot be read."]


def test_a_day_of_two_counts_is_left_out_alone() -> None:
    rows = [*make_downloads(3), {**make_downloads(1)[0], "downloads": 5}]
    observations, gaps, _ = collect(give(rows))
    assert [item.start for item in observations] == [date(2026, 11, 17), date(2026, 11, 18)]
    assert [gap.why for gap in gaps] == ["pypistats gives two counts for 2026-11-19."]


def test_another_package_is_refused() -> None:
    answer = {"data": make_downloads(3), "package": "torchvision"}
    observations, gaps, _ = collect(lambda request: respond(answer))
    assert observations == []
    assert gaps[0].why == "pypistats answered for another package."


def test_a_name_is_asked_for_as_the_index_spells_it() -> None:
    subject = Subject(name="x", title="X", packages=("My_Package",))
    observations, _, network = collect(answer_pypistats, (subject,))
    assert "/my-package/" in str(network.requests[0].url)
    assert {item.label for item in observations} == {"My_Package"}


def test_a_limit_at_the_first_call_ends_it() -> None:
    network = Network(lambda request: respond({}, 429, {"retry-after": "3600"}))
    with (
        network.open("pypistats") as session,
        pytest.raises(Refused, match="about 60 minutes"),
    ):
        list(Pypistats(base_url=BASE).collect(session, SUBJECTS))
    assert len(network.requests) == 1
    assert network.time.slept == []


def test_thirty_requests_a_minute_are_not_exceeded() -> None:
    with Session("pypistats") as session:
        assert 60 / session.limits.pause_seconds < 30


def test_an_unchanged_source_costs_a_conditional_request(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "if-none-match" in request.headers:
            return respond(b"", 304, {"etag": '"1"'})
        good = answer_pypistats(request)
        good.headers["etag"] = '"1"'
        return good

    first = collect(answer, cache_dir=tmp_path)[0]
    second, _, network = collect(answer, cache_dir=tmp_path)
    assert [item.value for item in first] == [item.value for item in second]
    assert len(network.requests) == 1
    assert "if-none-match" in network.requests[0].headers


@pytest.mark.real_data
def test_a_recorded_answer_of_another_kind_is_a_gap(shared: Path) -> None:
    """Recorded: downloads by Python version have the same rows and other categories."""
    body = (
        shared / "data/signals/recorded-http/pypistats/python_minor_recorded_2018.json"
    ).read_bytes()
    observations, gaps, _ = collect(lambda request: respond(body))
    assert observations == []
    assert "another shape" in gaps[0].why


@pytest.mark.real_data
def test_the_rows_of_a_recorded_answer_are_read(shared: Path) -> None:
    """Recorded rows of one Python version, put under the category that is asked for."""
    body = (
        shared / "data/signals/recorded-http/pypistats/python_minor_recorded_2018.json"
    ).read_bytes()
    rows = [
        {**row, "category": "without_mirrors"}
        for row in json.loads(body)["data"]
        if row["category"] == "2.7"
    ]
    observations, gaps, _ = collect(give(rows))
    assert gaps == []
    assert sum(item.value for item in observations) == sum(row["downloads"] for row in rows)
    days = [item.start for item in observations]
    assert max(days) - min(days) <= timedelta(days=180)
