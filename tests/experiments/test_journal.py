"""The journal keeps warm-up, epochs and losses apart, and stops at a loss that is no number."""

import pytest

from dlsurvey.errors import TrialError
from experiments.journal import Journal


def test_first_step_is_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([0.0, 2.0, 5.0, 9.0])
    monkeypatch.setattr("experiments.journal.time.perf_counter", lambda: next(readings))
    told: list[tuple[int, float, float, float]] = []
    book = Journal(lambda *epoch: told.append(epoch))
    book.begin()
    book.end_step()
    book.end_step()  # reads no clock
    book.end_epoch(1.0, 0.5)
    book.end_epoch(0.5, 0.75)
    assert book.warmup_seconds == 2.0
    assert book.epoch_seconds == [3.0, 4.0]
    assert told == [(1, 1.0, 0.5, 3.0), (2, 0.5, 0.75, 4.0)]


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_loss_that_is_no_number_stops_the_trial(loss: float) -> None:
    book = Journal(lambda *epoch: None)
    book.begin()
    with pytest.raises(TrialError, match=f"became {loss} in epoch 1"):
        book.end_epoch(loss, 0.5)
