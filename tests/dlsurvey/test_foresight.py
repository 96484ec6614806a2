"""A plan says before it starts what it can find, and that it can find nothing where that is so."""

import pytest

from dlsurvey.foresight import describe_power
from experiments.plan import make_plan
from experiments.profiles import FULL, QUICK, Profile
from tests.experiments.test_plan import SUBJECTS


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (FULL, "with 5 paired seeds and a spread of 3% between pairs, a difference of 9%"),
        (QUICK, "With 1 seed no verdict is possible: three paired ones are the least."),
    ],
)
def test_power_is_said(profile: Profile, words: str) -> None:
    plan = make_plan(SUBJECTS, profile, protocols=("controlled", "idiomatic"), threads=2)
    assert words in describe_power(plan)


def test_one_framework_is_compared_with_nothing() -> None:
    plan = make_plan(SUBJECTS[:1], FULL, protocols=("controlled",), threads=2)
    assert describe_power(plan) == "One framework alone is compared with nothing."
