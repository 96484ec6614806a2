"""Turns one command into one edition: collect, train, render, in this order."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from dlsurvey.collection import collect
from dlsurvey.config import Config, parse_duration
from dlsurvey.console import Console
from dlsurvey.editions import FORMATS, Format, assemble, render
from dlsurvey.errors import SurveyError
from dlsurvey.notification import Summary, list_files, notify
from dlsurvey.records import Edition, Mode, Protocol
from dlsurvey.sections import read_sections
from dlsurvey.store import Store
from dlsurvey.training import Request, Suite, Workshop
from experiments.devices import Choice
from experiments.profiles import PROFILES, Profile

T = TypeVar("T")


class Survey:
    """One survey folder: its settings, its evidence, and where it tells what it does."""

    def __init__(self, config: Config, console: Console) -> None:
        """Nothing is read or written yet."""
        self.config = config
        self.console = console
        self.store = Store(config.store)

    def build(self, profile: str | None, *, offline: bool) -> Edition:
        """The main job. Every step stores what it has before the next one begins."""
        read_sections(self.config)  # a mistake in them is said before the training, not after
        self.console.open_log(self.config.logs, "build")
        log = str(self.console.log_path)
        try:
            self.collect((), offline=offline)
            self.train(Options(profile=profile, offline=offline))
            edition = self.render(None, FORMATS)
        except SurveyError as error:
            notify(self.config, self.console, Summary(error=str(error), log=log))
            raise
        self.console.say(f"Log: {log}")
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

    def collect(self, names: Sequence[str], *, offline: bool = False) -> bool:
        """Ask the sources; True where each gave all it has."""
        self.console.say(
            "Collecting from what is on this machine (offline)." if offline else "Collecting."
        )
        collections = collect(self.config, self.store, self.console, names=names, offline=offline)
        return all(collection.status == "complete" for collection in collections)

    def train(self, options: "Options") -> bool:
        """Run what is not stored yet; True where every trial completed."""
        request = self._make_request(options)
        training = Workshop(self.config, self.store, self.console).train(request)
        trials = [self.store.read_trial(trial_id) for trial_id in training.trials]
        return not training.gaps and all(trial.status == "completed" for trial in trials)

    def render(self, edition_id: str | None, formats: Sequence[Format]) -> Edition:
        """Write an edition: the one named, or the one of what the store holds now."""
        if edition_id is None:
            edition = assemble(self.config, self.store)
        else:
            edition = self.store.read_edition(edition_id)
        folder, written, removed = render(self.config, self.store, edition, formats)
        for line in removed:
            self.console.say(line)
        if not written:
            self.console.say("Nothing has changed since this edition was written.")
        for gap in edition.gaps:
            self.console.say(f"Gap: {gap.what}. {gap.why}")
        self.console.say(f"Edition: {_show(folder)}")
        for name in ("report.html", "report.pdf", "slides.pdf"):
            if (folder / name).exists():
                self.console.say(f"  {_show(folder / name)}")
        return edition

    def _make_request(self, options: "Options") -> Request:
        settings = self.config.settings.experiments
        profile = PROFILES[options.profile or self.config.settings.build.profile]
        if settings.budget is not None and profile.name == "standard":
            profile = _set_budget(profile, parse_duration(settings.budget))
        return Request(
            workloads=_once(options.workloads or settings.workloads),
            frameworks=_once(options.frameworks or settings.frameworks),
            profile=_adjust(profile, options),
            protocols=_once(options.protocols),
            mode=options.mode,
            device=options.device or settings.device,
            suites=options.suites or (("code",) if profile.name == "full" else ()),
            offline=options.offline,
        )


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks of `train`; what is not asked comes from survey.toml."""

    profile: str | None = None
    offline: bool = False
    workloads: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    protocols: tuple[Protocol, ...] = ("controlled", "idiomatic")
    mode: Mode | Literal["all"] | None = None
    device: Choice | None = None
    suites: tuple[Suite, ...] = ()
    epochs: int | None = None
    seeds: int | None = None
    first_seed: int | None = None
    budget: str | None = None


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
