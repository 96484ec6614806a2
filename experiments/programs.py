"""A workload's program as a module whose stages are called, and the batches that are handed to it."""

import linecache
import math
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dlsurvey.errors import TrialError
from dlsurvey.records import TrialSpec
from experiments.journal import Journal
from experiments.weights import draw_order

STAGES = ("load_data", "build_model", "choose_loss_and_optimizer", "train", "evaluate")
Draw: TypeAlias = Callable[[int], npt.NDArray[np.int64]]


def load_program(source: str, name: str) -> ModuleType:
    """The program run as a module, so that nothing under `if __name__ == "__main__"` happens.

    Raises TrialError naming the stages that it lacks.
    """
    module = ModuleType(name)
    module.__file__ = f"<{name}.py>"
    # Tracebacks, and whoever asks for the source of a function, find the text here.
    linecache.cache[module.__file__] = (
        len(source), None, source.splitlines(keepends=True), module.__file__,
    )  # fmt: skip
    exec(compile(source, module.__file__, "exec"), module.__dict__)  # noqa: S102  the user's own program is what is to be run
    missing = [stage for stage in STAGES if not callable(getattr(module, stage, None))]
    if missing:
        raise TrialError(f"{name}.py has no function {', '.join(missing)}")
    return module


def set_constants(program: ModuleType, spec: TrialSpec, *, epochs: int) -> None:
    """Give the program's constants the values of the spec; those that it lacks stay unknown to it."""
    values = {
        "EPOCHS": epochs,
        "BATCH_SIZE": spec.batch_size,
        "SEED": spec.seed,
    }
    for name, value in values.items():
        if hasattr(program, name):
            setattr(program, name, value)


class OrderedBatches:
    """Batches cut from arrays; each time they are gone through, in the next epoch's order."""

    def __init__(self, inputs: Any, labels: Any, size: int, draw: Draw) -> None:
        """`draw(epoch)` gives the order of the examples."""
        self.inputs = inputs
        self.labels = labels
        self._size = size
        self._draw = draw
        self._epoch = 0

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """The batches of one epoch, the last one smaller."""
        order = self._draw(self._epoch)
        self._epoch += 1
        for start in range(0, len(order), self._size):
            places = order[start : start + self._size]
            yield self.inputs[places], self.labels[places]

    def __len__(self) -> int:
        """Batches of one epoch."""
        return math.ceil(len(self.labels) / self._size)


def order_by(spec: TrialSpec, examples: int) -> Draw:
    """The order that all frameworks share in the controlled protocol."""
    return lambda epoch: draw_order(examples, spec.seed, epoch)


class WatchedBatches:
    """The batches that a program's loop goes through: asking for the next one ends a step."""

    def __init__(
        self,
        batches: Any,
        journal: Journal,
        place: Callable[[Any], Any],
        wait: Callable[[], None],
    ) -> None:
        """`place` puts inputs and labels on the device, `wait` returns when all is computed."""
        self._batches = batches
        self._journal = journal
        self._place = place
        self._wait = wait

    def __iter__(self) -> Iterator[Any]:
        """One epoch."""
        journal, clock = self._journal, time.perf_counter
        iterator = iter(self._batches)
        while True:
            started = clock()
            batch = next(iterator, None)
            journal.loading_seconds += clock() - started
            if batch is None:
                self._wait()
                return
            yield self._place(batch)
            if not journal.is_warm:
                self._wait()
            journal.end_step()

    def __len__(self) -> int:
        """Batches of one epoch."""
        return len(self._batches)
