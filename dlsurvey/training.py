"""Turns a request to train into stored trials: data, plan, pilots, runs; what is stored is not run again."""

from collections.abc import Iterable
from pathlib import Path

from dlsurvey.certification import certify, find_parity_gaps
from dlsurvey.config import Config, parse_duration
from dlsurvey.console import Console, Tracker
from dlsurvey.errors import ConfigError, DatasetMissing, MissingDependency
from dlsurvey.foresight import describe_power
from dlsurvey.records import (
    SCHEMA,
    Dataset,
    Gap,
    Mode,
    Parity,
    Protocol,
    Record,
    Trial,
    TrialSpec,
    content_sha256,
)
from dlsurvey.store import Store
from experiments.environment import count_cores, read_environment
from experiments.frameworks import find_framework
from experiments.pilot import run_pilot
from experiments.plan import Cost, Plan, Profile, Subject, make_plan
from experiments.runner import Bench
from experiments.sources import Prepared, find_source, prepare
from experiments.spec import WORKLOADS, Workload
from experiments.worker import EpochEnded, Event


class Request(Record, frozen=True, kw_only=True):
    """What is to be trained."""

    workloads: tuple[str, ...]
    frameworks: tuple[str, ...]
    profile: Profile
    protocols: tuple[Protocol, ...] = ("controlled", "idiomatic")
    mode: Mode | None = None
    """None: each framework's own default."""
    offline: bool = False


class Training(Record, frozen=True, kw_only=True):
    """What the last training brought: the trials that the next edition stands on."""

    schema: int = SCHEMA
    profile: str
    offline: bool
    plan: str
    datasets: tuple[Dataset, ...]
    trials: tuple[str, ...]
    parity: tuple[Parity, ...] = ()
    gaps: tuple[Gap, ...]


