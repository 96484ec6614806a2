"""The sweeps of batch size and threads as stored trials, seed by seed.

The first seed is trained at every point; another one only where the budget has room for all of
it, so that every point has as many runs as every other.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from dlsurvey.console import Console
from dlsurvey.execution import choose_stored, run_trials
from dlsurvey.records import Device, TrialSpec, content_sha256
from dlsurvey.store import Store
from experiments.environment import count_cores
from experiments.executors import Executor
from experiments.profiles import Profile
from experiments.rounds import Subject, list_seeds
from experiments.runner import Bench
from experiments.scale import Sweep, find_base, list_points, list_specs
from experiments.sources import Prepared

SECONDS = 150.0
"""Where the user named no budget: with the training that comes before it, under five minutes."""


class Field(NamedTuple):
    """What sweeps are trained with."""

    store: Store
    console: Console
    executor: Executor
    benches: Mapping[str, Bench]
    prepared: Mapping[str, Prepared]
    device: Device


def find_scale(
    field: Field, subjects: Sequence[Subject], profile: Profile, *, measure: bool, anew: bool
) -> tuple[str, ...]:
    """The sweeps of the first workload, trained now or stored; none that are not, unless `measure`.

    `subjects` are the frameworks in the modes that are compared; `anew` trains stored trials again.
    """
    subjects = [one for one in subjects if one.workload == subjects[0].workload]
    if not subjects:
        return ()
    machines = [field.benches[one.framework.name].environment.sha256 for one in subjects]
    identity = content_sha256(("scale", subjects, field.device, machines))
    kept = field.store.read_study("sweeps", identity, Sweep)
    known = _list_stored(field, kept)
    if not measure and not known:
        return ()
    started = monotonic()
    budget = find_suite_seconds(profile)
    if not measure:
        trials = known
    elif kept is None or anew or kept.budget_seconds != budget:
        base = find_base(subjects[0].workload.batch_size, count_cores())
        points = list_points(base, count_cores())
        rounds = [list_specs(subjects, points, seed, field.device) for seed in list_seeds(profile)]
        specs, trials = _train_rounds(field, rounds, budget, started, anew=anew)
        sweep = Sweep(budget_seconds=budget, specs=specs)
        field.store.keep_study("sweeps", identity, sweep)
    else:
        trials = _train(field, kept.specs)
    return trials


def _list_stored(field: Field, kept: Sweep | None) -> tuple[str, ...]:
    """Of the trials that were planned those that still hold for this machine and code."""
    if kept is None:
        return ()
    found = choose_stored(field.store, kept.specs, field.benches)
    return tuple(trial_id for trial_id in found if trial_id is not None)


def find_suite_seconds(profile: Profile, usual: float = SECONDS) -> float | None:
    """The user's own budget; None without a limit; `usual` where the profile chose for the user."""
    return profile.budget_seconds if profile.stand_in_budget_seconds is None else usual


def _train_rounds(
    field: Field,
    rounds: Sequence[tuple[TrialSpec, ...]],
    budget_seconds: float | None,
    started: float,
    *,
    anew: bool,
) -> tuple[tuple[TrialSpec, ...], tuple[str, ...]]:
    """Seed by seed as long as the budget has room for as much again as the longest so far."""
    passed_over = field.store.list_trial_ids() if anew else frozenset()
    specs: tuple[TrialSpec, ...] = ()
    trials: tuple[str, ...] = ()
    longest = 0.0
    for place, one in enumerate(rounds):
        begun = monotonic()
        if place and budget_seconds is not None and begun - started + longest > budget_seconds:
            field.console.say(
                f"The sweeps end with {place} of {len(rounds)} seeds: another one does not fit"
                f" {budget_seconds:.0f} s."
            )
            break
        field.console.say(f"Sweeps of batch size and threads, seed {one[0].seed} ...")
        trials += _train(field, one, passed_over)
        specs += one
        longest = max(longest, monotonic() - begun)
    return specs, trials


def _train(
    field: Field, specs: Sequence[TrialSpec], passed_over: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    return run_trials(
        field.store,
        field.console,
        field.executor,
        specs,
        field.benches,
        field.prepared,
        passed_over,
    )
