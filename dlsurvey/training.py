"""Turns a request to train into stored trials: data, plan, pilots, runs; what is stored is not run again."""

from collections.abc import Iterable, Sequence

from dlsurvey.certification import certify, find_parity_gaps
from dlsurvey.config import Config, parse_duration
from dlsurvey.console import Console
from dlsurvey.deployment import find_deployments
from dlsurvey.errors import ConfigError, MissingDependency
from dlsurvey.execution import run_trials
from dlsurvey.joining import add_merged
from dlsurvey.planning import Planner
from dlsurvey.premises import describe_premises
from dlsurvey.records import Device, Gap, Mode, Sha256, Studies
from dlsurvey.requests import Request, Training
from dlsurvey.scaling import Field
from dlsurvey.store import Store
from dlsurvey.studies import find_studies
from dlsurvey.suites import find_gradients
from experiments.devices import Choice, choose_device
from experiments.executors import Errand, Executor, open_executor
from experiments.frameworks import Framework, find_framework
from experiments.plan import Plan, describe_plan
from experiments.rounds import Subject
from experiments.runner import Bench
from experiments.samples import take_samples
from experiments.sources import Prepared, find_source, prepare
from experiments.tensorboard import write_runs
from experiments.workloads import Workload, find_workload

__all__ = ["Request", "Training", "Workshop"]