class Workshop:
    """Trains what a request asks for. One instance serves one command."""

    def __init__(self, config: Config, store: Store, console: Console) -> None:
        """Trials go to `store`, words to `console`."""
        self._config = config
        self._store = store
        self._console = console
        self._gaps: list[Gap] = []
        self._prepared: dict[str, Prepared] = {}
        self._benches: dict[str, Bench] = {}

    def train(self, request: Request) -> Training:
        """Run every planned trial that is not stored yet, and say which trials answer the request.

        Raises ConfigError for unknown names, DatasetError for damaged images.
        """
        workloads = tuple(find_workload(name) for name in request.workloads)
        for workload in workloads:
            self._prepare_images(workload, request)
        self._prepare_benches(request)
        subjects = self._list_subjects(workloads, request)
        parity = certify(self._store, self._console, subjects, self._prepared, self._benches)
        self._gaps += find_parity_gaps(parity)
        plan = self._plan(subjects, request)
        trials = self._run(plan)
        training = Training(
            profile=request.profile.name,
            offline=request.offline,
            plan=plan.sentence,
            datasets=tuple(prepared.dataset for prepared in self._prepared.values()),
            trials=trials,
            parity=parity,
            gaps=tuple(self._gaps),
        )
        self._store.keep_training(training)
        return training

    def _prepare_images(self, workload: Workload, request: Request) -> None:
        try:
            source = find_source(
                workload,
                setting=self._config.find_data_setting(workload.name),
                data_folder=self._config.data_folder,
                cache=self._config.cache,
                offline=request.offline,
            )
        except DatasetMissing as error:
            self._gaps.append(
                Gap(what=f"The workload {workload.name}", why=error.why, cure=error.cure)
            )
            self._console.say(f"Left out: {workload.name}. {error.why}")
            return
        prepared = prepare(source, self._config.cache)
        self._prepared[workload.name] = prepared
        dataset = prepared.dataset
        if dataset.stand_in_for:
            self._gaps.append(
                Gap(
                    what=f"{dataset.stand_in_for} for the workload {workload.name}",
                    why=f"It trained on {dataset.title} instead ({dataset.origin}).",
                    cure="Point DLSURVEY_DATA_DIR at a folder with MNIST/raw/*, or allow the download.",
                )
            )
        self._console.say(
            f"Images for {workload.name}: {dataset.title}, {dataset.train_images:,} to train,"
            f" {dataset.test_images:,} to test."
        )

    def _prepare_benches(self, request: Request) -> None:
        timeout_seconds = parse_duration(self._config.settings.experiments.trial_timeout)
        for name in request.frameworks:
            framework = find_framework(name)
            try:
                environment = read_environment(framework)
            except MissingDependency as error:
                self._gaps.append(
                    Gap(
                        what=framework.title,
                        why=f"{framework.title} is not installed.",
                        cure=str(error),
                    )
                )
                self._console.say(f"Left out: {error}")
                continue
            self._benches[name] = Bench(
                framework,
                environment,
                timeout_seconds=timeout_seconds,
                log_folder=self._config.logs / "trials",
            )

    def _list_subjects(
        self, workloads: Iterable[Workload], request: Request
    ) -> tuple[Subject, ...]:
        subjects = []
        for workload in workloads:
            if workload.name not in self._prepared:
                continue
            for bench in self._benches.values():
                mode = request.mode or bench.framework.modes[0]
                if mode not in bench.framework.modes:
                    self._gaps.append(
                        Gap(
                            what=f"{bench.framework.title} in mode {mode}",
                            why=f"Its trainer runs in: {', '.join(bench.framework.modes)}.",
                            cure="Choose one of these with --mode.",
                        )
                    )
                    continue
                subjects.append(
                    Subject(
                        workload=workload,
                        framework=bench.framework,
                        dataset=self._prepared[workload.name].dataset,
                        mode=mode,
                    )
                )
        return tuple(subjects)

    def _plan(self, subjects: tuple[Subject, ...], request: Request) -> Plan:
        """The plan made earlier for the same request on the same machine, else a new one."""
        threads = self._config.settings.experiments.threads or count_cores()
        identity = content_sha256(
            (
                subjects,
                request.profile,
                request.protocols,
                threads,
                [(b.environment.sha256, b.trainer_sha256) for b in self._benches.values()],
            )
        )
        plan = self._store.read_plan(identity, Plan)
        if plan is None:
            costs = None
            if request.profile.budget_seconds is not None:
                costs = {subject.name: self._measure_cost(subject, threads) for subject in subjects}
            plan = make_plan(
                subjects, request.profile, protocols=request.protocols, threads=threads, costs=costs
            )
            self._store.keep_plan(identity, plan)
        self._console.say(f"Plan: {plan.sentence}")
        if plan.estimated_seconds is not None:
            budget = request.profile.budget_seconds or 0.0
            self._console.say(
                f"Estimated training time: {format_minutes(plan.estimated_seconds)}"
                f" of a budget of {format_minutes(budget)}."
            )
        self._console.say(describe_power(plan))
        return plan

    def _measure_cost(self, subject: Subject, threads: int) -> Cost:
        self._console.say(f"Measuring what {subject.name} costs (a short pilot) ...")
        bench = self._benches[subject.framework.name]
        pilot = run_pilot(bench, subject, self._prepared[subject.workload.name], threads)
        if pilot.failure is not None:
            self._console.say(f"The pilot failed: {pilot.failure}")
        return pilot.cost

    def _run(self, plan: Plan) -> tuple[str, ...]:
        ids: list[str] = []
        waiting = [spec for spec in plan.specs if self._find_stored(spec) is None]
        if waiting:
            self._console.say(
                f"Training {len(waiting)} of {len(plan.specs)} trials; the rest are stored."
                if len(waiting) < len(plan.specs)
                else f"Training {len(waiting)} trial{'s' if len(waiting) > 1 else ''}."
            )
        elif plan.specs:
            self._console.say(f"All {len(plan.specs)} trials are stored: nothing to train.")
        total = float(sum(spec.epochs + 1 for spec in waiting)) or 1.0
        done = 0
        with self._console.track("Training", total) as tracker:
            for spec in plan.specs:
                stored = self._find_stored(spec)
                if stored is None:
                    done += 1
                    stored = self._run_trial(spec, f"[{done}/{len(waiting)}]", tracker)
                ids.append(stored)
        return tuple(ids)

    def _run_trial(self, spec: TrialSpec, count: str, tracker: Tracker) -> str:
        bench = self._benches[spec.framework]
        prepared = self._prepared[spec.workload]
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

        self._store.keep_source(bench.trainer_source)
        trial = bench.run(
            spec, find_workload(spec.workload), prepared.dataset, Path(prepared.path), listen
        )
        trial_id = self._store.add_trial(trial)
        tracker.advance(1)
        tracker.finish_part(f"{title}: {describe_trial(trial)}")
        return trial_id

    def _find_stored(self, spec: TrialSpec) -> str | None:
        """A completed run of this spec, on this machine, with these versions and this trainer."""
        bench = self._benches[spec.framework]
        for trial_id, trial in reversed(self._store.list_trials(spec.key)):
            if (
                trial.status == "completed"
                and trial.environment.sha256 == bench.environment.sha256
                and trial.trainer_sha256 == bench.trainer_sha256
            ):
                return trial_id
        return None


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


def format_minutes(seconds: float) -> str:
    """'45 s' or '9 min 40 s'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
