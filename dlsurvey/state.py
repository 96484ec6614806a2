"""Turns the store as it is now into what the next edition would stand on."""

from typing import NamedTuple

import msgspec

from dlsurvey.collection import find_collection_gaps
from dlsurvey.config import Config
from dlsurvey.records import Gap, Sha256, content_sha256
from dlsurvey.requests import Training
from dlsurvey.store import Store

UNTRAINED = Training(
    profile="none",
    offline=False,
    plan="Nothing has been trained yet.",
    datasets=(),
    trials=(),
    gaps=(
        Gap(
            what="The comparison",
            why="Nothing has been trained yet.",
            cure="Run `dlsurvey build` or `dlsurvey train`.",
        ),
    ),
)
"""What an edition stands on before the first training."""


class State(NamedTuple):
    """All that decides whether an edition is a new one."""

    training: Training
    gaps: tuple[Gap, ...]
    lines: dict[str, int]
    """Per source, how many lines of observations are stored."""
    sha256: Sha256


def read_state(config: Config, store: Store) -> State:
    """Read it; raises StoreError for a damaged file."""
    training = store.read_training(Training) or UNTRAINED
    gaps = (
        *find_collection_gaps(config, store),
        *store.find_faults(),
        *training.gaps,
        *_find_failed_trials(store, (*training.trials, *training.studies.scale)),
    )
    lines = store.count_observation_lines()
    # What a training depended on decides whether it is gone through again, and is no evidence.
    brought = msgspec.to_builtins(training)
    del brought["basis"]
    return State(training, gaps, lines, content_sha256((config.sha256, brought, lines, gaps)))


def _find_failed_trials(store: Store, trials: tuple[str, ...]) -> tuple[Gap, ...]:
    gaps = []
    for trial_id in trials:
        trial = store.read_trial(trial_id)
        if trial.status != "completed":
            spec = trial.spec
            gaps.append(
                Gap(
                    what=f"{spec.workload} in {spec.framework}, seed {spec.seed}",
                    why=f"The trial {trial.status}: {trial.reason}.",
                    cure=f"Read logs/trials/{spec.key}.log; the next build runs it again.",
                )
            )
    return tuple(gaps)
