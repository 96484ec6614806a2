"""Turns dates into the numbers that stand on a time axis."""

from datetime import date

EPOCH = date(1970, 1, 1).toordinal()


def count_days(day: date) -> float:
    """Days since 1970, as Matplotlib counts them."""
    return float(day.toordinal() - EPOCH)
