"""Turns one command into one edition: collect, train, render, in this order."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from dlsurvey.chapters import order_chapters
from dlsurvey.collection import collect, find_turns, select_collectors
from dlsurvey.config import Config, parse_duration
from dlsurvey.console import Console
from dlsurvey.editions import (
    FORMATS,
    Format,
    assemble,
    find_newest,
    list_all,
    order_editions,
    render,
)
from dlsurvey.errors import SurveyError
from dlsurvey.forecast import describe_forecast, foresee_rendering, foresee_training
from dlsurvey.heartbeat import Beat, Step, append_beat
from dlsurvey.language import describe_missing, list_untranslated, list_waiting
from dlsurvey.notification import Summary, list_files, notify
from dlsurvey.records import Edition, Mode, Protocol
from dlsurvey.requests import Request, Suite, Training
from dlsurvey.sections import read_sections
from dlsurvey.store import Store
from dlsurvey.training import Workshop
from experiments.devices import Choice
from experiments.executors import Kind
from experiments.profiles import PROFILES, Profile
from experiments.workloads import ALWAYS, list_workloads

T = TypeVar("T")
EVERY_SUITE: tuple[Suite, ...] = ("code", "deployment", "limit", "scale")
"""Of the profile 'full'; the first contact fetches gigabytes, and is measured only when asked for."""


class Survey:
    """One survey folder: its settings, its evidence, and where it tells what it does."""

    def __init__(self, config: Config, console: Console) -> None:
        """Nothing is read or written yet."""
        self.config = config
        self.console = console
        self.store = Store(config.store)
        self._busy = False
        self._seconds: dict[Step, float] = {}

    def build(
        self,
        profile: str | None,
        *,
        offline: bool,
        force: bool = False,
        executor: Kind | None = None,
    ) -> Edition:
        """The main job. Every step stores what it has before the next one begins."""
        self.console.open_log(self.config.logs, "build")
        self._check_sections()
        log = str(self.console.log_path or "")
        before = find_newest(self.store)
        try:
            with self._timed("collect"):
                self.collect_due(offline=offline, force=force)
            with self._timed("train"):
                self.train(
                    Options(profile=profile, offline=offline, force=force, executor=executor)
                )
            with self._timed("render"):
                edition = self.render(None, FORMATS, force=force)
        except SurveyError as error:
            notify(self.config, self.console, Summary(error=str(error), log=log))
            raise
        self._beat(edition, is_new=before is None or edition.id != before.id)
        self.console.say_log()
        folder = self.config.reports / edition.id
        summary = Summary(
            edition=edition.id,
            folder=str(folder),
            files=list_files(folder),
            gaps=edition.gaps,
            log=log,
        )
        notify(self.config, self.console, summary)
        return edition

    def foresee(self, options: "Options") -> Iterator[str]:
        """What `build` would do now, why, and how long it took last time; nothing is written."""
        turns = find_turns(self.config, self.store, offline=options.offline, force=options.force)
        training = foresee_training(self.config, self.store, self._make_request(options))
        stirred = bool(training.reasons) or any(turn.is_due for turn in turns)
        rendering = foresee_rendering(self.config, self.store, stirred=stirred)
        return describe_forecast(turns, training, rendering)

    def collect_due(self, *, offline: bool = False, force: bool = False) -> None:
        """Ask the sources whose time has come, or for which something changed; with `force`, all anew."""
        turns = find_turns(self.config, self.store, offline=offline, force=force)
        due = [turn for turn in turns if turn.is_due]
        where = " from what is on this machine (offline)" if offline else ""
        if not due:
            self.console.say(f"Collecting{where}: none of {len(turns)} sources is due.")
            return
        self._busy = True
        rest = f": {len(due)} of {len(turns)} sources are due." if len(due) < len(turns) else "."
        self.console.say(f"Collecting{where}{rest}")
        collect(
            self.config,
            self.store,
            self.console,
            [turn.collector for turn in due],
            refresh=force,
        )

    def collect(self, names: Sequence[str], *, refresh: bool = False) -> bool:
        """Ask the sources, due or not; True where each gave all it has."""
        self.console.say("Collecting.")
        collectors = select_collectors(self.config, names)
        collections = collect(self.config, self.store, self.console, collectors, refresh=refresh)
        return all(collection.status == "complete" for collection in collections)

    def train(self, options: "Options") -> bool:
        """Run what is not stored yet; True where every trial completed."""
        request = self._make_request(options)
        reasons = foresee_training(self.config, self.store, request).reasons
        training = None if reasons else self.store.read_training(Training)
        if training is None:
            self._busy = True
            training = Workshop(self.config, self.store, self.console).train(request)
        else:
            self.console.say(
                f"All {len(training.trials)} trials are stored: nothing to train. Nothing that they"
                " depend on has changed."
            )
        brought = (*training.trials, *training.studies.scale)
        trials = [self.store.read_trial(trial_id) for trial_id in brought]
        return not training.gaps and all(trial.status == "completed" for trial in trials)

    def render(
        self, edition_id: str | None, formats: Sequence[Format], *, force: bool = False
    ) -> Edition:
        """Write an edition: the one named, or the one of what the store holds now."""
        if edition_id is None:
            newest = find_newest(self.store)
            edition = assemble(self.config, self.store)
            if newest is not None and edition.id == newest.id:
                self.console.say(f"Nothing new was found: no new edition, {edition.id} stays.")
        else:
            edition = self.store.read_edition(edition_id)
        folder, reasons, removed = render(self.config, self.store, edition, formats, force=force)
        self._busy |= bool(reasons)
        for line in removed:
            self.console.say(line)
        if reasons:
            self.console.say(f"Written: {', '.join(reasons)}.")
        else:
            self.console.say("Nothing has changed since this edition was written.")
        for gap in edition.gaps:
            self.console.say(f"Gap: {gap.what}. {gap.why}")
        self._tell_untranslated()
        self.console.say(f"Edition: {_show(folder)}")
        for name in ("report.html", "report.pdf", "slides.pdf"):
            if (folder / name).exists():
                self.console.say(f"  {_show(folder / name)}")
        return edition

    def _check_sections(self) -> None:
        """A mistake in them, or in their order, is said before the training, not after."""
        from dlsurvey.render.pages import list_chapters  # late: it loads the templates' language

        order_chapters(list_chapters(), read_sections(self.config), self.config.settings.sections)

    @contextmanager
    def _timed(self, step: Step) -> Iterator[None]:
        """Keep how long a step took, where it had anything to do."""
        self._busy, started = False, time.monotonic()
        yield
        if self._busy:
            self._seconds[step] = round(time.monotonic() - started, 3)

    def _beat(self, edition: Edition, *, is_new: bool) -> None:
        """Note that the build came to its end, where the list of editions shows it."""
        now = datetime.now(UTC).replace(microsecond=0)
        beat = Beat(at=now, edition=edition.id, is_new=is_new, seconds=self._seconds)
        append_beat(self.store, beat)
        list_all(self.config, self.store, order_editions(self.store.list_editions()))

    def _tell_untranslated(self) -> None:
        """Texts that are in English for want of a translation."""
        language = self.config.settings.survey.language
        missing = dict.fromkeys((*list_waiting(language), *list_untranslated(language)))
        if missing:
            self.console.say(describe_missing(language, tuple(missing)))

    def _make_request(self, options: "Options") -> Request:
        settings = self.config.settings.experiments
        profile = PROFILES[options.profile or self.config.settings.build.profile]
        if settings.budget is not None and profile.name == "standard":
            profile = _set_budget(profile, parse_duration(settings.budget))
        workloads, more = _choose_workloads(options.workloads or settings.workloads, profile)
        return Request(
            workloads=workloads,
            more=more,
            frameworks=_once(options.frameworks or settings.frameworks),
            profile=_adjust(profile, options),
            protocols=_once(options.protocols),
            mode=options.mode,
            device=options.device or settings.device,
            executor=options.executor or settings.executor,
            suites=options.suites or (EVERY_SUITE if profile.name == "full" else ()),
            offline=options.offline,
            force=options.force,
        )


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks of `train`; what is not asked comes from survey.toml."""

    profile: str | None = None
    offline: bool = False
    force: bool = False
    workloads: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    protocols: tuple[Protocol, ...] = ("controlled", "idiomatic")
    mode: Mode | Literal["all"] | None = None
    device: Choice | None = None
    executor: Kind | None = None
    suites: tuple[Suite, ...] = ()
    epochs: int | None = None
    seeds: int | None = None
    first_seed: int | None = None
    budget: str | None = None


