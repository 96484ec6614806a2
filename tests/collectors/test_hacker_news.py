"""Job posts are counted in the hiring threads of past months, by whole words on this side."""

from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.hacker_news import MONTHS, HackerNews, Thread, find_threads
from collectors.job_posts import Comment, count_posts, list_posts, make_patterns, strip_markup
from collectors.refusals import MalformedError, Refused
from collectors.subjects import SUBJECTS, Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import POSTS, answer_hacker_news, make_comment, make_thread
from tests.collectors.network import BASE, Handler, Network, respond

TORCH = Subject(name="torch", title="Torch", words=("Torch",))
LAST_MONTH = date(2026, 10, 1)


def collect(
    handler: Handler, cache_dir: Path | None = None
) -> tuple[list[Observation], list[Gap], Network]:
    network = Network(handler)
    with network.open("hacker-news", cache_dir=cache_dir) as session:
        items = list(HackerNews(base_url=BASE).collect(session, SUBJECTS))
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)], network


def give(comments: list[dict[str, Any]]) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/search_by_date"):
            return answer_hacker_news(request)
        return respond({"children": comments})

    return answer


def count(text: str, *subjects: Subject) -> dict[str, int]:
    return dict(count_posts([strip_markup(text)], make_patterns(subjects or SUBJECTS)))


def test_posts_are_counted_by_month_and_framework() -> None:
    observations, gaps, network = collect(answer_hacker_news)
    assert gaps == []
    assert len(network.requests) == 1 + MONTHS == 25
    found = {item.subject: item.value for item in observations if item.start == LAST_MONTH}
    assert found == {"all": 3, "tensorflow": 1, "pytorch": 1, "keras": 1, "jax": 1}
    assert {item.metric for item in observations if item.subject == "all"} == {
        "job_posts_monthly_all"
    }
    assert max(item.start for item in observations) == LAST_MONTH
    assert network.requests[0].url.params["tags"] == "story,author_whoishiring"


# --- words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We use PyTorch.", {"pytorch"}),
        ("pytorch/PYTORCH twice", {"pytorch"}),
        ("<i>Py</i>Torch and Tensor<b>Flow</b>", {"pytorch", "tensorflow"}),
        ("JAX, Keras", {"jax", "keras"}),
        ("JAX-based; (Keras)", {"jax", "keras"}),
        ("AJAX and jax, Jax Street, keras", set()),
        ("xJAX JAXx JAX_y JAX2", set()),
        ("first<p>JAX<p>last", {"jax"}),
        ("<a href='https:&#x2F;&#x2F;pytorch.org' rel=nofollow>here</a>", set()),
        ("Tensor&#70;low &amp; K&eacute;ras", {"tensorflow"}),
        ("1 < 2 JAX > 0", {"jax"}),
    ],
)
def test_words_are_matched_whole(text: str, found: set[str]) -> None:
    assert {name for name, number in count(text).items() if number} == found


def test_pytorch_is_not_torch() -> None:
    assert count("PyTorch", TORCH) == {"torch": 0}
    assert count("Torch (Lua)", TORCH) == {"torch": 1}
    assert count("carry the torch", TORCH) == {"torch": 0}


def test_a_word_with_signs_is_taken_literally() -> None:
    subject = Subject(name="x", title="X", words=("C++", "tf.keras"))
    assert count("we write C++.", subject) == {"x": 1}
    assert count("tfxkeras", subject) == {"x": 0}


def test_a_subject_without_words_is_left_out() -> None:
    assert make_patterns([Subject(name="x", title="X")]) == {}


@pytest.mark.parametrize(
    "text", ["<" * 200_000, "<p" * 100_000, "<a" + " " * 200_000, "&" * 200_000]
)
def test_markup_without_end_takes_no_time(text: str) -> None:
    assert isinstance(strip_markup(text), str)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert set(count(text)) == {"tensorflow", "pytorch", "keras", "jax"}


# --- posts


@pytest.mark.parametrize(
    ("comments", "posts"),
    [
        ([("ada", "JAX"), ("bob", "JAX")], 2),
        ([("ada", "Acme: JAX"), ("ada", "Globex: JAX")], 2),
        ([("ada", "Acme: JAX"), ("ada", "Acme:  JAX\n")], 1),
        ([("ada", "JAX"), (None, None), ("bob", ""), ("eve", "<p>"), ("dan", "[flagged]")], 1),
    ],
)
def test_a_post_counts_once(comments: list[tuple[str | None, str | None]], posts: int) -> None:
    found = list(list_posts(Comment(author, text) for author, text in comments))
    assert len(found) == posts


