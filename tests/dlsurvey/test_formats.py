"""Differences and margins are printed with their unit and a true minus sign."""

import pytest

from dlsurvey.formats import format_bound, format_share


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.052, "+5.2 %"), (-0.501, "−50.1 %"), (0.0004, "+0.04 %"), (12.0, "+1,200 %")],
)
def test_shares(value: float, text: str) -> None:
    assert format_share(value) == text


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (0.005, "test_accuracy", "0.5 points"),
        (0.05, "epoch_seconds", "5 %"),
        (0.01234, "peak_memory_bytes", "1.23 %"),
        (40.0, "epoch_seconds", "4,000 %"),
    ],
)
def test_bounds(value: float, quantity: str, text: str) -> None:
    assert format_bound(value, quantity) == text
