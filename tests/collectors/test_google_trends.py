"""Each comparison is a series of its own, whole weeks only, and a refusal ends the asking."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.google_trends import MAX_TERMS, GoogleTrends, find_first_week, plan_requests
from collectors.refusals import Unavailable
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import answer_google_trends
from tests.collectors.network import BASE, NOW, Chunks, Handler, Network, in_turn, respond

FOOD = (
    Subject(name="pizza", title="Pizza", topic="pizza"),
    Subject(name="bagel", title="Bagel", topic="bagel"),
)
TODAY = NOW.date()


def collect(
    handler: Handler, subjects: tuple[Subject, ...] = SUBJECTS
) -> tuple[list[Observation], list[Gap], Network]:
    network = Network(handler)
    with network.open("google-trends") as session:
        items = list(GoogleTrends(base_url=BASE).collect(session, subjects))
    found = [item for item in items if isinstance(item, Observation)]
    return found, [item for item in items if isinstance(item, Gap)], network


def change_points(change: Any) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        good = answer_google_trends(request)
        if not request.url.path.endswith("/multiline"):
            return good
        body = json.loads(good.read().removeprefix(b")]}',\n"))
        change(body["default"]["timelineData"])
        return respond(b")]}',\n" + json.dumps(body).encode())

    return answer


def replay(folder: Path, name: str) -> Handler:
    """Recorded by pytrends' authors in 2023; the first page, which they scrubbed, is constructed."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/explore/"):
            return respond(b"<html>", 404, {"set-cookie": "NID=511=abc; path=/; HttpOnly"})
        part = "2.multiline" if path.endswith("/multiline") else "1.explore"
        headers = {"content-type": "application/json; charset=utf-8"}
        body = (folder / f"{name}.{part}.txt").read_bytes()
        return httpx.Response(200, headers=headers, stream=Chunks(body))

    return answer


@pytest.mark.real_data
def test_a_recorded_comparison_is_read_without_its_partial_week(shared: Path) -> None:
    folder = shared / "data/signals/google-trends/decoded"
    found, gaps, network = collect(replay(folder, "test_interest_over_time_partial"), FOOD)
    pizza = {item.start: item.value for item in found if item.subject == "pizza"}
    assert len(pizza) == 259
    assert pizza[date(2018, 4, 1)] == 81
    assert max(pizza) == date(2023, 3, 12)
    assert {item.resolution for item in found} == {"week"}
    # The recording has two terms: for 'deep learning' alone it is an answer to something else.
    assert [gap.what for gap in gaps] == [
        "Google Trends: Deep learning (/m/0h1fn8h); worldwide; weeks from 2022-01-01"
    ]
    assert network.requests[1].headers["cookie"] == "NID=511=abc"
    assert network.requests[1].method == "POST"


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["ok", "multiple_regions"])
def test_a_recorded_answer_to_another_question_is_refused(shared: Path, name: str) -> None:
    folder = shared / "data/signals/google-trends/decoded"
    found, gaps, _ = collect(replay(folder, f"test_interest_over_time_{name}"), FOOD)
    assert found == []
    assert len(gaps) == 2


# --- constructed


def test_one_request_for_the_frameworks_and_one_for_deep_learning() -> None:
    found, gaps, network = collect(answer_google_trends)
    assert gaps == []
    labels = {item.metric: item.label for item in found}
    assert labels == {
        "search_interest": (
            "TensorFlow (/g/11bwp1s2k3), PyTorch (/g/11gd3905v1), Keras, JAX (Google JAX);"
            " worldwide; weeks from 2022-01-01"
        ),
        "deep_learning_interest": ("Deep learning (/m/0h1fn8h); worldwide; weeks from 2022-01-01"),
    }
    assert {item.subject for item in found if item.metric == "deep_learning_interest"} == {"all"}
    assert len(network.requests) == 1 + 2 + 2
    for request in network.requests:
        assert request.headers["user-agent"].startswith("dlsurvey/")
        assert request.url.host == "source.test"


def test_the_running_week_is_left_out() -> None:
    found, _, _ = collect(answer_google_trends)
    assert max(item.start for item in found) == date(2026, 11, 8)


def test_a_week_without_data_is_missing_and_not_zero() -> None:
    def change(points: list[dict[str, Any]]) -> None:
        points[1]["hasData"][0] = False
        points[1]["value"][0] = 0

    found, gaps, _ = collect(change_points(change))
    assert gaps == []
    weeks = {item.subject: item.start for item in found if item.start == date(2026, 11, 8)}
    assert set(weeks) == {"pytorch", "keras", "jax"}