def test_answers_to_posts_are_no_posts() -> None:
    answered = {
        **make_comment("ada", "Acme"),
        "children": [make_comment("bob", "JAX?"), make_comment("eve", "No.")],
    }
    observations, _, _ = collect(give([answered]))
    assert {item.value for item in observations if item.subject == "all"} == {1}
    assert {item.value for item in observations if item.subject == "jax"} == {0}


def test_a_thread_without_a_post_is_a_gap() -> None:
    observations, gaps, _ = collect(give([make_comment(None, None)]))
    assert observations == []
    assert gaps[0].what == "Thread 'Who is hiring?' of 2026-10"
    assert len(gaps) == MONTHS


def test_a_thread_that_is_not_all_there_is_a_gap_and_asked_again(tmp_path: Path) -> None:
    whole = [make_comment(f"ada{place}", "Acme: JAX") for place in range(300)]
    short = {"given": whole[:3]}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/search_by_date"):
            return respond({"hits": [make_thread(LAST_MONTH, 400)]})
        return respond({"children": short["given"]})

    observations, gaps, _ = collect(answer, tmp_path)
    assert observations == []
    assert gaps[0].why == "The thread holds 3 of the 400 comments that the search counts."
    short["given"] = whole
    observations, _, _ = collect(answer, tmp_path)
    assert {item.value for item in observations if item.subject == "all"} == {300}


def test_a_comment_that_cannot_be_read_costs_no_other() -> None:
    odd = {**make_comment("eve", "JAX"), "author": 7}
    observations, gaps, _ = collect(give([make_comment("ada", "JAX"), odd, *POSTS]))
    assert {item.value for item in observations if item.subject == "jax"} == {2}
    assert gaps[0].what == "Thread 'Who is hiring?' of 2026-10"
    assert gaps[0].why == "1 of its 6 entries cannot be read."


# --- threads


@pytest.mark.parametrize(
    "title",
    [
        "Ask HN: Who wants to be hired? (October 2026)",
        "Ask HN: Freelancer? Seeking freelancer? (October 2026)",
        "Ask HN: Who is hiring? (Octember 2026)",
        "Ask HN: Who is hiring? (October 0000)",
        "Ask HN: Who is hiring?",
        "",
    ],
)
def test_other_threads_are_not_read(title: str) -> None:
    assert find_threads([Thread(id="1", title=title)]) == {}


def test_of_two_threads_of_a_month_the_larger_is_read() -> None:
    title = "Ask HN: Who is hiring? (October 2026)"
    threads = [Thread("1", title, 400), Thread("2", title, 3), Thread("3", title, None)]
    assert find_threads(threads)[LAST_MONTH].id == "1"


def test_a_missing_thread_is_a_gap() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/search_by_date"):
            return respond({"hits": [make_thread(LAST_MONTH)]})
        return answer_hacker_news(request)

    observations, gaps, _ = collect(answer)
    assert {item.start for item in observations} == {LAST_MONTH}
    assert len(gaps) == MONTHS - 1
    assert gaps[0].what == "Thread 'Who is hiring?' of 2026-09"


def test_the_running_month_is_not_counted() -> None:
    with pytest.raises(MalformedError, match="of the last months"):
        collect(lambda request: respond({"hits": [make_thread(date(2026, 11, 1))]}))


def test_a_past_thread_is_not_asked_for_again(tmp_path: Path) -> None:
    first = collect(answer_hacker_news, tmp_path)[0]
    second, gaps, network = collect(answer_hacker_news, tmp_path)
    assert gaps == []
    assert [request.url.path for request in network.requests] == ["/search_by_date"]
    assert [item.value for item in first] == [item.value for item in second]


def test_a_limit_ends_it() -> None:
    steps = iter([True])
    network = Network(
        lambda request: answer_hacker_news(request) if next(steps, False) else respond({}, 429)
    )
    with network.open("hacker-news") as session, pytest.raises(Refused, match="429"):
        list(HackerNews(base_url=BASE).collect(session, SUBJECTS))
    assert len(network.requests) == 2 + session.limits.retries
