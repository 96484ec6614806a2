"""Turns the tables of survey.toml into typed records with their defaults; see docs/settings.md."""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

from collectors.subjects import Package, Repository, Tag, Topic, Word
from dlsurvey.language import Language
from dlsurvey.records import Name

TITLE = "Deep-learning frameworks compared"
ProfileName = Literal["quick", "standard", "full"]
LogFormat = Literal["text", "json"]


class _Section(Struct, frozen=True, forbid_unknown_fields=True):
    """One table of survey.toml: unknown keys are refused."""


class Survey(_Section, frozen=True, kw_only=True):
    """[survey]: what stands on the cover."""

    title: str = TITLE
    """Blank: the same, since a document without a title is none."""
    subtitle: str = "A living survey of TensorFlow and PyTorch"
    author: str = ""
    course: str = ""
    institution: str = ""
    date: dt.date | None = None
    """None: the day of the edition."""
    cover: Literal["coursework", "lecture", "page"] = "coursework"
    language: Language = "en"

    def __post_init__(self) -> None:
        """Where the title is blank, the usual one stands in."""
        if not self.title.strip():
            force_setattr(self, "title", TITLE)


class Build(_Section, frozen=True, kw_only=True):
    """[build]: what `dlsurvey build` does unless told otherwise."""

    profile: ProfileName = "standard"
    reports: str = "reports"
    logs: str = "logs"
    log_format: LogFormat = "text"
    """text: lines for people. json: one JSON object a line; --log-format goes before it."""
    keep_editions: Annotated[int, Meta(ge=1)] | None = None
    """How many editions keep their folder of files; None: all. Evidence is never removed."""
    keep_days: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    """For how many days, counted back from the newest edition; None: for ever."""


class Data(_Section, frozen=True, kw_only=True):
    """[data]: where evidence is kept and images are looked for."""

    store: str = "data"
    dir: str | None = None
    """A folder of datasets in torchvision's layout; DLSURVEY_DATA_DIR goes before it."""
    cache: str | None = None
    """None: the user's cache folder."""


class Experiments(_Section, frozen=True, kw_only=True):
    """[experiments]: what is trained, and how."""

    workloads: tuple[str, ...] | None = None
    """Names of workloads, and folders of your own: "./my-net". None: the surveys' two networks, and the
    others in the profile full or where the budget has room."""
    frameworks: tuple[str, ...] = ("tensorflow", "pytorch")
    budget: str | None = None
    """Training time of the standard profile, such as "10m" or "1h30m"."""
    threads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    """None: all processors that the process may use."""
    trial_timeout: str = "2h"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """auto: a GPU where there is one that every framework can use."""
    executor: Literal["local", "ray"] = "local"
    """Where trials run: on this machine, or on the nodes of a Ray cluster."""
    data: dict[str, str] = field(default_factory=dict)
    """Per workload 'auto', 'folder:PATH' (images) or 'text:FILE'."""


class Sections(_Section, frozen=True, kw_only=True):
    """[sections]: the user's own Markdown, and which chapters stand where."""

    folder: str = "sections"
    order: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class Margins(_Section, frozen=True, kw_only=True):
    """[margins]: the largest differences that do not matter; within them results are equivalent."""

    accuracy_points: Annotated[float, Meta(gt=0, le=100)] = 0.5
    """Percentage points of test accuracy."""
    time_percent: Annotated[float, Meta(gt=0, le=100)] = 5.0
    memory_percent: Annotated[float, Meta(gt=0, le=100)] = 5.0


class Schedule(_Section, frozen=True, kw_only=True):
    """[schedule]: when the next edition is due, and whom to tell how a build ended."""

    every: str = "7d"
    on_success: str = ""
    """A command, started without a shell; the summary comes on its standard input as JSON."""
    on_failure: str = ""


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
    sections: Sections = Sections()
    schedule: Schedule = Schedule()
    sources: dict[str, SourceSettings] = field(default_factory=dict)
    subjects: dict[str, SubjectSettings] = field(default_factory=dict)
