"""Turns orders for trials into trials: one after another on this machine, or side by side on several.

Whatever the executor, one trial is one fresh process (`experiments/runner.py` starts it), and the
results come back to the one who asked, as they come: an executor stores nothing.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, get_args

from dlsurvey.records import Environment, Gap, Precision, Record, Trial, TrialSpec
from experiments.devices import probe, read_gpu_name
from experiments.environment import count_cores, read_environment
from experiments.frameworks import Framework
from experiments.parity import compute_numbers
from experiments.parity_differences import Numbers
from experiments.rounds import Subject
from experiments.runner import Bench
from experiments.sources import Prepared
from experiments.worker import Event
from experiments.workloads import Workload

Kind = Literal["local", "ray"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Listener = Callable[[TrialSpec, Event], None]


class Order(NamedTuple):
    """One trial that is wanted."""

    place: int
    """Among the trials of the plan: a spec may be wanted twice."""
    spec: TrialSpec
    workload: Workload
    bench: Bench
    prepared: Prepared


class Errand(Record, frozen=True, kw_only=True):
    """What a training will need wherever it runs."""

    frameworks: tuple[Framework, ...]
    images: dict[str, str]
    """By workload, the SHA-256 of the dataset that its trials must train on."""
    workloads: tuple[Workload, ...]
    """Those of `images`."""
    settings: dict[str, str]
    """By workload 'auto' or 'folder:PATH'."""
    data_folder: str | None
    cache: str | None
    """None: the user's cache folder, wherever that is."""
    offline: bool
    threads: int | None
    """Of each trial; None: as many as the executor has for one."""


class Executor(Protocol):
    """A machine, or several that are alike: what a training asks of where it runs."""

    @property
    def threads(self) -> int:
        """Threads of each trial, where nobody chose fewer."""
        ...

    @property
    def gpu(self) -> str | None:
        """The GPU that trials can have; None where there is none."""
        ...

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What takes no part in the training, and why."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said before the training."""
        ...

    def sees_gpu(self, framework: Framework) -> bool:
        """Whether this framework, as installed there, can train on the GPU."""
        ...

    def read_environment(self, framework: Framework) -> Environment:
        """The environment of its trials; raises MissingDependency where it is not installed."""
        ...

    def run(
        self, orders: Sequence[Order], listen: Listener
    ) -> Generator[tuple[Order, Trial], None, None]:
        """Each order with its trial, as they come. Closing the iterator ends what still runs."""
        ...

    def compute(
        self, subject: Subject, prepared: Prepared, folder: Path, precision: Precision
    ) -> Numbers:
        """What one framework computes for the parity check; raises ParityError."""
        ...


class LocalExecutor:
    """This machine, one trial at a time."""

    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def threads(self) -> int:
        """The processors that this process may use."""
        return count_cores()

    @property
    def gpu(self) -> str | None:
        """The first NVIDIA GPU of this machine."""
        return read_gpu_name()

    def sees_gpu(self, framework: Framework) -> bool:
        """Found out in a process of its own."""
        return probe(framework)

    def read_environment(self, framework: Framework) -> Environment:
        """This machine's; raises MissingDependency."""
        return read_environment(framework)

    def run(
        self, orders: Sequence[Order], listen: Listener
    ) -> Generator[tuple[Order, Trial], None, None]:
        """In the order given."""
        for order in orders:

            def tell(event: Event, spec: TrialSpec = order.spec) -> None:
                listen(spec, event)

            prepared = order.prepared
            yield (
                order,
                order.bench.run(
                    order.spec, order.workload, prepared.dataset, Path(prepared.path), tell
                ),
            )

    def compute(
        self, subject: Subject, prepared: Prepared, folder: Path, precision: Precision
    ) -> Numbers:
        """In a process of its own; raises ParityError."""
        return compute_numbers(subject, prepared, folder, precision)


@contextmanager
def open_executor(kind: Kind, errand: Errand) -> Iterator[Executor]:
    """The executor of that kind for as long as the block lasts.

    Raises MissingDependency where its extra is not installed, ConfigError where it cannot be used.
    """
    if kind == "local":
        yield LocalExecutor()
        return
    from experiments.connection import connect

    with connect(errand) as cluster:
        yield cluster
