"""Turns a profile, a budget and measured costs into a plan: which trials, in which order, for how long."""

import random
from collections.abc import Iterable, Mapping

from dlsurvey.records import Dataset, Mode, Protocol, Record, TrialSpec
from experiments.frameworks import Framework
from experiments.spec import Workload

MAX_SEEDS = 5
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
    """None: as many as fit the budget, at most five."""
    train_limit: int | None
    budget_seconds: float | None
    """None: no limit."""


QUICK = Profile(name="quick", epochs=2, seeds=2, train_limit=2000, budget_seconds=None)
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


class Plan(Record, frozen=True, kw_only=True):
    """The trials of one build, in the order in which they run."""

    specs: tuple[TrialSpec, ...]
    sentence: str
    estimated_seconds: float | None


def fit_to_budget(
    subjects: Iterable[Subject], costs: Mapping[str, Cost], profile: Profile
) -> tuple[float, int]:
    """The share of each workload's own epochs, and the number of seeds, that fill the budget.

    Own epochs with as many seeds as fit come first; then two seeds with fewer
    epochs, down to half; then one seed; at last one seed and one epoch, even
    if that is over the budget.
    """
    subjects = tuple(subjects)
    budget = (profile.budget_seconds or 0.0) * BUDGET_SHARE

    def cost(share: float, seeds: int) -> float:
        return seeds * sum(
            costs[subject.name].estimate(
                _count_epochs(subject.workload, profile, share), _count_images(subject, profile)
            )
            for subject in subjects
        )

    wanted = profile.seeds or MAX_SEEDS
    least = min(2, wanted)
    candidates = [(1.0, seeds) for seeds in range(wanted, least - 1, -1)]
    candidates += [(share / 10, least) for share in range(9, 4, -1)]
    candidates += [(share / 10, 1) for share in range(10, 0, -1)]
    for share, seeds in candidates:
        if cost(share, seeds) <= budget:
            return share, seeds
    return 0.0, 1


def make_plan(
    subjects: Iterable[Subject],
    profile: Profile,
    *,
    protocol: Protocol,
    threads: int,
    costs: Mapping[str, Cost] | None = None,
) -> Plan:
    """All trials of a build: rounds of one seed each, the order within a round drawn at random.

    With a budget, `costs` (by `Subject.name`) is needed.
    """
    subjects = tuple(subjects)
    share, seeds = 1.0, profile.seeds or MAX_SEEDS
    if profile.budget_seconds is not None and costs is not None:
        share, seeds = fit_to_budget(subjects, costs, profile)
    draw = random.Random(ORDER_SEED)  # noqa: S311  an order, not a secret
    specs: list[TrialSpec] = []
    for seed in range(seeds):
        order = list(subjects)
        draw.shuffle(order)
        specs += [
            TrialSpec(
                workload=subject.workload.name,
                framework=subject.framework.name,
                dataset=subject.dataset.name,
                dataset_sha256=subject.dataset.sha256,
                mode=subject.mode,
                protocol=protocol,
                seed=seed,
                epochs=_count_epochs(subject.workload, profile, share),
                batch_size=subject.workload.batch_size,
                threads=threads,
                train_limit=_limit(subject, profile),
            )
            for subject in order
        ]
    estimated = None
    if costs is not None:
        by_name = {subject.name: subject for subject in subjects}
        estimated = sum(
            costs[name].estimate(spec.epochs, _count_images(by_name[name], profile))
            for spec in specs
            for name in [f"{spec.workload}/{spec.framework}/{spec.mode}"]
        )
    return Plan(
        specs=tuple(specs),
        sentence=_describe(subjects, profile, share, seeds),
        estimated_seconds=estimated,
    )


def _count_epochs(workload: Workload, profile: Profile, share: float) -> int:
    return max(1, int((profile.epochs or workload.epochs) * share))


def _limit(subject: Subject, profile: Profile) -> int | None:
    if profile.train_limit is None or profile.train_limit >= subject.dataset.train_images:
        return None
    return profile.train_limit


def _count_images(subject: Subject, profile: Profile) -> int:
    return _limit(subject, profile) or subject.dataset.train_images


def _describe(subjects: tuple[Subject, ...], profile: Profile, share: float, seeds: int) -> str:
    parts = []
    for name in dict.fromkeys(subject.workload.name for subject in subjects):
        members = [subject for subject in subjects if subject.workload.name == name]
        workload, dataset = members[0].workload, members[0].dataset
        epochs = _count_epochs(workload, profile, share)
        images = _count_images(members[0], profile)
        parts.append(
            f"{name} on {images:,} training images of {dataset.title}, {epochs}"
            f" epoch{'s' if epochs != 1 else ''}"
            + (f" (its survey trained {workload.epochs})" if epochs != workload.epochs else "")
            + ", in "
            + " and ".join(subject.framework.title for subject in members)
        )
    if not parts:
        return "Nothing to train."
    plural = "s" if seeds != 1 else ""
    return f"{profile.name}, {seeds} seed{plural} each of {'; '.join(parts)}."
