"""The plan of a training, said before it starts, and what the rest of its budget is spent on."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import expm1

from msgspec.structs import replace

from dlsurvey.analysis.load import is_loaded
from dlsurvey.analysis.quantities import find_difference, find_epoch_seconds
from dlsurvey.analysis.spread import find_interval
from dlsurvey.console import Console
from dlsurvey.foresight import describe_power
from dlsurvey.records import Device, Protocol, Trial, TrialSpec, content_sha256
from dlsurvey.store import Store
from experiments.executors import Executor
from experiments.pilot import run_pilot
from experiments.plan import Family, Plan, extend_plan, make_plan, repeat_trials
from experiments.profiles import Profile
from experiments.rounds import Cost, Subject, find_budget, list_seeds
from experiments.runner import Bench
from experiments.sources import Prepared

LEAST_REST_SECONDS = 120.0
"""With less left of a budget the other modes are not even tried: compiling alone takes longer."""


class Planner:
    """Makes one plan, keeps it in the store, and extends it."""

    def __init__(  # noqa: PLR0913  what a plan depends on
        self,
        store: Store,
        console: Console,
        executor: Executor,
        benches: Mapping[str, Bench],
        prepared: Mapping[str, Prepared],
        *,
        threads: int,
        device: Device,
    ) -> None:
        """Nothing is measured yet."""
        self._store = store
        self._console = console
        self._executor = executor
        self._benches = benches
        self._prepared = prepared
        self._threads = threads
        self._device: Device = device
        self._identity = ""

    def plan(  # noqa: PLR0913  what a plan depends on
        self,
        subjects: Sequence[Subject],
        others: Sequence[Subject],
        profile: Profile,
        protocols: Sequence[Protocol],
        *,
        more: Sequence[Sequence[Subject]] = (),
        anew: bool = False,
    ) -> Plan:
        """The plan made earlier for the same request on the same machine, else a new one.

        `more` are the subjects of workloads that are trained too where the budget has room for
        them; `anew`: a new plan in any case.
        """
        machines = [bench.environment.sha256 for bench in self._benches.values()]
        self._identity = content_sha256(
            (subjects, others, more, profile, protocols, self._threads, self._device, machines)
        )
        plan = None if anew else self._store.read_plan(self._identity, Plan)
        if plan is None:
            plan = self._make(subjects, others, profile, protocols, more)
            self._store.keep_plan(self._identity, plan)
        self._console.say(f"Plan: {plan.sentence}")
        budget = find_budget(subjects, profile) if subjects else None
        if plan.estimated_seconds is not None and budget is not None:
            self._console.say(
                f"Estimated training time: {format_minutes(plan.estimated_seconds)}"
                f" of a budget of {format_minutes(budget)}."
            )
        self._console.say(describe_power(plan))
        return plan

    def extend(self, plan: Plan, trials: Sequence[Trial]) -> Plan | None:
        """The plan with disturbed trials once more, else with a seed more where the interval is widest.

        None where nothing fits its rest.
        """
        overrun_seconds = sum(map(add_up_seconds, trials)) - (plan.estimated_seconds or 0.0)
        repeated = repeat_trials(plan, list_disturbed(trials), overrun_seconds)
        if repeated is not None:
            self._store.keep_plan(self._identity, repeated)
            count = len(repeated.repeated) - len(plan.repeated)
            self._console.say(
                f"The budget has room ({format_minutes(plan.rest_seconds)}): what other work ran"
                f" beside comes a second time, since its times count for nothing ({count} trials)."
            )
            return repeated
        extended = extend_plan(plan, measure_widths(trials), overrun_seconds)
        if extended is not None:
            self._store.keep_plan(self._identity, extended)
            family = extended.added[-1]
            self._console.say(
                f"The budget has room ({format_minutes(plan.rest_seconds)}): one seed more of"
                f" {family.workload} in the {family.protocol} protocol, where the interval is widest."
            )
        return extended

    def _make(
        self,
        subjects: Sequence[Subject],
        others: Sequence[Subject],
        profile: Profile,
        protocols: Sequence[Protocol],
        more: Sequence[Sequence[Subject]],
    ) -> Plan:
        if profile.budget_seconds is None:
            return self._fit(subjects, (), profile, protocols, None, others)
        costs = {subject.name: self._measure_cost(subject) for subject in subjects}
        plan = self._fit(subjects, (), profile, protocols, costs)
        if _is_whole(plan, profile, protocols) and plan.rest_seconds >= LEAST_REST_SECONDS:
            costs |= {subject.name: self._measure_cost(subject) for subject in others}
        else:
            others = ()
        plan = self._fit(subjects, (), profile, protocols, costs, others)
        for group in more:
            if not _is_whole(plan, profile, protocols) or plan.rest_seconds < LEAST_REST_SECONDS:
                break
            costs |= {subject.name: self._measure_cost(subject) for subject in group}
            subjects = (*subjects, *group)
            wider = self._fit(subjects, plan.more, profile, protocols, costs, others)
            if not _is_whole(wider, profile, protocols) or wider.left_out != plan.left_out:
                break
            plan = replace(wider, more=(*plan.more, group[0].workload.name))
        return plan

    def _fit(  # noqa: PLR0913, PLR0917  what a plan depends on
        self,
        subjects: Sequence[Subject],
        more: tuple[str, ...],
        profile: Profile,
        protocols: Sequence[Protocol],
        costs: dict[str, Cost] | None,
        others: Sequence[Subject] = (),
    ) -> Plan:
        plan = make_plan(
            subjects,
            profile,
            protocols=protocols,
            threads=self._threads,
            device=self._device,
            costs=costs,
            others=others,
        )
        return replace(plan, more=more)

    def _measure_cost(self, subject: Subject) -> Cost:
        self._console.say(f"Measuring what {subject.name} costs (a short pilot) ...")
        pilot = run_pilot(
            self._executor,
            self._benches[subject.framework.name],
            subject,
            self._prepared[subject.workload.name],
            self._threads,
            self._device,
        )
        if pilot.failure is not None:
            self._console.say(f"The pilot failed: {pilot.failure}")
        return pilot.cost


def _is_whole(plan: Plan, profile: Profile, protocols: Sequence[Protocol]) -> bool:
    """Whether every seed of every protocol fits the budget."""
    rounds = {(one.protocol, one.seed) for one in plan.specs}
    return len(rounds) == len(protocols) * len(list_seeds(profile)) and "noise" not in plan.left_out


def measure_widths(trials: Sequence[Trial]) -> dict[Family, float]:
    """Half-width of the 95 % interval of the ratio of epoch times, the widest pair of each family.

    Families without two frameworks, or with a single seed, have none; a time that was taken beside
    other work is none, here as in the verdicts.
    """
    seconds: dict[Family, dict[str, dict[int, float]]] = {}
    modes: dict[tuple[Family, str], str] = {}
    for trial in trials:
        spec = trial.spec
        family = Family(workload=spec.workload, protocol=spec.protocol)
        # A plan begins with the default modes; the others get no further seeds.
        mode = modes.setdefault((family, spec.framework), spec.mode)
        if trial.metrics is not None and spec.mode == mode and not is_loaded(trial):
            member = seconds.setdefault(family, {}).setdefault(spec.framework, {})
            member.setdefault(spec.seed, find_epoch_seconds(trial.metrics))
    widths: dict[Family, float] = {}
    for family, members in seconds.items():
        for a, b in combinations(members.values(), 2):
            width = _measure_width([(a[seed], b[seed]) for seed in sorted(set(a) & set(b))])
            if width is not None:
                widths[family] = max(width, widths.get(family, 0.0))
    return widths


def list_disturbed(trials: Sequence[Trial]) -> list[TrialSpec]:
    """The specs of completed trials of which every run was disturbed, in their order."""
    completed = [trial for trial in trials if trial.metrics is not None]
    quiet = {trial.spec.key for trial in completed if not is_loaded(trial)}
    disturbed = {trial.spec.key: trial.spec for trial in completed}
    return [spec for key, spec in disturbed.items() if key not in quiet]


def add_up_seconds(trial: Trial) -> float:
    """Seconds of all that one trial measured: less than it took, by the start of its process."""
    metrics = trial.metrics
    if metrics is None:
        return 0.0
    return (
        metrics.import_seconds
        + metrics.data_seconds
        + metrics.build_seconds
        + metrics.warmup_seconds
        + metrics.train_seconds
        + len(metrics.epoch_seconds) * metrics.evaluation_seconds
    )


def _measure_width(pairs: Sequence[tuple[float, float]]) -> float | None:
    found = [find_difference(a, b, "epoch_seconds") for a, b in pairs]
    ratios = [one for one in found if one is not None]
    low, high = find_interval(ratios) if ratios else (None, None)
    return None if low is None or high is None else expm1((high - low) / 2)


def format_minutes(seconds: float) -> str:
    """'45 s' or '9 min 40 s'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
