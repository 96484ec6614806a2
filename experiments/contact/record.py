"""Turns the first contact with a framework into a record: imports, an installation, a first batch."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from dlsurvey.records import Count, Environment, Load, Name, Record, Seconds

ErrorText = Annotated[str, Meta(max_length=300)]


class ImportRun(Record, frozen=True, kw_only=True):
    """One fresh process that imports and ends; wall-clock times, the files in the system's cache."""

    import_seconds: Seconds
    """The import statements alone."""
    process_seconds: Seconds
    """From the start of Python to its end."""
    load: Load | None = None


class Installation(Record, frozen=True, kw_only=True):
    """One installation into an empty environment, up to the first trained batch; parts in order."""

    requirements: tuple[str, ...]
    """What pip was asked for; all that they bring is pinned to what runs here."""
    error: ErrorText = ""
    """Of the step that failed; what came before it is told. Empty where a batch was trained."""
    venv_seconds: Seconds | None = None
    """`python -m venv`."""
    install_seconds: Seconds | None = None
    """`pip install`, download included: pip's own cache is not used."""
    import_seconds: Seconds | None = None
    """The first import: Python compiles what it reads."""
    build_seconds: Seconds | None = None
    step_seconds: Seconds | None = None
    """The first batch: tracing, compiling, forward, backward, optimiser."""
    size_bytes: Count | None = None
    """Of what pip added, the files that it compiled included; before the first import."""
    packages: Count | None = None
    """Distributions that pip added."""
    load: Load | None = None

    @property
    def total_seconds(self) -> float | None:
        """From nothing to the first trained batch; None where it did not come to that."""
        parts = (self.venv_seconds, self.install_seconds, self.import_seconds, self.build_seconds,
                 self.step_seconds)  # fmt: skip
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) and not self.error else None


class Contact(Record, frozen=True, kw_only=True):
    """One framework."""

    framework: Name
    title: str
    versions: dict[str, str]
    imports: tuple[str, ...]
    """Modules, in the order in which they are imported."""
    runs: tuple[ImportRun, ...] = ()
    error: ErrorText = ""
    """Why an import failed; empty where all came."""
    present_bytes: Count | None = None
    """Of these packages and all that they require, as they are installed where the survey runs."""
    present_packages: Count | None = None
    installation: Installation


class Contacts(Record, frozen=True, kw_only=True):
    """All frameworks of one survey."""

    schema: int = 1
    measured_at: datetime
    environment: Environment
    images: Count
    """In the first batch."""
    contacts: tuple[Contact, ...]
