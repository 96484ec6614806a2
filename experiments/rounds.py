"""The rounds that a profile and a budget have room for: what is repeated, how often, in which order.

In the order of their worth: three seeds in every protocol with the surveys' own epochs; runs
repeated with nothing changed, which tell the noise; the other modes; more seeds.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Literal

from dlsurvey.records import Dataset, Mode, Protocol, Record
from experiments.frameworks import Framework
from experiments.profiles import Profile
from experiments.workloads import Workload

LEAST_SEEDS = 3
"""Fewer paired seeds give no verdict."""
MAX_SEEDS = 10
"""Of a profile with a budget: more would be asked for, not filled up with."""
LEAST_NOISE_PAIRS = 3
"""Runs repeated with nothing changed, of a workload; fewer tell no noise floor."""
BUDGET_SHARE = 0.9
"""The plan fills this share of the budget: machines slow down while they are measured."""


class Cost(Record, frozen=True, kw_only=True):
    """What one framework needs for one workload, measured on this machine by a short pilot."""

    fixed_seconds: float
    """Start, import, data, first step, exit."""
    seconds_per_image: float
    test_seconds: float = 0.0
    """The test after each epoch."""

    def estimate(self, epochs: int, images: int) -> float:
        """Seconds of one trial."""
        return self.fixed_seconds + epochs * (images * self.seconds_per_image + self.test_seconds)


class Subject(Record, frozen=True, kw_only=True):
    """One workload with its data and one framework in one mode: what is repeated over seeds."""

    workload: Workload
    framework: Framework
    dataset: Dataset
    mode: Mode

    @property
    def name(self) -> str:
        """Unique within a plan."""
        return f"{self.workload.name}/{self.framework.name}/{self.mode}"


class Round(Record, frozen=True, kw_only=True):
    """Some subjects, each once, in one protocol and with one seed: the unit that a budget is spent in."""

    protocol: Protocol
    seed: int
    kind: Literal["seed", "noise", "modes"]
    subjects: tuple[Subject, ...]


class Fit(Record, frozen=True, kw_only=True):
    """What fits a budget: a share of each workload's own epochs, the rounds, and what is left."""

    share: float
    rounds: tuple[Round, ...]
    rest_seconds: float
    left_out: tuple[str, ...] = ()
    """Of 'noise' and 'modes', what does not fit."""


def find_budget(subjects: Sequence[Subject], profile: Profile) -> float | None:
    """The seconds that these subjects get; None without a limit."""
    limit = profile.stand_in_budget_seconds
    if limit is not None and all(subject.dataset.stand_in_for for subject in subjects):
        return limit
    return profile.budget_seconds


def list_seeds(profile: Profile) -> range:
    """The seeds that are planned; what is left of a budget may add further ones after them."""
    return range(profile.first_seed, profile.first_seed + (profile.seeds or LEAST_SEEDS))


def list_rounds(
    subjects: Sequence[Subject], protocols: Sequence[Protocol], seeds: range
) -> tuple[Round, ...]:
    """Seed by seed, each in every protocol: a budget that ends in between has spread over all."""
    return tuple(
        Round(protocol=protocol, seed=seed, kind="seed", subjects=tuple(subjects))
        for seed in seeds
        for protocol in protocols
    )


def list_noise_rounds(
    subjects: Sequence[Subject], protocol: Protocol, seeds: range
) -> tuple[Round, ...]:
    """As many first seeds once more as make three pairs of every workload; none with too few seeds."""
    rounds = []
    for workload in dict.fromkeys(subject.workload.name for subject in subjects):
        members = tuple(one for one in subjects if one.workload.name == workload)
        needed = ceil(LEAST_NOISE_PAIRS / len(members))
        if needed <= len(seeds):
            rounds += [
                Round(protocol=protocol, seed=seed, kind="noise", subjects=members)
                for seed in seeds[:needed]
            ]
    return tuple(rounds)


