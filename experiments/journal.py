"""The clock of one training run: when a step, an epoch, a test ended, and what it gave."""

import math
import time
from array import array
from collections.abc import Callable

from dlsurvey.errors import TrialError

Tell = Callable[[int, float, float, float], None]
Judge = Callable[[], tuple[float, float]]


class Journal:
    """What an adapter calls while a program trains. Costs a clock reading a step and two an epoch."""

    def __init__(self, tell: Tell, judge: Judge | None = None) -> None:
        """`tell(epoch, loss, accuracy, seconds)` is called after each epoch, then `judge()`.

        `judge` answers loss and accuracy on the test images; its time counts for nothing.
        """
        self._tell = tell
        self._judge = judge
        self._mark = 0.0
        self._step_mark = 0.0
        self.is_warm = False
        self.warmup_seconds = 0.0
        self.judge_seconds = 0.0
        """How long the last judgement took."""
        self.epoch_seconds: list[float] = []
        self.epoch_loss: list[float] = []
        self.epoch_accuracy: list[float] = []
        self.loading_seconds = 0.0
        """What the epoch that runs has waited for batches so far."""
        self.epoch_loading_seconds: list[float] = []
        self.epoch_judgement: list[tuple[float, float]] = []
        self.step_seconds = array("d")
        """From the end of one step to the end of the next one, within an epoch."""

    def begin(self) -> None:
        """Training starts now."""
        self._mark = time.perf_counter()

    def end_step(self) -> None:
        """A step has ended. All that went before the first one's end was warm-up."""
        now = time.perf_counter()
        if not self.is_warm:
            self.is_warm = True
            self.warmup_seconds, self._mark = now - self._mark, now
            self.loading_seconds = 0.0
        elif self._step_mark:
            self.step_seconds.append(now - self._step_mark)
        self._step_mark = now

    def end_epoch(self, loss: float, accuracy: float) -> None:
        """An epoch has ended with this mean training loss and training accuracy.

        Raises TrialError where the loss is no longer a number.
        """
        seconds = time.perf_counter() - self._mark
        epoch = len(self.epoch_seconds) + 1
        if not math.isfinite(loss):
            raise TrialError(f"the training loss became {loss} in epoch {epoch}")
        self.epoch_seconds.append(seconds)
        self.epoch_loading_seconds.append(self.loading_seconds)
        self.loading_seconds = 0.0
        self.epoch_loss.append(float(loss))
        self.epoch_accuracy.append(float(accuracy))
        self._tell(epoch, float(loss), float(accuracy), seconds)
        if self._judge is not None:
            self._hear(self._judge)
        self._step_mark = 0.0
        self._mark = time.perf_counter()

    def _hear(self, judge: Judge) -> None:
        started = time.perf_counter()
        loss, accuracy = judge()
        self.judge_seconds = time.perf_counter() - started
        self.epoch_judgement.append((float(loss), float(accuracy)))