def _choose_workloads(
    chosen: tuple[str, ...] | None, profile: Profile
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is trained, and what is trained too where the budget has room."""
    if chosen is not None:
        return _once(chosen), ()
    others = tuple(one.name for one in list_workloads() if one.name not in ALWAYS)
    if profile.name == "full":
        return (*ALWAYS, *others), ()
    return ALWAYS, others if profile.budget_seconds is not None else ()


def _once(names: tuple[T, ...]) -> tuple[T, ...]:
    """Each name once, in the order given."""
    return tuple(dict.fromkeys(names))


def _adjust(profile: Profile, options: Options) -> Profile:
    """The profile with the options put over it. Both epochs and seeds given: exactly these, no budget."""
    changes: dict[str, object] = {}
    if options.epochs is not None:
        changes["epochs"] = options.epochs
    if options.first_seed is not None:
        changes["first_seed"] = options.first_seed
    if options.seeds is not None:
        changes["seeds"] = options.seeds
    if options.budget is not None:
        profile = _set_budget(profile, parse_duration(options.budget))
    elif options.epochs is not None and options.seeds is not None:
        changes |= {"budget_seconds": None, "modes": False, "noise": False}
    if options.mode == "all":
        changes["modes"] = True
    return msgspec.structs.replace(profile, **changes)


def _set_budget(profile: Profile, seconds: float) -> Profile:
    """The whole of it, whatever the images: the user said so."""
    return msgspec.structs.replace(profile, budget_seconds=seconds, stand_in_budget_seconds=None)


def _show(path: Path) -> str:
    """The path from here where it lies below, else the whole of it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path.absolute())
