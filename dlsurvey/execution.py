"""Turns planned trials into stored ones: what is stored is not run again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from dlsurvey.console import Console, Tracker
from dlsurvey.errors import ConfigError
from dlsurvey.records import Trial, TrialSpec
from dlsurvey.store import Store
from experiments.runner import Bench
from experiments.sources import Prepared
from experiments.spec import WORKLOADS, Workload
from experiments.worker import EpochEnded, Event


def run_trials(
    store: Store,
    console: Console,
    specs: Sequence[TrialSpec],
    benches: Mapping[str, Bench],
    prepared: Mapping[str, Prepared],
) -> tuple[str, ...]:
    """The id of one stored trial for each of `specs`; a spec that comes twice gets two trials."""
    places = _number_repeats(specs)
    found = [
        find_stored(store, spec, benches[spec.framework], place)
        for spec, place in zip(specs, places, strict=True)
    ]
    waiting = [spec for spec, trial_id in zip(specs, found, strict=True) if trial_id is None]
    if not waiting and specs:
        console.say(f"All {len(specs)} trials are stored: nothing to train.")
    elif waiting:
        rest = f" of {len(specs)} trials; the rest are stored." if len(waiting) < len(specs) else ""
        plural = "s" if len(waiting) > 1 else ""
        console.say(f"Training {len(waiting)}{rest or f' trial{plural}.'}")
    total = float(sum(spec.epochs + 1 for spec in waiting)) or 1.0
    done = 0
    with console.track("Training", total) as tracker:
        for place, spec in enumerate(specs):
            if found[place] is None:
                done += 1
                trial = _run_trial(
                    spec,
                    f"[{done}/{len(waiting)}]",
                    benches[spec.framework],
                    prepared[spec.workload],
                    tracker,
                )
                store.keep_source(benches[spec.framework].trainer_source)
                found[place] = store.add_trial(trial)
    return tuple(trial_id for trial_id in found if trial_id is not None)


def find_stored(store: Store, spec: TrialSpec, bench: Bench, place: int = 0) -> str | None:
    """The completed run of this spec, with these versions and this trainer, that is the `place`-th."""
    alike = [
        trial_id
        for trial_id, trial in store.list_trials(spec.key)
        if trial.status == "completed"
        and trial.environment.sha256 == bench.environment.sha256
        and trial.trainer_sha256 == bench.trainer_sha256
    ]
    return alike[place] if place < len(alike) else None


def find_workload(name: str) -> Workload:
    """The workload registered under `name`; raises ConfigError naming the known ones."""
    for workload in WORKLOADS:
        if workload.name == name:
            return workload
    known = ", ".join(workload.name for workload in WORKLOADS)
    raise ConfigError(f"There is no workload '{name}'. Known: {known}.")


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


def _run_trial(
    spec: TrialSpec, count: str, bench: Bench, prepared: Prepared, tracker: Tracker
) -> Trial:
    title = (
        f"{count} {spec.workload} · {bench.framework.title} {spec.mode} · {spec.protocol}"
        f" · seed {spec.seed}"
    )
    tracker.advance(0, title)

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded):
            tracker.advance(
                1, f"{title} · epoch {event.epoch}/{spec.epochs} · loss {event.loss:.4f}"
            )

    workload = find_workload(spec.workload)
    trial = bench.run(spec, workload, prepared.dataset, Path(prepared.path), listen)
    tracker.advance(1)
    tracker.finish_part(f"{title}: {describe_trial(trial)}")
    return trial
