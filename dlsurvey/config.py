"""Turns survey.toml and the environment into settings, and says which key is wrong."""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from collectors.subjects import EVERY_SUBJECT, SUBJECT_NAME, SUBJECTS, Subject
from dlsurvey.errors import ConfigError
from dlsurvey.records import content_sha256
from dlsurvey.settings import (
    Build,
    Data,
    Experiments,
    Margins,
    Schedule,
    Sections,
    Settings,
    SourceSettings,
    SubjectSettings,
    Survey,
)

DEFAULT_FILE = "survey.toml"
MOST_BYTES = 2**18
LONGEST_DURATION = 40
"""Letters; room for every unit."""
UNSEEN = (
    ("build", "keep_editions"), ("build", "keep_days"), ("build", "log_format"),
    ("experiments", "executor"),
    ("schedule", "every"), ("schedule", "on_success"), ("schedule", "on_failure"),
)  # fmt: skip
"""Keys that no edition shows: when and by whose hands it is made, how long its files are kept."""


class Config:
    """Settings with every path resolved: relative ones are relative to survey.toml."""

    def __init__(self, settings: Settings, folder: Path, environment: dict[str, str]) -> None:
        """`folder` is that of survey.toml; `environment` is `os.environ` or a test's."""
        self.settings = settings
        self.folder = folder
        self.store = _resolve(folder, settings.data.store)
        self.reports = _resolve(folder, settings.build.reports)
        self.logs = _resolve(folder, settings.build.logs)
        self.sections = _resolve(folder, settings.sections.folder)
        named = environment.get("DLSURVEY_DATA_DIR")
        place, below = (named, Path.cwd()) if named else (settings.data.dir, folder)
        self.data_folder = _resolve(below, place) if place else None
        cache = settings.data.cache
        self._cache = _resolve(folder, cache) if cache else None

    @property
    def cache(self) -> Path:
        """Where downloads and prepared images are kept between builds."""
        if self._cache is not None:
            return self._cache
        from platformdirs import user_cache_path

        return user_cache_path("dlsurvey")

    @property
    def sha256(self) -> str:
        """Hash of the settings; paths in it are as written, so that it does not depend on the machine."""
        settings = msgspec.to_builtins(self.settings)
        for table, key in UNSEEN:
            del settings[table][key]
        return content_sha256(settings)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The frameworks whose popularity is collected: the known ones, then the user's."""
        table = {subject.name: subject for subject in SUBJECTS}
        for name, added in self.settings.subjects.items():
            given = {
                key: value
                for key in added.__struct_fields__
                if (value := getattr(added, key)) is not None
            }
            known = table.get(name) or Subject(name=name, title=name)
            table[name] = msgspec.structs.replace(known, **given)
        return tuple(table.values())

    def find_data_setting(self, workload: str) -> str:
        """'auto', 'folder:PATH' or 'text:FILE' with the path resolved."""
        setting = self.settings.experiments.data.get(workload, "auto")
        prefix, colon, path = setting.partition(":")
        return f"{prefix}:{_resolve(self.folder, path)}" if colon else setting


def load_config(path: Path | None, environment: dict[str, str] | None = None) -> Config:
    """Read `path`, else survey.toml in this folder, else the defaults.

    Raises ConfigError naming the file, the key and what is possible there.
    """
    environment = dict(os.environ) if environment is None else environment
    if path is None:
        path = Path(DEFAULT_FILE)
        if not path.exists():
            return Config(Settings(), Path.cwd(), environment)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror or error}): name a file with --config."
        ) from error
    if len(text) > MOST_BYTES:
        raise ConfigError(f"{path} is larger than {MOST_BYTES // 2**10} KiB: no settings are.")
    try:
        settings = msgspec.toml.decode(text, type=Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error, text)}") from error
    except (ValueError, RecursionError) as error:  # a number may have too many digits
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    _check_durations(path, settings)
    settings = _register_workloads(path.absolute().parent, settings)
    _check_names(path, settings)
    for name in settings.subjects:
        if name == EVERY_SUBJECT or not re.fullmatch(SUBJECT_NAME, name):
            raise ConfigError(
                f"{path}: '{name}' in [subjects.{name}] cannot be a framework's name: use small"
                f" letters, digits, - and _; '{EVERY_SUBJECT}' is what sources call everything."
            )
    config = Config(settings, path.absolute().parent, environment)
    if not config.sections.resolve().is_relative_to(config.folder.resolve()):
        raise ConfigError(
            f"{path}: [sections] folder: '{settings.sections.folder}' leads out of the survey folder,"
            " and a report prints what is in it: put the sections beside survey.toml."
        )
    return config


