"""What the planner promises to see is what the analysis then finds."""

import random
from math import log1p

import pytest
from scipy import stats

from dlsurvey.analysis import inference
from experiments.power import LEAST_PAIRS, find_power, find_smallest_effect


def test_least_pairs_are_those_of_the_analysis() -> None:
    assert inference.LEAST_PAIRS == LEAST_PAIRS


def test_power_of_a_textbook_case() -> None:
    # Cohen 1988, table 2.3: 33 pairs see d = 0.5 with 80 % power; G*Power gives 34 for 0.808.
    assert find_power(34, 0.5 * 34**0.5, 0.05) == pytest.approx(0.808, abs=0.001)


def test_smallest_effect_is_found_in_four_of_five_simulations() -> None:
    effect = find_smallest_effect(5, 0.03)
    assert effect is not None
    draw = random.Random(80)
    found = sum(
        stats.ttest_1samp([log1p(effect) + draw.gauss(0, 0.03) for _ in range(5)], 0).pvalue <= 0.05
        for _ in range(1000)
    )
    assert found / 1000 == pytest.approx(0.8, abs=0.04)


def test_more_seeds_see_more_and_more_comparisons_see_less() -> None:
    effects = [find_smallest_effect(pairs, 0.03) or 0.0 for pairs in (3, 5, 10, 30)]
    assert effects == sorted(effects, reverse=True)
    assert effects[1] == pytest.approx(0.052, abs=0.001)
    many = [find_smallest_effect(3, 0.03, comparisons=count) or 0.0 for count in (1, 6, 72, 700)]
    assert many == sorted(many)


def test_what_has_no_answer() -> None:
    assert find_smallest_effect(2, 0.03) is None
    assert find_smallest_effect(5, 0.0) == 0.0
