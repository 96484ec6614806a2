"""p values are SciPy's, Holm's method is Holm's, and the stated error rates hold in simulation."""

import random
from collections.abc import Sequence
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dlsurvey.analysis.inference import (
    ALPHA,
    adjust_holm,
    assess_difference,
    assess_equivalence,
    judge,
)

A = (14.2, 13.9, 14.6, 14.1, 14.4)
B = (13.1, 13.0, 13.7, 12.9, 13.8)
DIFFERENCES = [a - b for a, b in zip(A, B, strict=True)]


def test_difference_is_the_paired_t_test() -> None:
    assert assess_difference(DIFFERENCES) == pytest.approx(stats.ttest_rel(A, B).pvalue, rel=1e-9)
    # Mean 2, s = 1, n = 4: t = 4 with 3 degrees of freedom.
    assert assess_difference([1.0, 2.0, 2.0, 3.0]) == pytest.approx(
        2 * stats.t.sf(2 / (0.816496580927726 / 2), 3)
    )


@pytest.mark.parametrize("margin", [0.5, 0.9, 1.5, 3.0])
def test_equivalence_is_the_larger_of_two_one_sided_tests(margin: float) -> None:
    below = stats.ttest_1samp(DIFFERENCES, margin, alternative="less").pvalue
    above = stats.ttest_1samp(DIFFERENCES, -margin, alternative="greater").pvalue
    assert assess_equivalence(DIFFERENCES, margin) == pytest.approx(max(below, above), rel=1e-9)


def test_one_pair_has_no_p_value() -> None:
    assert assess_difference([1.0]) is None
    assert assess_equivalence([1.0], 5.0) is None


@pytest.mark.parametrize(
    ("value", "difference", "equivalence"),
    [(0.0, 1.0, 0.0), (0.3, 0.0, 0.0), (0.5, 0.0, 1.0), (0.7, 0.0, 1.0)],
)
def test_identical_differences_are_the_limit(
    value: float, difference: float, equivalence: float
) -> None:
    assert assess_difference([value] * 4) == difference
    assert assess_equivalence([value] * 4, 0.5) == equivalence


def test_rounding_is_no_spread() -> None:
    # 0.95 - 0.90 and 0.96 - 0.91 are not the same float.
    assert assess_difference([0.95 - 0.90, 0.96 - 0.91, 0.94 - 0.89]) == 0.0


def test_holm_by_hand() -> None:
    # Holm's own steps: 4 · 0.005, 3 · 0.01, 2 · 0.03, and 0.04 lifted to the one before it.
    assert adjust_holm([0.01, None, 0.04, 0.03, 0.005]) == pytest.approx(
        [0.03, None, 0.06, 0.06, 0.02]
    )
    assert adjust_holm([]) == []


@given(st.lists(st.none() | st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_never_lowers(values: list[float | None]) -> None:
    adjusted = adjust_holm(values)
    pairs = [
        (p, q) for p, q in zip(values, adjusted, strict=True) if p is not None and q is not None
    ]
    assert len(pairs) == sum(p is not None for p in values)
    assert all(p <= q <= 1 for p, q in pairs)
    for (p, q), (other_p, other_q) in zip(sorted(pairs), sorted(pairs)[1:], strict=False):
        assert p <= other_p
        assert q <= other_q


@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=8),
    st.floats(0.001, 1),
    st.floats(0, 0.5),
)
def test_swapped_sides_give_the_mirrored_verdict(
    differences: list[float], margin: float, floor: float
) -> None:
    mirror = {"a_higher": "b_higher", "b_higher": "a_higher"}
    one = settle_alone(differences, margin, floor)
    other = settle_alone([-value for value in differences], margin, floor)
    assert other == mirror.get(one, one)


@pytest.mark.parametrize(
    ("pairs", "difference", "floor", "p_values", "verdict"),
    [
        (1, 0.3, 0.1, (None, None), "single_run"),
        (2, 0.3, 0.1, (0.0, 0.9), "inconclusive"),
        (3, 0.3, 0.1, (0.05, 0.9), "a_higher"),
        (3, -0.3, 0.1, (0.05, 0.9), "b_higher"),
        (3, 0.3, 0.1, (0.051, 0.9), "inconclusive"),
        (3, 0.3, 0.3, (0.0, 0.9), "inconclusive"),
        (3, 0.3, None, (0.0, 0.9), "inconclusive"),
        (3, None, 0.1, (None, None), "inconclusive"),
        (3, 0.3, 0.1, (0.0, 0.05), "equivalent"),
        (3, 0.0, None, (1.0, 0.0), "equivalent"),
    ],
)
def test_verdicts(
    pairs: int,
    difference: float | None,
    floor: float | None,
    p_values: tuple[float | None, float | None],
    verdict: str,
) -> None:
    assert judge(pairs, difference, floor, *p_values) == verdict


def settle_alone(differences: Sequence[float], margin: float, floor: float = 0.0) -> str:
    return judge(
        len(differences),
        sum(differences) / len(differences),
        floor,
        assess_difference(differences),
        assess_equivalence(differences, margin),
    )


def count_wrong_families(*, size: int, pairs: int, truth: float, wrong: str, seed: int) -> float:
    """The share of 2000 families with a wrong verdict; the noise floor is left out: it only helps."""
    draw = random.Random(seed)
    margin = log(1.05)
    found = 0
    for _ in range(2000):
        family = [
            [truth + draw.gauss(0, 0.03) - draw.gauss(0, 0.03) for _ in range(pairs)]
            for _ in range(size)
        ]
        differences = adjust_holm([assess_difference(one) for one in family])
        equivalences = adjust_holm([assess_equivalence(one, margin) for one in family])
        found += any(
            wrong in judge(pairs, sum(one) / pairs, 0.0, p, q)
            for one, p, q in zip(family, differences, equivalences, strict=True)
        )
    return found / 2000


@pytest.mark.parametrize(("size", "pairs"), [(6, 3), (6, 5), (18, 5)])
def test_wrong_higher_is_no_more_frequent_than_stated(size: int, pairs: int) -> None:
    share = count_wrong_families(size=size, pairs=pairs, truth=0.0, wrong="higher", seed=1979)
    assert share <= ALPHA + 0.01


def test_wrong_equivalent_is_no_more_frequent_than_stated() -> None:
    share = count_wrong_families(size=6, pairs=10, truth=log(1.05), wrong="equivalent", seed=1987)
    assert share <= ALPHA + 0.01