CURES = {
    "MNIST": "Point DLSURVEY_DATA_DIR at a folder with MNIST/raw/*, or allow the download.",
    "CIFAR-10": "Point DLSURVEY_DATA_DIR at a folder with cifar-10-batches-py, or allow the download.",
}
"""Of a stand-in, by what it stands in for."""


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
        more = tuple(find_workload(name) for name in request.more)
        frameworks = tuple(find_framework(name) for name in request.frameworks)
        for workload in (*workloads, *more):
            self._prepare_images(workload, request)
        errand = self._describe_errand(frameworks, (*workloads, *more), request)
        with open_executor(request.executor, errand) as executor:
            for note in executor.notes:
                self._console.say(note)
            self._gaps += executor.gaps
            usable, device = self._choose_device(executor, frameworks, request.device)
            self._prepare_benches(executor, usable)
            subjects, others = self._list_subjects(workloads, request)
            planner = self._make_planner(executor, device)
            groups = [self._list_subjects((one,), request)[0] for one in more]
            plan = planner.plan(
                subjects, others, request.profile, request.protocols,
                more=[group for group in groups if group], anew=request.force,
            )  # fmt: skip
            subjects += tuple(
                one for group in groups for one in group if one.workload.name in plan.more
            )
            self._keep_planned(subjects, more)
            parity = certify(
                self._store, self._console, executor, subjects, self._prepared, self._benches,
                anew=request.force,
            )  # fmt: skip
            self._gaps += find_parity_gaps(parity)
            plan, trials = self._run(executor, planner, plan, anew=request.force)
            studies = self._find_studies(executor, subjects, request, device)
        gradients, gaps = find_gradients(
            self._store, self._console, measure="code" in request.suites
        )
        self._gaps += gaps
        training = Training(
            profile=request.profile.name,
            offline=request.offline,
            plan=describe_plan(plan),
            datasets=tuple(prepared.dataset for prepared in self._prepared.values()),
            trials=trials,
            parity=parity,
            samples=self._keep_samples(trials),
            gradients=gradients,
            deployments=self._find_deployments(trials, request),
            studies=studies,
            gaps=tuple(self._gaps),
            # Only now: what was not there before may have been downloaded.
            basis=describe_premises(self._config, request),
        )
        training = add_merged(self._store, training)
        self._store.keep_training(training)
        self._write_events(trials)
        return training

    def _find_studies(
        self, executor: Executor, subjects: Sequence[Subject], request: Request, device: Device
    ) -> Studies:
        """Other sizes, the machine's limit, first contacts."""
        field = Field(self._store, self._console, executor, self._benches, self._prepared, device)
        threads = self._config.settings.experiments.threads or executor.threads
        return find_studies(field, tuple(subjects), request, threads)

    def _find_deployments(self, trials: Sequence[str], request: Request) -> Sha256 | None:
        """The ways out of what was trained; measured now only where the request asks for it."""
        limit = parse_duration(self._config.settings.experiments.trial_timeout)
        return find_deployments(
            self._store,
            self._console,
            [self._store.read_trial(trial_id) for trial_id in trials],
            self._prepared,
            timeout_seconds=limit if "deployment" in request.suites else None,
            anew=request.force,
        )

    def _describe_errand(
        self, frameworks: tuple[Framework, ...], workloads: Iterable[Workload], request: Request
    ) -> Errand:
        settings = self._config.settings
        folder = self._config.data_folder
        return Errand(
            frameworks=frameworks,
            images={name: one.dataset.sha256 for name, one in self._prepared.items()},
            workloads=tuple(one for one in workloads if one.name in self._prepared),
            settings={name: self._config.find_data_setting(name) for name in self._prepared},
            data_folder=str(folder) if folder else None,
            cache=str(self._config.cache) if settings.data.cache else None,
            offline=request.offline,
            threads=settings.experiments.threads,
        )

    def _choose_device(
        self, executor: Executor, frameworks: tuple[Framework, ...], choice: Choice
    ) -> tuple[tuple[Framework, ...], Device]:
        """One device for all trials, and the frameworks that can use it."""
        gpu = executor.gpu
        chosen = choose_device(choice, frameworks, gpu=gpu, sees=executor.sees_gpu)
        if frameworks and len(chosen.blind) == len(frameworks):
            raise ConfigError(
                f"--device cuda: {chosen.reason} Use --device auto, or install frameworks with"
                " support for your GPU."
                if gpu is None
                else "--device cuda: none of the frameworks can use the GPU. Use --device auto."
            )
        for framework in chosen.blind:
            self._gaps.append(
                Gap(
                    what=f"{framework.title} on the GPU",
                    why=f"{framework.title}, as it is installed, cannot use the GPU.",
                    cure="Install a build of it for your GPU, or train with --device cpu.",
                )
            )
        if choice == "auto" and gpu is not None:
            self._console.say(chosen.reason)
        usable = tuple(one for one in frameworks if one not in chosen.blind)
        return usable, chosen.device

    def _prepare_images(self, workload: Workload, request: Request) -> None:
        source = find_source(
            workload,
            setting=self._config.find_data_setting(workload.name),
            data_folder=self._config.data_folder,
            cache=self._config.cache,
            offline=request.offline,
        )
        prepared = prepare(source, self._config.cache)
        self._prepared[workload.name] = prepared
        dataset = prepared.dataset
        if dataset.stand_in_for:
            self._gaps.append(
                Gap(
                    what=f"{dataset.stand_in_for} for the workload {workload.name}",
                    why=f"It trained on {dataset.title} instead ({dataset.origin}).",
                    cure=CURES[dataset.stand_in_for],
                )
            )
        self._console.say(
            f"Data for {workload.name}: {dataset.title}, {dataset.train_images:,} to train,"
            f" {dataset.test_images:,} to test."
        )

    def _prepare_benches(self, executor: Executor, frameworks: Iterable[Framework]) -> None:
        timeout_seconds = parse_duration(self._config.settings.experiments.trial_timeout)
        for framework in frameworks:
            try:
                environment = executor.read_environment(framework)
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
            self._benches[framework.name] = Bench(
                framework,
                environment,
                timeout_seconds=timeout_seconds,
                log_folder=self._config.logs / "trials",
            )

    def _list_subjects(
        self, workloads: Iterable[Workload], request: Request
    ) -> tuple[tuple[Subject, ...], tuple[Subject, ...]]:
        """Each framework in one mode, the asked one or its default; and in its other modes."""
        subjects: list[Subject] = []
        others: list[Subject] = []
        several = request.mode == "all" or (request.mode is None and request.profile.modes)
        for workload in workloads:
            if workload.name not in self._prepared:
                continue
            for bench in self._benches.values():
                if bench.framework.program not in workload.programs:
                    self._leave_out_program(workload, bench.framework)
                    continue
                default, *rest = bench.framework.modes
                if request.mode not in (None, "all"):
                    if request.mode not in bench.framework.modes:
                        self._leave_out(bench.framework, str(request.mode))
                        continue
                    default = request.mode
                modes = [default, *rest] if several else [default]
                found = [self._make_subject(workload, bench.framework, mode) for mode in modes]
                subjects.append(found[0])
                others += found[1:]
        return tuple(subjects), tuple(others)

    def _leave_out_program(self, workload: Workload, framework: Framework) -> None:
        program = f"train_{framework.program}.py"
        self._gaps.append(
            Gap(
                what=f"{framework.title} on {workload.name}",
                why=f"The workload has no {program}.",
                cure=f"Write {program} beside its workload.toml.",
            )
        )

    def _leave_out(self, framework: Framework, mode: str) -> None:
        gap = Gap(
            what=f"{framework.title} in mode {mode}",
            why=f"It runs in: {', '.join(framework.modes)}.",
            cure="Choose one of these with --mode.",
        )
        if gap not in self._gaps:
            self._gaps.append(gap)

    def _make_subject(self, workload: Workload, framework: Framework, mode: Mode) -> Subject:
        dataset = self._prepared[workload.name].dataset
        return Subject(workload=workload, framework=framework, dataset=dataset, mode=mode)

    def _make_planner(self, executor: Executor, device: Device) -> Planner:
        return Planner(
            self._store,
            self._console,
            executor,
            self._benches,
            self._prepared,
            threads=self._config.settings.experiments.threads or executor.threads,
            device=device,
        )

    def _keep_planned(self, subjects: Sequence[Subject], more: Iterable[Workload]) -> None:
        """Forget the data of workloads that the budget has no room for."""
        planned = {one.workload.name for one in subjects}
        for workload in more:
            if workload.name not in planned:
                prepared = self._prepared.pop(workload.name)
                self._gaps = [one for one in self._gaps if workload.name not in one.what]
                self._console.say(f"No room for {workload.name} ({prepared.dataset.title}).")

    def _run(
        self, executor: Executor, planner: Planner, plan: Plan, *, anew: bool
    ) -> tuple[Plan, tuple[str, ...]]:
        """Train, and spend what is left of the budget where the intervals are widest."""
        passed_over = self._store.list_trial_ids() if anew else frozenset()
        while True:
            trials = run_trials(
                self._store, self._console, executor, plan.specs, self._benches, self._prepared,
                passed_over,
            )  # fmt: skip
            read = [self._store.read_trial(trial_id) for trial_id in trials]
            extended = planner.extend(plan, read)
            if extended is None:
                return plan, trials
            plan = extended

    def _keep_samples(self, trials: Sequence[str]) -> tuple[str, ...]:
        """A few images of each dataset, and those that these trials got wrong, for the report."""
        read = [self._store.read_trial(trial_id) for trial_id in trials]
        return tuple(
            self._store.keep_samples(
                take_samples(prepared, [one for one in read if one.spec.workload == workload])
            )
            for workload, prepared in self._prepared.items()
            if len(find_workload(workload).input_shape) == len(("height", "width", "channels"))
        )

    def _write_events(self, trials: Sequence[str]) -> None:
        """TensorBoard's files, which can be written again from the store at any time."""
        folder = self._config.logs / "tensorboard"
        read = {trial_id: self._store.read_trial(trial_id) for trial_id in trials}
        fault = write_runs(read, folder)
        if fault is not None:
            self._console.say(f"TensorBoard's files could not be written: {fault}")
        elif read:
            self._console.say(f"Curves: tensorboard --logdir {self._config.logs / 'tensorboard'}")
