"""Turns a profile, a budget and measured costs into a plan: which trials, in which order, for how long."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dlsurvey.records import Dataset, Mode, Protocol, Record, TrialSpec
from experiments.frameworks import Framework
from experiments.spec import Workload

MAX_SEEDS = 4
"""Of a profile with a budget. On the small digits, which any budget could repeat for ever, this ends."""
BUDGET_SHARE = 0.9
"""The plan fills this share of the budget: machines slow down while they are measured."""
ORDER_SEED = 20211
"""Draws the order of the trials within each round; printed in the report."""


class Profile(Record, frozen=True, kw_only=True):
    """How much work a build puts into training."""

    name: str
    epochs: int | None
    """None: the workload's own."""
    seeds: int | None
    """None: as many as fit the budget, at most four."""
    train_limit: int | None
    budget_seconds: float | None
    """None: no limit."""
    max_trials: int | None = None
    """Fewer rounds, down to one, where there would be more trials than this."""


QUICK = Profile(
    name="quick", epochs=2, seeds=2, train_limit=2000, budget_seconds=None, max_trials=4
)
STANDARD = Profile(name="standard", epochs=None, seeds=None, train_limit=None, budget_seconds=600.0)
FULL = Profile(name="full", epochs=None, seeds=5, train_limit=None, budget_seconds=None)
PROFILES = {profile.name: profile for profile in (QUICK, STANDARD, FULL)}


class Cost(Record, frozen=True, kw_only=True):
    """What one framework needs for one workload, measured on this machine by a short pilot."""

    fixed_seconds: float
    """Start, import, data, first step, evaluation, exit."""
    seconds_per_image: float

    def estimate(self, epochs: int, images: int) -> float:
        """Seconds of one trial."""
        return self.fixed_seconds + epochs * images * self.seconds_per_image


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
    """Every subject once, in one protocol, with one seed: the unit in which a budget is spent."""

    protocol: Protocol
    seed: int


class Plan(Record, frozen=True, kw_only=True):
    """The trials of one build, in the order in which they run."""

    specs: tuple[TrialSpec, ...]
    sentence: str
    estimated_seconds: float | None


def list_rounds(protocols: Sequence[Protocol], seeds: int) -> tuple[Round, ...]:
    """Seed by seed, each in every protocol: a budget that ends in between has spread over all."""
    return tuple(
        Round(protocol=protocol, seed=seed) for seed in range(seeds) for protocol in protocols
    )


def fit_to_budget(
    subjects: Sequence[Subject],
    costs: Mapping[str, Cost],
    profile: Profile,
    protocols: Sequence[Protocol],
) -> tuple[float, int]:
    """The share of each workload's own epochs, and the number of rounds, that fill the budget.

    The surveys' own epochs come first, with as many rounds as fit: a claim
    about five epochs is not tested by two. Only where not even one seed in
    every protocol fits are there fewer epochs; at last one, even if that is
    over the budget.
    """
    budget = (profile.budget_seconds or 0.0) * BUDGET_SHARE

    def cost(share: float, rounds: int) -> float:
        return rounds * sum(
            costs[subject.name].estimate(
                _count_epochs(subject.workload, profile, share), _count_images(subject, profile)
            )
            for subject in subjects
        )

    wanted = profile.seeds or MAX_SEEDS
    least = len(protocols)
    candidates = [(1.0, rounds) for rounds in range(wanted * least, least - 1, -1)]
    candidates += [(share / 10, least) for share in range(9, 0, -1)]
    for share, rounds in candidates:
        if cost(share, rounds) <= budget:
            return share, rounds
    return 0.0, len(protocols)


def make_plan(
    subjects: Iterable[Subject],
    profile: Profile,
    *,
    protocols: Sequence[Protocol],
    threads: int,
    costs: Mapping[str, Cost] | None = None,
) -> Plan:
    """All trials of a build: rounds of one protocol and seed, the order within each drawn at random.

    With a budget, `costs` (by `Subject.name`) is needed.
    """
    subjects = tuple(subjects)
    share, rounds = 1.0, _list_all_rounds(subjects, profile, protocols)
    if profile.budget_seconds is not None and costs is not None and subjects:
        share, count = fit_to_budget(subjects, costs, profile, protocols)
        rounds = list_rounds(protocols, profile.seeds or MAX_SEEDS)[:count]
    draw = random.Random(ORDER_SEED)  # noqa: S311  an order, not a secret
    specs: list[TrialSpec] = []
    estimated = 0.0
    for one in rounds:
        for subject in draw.sample(subjects, len(subjects)):
            spec = _make_spec(subject, profile, one, share, threads)
            specs.append(spec)
            if costs is not None:
                images = _count_images(subject, profile)
                estimated += costs[subject.name].estimate(spec.epochs, images)
    return Plan(
        specs=tuple(specs),
        sentence=_describe(subjects, profile, share, rounds),
        estimated_seconds=None if costs is None else estimated,
    )


def _make_spec(
    subject: Subject, profile: Profile, one: Round, share: float, threads: int
) -> TrialSpec:
    return TrialSpec(
        workload=subject.workload.name,
        framework=subject.framework.name,
        dataset=subject.dataset.name,
        dataset_sha256=subject.dataset.sha256,
        mode=subject.mode,
        protocol=one.protocol,
        seed=one.seed,
        epochs=_count_epochs(subject.workload, profile, share),
        batch_size=subject.workload.batch_size,
        threads=threads,
        train_limit=_limit(subject, profile),
    )


def _list_all_rounds(
    subjects: Sequence[Subject], profile: Profile, protocols: Sequence[Protocol]
) -> tuple[Round, ...]:
    """All rounds of a profile without a budget, cut off where there would be too many trials."""
    rounds = list_rounds(protocols, profile.seeds or MAX_SEEDS)
    if profile.max_trials is None or not subjects:
        return rounds
    return rounds[: max(1, profile.max_trials // len(subjects))]


def _count_epochs(workload: Workload, profile: Profile, share: float) -> int:
    return max(1, int((profile.epochs or workload.epochs) * share))


def _limit(subject: Subject, profile: Profile) -> int | None:
    if profile.train_limit is None or profile.train_limit >= subject.dataset.train_images:
        return None
    return profile.train_limit


def _count_images(subject: Subject, profile: Profile) -> int:
    return _limit(subject, profile) or subject.dataset.train_images


def _describe(
    subjects: tuple[Subject, ...], profile: Profile, share: float, rounds: Sequence[Round]
) -> str:
    parts = []
    for name in dict.fromkeys(subject.workload.name for subject in subjects):
        members = [subject for subject in subjects if subject.workload.name == name]
        workload, dataset = members[0].workload, members[0].dataset
        epochs = _count_epochs(workload, profile, share)
        images = _count_images(members[0], profile)
        shortened = f" (its survey trained {workload.epochs})" if epochs != workload.epochs else ""
        frameworks = " and ".join(subject.framework.title for subject in members)
        parts.append(
            f"{name} on {images:,} training images of {dataset.title},"
            f" {_count(epochs, 'epoch')}{shortened}, in {frameworks}"
        )
    if not parts:
        return "Nothing to train."
    seeds = Counter(one.protocol for one in rounds)
    protocols = " and ".join(
        f"{_count(number, 'seed')} in the {protocol} protocol" for protocol, number in seeds.items()
    )
    return f"{profile.name}: {'; '.join(parts)}; {protocols}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
