"""Turns planned trials into stored ones: what is stored is not run again."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from contextlib import closing

from msgspec.structs import replace

from dlsurvey.analysis.load import read_paused_seconds
from dlsurvey.console import Console, Tracker
from dlsurvey.premises import hash_trial_code
from dlsurvey.records import Trial, TrialSpec
from dlsurvey.store import Store
from experiments.executors import Executor, Order
from experiments.frameworks import hash_program
from experiments.runner import Bench
from experiments.sources import Prepared
from experiments.worker import EpochEnded, Event
from experiments.workloads import find_workload


def run_trials(  # noqa: PLR0913, PLR0917  what trials depend on
    store: Store,
    console: Console,
    executor: Executor,
    specs: Sequence[TrialSpec],
    benches: Mapping[str, Bench],
    prepared: Mapping[str, Prepared],
    passed_over: Container[str] = (),
) -> tuple[str, ...]:
    """The id of one stored trial for each of `specs`; a spec that comes twice gets two trials.

    Each is stored as it comes, here and nowhere else: an executor writes nothing. Stored trials
    that are `passed_over` count for nothing.
    """
    found = choose_stored(store, specs, benches, passed_over)
    orders = [
        Order(
            place, spec, find_workload(spec.workload), benches[spec.framework],
            prepared[spec.workload],
        )
        for place, spec in enumerate(specs)
        if found[place] is None
    ]  # fmt: skip
    _announce(console, len(orders), len(specs))
    total = float(sum(order.spec.epochs + 1 for order in orders)) or 1.0
    with console.track("Training", total) as tracker:
        titles = {name: bench.framework.title for name, bench in benches.items()}
        watch = _Watch(tracker, len(orders), titles)
        paused = _run(store, executor, orders, watch, found)
        if paused:
            console.say(
                f"The machine slept, or a process was stopped, during {len(paused)} of these trials:"
                " their times count for nothing, and they come once more."
            )
            watch.expect(len(paused))
            _run(store, executor, paused, watch, found)
    return tuple(trial_id for trial_id in found if trial_id is not None)


def _run(
    store: Store,
    executor: Executor,
    orders: Sequence[Order],
    watch: "_Watch",
    found: list[str | None],
) -> list[Order]:
    """Store each trial and put its id where it belongs; gives back those that could not run all the time."""
    paused = []
    with closing(executor.run(orders, watch.listen)) as results:
        for order, trial in results:
            watch.finish(trial)
            store.keep_source(order.workload.programs[order.bench.framework.program])
            code_sha256 = hash_trial_code(order.workload)
            found[order.place] = store.add_trial(replace(trial, code_sha256=code_sha256))
            if read_paused_seconds(trial):
                paused.append(order)
    return paused


def _announce(console: Console, waiting: int, total: int) -> None:
    if not waiting and total:
        console.say(f"All {total} trials are stored: nothing to train.")
    elif waiting:
        rest = f" of {total} trials; the rest are stored." if waiting < total else ""
        plural = "s" if waiting > 1 else ""
        console.say(f"Training {waiting}{rest or f' trial{plural}.'}")


def find_stored(
    store: Store, spec: TrialSpec, bench: Bench, passed_over: Container[str] = ()
) -> list[str]:
    """The completed runs of this spec with these versions and this code, oldest first.

    Of trials of older versions only the program is known, and has to do.
    """
    workload = find_workload(spec.workload)
    code_sha256 = hash_trial_code(workload)
    program_sha256 = hash_program(workload, bench.framework)
    return [
        trial_id
        for trial_id, trial in store.list_trials(spec.key)
        if trial.status == "completed"
        and trial_id not in passed_over
        and trial.environment.sha256 == bench.environment.sha256
        and trial.trainer_sha256 == program_sha256
        and trial.code_sha256 in (None, code_sha256)
    ]


def choose_stored(
    store: Store,
    specs: Sequence[TrialSpec],
    benches: Mapping[str, Bench],
    passed_over: Container[str] = (),
) -> list[str | None]:
    """For each spec a stored run, None where there is none: the newest, as many as it comes."""
    wanted = Counter(spec.key for spec in specs)
    stored = {
        spec.key: find_stored(store, spec, benches[spec.framework], passed_over)[
            -wanted[spec.key] :
        ]
        for spec in dict.fromkeys(specs)
    }
    return [
        stored[spec.key][place] if place < len(stored[spec.key]) else None
        for spec, place in zip(specs, _number_repeats(specs), strict=True)
    ]


def describe_trial(trial: Trial) -> str:
    """One trial's result in a few words."""
    if trial.metrics is None:
        return f"{trial.status}: {trial.reason}"
    metrics, count = trial.metrics, trial.spec.epochs
    return (
        f"test accuracy {metrics.test_accuracy:.4f}, {metrics.train_seconds:.1f} s for"
        f" {count} epoch{'s' if count != 1 else ''}, {metrics.peak_memory_bytes / 1e6:,.0f} MB"
    )


def _number_repeats(specs: Sequence[TrialSpec]) -> list[int]:
    """For each spec, how often it came before."""
    seen: Counter[str] = Counter()
    places = []
    for spec in specs:
        places.append(seen[spec.key])
        seen[spec.key] += 1
    return places


class _Watch:
    """Tells the tracker how far the trials have come, one or several at a time."""

    def __init__(self, tracker: Tracker, total: int, titles: Mapping[str, str]) -> None:
        self._tracker = tracker
        self._total = total
        self._titles = titles
        self._done = 0
        self._heard: Counter[str] = Counter()

    def expect(self, more: int) -> None:
        """So many come once more."""
        self._total += more

    def listen(self, spec: TrialSpec, event: Event) -> None:
        """A trial that still runs says how far it is."""
        title = self._name(spec)
        if isinstance(event, EpochEnded):
            self._heard[spec.key] += 1
            self._tracker.advance(
                1, f"{title} · epoch {event.epoch}/{spec.epochs} · loss {event.loss:.4f}"
            )
        else:
            self._tracker.advance(0, title)

    def finish(self, trial: Trial) -> None:
        """A trial has ended; not every executor passes on what it said before."""
        title = self._name(trial.spec)
        self._done += 1
        heard = self._heard.pop(trial.spec.key, 0)
        self._tracker.advance(max(0, trial.spec.epochs - heard) + 1)
        self._tracker.finish_part(f"{title}: {describe_trial(trial)}")

    def _name(self, spec: TrialSpec) -> str:
        return (
            f"[{self._done + 1}/{self._total}] {spec.workload} · {self._titles[spec.framework]}"
            f" {spec.mode} · {spec.protocol} · seed {spec.seed}"
        )
