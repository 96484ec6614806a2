"""The journal keeps warm-up, epochs and losses apart, and stops at a loss that is no number."""

import pytest

from dlsurvey.errors import TrialError
from experiments.journal import Journal


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Readings of the clock, the next one first."""
    readings: list[float] = []
    monkeypatch.setattr("experiments.journal.time.perf_counter", lambda: readings.pop(0))
    return readings


def test_first_step_is_warm_up_and_judging_takes_no_time(clock: list[float]) -> None:
    told: list[tuple[int, float, float, float]] = []
    judged = iter([(0.9, 0.6), (0.7, 0.8)])
    book = Journal(lambda *epoch: told.append(epoch), lambda: next(judged))
    clock += [0.0]
    book.begin()
    clock += [2.0]
    book.end_step()
    clock += [3.0]
    book.end_step()
    clock += [5.0, 10.0, 14.0, 20.0]  # epoch ends, judging from 10 to 14, goes on at 20
    book.end_epoch(1.0, 0.5)
    clock += [21.0]
    book.end_step()
    clock += [23.5]
    book.end_step()
    clock += [24.0, 24.0, 25.0, 25.0]
    book.end_epoch(0.5, 0.75)
    assert book.warmup_seconds == 2.0
    assert book.epoch_seconds == [3.0, 4.0]
    assert list(book.step_seconds) == [1.0, 2.5]  # none from one epoch into the next
    assert book.epoch_judgement == [(0.9, 0.6), (0.7, 0.8)]
    assert book.judge_seconds == 1.0
    assert told == [(1, 1.0, 0.5, 3.0), (2, 0.5, 0.75, 4.0)]


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_loss_that_is_no_number_stops_the_trial(loss: float) -> None:
    book = Journal(lambda *epoch: None)
    book.begin()
    with pytest.raises(TrialError, match=f"became {loss} in epoch 1"):
        book.end_epoch(loss, 0.5)


def test_waiting_for_batches_counts_for_its_epoch_and_not_in_the_warm_up(
    clock: list[float],
) -> None:
    book = Journal(lambda *epoch: None)
    clock += [float(reading) for reading in range(20)]
    book.begin()
    book.loading_seconds += 5.0
    book.end_step()
    book.loading_seconds += 0.25
    book.end_step()
    book.loading_seconds += 0.5
    book.end_epoch(1.0, 0.5)
    book.loading_seconds += 0.125
    book.end_step()
    book.end_epoch(0.5, 0.75)
    assert book.epoch_loading_seconds == [0.75, 0.125]
