"""Every unit that counts has a word for one of it."""

from dlsurvey.analysis.signals import OVERVIEW, SIGNALS
from dlsurvey.figures.words import ONES

WITHOUT_ONE = ("MB", "of 100")


def test_units_of_counts_have_a_singular() -> None:
    counted = {
        one.unit
        for one in (*SIGNALS, OVERVIEW)
        if not one.unit.startswith("%") and not one.unit.startswith(WITHOUT_ONE)
    }
    assert counted == set(ONES)