def list_mode_rounds(
    others: Sequence[Subject], protocol: Protocol, seeds: range
) -> tuple[Round, ...]:
    """The other modes, paired by seed with the default ones."""
    if not others:
        return ()
    return tuple(
        Round(protocol=protocol, seed=seed, kind="modes", subjects=tuple(others)) for seed in seeds
    )


def fit_without_budget(
    subjects: Sequence[Subject],
    others: Sequence[Subject],
    profile: Profile,
    protocols: Sequence[Protocol],
) -> Fit:
    """All that the profile asks for; where there would be too many trials, fewer seeds."""
    seeds = list_seeds(profile)
    rounds = list_rounds(subjects, protocols, seeds)
    if profile.max_trials is not None and subjects:
        rounds = rounds[: max(1, profile.max_trials // len(subjects))]
    noise = list_noise_rounds(subjects, protocols[0], seeds) if profile.noise else ()
    modes = list_mode_rounds(others, protocols[0], seeds)
    return Fit(share=1.0, rounds=(*rounds, *noise, *modes), rest_seconds=0.0)


def fit_to_budget(
    subjects: Sequence[Subject],
    others: Sequence[Subject],
    costs: Mapping[str, Cost],
    profile: Profile,
    protocols: Sequence[Protocol],
) -> Fit:
    """As many rounds as the budget has room for, and what is left of it.

    The surveys' own epochs come first, with as many of three seeds as fit: a claim about five
    epochs is not tested by two. Only where not even one seed in every protocol fits are there
    fewer epochs; at last one, even if that is over the budget.
    """
    rest = (find_budget(subjects, profile) or 0.0) * BUDGET_SHARE
    seeds, least = list_seeds(profile), len(protocols)
    candidates = [(1.0, count) for count in range(len(seeds) * least, least - 1, -1)]
    candidates += [(share / 10, least) for share in range(9, 0, -1)]
    every_round = list_rounds(subjects, protocols, seeds)
    for share, count in candidates:
        chosen = every_round[:count]
        spent = estimate_seconds(chosen, costs, profile, share)
        if spent <= rest:
            break
    else:
        return Fit(share=0.0, rounds=every_round[:least], rest_seconds=0.0)
    rest -= spent
    wanted = {"modes": list_mode_rounds(others, protocols[0], seeds)}
    if profile.noise:
        complete = count // least
        wanted = {"noise": list_noise_rounds(subjects, protocols[0], seeds[:complete])} | wanted
    left_out = []
    for kind, rounds in wanted.items():
        spent = estimate_seconds(rounds, costs, profile, share)
        if spent <= rest and count == len(seeds) * least:
            chosen, rest = (*chosen, *rounds), rest - spent
        elif rounds:
            left_out.append(kind)
    return Fit(share=share, rounds=chosen, rest_seconds=rest, left_out=tuple(left_out))


def estimate_seconds(
    rounds: Sequence[Round], costs: Mapping[str, Cost], profile: Profile, share: float
) -> float:
    """Of all trials of these rounds."""
    return sum(
        costs[subject.name].estimate(
            count_epochs(subject.workload, profile, share), count_images(subject, profile)
        )
        for one in rounds
        for subject in one.subjects
    )


def count_epochs(workload: Workload, profile: Profile, share: float) -> int:
    """The profile's, else a share of the workload's own; at least one."""
    return max(1, int((profile.epochs or workload.epochs) * share))


def count_images(subject: Subject, profile: Profile) -> int:
    """Training images of one epoch."""
    return find_limit(subject, profile) or subject.dataset.train_images


def find_limit(subject: Subject, profile: Profile) -> int | None:
    """Where the profile trains on fewer images than there are, how many."""
    limit = profile.train_limit
    if limit is None or limit >= subject.dataset.train_images or is_small(subject.workload):
        return None
    return limit


def is_small(workload: Workload) -> bool:
    """Whether its programs bring their data along, all of it and no part."""
    return workload.dataset == "digits"
