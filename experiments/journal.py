"""Turns the moments of one training run into per-epoch results, and tells them as they come."""

import math
import time
from collections.abc import Callable

from dlsurvey.errors import TrialError


class Journal:
    """What a trainer calls while it trains. Costs two clock readings an epoch and one at the first step."""

    def __init__(self, tell: Callable[[int, float, float, float], None]) -> None:
        """`tell(epoch, loss, accuracy, seconds)` is called after each epoch."""
        self._tell = tell
        self._mark = 0.0
        self._warm = False
        self.warmup_seconds = 0.0
        self.epoch_seconds: list[float] = []
        self.epoch_loss: list[float] = []
        self.epoch_accuracy: list[float] = []

    def begin(self) -> None:
        """Training starts now."""
        self._mark = time.perf_counter()

    def end_step(self) -> None:
        """The first step has ended: all that went before was warm-up. Later calls do nothing."""
        if not self._warm:
            self._warm = True
            now = time.perf_counter()
            self.warmup_seconds, self._mark = now - self._mark, now

    def end_epoch(self, loss: float, accuracy: float) -> None:
        """An epoch has ended with this mean training loss and training accuracy.

        Raises TrialError where the loss is no longer a number.
        """
        now = time.perf_counter()
        seconds, self._mark = now - self._mark, now
        epoch = len(self.epoch_seconds) + 1
        if not math.isfinite(loss):
            raise TrialError(f"the training loss became {loss} in epoch {epoch}")
        self.epoch_seconds.append(seconds)
        self.epoch_loss.append(float(loss))
        self.epoch_accuracy.append(float(accuracy))
        self._tell(epoch, float(loss), float(accuracy), seconds)
