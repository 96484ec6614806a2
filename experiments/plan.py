"""The plan of a training: which trials, in which order, for how long."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import field
from msgspec.structs import replace

from dlsurvey.records import Device, Protocol, Record, TrialSpec
from experiments.profiles import Profile
from experiments.rounds import (
    MAX_SEEDS,
    Cost,
    Fit,
    Round,
    Subject,
    count_epochs,
    count_images,
    estimate_seconds,
    find_limit,
    fit_to_budget,
    fit_without_budget,
)

ORDER_SEED = 20211
"""Draws the order of the trials within each round; printed in the report."""


class Family(Record, frozen=True, kw_only=True):
    """The trials that are compared with each other: one workload in one protocol."""

    workload: str
    protocol: Protocol


class Plan(Record, frozen=True, kw_only=True):
    """The trials of one build, in the order in which they run; a spec that comes twice runs twice."""

    specs: tuple[TrialSpec, ...]
    sentence: str
    """Before anything was added."""
    estimated_seconds: float | None
    costs: dict[str, Cost] = field(default_factory=dict)
    images: dict[str, int] = field(default_factory=dict)
    """By workload, of one epoch."""
    rest_seconds: float = 0.0
    """What is left of the budget, for seeds where the intervals are widest."""
    left_out: tuple[str, ...] = ()
    """Of 'noise' and 'modes', what does not fit the budget."""
    added: tuple[Family, ...] = ()
    """One for each seed that was added since."""
    more: tuple[str, ...] = ()
    """Workloads that nobody chose and that the budget had room for."""
    repeated: tuple[str, ...] = ()
    """The keys of specs that were added once more because other work ran beside them."""


def make_plan(  # noqa: PLR0913  what a plan depends on
    subjects: Iterable[Subject],
    profile: Profile,
    *,
    protocols: Sequence[Protocol],
    threads: int,
    device: Device = "cpu",
    costs: Mapping[str, Cost] | None = None,
    others: Sequence[Subject] = (),
) -> Plan:
    """All trials of a build: rounds of one protocol and seed, the order within each drawn at random.

    `others` are the frameworks in their other modes. With a budget, `costs` (by `Subject.name`)
    is needed of all of both.
    """
    subjects = tuple(subjects)
    if profile.budget_seconds is not None and costs is not None and subjects:
        fit = fit_to_budget(subjects, others, costs, profile, protocols)
    else:
        fit = fit_without_budget(subjects, others, profile, protocols)
    draw = random.Random(ORDER_SEED)  # noqa: S311  an order, not a secret
    specs = tuple(
        _make_spec(subject, profile, one, fit.share, threads, device)
        for one in fit.rounds
        for subject in draw.sample(one.subjects, len(one.subjects))
    )
    estimated = None
    if costs is not None:
        estimated = estimate_seconds(fit.rounds, costs, profile, fit.share)
    return Plan(
        specs=specs,
        sentence=_describe(subjects, profile, fit),
        estimated_seconds=estimated,
        costs=dict(costs or {}),
        images={one.workload.name: count_images(one, profile) for one in subjects},
        rest_seconds=fit.rest_seconds,
        left_out=fit.left_out,
    )


def extend_plan(
    plan: Plan, widths: Mapping[Family, float], overrun_seconds: float = 0.0
) -> Plan | None:
    """One seed more for the family whose interval is widest of those that the rest has room for.

    `widths` are the half-widths of the 95 % intervals, as shares, of the families of the plan that
    have one; `overrun_seconds` is what the trials so far took beyond their estimate. None where no
    family fits.
    """
    rest_seconds = plan.rest_seconds - max(0.0, overrun_seconds)
    affordable = []
    for family, width in widths.items():
        specs = _draw_next_seed(plan, family)
        seconds = sum(_estimate(plan, spec) for spec in specs)
        if 0 < seconds <= rest_seconds:
            affordable.append((width, seconds, specs, family))
    if not affordable:
        return None
    _, seconds, specs, family = max(affordable, key=lambda one: one[0])
    return replace(
        plan,
        specs=(*plan.specs, *specs),
        estimated_seconds=(plan.estimated_seconds or 0.0) + seconds,
        rest_seconds=plan.rest_seconds - seconds,
        added=(*plan.added, family),
    )


def repeat_trials(
    plan: Plan, disturbed: Sequence[TrialSpec], overrun_seconds: float = 0.0
) -> Plan | None:
    """These specs once more, as many as the rest has room for, and none a second time.

    None where nothing is to be repeated. Without a budget there is no rest: exactly what was asked
    for is run.
    """
    rest_seconds = plan.rest_seconds - max(0.0, overrun_seconds)
    chosen: dict[str, TrialSpec] = {}
    spent_seconds = 0.0
    for spec in disturbed:
        seconds = _estimate(plan, spec)
        known = spec.key in plan.repeated or spec.key in chosen
        if not known and 0 < seconds <= rest_seconds - spent_seconds:
            chosen[spec.key] = spec
            spent_seconds += seconds
    if not chosen:
        return None
    return replace(
        plan,
        specs=(*plan.specs, *chosen.values()),
        estimated_seconds=(plan.estimated_seconds or 0.0) + spent_seconds,
        rest_seconds=plan.rest_seconds - spent_seconds,
        repeated=(*plan.repeated, *chosen),
    )


def describe_plan(plan: Plan) -> str:
    """The plan in a sentence, and where the rest of the budget went in another."""
    parts = [
        f"{_count(number, 'seed')} more of {family.workload} in the {family.protocol} protocol"
        for family, number in Counter(plan.added).items()
    ]
    sentences = [plan.sentence]
    if plan.repeated:
        sentences.append(
            f"{_count(len(plan.repeated), 'run')} beside which other work ran came a second time."
        )
    if parts:
        sentences.append(
            f"The rest of the budget went where intervals were widest: {'; '.join(parts)}."
        )
    return " ".join(sentences)


def _draw_next_seed(plan: Plan, family: Family) -> tuple[TrialSpec, ...]:
    """The family's frameworks once more, with the first seed that it has not had, in a drawn order."""
    members = [
        spec
        for spec in plan.specs
        if (spec.workload, spec.protocol) == (family.workload, family.protocol)
    ]
    every_seed = {spec.seed for spec in members}
    first = [spec for spec in members if spec.seed == min(every_seed)]
    # Other modes have no more seeds than planned: what they are asked is how fast, not how well.
    default = {spec.framework: spec for spec in reversed(first)}.values()
    if len(every_seed) >= MAX_SEEDS:
        return ()
    seed = max(every_seed, default=0) + 1
    draw = random.Random(f"{ORDER_SEED} {family.workload} {family.protocol} {seed}")  # noqa: S311
    return tuple(replace(spec, seed=seed) for spec in draw.sample(list(default), len(default)))