@pytest.mark.parametrize(
    "change",
    [
        lambda points: points.clear(),
        lambda points: [point.update(isPartial=True) for point in points],
    ],
)
def test_an_answer_that_cannot_be_is_a_gap(change: Any) -> None:
    found, gaps, _ = collect(change_points(change))
    assert found == []
    assert [gap.what.partition(":")[0] for gap in gaps] == ["Google Trends"] * 2


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda points: points[2]["value"].pop(), 1),
        (lambda points: points[2]["value"].append(1), 1),
        (lambda points: points[2].update(value=[101] * len(points[2]["value"])), 1),
        (lambda points: points[2].update(value=[-1] * len(points[2]["value"])), 1),
        (lambda points: points[2].update(value=["7"] * len(points[2]["value"])), 1),
        (lambda points: points[2].update(time="soon"), 1),
        (lambda points: points[2].update(time=points[1]["time"]), 2),
    ],
)
def test_a_week_that_cannot_be_costs_no_other(change: Any, lost: int) -> None:
    good, _, _ = collect(answer_google_trends)
    found, gaps, _ = collect(change_points(change))
    weeks = {item.start for item in good} - {item.start for item in found}
    assert {(item.start, item.subject, item.value) for item in found} < {
        (item.start, item.subject, item.value) for item in good
    }
    assert 0 < len(weeks) <= lost
    assert {gap.why for gap in gaps} == {f"{lost} of its 5 entries cannot be read."}


def test_a_running_week_that_is_not_marked_is_no_whole_week() -> None:
    def unmark(points: list[dict[str, Any]]) -> None:
        for point in points:
            point.pop("isPartial", None)

    good, _, _ = collect(answer_google_trends)
    assert {item.start for item in collect(change_points(unmark))[0]} == {
        item.start for item in good
    }


def test_too_many_requests_ends_it_at_once_with_a_way_out() -> None:
    answers = [lambda: respond(b"", 404), lambda: respond(b"", 429)]
    network = Network(in_turn(*answers))
    with network.open("google-trends") as session, pytest.raises(Unavailable) as caught:
        list(GoogleTrends(base_url=BASE).collect(session, SUBJECTS))
    assert len(network.requests) == 2
    assert network.time.slept == []
    assert "dlsurvey import google-trends" in caught.value.cure


def test_what_was_drawn_before_a_refusal_is_kept() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return respond(b"", 429) if len(asked) > 3 else answer_google_trends(request)

    network = Network(answer)
    found: list[Observation | Gap] = []
    with network.open("google-trends") as session, pytest.raises(Unavailable):
        found.extend(GoogleTrends(base_url=BASE).collect(session, SUBJECTS))
    assert {item.metric for item in found if isinstance(item, Observation)} == {"search_interest"}


def test_raw_answers_are_kept() -> None:
    kept: dict[str, bytes] = {}

    def keep(source: str, body: bytes) -> str:
        kept[f"{len(kept):064}"] = body
        return f"{len(kept) - 1:064}"

    network = Network(answer_google_trends)
    with network.open("google-trends", keep_raw=keep) as session:
        for item in GoogleTrends(base_url=BASE).collect(session, SUBJECTS):
            assert isinstance(item, Observation)
            assert b"timelineData" in kept[str(item.raw_sha256)]


# --- what is asked


def make_subjects(count: int) -> tuple[Subject, ...]:
    return tuple(
        Subject(name=f"s{number}", title=f"S{number}", topic=f"/g/{number}")
        for number in range(count)
    )


@given(st.integers(0, 40))
def test_requests_share_an_anchor_and_are_never_joined(count: int) -> None:
    requests = list(plan_requests(make_subjects(count), TODAY))
    assert requests.pop().metric == "deep_learning_interest"
    for request in requests:
        assert len(request.terms) <= MAX_TERMS
        assert next(iter(request.terms)) == "/g/0"
    assert len({request.label for request in requests}) == len(requests)
    asked = {term for request in requests for term in request.terms}
    assert asked == {f"/g/{number}" for number in range(count)}


def test_subjects_of_one_topic_share_it() -> None:
    alike = tuple(Subject(name=name, title=name.title(), topic="Keras") for name in ("a", "b"))
    found, gaps, _ = collect(answer_google_trends, alike)
    assert gaps == []
    assert {item.subject for item in found} == {"a", "b", "all"}


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)))
def test_the_span_is_the_same_for_a_quarter_and_short_enough_for_weeks(today: date) -> None:
    first = find_first_week(today)
    assert first.day == 1
    assert 4.7 * 365 < (today - first).days <= 5 * 365.25
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    assert find_first_week(quarter) == first
