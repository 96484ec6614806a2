"""Turns the state of a survey folder into what a build would do now, why, and how long it took last.

Nothing is asked, trained, downloaded or written for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dlsurvey.agenda import Turn
from dlsurvey.basis import Basis, find_changes
from dlsurvey.config import Config
from dlsurvey.editions import FORMATS, find_newest, is_new
from dlsurvey.errors import MissingDependency, StoreError
from dlsurvey.execution import choose_stored
from dlsurvey.joining import read_ledger
from dlsurvey.planning import add_up_seconds, format_minutes
from dlsurvey.premises import describe_premises, has_all_images
from dlsurvey.records import Trial, TrialSpec
from dlsurvey.rendition import describe_rendition, find_outdated, read_mark
from dlsurvey.requests import Request, Training
from dlsurvey.store import Store
from experiments.environment import read_environment
from experiments.frameworks import find_framework
from experiments.runner import Bench

WHY_SHOWN = 6
"""So many reasons are written out; the rest are counted."""


class Outlook(NamedTuple):
    """Why a step has something to do, and what that is; without reasons it has nothing to do."""

    reasons: tuple[str, ...]
    details: tuple[str, ...] = ()
    seconds: float | None = None
    """How long the same took last time; None where that is not known."""


def foresee_training(config: Config, store: Store, request: Request) -> Outlook:
    """Whether anything that the last training depended on is not as it was."""
    training = store.read_training(Training)
    if training is None:
        return Outlook(("nothing has been trained yet",))
    imported = {name for merger in read_ledger(store).mergers for name in merger.trials}
    own = [name for name in training.trials if name not in imported]
    trials = _read_trials(store, own)
    seconds = sum(map(add_up_seconds, trials)) or None
    if request.force:
        return Outlook(("--force",), (f"{len(own)} trials were run last time",), seconds)
    lost = len(own) - len(trials)
    reasons = tuple(_list_reasons(config, training, trials, request, lost))
    if not reasons:
        return Outlook(())
    waiting = _find_waiting(config, store, trials)
    again = Counter(
        f"{trial.spec.workload} in {trial.spec.framework} ({trial.spec.mode})" for trial in waiting
    )
    details = tuple(f"{name}: {count} to be run again" for name, count in sorted(again.items()))
    if not details:
        details = ("the plan is looked at again; every trial of the last one is stored",)
    return Outlook(reasons, details, sum(map(add_up_seconds, waiting)) or None)


def _list_reasons(
    config: Config, training: Training, trials: Sequence[Trial], request: Request, lost: int
) -> Iterator[str]:
    now = describe_premises(config, request)
    yield from _compare(training.basis, now)
    failed = sum(trial.status != "completed" for trial in trials)
    if failed:
        yield f"{failed} of the last trials failed"
    if lost:
        yield f"{lost} of the last trials cannot be read"
    if request.executor != "local":
        yield "only the cluster knows whether its nodes are as they were"
    if request.suites:
        yield f"asked for beside training: {', '.join(request.suites)}"
    if not request.offline and not has_all_images(now):
        yield "images are missing: a download is tried"


def _compare(then: Basis, now: Basis) -> tuple[str, ...]:
    return find_changes(then, now) if then else ("the last training was that of an older version",)


def _read_trials(store: Store, trial_ids: Iterable[str]) -> list[Trial]:
    """Those that can still be read."""
    found = []
    for trial_id in trial_ids:
        try:
            found.append(store.read_trial(trial_id))
        except StoreError:
            continue
    return found


def _find_waiting(config: Config, store: Store, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Of the last training's trials, those that no stored run stands for any more."""
    benches: dict[str, Bench] = {}
    for name in dict.fromkeys(trial.spec.framework for trial in trials):
        framework = find_framework(name)
        try:
            environment = read_environment(framework)
        except MissingDependency:
            continue
        benches[name] = Bench(
            framework, environment, timeout_seconds=0.0, log_folder=config.logs / "trials"
        )
    there = [trial for trial in trials if trial.spec.framework in benches]
    specs: list[TrialSpec] = [trial.spec for trial in there]
    stored = choose_stored(store, specs, benches)
    return tuple(trial for trial, found in zip(there, stored, strict=True) if found is None)


def foresee_rendering(config: Config, store: Store, *, stirred: bool) -> Outlook:
    """Whether there is a new edition to write, or the files of the newest; `stirred`: if more comes."""
    newest = find_newest(store)
    mark = read_mark(config, newest) if newest is not None else None
    seconds = mark.seconds if mark is not None else None
    if newest is None:
        return Outlook(("there is no edition yet",))
    if is_new(config, store):
        return Outlook((f"the store holds what {newest.id} does not: a new edition",), (), seconds)
    outdated = find_outdated(config, newest, describe_rendition(config, FORMATS))
    if outdated:
        return Outlook(outdated, (f"{newest.id} is written again",), seconds)
    if stirred:
        return Outlook(("a new edition, if anything new is found",), (), seconds)
    return Outlook(())


def describe_forecast(
    turns: Sequence[Turn], training: Outlook, rendering: Outlook
) -> Iterator[str]:
    """The dry run in lines: what would be done and why, then what would not."""
    due = [turn for turn in turns if turn.is_due]
    yield f"Collect: {len(due)} of {len(turns)} sources." if due else "Collect: nothing is due."
    for turn in turns:
        mark = "ask" if turn.is_due else "leave"
        yield f"  {mark} {turn.collector.name}: {turn.reason}{_describe_seconds(turn.seconds)}"
    yield from _describe_outlook("Train", training)
    yield from _describe_outlook("Render", rendering)
    if not due and not training.reasons and not rendering.reasons:
        yield "Nothing has changed: a build would make no new edition."


def _describe_outlook(step: str, outlook: Outlook) -> Iterator[str]:
    if not outlook.reasons:
        yield f"{step}: nothing changed."
        return
    shown = list(outlook.reasons[:WHY_SHOWN])
    if len(outlook.reasons) > WHY_SHOWN:
        shown.append(f"and {len(outlook.reasons) - WHY_SHOWN} more")
    yield f"{step}: {', '.join(shown)}{_describe_seconds(outlook.seconds)}."
    for detail in outlook.details:
        yield f"  {detail}"


def _describe_seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f" ({format_minutes(seconds)} last time)" if seconds >= 1 else " (under 1 s last time)"
