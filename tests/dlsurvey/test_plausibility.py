"""What nobody should believe waits for the answer after it, and a real crash is confirmed by it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dlsurvey.plausibility import explain_doubts, judge, read_past
from dlsurvey.records import Collection, Doubt, Observation
from dlsurvey.store import Store
from tests.dlsurvey.samples import NOON, make_observation

SOURCES = ("tensorflow", "pytorch", "jax")
FIRST = date(2026, 1, 1)


class Answers:
    """A store that answers are judged against, one a day, and kept in."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.days = 0

    def take(self, *observations: Observation, source: str = "github") -> list[Doubt]:
        """Judge one answer and store it; what is doubtful comes back."""
        self.days += 1
        at = NOON + timedelta(days=self.days)
        told = [_date(one, source, at) for one in observations]
        judged = judge(told, read_past(self.store, source, told))
        self.store.append_observations(source, judged.believed)
        self.store.append_doubts(source, judged.doubts)
        collection = Collection(
            source=source,
            at=at + timedelta(minutes=1),
            status="complete",
            observations=len(judged.believed),
            new_observations=0,
            seconds=1.0,
            doubtful=len(judged.doubts),
        )
        self.store.append_collection(collection)
        return judged.doubts

    def count_stars(self, *counts: int, label: str = "a/b") -> list[Doubt]:
        """The stars of each framework on the day."""
        day = (NOON + timedelta(days=self.days + 1)).date()
        return self.take(
            *(
                make_observation(subject=name, start=day, value=count, label=label)
                for name, count in zip(SOURCES, counts, strict=False)
            )
        )

    def count_days(self, *counts: Sequence[int]) -> list[Doubt]:
        """The downloads of each framework on the days from the first on."""
        return self.take(
            *(
                make_observation(
                    subject=name,
                    metric="downloads_daily",
                    start=FIRST + timedelta(days=place),
                    value=count,
                    label=name,
                )
                for name, days in zip(SOURCES, counts, strict=False)
                for place, count in enumerate(days)
            ),
            source="pypistats",
        )

    def read_values(self, source: str = "github") -> list[float]:
        return [one.value for one in self.store.read_observations(source)]


def _date(one: Observation, source: str, at: datetime) -> Observation:
    values = {name: getattr(one, name) for name in one.__struct_fields__}
    return Observation(**(values | {"source": source, "retrieved_at": at}))


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    return Answers(tmp_path)


@pytest.mark.parametrize(
    ("before", "now"),
    [(197_213, 0), (197_213, 150_000), (1000, 9000), (200, 10**9), (100, 10)],
    ids=["nothing", "a quarter fewer", "nine times", "absurd", "a tenth"],
)
def test_a_count_that_only_grows_neither_falls_nor_leaps(
    answers: Answers, before: int, now: int
) -> None:
    assert answers.count_stars(before) == []
    (doubt,) = answers.count_stars(now)
    assert doubt.observation.value == now
    assert doubt.reason == (
        f"The source tells {now:,} after {before:,}: doubtful until a later answer confirms it."
    )
    assert answers.read_values() == [before]


@pytest.mark.parametrize(
    ("before", "now"), [(197_213, 196_000), (1000, 1900), (3, 0), (2, 18), (10, 29)]
)
def test_what_counts_really_do_is_believed(answers: Answers, before: int, now: int) -> None:
    answers.count_stars(before)
    assert answers.count_stars(now) == []


def test_a_real_crash_is_confirmed_by_the_next_answer(answers: Answers) -> None:
    answers.count_stars(100_000)
    assert len(answers.count_stars(40_000)) == 1
    assert answers.count_stars(40_020) == []
    assert answers.count_stars(40_050) == []
    assert answers.read_values() == [100_000, 40_020, 40_050]


def test_a_fault_that_comes_again_is_doubtful_again(answers: Answers) -> None:
    for _ in range(2):
        assert answers.count_stars(100_000) == []
        assert len(answers.count_stars(0)) == 1
    assert answers.count_stars(100_000) == []
    assert set(answers.read_values()) == {100_000}


def test_another_wrong_value_confirms_nothing(answers: Answers) -> None:
    answers.count_stars(100_000)
    assert len(answers.count_stars(0)) == 1
    assert len(answers.count_stars(7)) == 1
    assert len(answers.count_stars(2)) == 1


def test_the_same_answer_from_the_cache_confirms_nothing(answers: Answers) -> None:
    answers.count_stars(100_000)
    (doubt,) = answers.count_stars(0)
    (again,) = [doubt.observation]
    past = read_past(answers.store, "github", [again])
    assert judge([again], past).doubts


def test_the_first_count_is_held_against_other_sources(answers: Answers) -> None:
    published = make_observation(start=date(2026, 8, 22), value=197_213, label="A/B")
    answers.store.append_observations("published", [_date(published, "published", NOON)])
    wrong = make_observation(value=11, label="a/b")
    (doubt,) = answers.take(wrong)
    assert "11 after 197,213" in doubt.reason
    assert answers.take(make_observation(value=198_100, label="a/b")) == []