def parse_duration(text: str) -> float:
    """Seconds of '90s', '10m', '1h30m', '7d' or a bare number of seconds; raises ConfigError."""
    match = len(text) <= LONGEST_DURATION and re.fullmatch(
        r"\s*(?:(\d{1,4})d)?\s*(?:(\d{1,4})h)?\s*(?:(\d{1,6})m)?\s*(?:(\d{1,8})s?)?\s*", text
    )
    parts = [int(part or 0) for part in match.groups()] if match else [0, 0, 0, 0]
    days, hours, minutes, seconds = parts
    total = 86400 * days + 3600 * hours + 60 * minutes + seconds
    if not total:
        raise ConfigError(
            f"'{text[:LONGEST_DURATION]}' is no duration: write '90s', '10m' or '1h30m'."
        )
    return float(total)


def _resolve(folder: Path, path: str) -> Path:
    """`path` from `folder`, a leading ~ expanded; raises ConfigError for a user who is not there."""
    if "\0" in path:
        raise ConfigError("A path in the settings holds a null character: remove it.")
    try:
        return folder / Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"The path '{path}' names no user of this machine: {error}") from error


def _register_workloads(folder: Path, settings: Settings) -> Settings:
    """The settings with the name of each workload that is given as a folder of the user's own."""
    if settings.experiments.workloads is None:
        return settings
    names = name_workloads(folder, settings.experiments.workloads)
    experiments = msgspec.structs.replace(settings.experiments, workloads=names)
    return msgspec.structs.replace(settings, experiments=experiments)


def name_workloads(folder: Path, given: Iterable[str]) -> tuple[str, ...]:
    """The name of each workload, those given as a folder of the user's own registered.

    Relative folders are relative to `folder`. Raises ConfigError for one that cannot be used.
    """
    from experiments.workloads import add_workloads

    names: list[str] = []
    for one in given:
        names += add_workloads([_resolve(folder, one)]) if is_folder(one) else [one]
    return tuple(names)


def is_folder(workload: str) -> bool:
    """Whether a workload is given as a folder rather than by its name."""
    return "/" in workload or os.sep in workload or workload.startswith(("~", "."))


def _check_names(path: Path, settings: Settings) -> None:
    """Workloads, frameworks and sources must be registered; cheap: nothing heavy is imported."""
    from collectors import list_collectors
    from experiments.frameworks import list_frameworks
    from experiments.workloads import list_workloads

    experiments = settings.experiments
    workloads = [one.name for one in list_workloads()]
    frameworks = [one.name for one in list_frameworks()]
    for table, kind, given, known in (
        ("experiments", "workload", experiments.workloads or (), workloads),
        ("experiments.data", "workload", tuple(experiments.data), workloads),
        ("experiments", "framework", experiments.frameworks, frameworks),
        ("sources", "source", tuple(settings.sources), [one.name for one in list_collectors()]),
    ):
        for name in given:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f" Did you mean '{close[0]}'?" if close else ""
                raise ConfigError(
                    f"{path}: there is no {kind} '{name}' ([{table}]).{hint}"
                    f" Known: {', '.join(known)}."
                )


def _check_durations(path: Path, settings: Settings) -> None:
    for key in ("budget", "trial_timeout"):
        value = getattr(settings.experiments, key)
        if value is not None:
            try:
                parse_duration(value)
            except ConfigError as error:
                raise ConfigError(f"{path}: [experiments] {key}: {error}") from None
    try:
        parse_duration(settings.schedule.every)
    except ConfigError as error:
        raise ConfigError(f"{path}: [schedule] every: {error}") from None


def _explain(error: msgspec.ValidationError, text: bytes) -> str:
    """The library's message in the words of TOML, with what is possible."""
    message = str(error)
    unknown = re.search(r"unknown field `(.*?)`(?: - at `\$\.?(.*?)`)?$", message)
    if not unknown:
        place = re.search(r" - at `\$\.?(.*?)`$", message)
        where = f"{place.group(1)}: " if place and place.group(1) else ""
        choices = _list_choices(place.group(1)) if place and "enum" in message else ()
        hint = f" Possible: {', '.join(choices)}." if choices else ""
        return f"{where}{message.split(' - at ', maxsplit=1)[0]}.{hint}"
    key, table = unknown.group(1), unknown.group(2) or ""
    known = list(_known_keys(table))
    close = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return (
        f"unknown key '{key}' in [{table or 'the top level'}].{hint} Possible: {', '.join(known)}."
    )


def _list_choices(place: str) -> tuple[str, ...]:
    """The words that a key like `survey.language` may hold; empty where it is no choice of words."""
    of: Any = Settings
    for name in place.split("."):
        of = get_type_hints(of).get(name) if isinstance(of, type) else None
    return tuple(map(str, get_args(of))) if get_origin(of) is Literal else ()


def _known_keys(table: str) -> tuple[str, ...]:
    tables: dict[str, Any] = {
        "survey": Survey, "build": Build, "data": Data, "experiments": Experiments,
        "margins": Margins, "sections": Sections, "schedule": Schedule, "sources": SourceSettings,
        "subjects": SubjectSettings,
    }  # fmt: skip
    first = next(filter(None, re.split(r"\W+", table)), "")
    return tuple(tables.get(first, Settings).__struct_fields__)
