"""Questions are counted by closed months, newest first, as far as Stack Exchange allows."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.months import list_past_months, next_month, previous_month
from collectors.stackoverflow import MONTHS, Stackoverflow
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import answer_stackoverflow
from tests.collectors.network import BASE, Handler, Network, respond

JAX = (Subject(name="jax", title="JAX", tags=("jax",)),)
KEY = "SECRET*((key"
CLOSED = [date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)]


@pytest.fixture(autouse=True)
def few_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STACKEXCHANGE_KEY", raising=False)
    monkeypatch.setattr("collectors.stackoverflow.MONTHS", 3)


def collect(
    handler: Handler,
    subjects: tuple[Subject, ...] = JAX,
    cache_dir: Path | None = None,
) -> tuple[list[Observation], list[Gap], Network]:
    network = Network(handler)
    with network.open("stackoverflow", cache_dir=cache_dir) as session:
        items = list(Stackoverflow(base_url=f"{BASE}/2.3").collect(session, subjects))
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)], network


def give(all_questions: Callable[[int], Any], tagged: Callable[[int], Any]) -> Handler:
    """Answers by how many months ago it was, from one on."""

    def answer(request: httpx.Request) -> httpx.Response:
        start = datetime.fromtimestamp(int(request.url.params["fromdate"]), UTC)
        back = 11 - start.month
        found = (tagged if "tagged" in request.url.params else all_questions)(back)
        return found if isinstance(found, httpx.Response) else respond(found)

    return answer


def total(number: int, **more: Any) -> dict[str, Any]:
    return {"total": number, **more}


def test_three_years_are_asked_for() -> None:
    assert MONTHS == 36


def test_counts_all_questions_and_the_tagged_ones() -> None:
    observations, gaps, _ = collect(give(lambda back: total(900 + back), total))
    assert gaps == []
    assert [(item.metric, item.subject, item.label, item.value) for item in observations[:2]] == [
        ("questions_monthly_all", "all", "", 901),
        ("questions_monthly", "jax", "jax", 1),
    ]
    assert [item.start for item in observations[::2]] == CLOSED


def test_a_month_ends_before_the_next_begins() -> None:
    _, _, network = collect(answer_stackoverflow)
    spans = [
        (int(request.url.params["fromdate"]), int(request.url.params["todate"]))
        for request in network.requests[::2]
    ]
    assert spans[0] == (1790812800, 1793491199)
    assert datetime.fromtimestamp(spans[0][0], UTC).isoformat() == "2026-10-01T00:00:00+00:00"
    assert datetime.fromtimestamp(spans[0][1], UTC).isoformat() == "2026-10-31T23:59:59+00:00"
    for newer, older in pairwise(spans):
        assert older[1] == newer[0] - 1


@given(st.dates(date(2010, 1, 1), date(2100, 12, 31)))
def test_months_follow_each_other(day: date) -> None:
    months = list(list_past_months(day, 30))
    assert months[0] < day.replace(day=1)
    assert all(month.day == 1 for month in months)
    assert next_month(months[0]) == day.replace(day=1)
    for newer, older in pairwise(months):
        assert next_month(older) == newer
        assert previous_month(newer) == older


def test_one_of_several_tags_is_enough() -> None:
    subject = Subject(name="keras", title="Keras", tags=("keras", "tf.keras"))
    observations, _, network = collect(answer_stackoverflow, (subject,))
    asked = [request for request in network.requests if "tagged" in request.url.params]
    assert {request.url.path for request in asked} == {"/2.3/search/advanced"}
    assert {request.url.params["tagged"] for request in asked} == {"keras;tf.keras"}
    assert {item.label for item in observations if item.subject == "keras"} == {"keras;tf.keras"}
    _, _, network = collect(answer_stackoverflow)
    assert {request.url.path for request in network.requests} == {"/2.3/questions"}


# --- what is known


def test_a_closed_month_is_not_asked_again(tmp_path: Path) -> None:
    first = collect(answer_stackoverflow, cache_dir=tmp_path)[0]
    observations, gaps, network = collect(lambda request: respond({}, 500), cache_dir=tmp_path)
    assert network.requests == []
    assert gaps == []
    assert [item.value for item in observations] == [item.value for item in first]
    assert {item.status for item in observations} == {"cached"}


def test_a_drift_shows_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(answer_stackoverflow, cache_dir=tmp_path)
    later = time.time() + 91 * 86400
    monkeypatch.setattr("time.time", lambda: later)
    observations, _, network = collect(
        give(lambda back: total(800), lambda back: total(2)), cache_dir=tmp_path
    )
    assert len(network.requests) == 6
    assert {item.value for item in observations} == {800, 2}


def test_an_answer_of_another_shape_is_not_kept(tmp_path: Path) -> None:
    collect(lambda request: respond({"items": []}), cache_dir=tmp_path)
    observations, gaps, _ = collect(answer_stackoverflow, cache_dir=tmp_path)
    assert len(observations) == 6
    assert gaps == []


# --- limits


def test_backs_off_as_long_as_it_is_asked_to() -> None:
    observations, _, network = collect(
        give(lambda back: total(900, backoff=10) if back == 1 else total(900), lambda _: total(1))
    )
    assert network.time.slept == [12]
    assert len(observations) == 6


def test_a_back_off_longer_than_the_maximum_ends_it() -> None:
    observations, gaps, network = collect(
        give(
            lambda back: total(900),
            lambda back: total(1, backoff=54_000) if back == 2 else total(1),
        )
    )
    assert network.time.slept == []
    assert len(observations) == 4
    assert [gap.what for gap in gaps] == ["All questions", "Questions tagged jax"]
    assert all("back to 2026-09: Stack Exchange asks to wait about 15 hours" in g.why for g in gaps)


def test_a_low_quota_leaves_the_newest_months() -> None:
    left = iter(range(5, -1, -1))
    observations, gaps, network = collect(
        lambda request: respond(total(1, quota_remaining=next(left)))
    )
    assert len(network.requests) == 4
    assert {item.start for item in observations} == set(CLOSED[:2])
    assert gaps[0].why.startswith("It reaches back to 2026-09: Stack Exchange's daily quota")
    assert "STACKEXCHANGE_KEY" in gaps[0].cure


def test_a_throttle_is_named_with_its_wait() -> None:
    refusal = {
        "error_id": 502,
        "error_name": "throttle_violation",
        "error_message": "too many requests from this IP, more requests available in 17524 seconds",
    }
    observations, gaps, network = collect(
        give(lambda back: total(900), lambda back: respond(refusal, 400) if back == 2 else total(1))
    )
    assert len(network.requests) == 4
    assert len(observations) == 3
    assert [gap.why for gap in gaps] == [
        "It reaches back to 2026-09: Stack Exchange refuses further requests for about 5 hours:"
        " too many were made.",
        "It reaches back to 2026-10: Stack Exchange refuses further requests for about 5 hours:"
        " too many were made.",
    ]


def test_a_wrong_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKEXCHANGE_KEY", "wrong")
    refusal = {
        "error_id": 400,
        "error_name": "bad_parameter",
        "error_message": "`key` doesn't match a known application",
    }
    _, gaps, network = collect(lambda request: respond(refusal, 400))
    assert len(network.requests) == 1
    assert all("does not know the key in STACKEXCHANGE_KEY" in gap.why for gap in gaps)
    assert all(gap.cure.startswith("Correct STACKEXCHANGE_KEY") for gap in gaps)


def test_credentials_that_were_not_sent_are_not_to_be_checked() -> None:
    _, gaps, _ = collect(lambda request: respond({}, 401))
    assert gaps
    assert all("wants credentials that it did not want before" in gap.cure for gap in gaps)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error_name": 5}', b"[" * 9999])
def test_a_refusal_without_an_explanation_is_a_refusal(body: bytes) -> None:
    observations, gaps, network = collect(lambda request: respond(body, 400))
    assert observations == []
    assert len(network.requests) == len(gaps) == 2
    assert all("answered 400" in gap.why for gap in gaps)


def test_an_unknown_tag_leaves_the_others() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "keras" in request.url.params.get("tagged", ""):
            return respond({}, 404)
        return answer_stackoverflow(request)

    observations, gaps, network = collect(answer, SUBJECTS)
    assert {item.subject for item in observations} == {"all", "tensorflow", "pytorch", "jax"}
    assert [gap.what for gap in gaps] == ["Questions tagged keras"]
    assert len(network.requests) == 3 * 4 + 1


def test_a_tag_that_nobody_uses_is_a_gap_and_not_zero() -> None:
    observations, gaps, _ = collect(give(lambda back: total(900), lambda back: total(0)))
    assert {item.subject for item in observations} == {"all"}
    assert gaps[0].why == "Stack Overflow counts no question since 2026-08-01."


def test_a_month_without_a_question_is_zero_where_others_have_some() -> None:
    observations, gaps, _ = collect(
        give(lambda back: total(900), lambda back: total(1 if back == 2 else 0))
    )
    assert gaps == []
    counts = {item.start.month: item.value for item in observations if item.subject == "jax"}
    assert counts == {10: 0, 9: 1}


# --- the key


def test_the_key_is_seen_by_the_wire_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKEXCHANGE_KEY", KEY)
    observations, _, network = collect(answer_stackoverflow, cache_dir=tmp_path)
    for request in network.requests:
        assert request.extensions["target"].endswith(b"&key=SECRET%2A%28%28key")
        assert "SECRET" not in str(request.url)
    assert "SECRET" not in repr(observations)
    assert all(b"SECRET" not in path.read_bytes() for path in tmp_path.iterdir())