def test_all_zero_at_once_is_doubtful_without_any_past(answers: Answers) -> None:
    doubts = answers.count_stars(0, 0, 0)
    assert {doubt.reason for doubt in doubts} == {
        "All are told as 0 at once: doubtful until a later answer confirms it."
    }
    assert len(doubts) == 3


def test_days_on_which_nothing_is_counted_are_doubtful(answers: Answers) -> None:
    doubts = answers.count_days([900] * 6 + [0] + [900] * 3, [50] * 6 + [0] + [50] * 3)
    assert {doubt.observation.start for doubt in doubts} == {FIRST + timedelta(days=6)}
    assert answers.count_days([900] * 6 + [0] + [900] * 3, [50] * 6 + [0] + [50] * 3) == []


def test_one_that_nobody_downloads_is_believed(answers: Answers) -> None:
    assert answers.count_days([900] * 9, [0] * 9) == []


def test_days_of_few_may_have_none(answers: Answers) -> None:
    assert answers.count_days([2, 0, 3], [1, 0, 1]) == []


def test_rates_do_not_fall_tenfold_for_all_at_once(answers: Answers) -> None:
    usual = ([900] * 20, [5000] * 20, [3] * 20)
    assert answers.count_days(*usual) == []
    low = ([*usual[0], 80], [*usual[1], 400], [*usual[2], 2])
    assert [doubt.observation.value for doubt in answers.count_days(*low)] == [80, 400]
    assert answers.count_days(*low) == []


def test_one_may_fall_tenfold_alone_and_not_a_hundredfold(answers: Answers) -> None:
    answers.count_days([900] * 20, [5000] * 20)
    assert answers.count_days([900] * 21, [5000] * 20 + [400]) == []
    (doubt,) = answers.count_days([900] * 22, [5000] * 20 + [400, 10])
    assert doubt.observation.value == 10


def test_a_past_that_is_told_anew_by_a_multiple_is_doubtful(answers: Answers) -> None:
    answers.count_days([900, 900, 900], [50, 50, 50])
    doubts = answers.count_days([900, 0, 850], [50, 0, 150])
    assert [(doubt.observation.subject, doubt.observation.value) for doubt in doubts] == [
        ("tensorflow", 0), ("pytorch", 0), ("pytorch", 150),
    ]  # fmt: skip
    assert answers.count_days([900, 900, 860], [50, 50, 50]) == []


def test_years_without_an_answer_leave_room(answers: Answers) -> None:
    answers.count_days([900] * 20, [5000] * 20)
    late = [
        make_observation(
            subject=name, metric="downloads_daily", start=FIRST + timedelta(days=800), value=count, label=name
        )
        for name, count in (("tensorflow", 20), ("pytorch", 100))
    ]  # fmt: skip
    assert answers.take(*late, source="pypistats") == []


def test_repositories_are_known_by_their_number(answers: Answers) -> None:
    def answer(number: int, label: str, stars: int) -> list[Doubt]:
        day = (NOON + timedelta(days=answers.days + 1)).date()
        return answers.take(
            make_observation(metric="repository_id", start=day, value=number, label=label),
            make_observation(start=day, value=stars, label=label),
        )

    assert answer(7, "google/jax", 30_000) == []
    assert answer(7, "jax-ml/jax", 30_010) == []
    doubts = answer(8, "jax-ml/jax", 30_020)
    assert [doubt.observation.metric for doubt in doubts] == ["repository_id", "stars"]
    assert "number 8 instead of 7" in doubts[1].reason
    assert answer(7, "jax-ml/jax", 30_030) == []
    assert len(answer(9, "somebody/jax", 30_040)) == 2
    assert answer(9, "somebody/jax", 30_050) == []


def test_a_repository_that_is_added_is_no_stranger(answers: Answers) -> None:
    def observe(number: int, label: str) -> Observation:
        return make_observation(metric="repository_id", value=number, label=label)

    assert answers.take(observe(7, "a/b")) == []
    assert answers.take(observe(7, "a/b"), observe(8, "c/d")) == []


def test_quoted_figures_are_never_doubtful(answers: Answers) -> None:
    answers.count_stars(100)
    quoted = make_observation(value=10**6, subject="tensorflow", label="a/b", status="published")
    assert answers.take(quoted) == []


def test_a_gap_for_each_metric_says_how_many_values_wait(answers: Answers) -> None:
    answers.count_days([900, 900, 900], [50, 50, 50])
    gaps = list(explain_doubts(answers.count_days([900, 0, 0], [50, 50, 0])))
    assert [(gap.what, gap.why) for gap in gaps] == [
        (
            "downloads_daily of tensorflow",
            "All are told as 0 at once: doubtful until a later answer confirms it."
            " 2 of its values are doubtful.",
        ),
        (
            "downloads_daily of pytorch",
            "All are told as 0 at once: doubtful until a later answer confirms it.",
        ),
    ]