def _estimate(plan: Plan, spec: TrialSpec) -> float:
    cost = plan.costs.get(f"{spec.workload}/{spec.framework}/{spec.mode}")
    return cost.estimate(spec.epochs, plan.images[spec.workload]) if cost else 0.0


def _make_spec(  # noqa: PLR0913, PLR0917  each decides one part of the spec
    subject: Subject, profile: Profile, one: Round, share: float, threads: int, device: Device
) -> TrialSpec:
    return TrialSpec(
        workload=subject.workload.name,
        framework=subject.framework.name,
        dataset=subject.dataset.name,
        dataset_sha256=subject.dataset.sha256,
        mode=subject.mode,
        protocol=one.protocol,
        seed=one.seed,
        epochs=count_epochs(subject.workload, profile, share),
        batch_size=subject.workload.batch_size,
        threads=threads,
        device=device,
        train_limit=find_limit(subject, profile),
    )


def _describe(subjects: tuple[Subject, ...], profile: Profile, fit: Fit) -> str:
    parts = []
    for name in dict.fromkeys(subject.workload.name for subject in subjects):
        members = [subject for subject in subjects if subject.workload.name == name]
        workload, dataset = members[0].workload, members[0].dataset
        epochs = count_epochs(workload, profile, fit.share)
        images = count_images(members[0], profile)
        shortened = f" (its survey trained {workload.epochs})" if epochs != workload.epochs else ""
        frameworks = " and ".join(subject.framework.title for subject in members)
        parts.append(
            f"{name} on {images:,} training images of {dataset.title},"
            f" {_count(epochs, 'epoch')}{shortened}, in {frameworks}"
        )
    if not parts:
        return "Nothing to train."
    seeds = Counter(one.protocol for one in fit.rounds if one.kind == "seed")
    protocols = " and ".join(
        f"{_count(number, 'seed')} in the {protocol} protocol" for protocol, number in seeds.items()
    )
    return (
        f"{profile.name}: {'; '.join(parts)}; {protocols}{_describe_more(fit)};"
        f" order drawn with seed {ORDER_SEED}."
    )


def _describe_more(fit: Fit) -> str:
    """What comes besides the seeds, and what the budget has no room for."""
    noise = sum(len(one.subjects) for one in fit.rounds if one.kind == "noise")
    modes = [one for one in fit.rounds if one.kind == "modes"]
    words = f"; {_count(noise, 'run')} repeated with nothing changed" if noise else ""
    if modes:
        names = dict.fromkeys(f"{s.framework.title} {s.mode}" for s in modes[0].subjects)
        words += f"; {_count(len(modes), 'seed')} in other modes ({', '.join(names)})"
    if "modes" in fit.left_out:
        words += "; the other modes do not fit the budget (train --mode all)"
    return words


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
