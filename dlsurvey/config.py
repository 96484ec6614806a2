"""Turns survey.toml and the environment into settings, and says which key is wrong."""

import datetime as dt
import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from collectors.subjects import (
    EVERY_SUBJECT,
    SUBJECT_NAME,
    SUBJECTS,
    Package,
    Repository,
    Subject,
    Tag,
    Topic,
    Word,
)
from dlsurvey.errors import ConfigError
from dlsurvey.records import Name, content_sha256

DEFAULT_FILE = "survey.toml"
ProfileName = Literal["quick", "standard", "full"]


class _Section(Struct, frozen=True, forbid_unknown_fields=True):
    """One table of survey.toml: unknown keys are refused."""


class Survey(_Section, frozen=True, kw_only=True):
    """[survey]: what stands on the cover."""

    title: str = "Deep-learning frameworks compared"
    subtitle: str = "A living survey of TensorFlow and PyTorch"
    author: str = ""
    course: str = ""
    institution: str = ""
    date: dt.date | None = None
    """None: the day of the edition."""
    language: Literal["en"] = "en"


class Build(_Section, frozen=True, kw_only=True):
    """[build]: what `dlsurvey build` does unless told otherwise."""

    profile: ProfileName = "standard"
    reports: str = "reports"
    logs: str = "logs"


class Data(_Section, frozen=True, kw_only=True):
    """[data]: where evidence is kept and images are looked for."""

    store: str = "data"
    dir: str | None = None
    """A folder of datasets in torchvision's layout; DLSURVEY_DATA_DIR goes before it."""
    cache: str | None = None
    """None: the user's cache folder."""


class Experiments(_Section, frozen=True, kw_only=True):
    """[experiments]: what is trained, and how."""

    workloads: tuple[str, ...] = ("mnist-cnn", "cifar10-cnn")
    frameworks: tuple[str, ...] = ("tensorflow", "pytorch")
    budget: str | None = None
    """Training time of the standard profile, such as "10m" or "1h30m"."""
    threads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    """None: all processors that the process may use."""
    trial_timeout: str = "2h"
    data: dict[str, str] = field(default_factory=dict)
    """Per workload 'auto' or 'folder:PATH'."""


class Margins(_Section, frozen=True, kw_only=True):
    """[margins]: the largest differences that do not matter; within them results are equivalent."""

    accuracy_points: Annotated[float, Meta(gt=0, le=100)] = 0.5
    """Percentage points of test accuracy."""
    time_percent: Annotated[float, Meta(gt=0, le=100)] = 5.0
    memory_percent: Annotated[float, Meta(gt=0, le=100)] = 5.0


class SourceSettings(_Section, frozen=True, kw_only=True):
    """[sources.NAME]: one web source."""

    enabled: bool = True
    base_url: str | None = None


class SubjectSettings(_Section, frozen=True, kw_only=True):
    """[subjects.NAME]: a framework whose popularity is collected, and its names on each source.

    Of a framework that dlsurvey knows, a key that is left out keeps its value.
    """

    title: Name | None = None
    repositories: tuple[Repository, ...] | None = None
    packages: tuple[Package, ...] | None = None
    tags: tuple[Tag, ...] | None = None
    topic: Topic | None = None
    archive_names: tuple[Name, ...] | None = None
    words: tuple[Word, ...] | None = None
    hub_filters: tuple[Tag, ...] | None = None
    research_phrase: Annotated[str, Meta(max_length=100)] | None = None


class Settings(_Section, frozen=True, kw_only=True):
    """The whole of survey.toml."""

    survey: Survey = Survey()
    build: Build = Build()
    data: Data = Data()
    experiments: Experiments = Experiments()
    margins: Margins = Margins()
    sources: dict[str, SourceSettings] = field(default_factory=dict)
    subjects: dict[str, SubjectSettings] = field(default_factory=dict)


class Config:
    """Settings with every path resolved: relative ones are relative to survey.toml."""

    def __init__(self, settings: Settings, folder: Path, environment: dict[str, str]) -> None:
        """`folder` is that of survey.toml; `environment` is `os.environ` or a test's."""
        self.settings = settings
        self.folder = folder
        self.store = _resolve(folder, settings.data.store)
        self.reports = _resolve(folder, settings.build.reports)
        self.logs = _resolve(folder, settings.build.logs)
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
        return content_sha256(self.settings)

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
        """'auto', or 'folder:PATH' with the path resolved."""
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
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror or error}): name a file with --config."
        ) from error
    try:
        settings = msgspec.toml.decode(text, type=Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error, text)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    _check_durations(path, settings)
    _check_names(path, settings)
    for name in settings.subjects:
        if name == EVERY_SUBJECT or not re.fullmatch(SUBJECT_NAME, name):
            raise ConfigError(
                f"{path}: '{name}' in [subjects.{name}] cannot be a framework's name: use small"
                f" letters, digits, - and _; '{EVERY_SUBJECT}' is what sources call everything."
            )
    return Config(settings, path.absolute().parent, environment)


def parse_duration(text: str) -> float:
    """Seconds of '90s', '10m', '1h30m' or a bare number of seconds; raises ConfigError."""
    match = re.fullmatch(r"\s*(?:(\d{1,4})h)?\s*(?:(\d{1,6})m)?\s*(?:(\d{1,8})s?)?\s*", text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = 3600 * hours + 60 * minutes + seconds
    if not total:
        raise ConfigError(f"'{text}' is no duration: write '90s', '10m' or '1h30m'.")
    return float(total)


def _resolve(folder: Path, path: str) -> Path:
    """`path` from `folder`, a leading ~ expanded; raises ConfigError for a user who is not there."""
    try:
        return folder / Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"The path '{path}' names no user of this machine: {error}") from error


def _check_names(path: Path, settings: Settings) -> None:
    """Workloads, frameworks and sources must be registered; cheap: nothing heavy is imported."""
    from collectors import list_collectors
    from experiments.frameworks import list_frameworks
    from experiments.spec import WORKLOADS

    experiments = settings.experiments
    workloads = [one.name for one in WORKLOADS]
    frameworks = [one.name for one in list_frameworks()]
    for table, kind, given, known in (
        ("experiments", "workload", experiments.workloads, workloads),
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


def _explain(error: msgspec.ValidationError, text: bytes) -> str:
    """The library's message in the words of TOML, with what is possible."""
    message = str(error)
    unknown = re.search(r"unknown field `(.*?)`(?: - at `\$\.?(.*?)`)?$", message)
    if not unknown:
        place = re.search(r" - at `\$\.?(.*?)`$", message)
        where = f"{place.group(1)}: " if place and place.group(1) else ""
        return f"{where}{message.split(' - at ', maxsplit=1)[0]}."
    key, table = unknown.group(1), unknown.group(2) or ""
    known = list(_known_keys(table))
    close = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return (
        f"unknown key '{key}' in [{table or 'the top level'}].{hint} Possible: {', '.join(known)}."
    )


def _known_keys(table: str) -> tuple[str, ...]:
    section: Any = Settings
    for name in filter(None, re.split(r"\W+", table)):
        if section is Settings and name == "sources":
            return tuple(SourceSettings.__struct_fields__)
        if section is Settings and name == "subjects":
            return tuple(SubjectSettings.__struct_fields__)
        section = {
            "survey": Survey, "build": Build, "data": Data, "experiments": Experiments,
            "margins": Margins,
        }.get(name, SourceSettings)  # fmt: skip
    return tuple(section.__struct_fields__)
