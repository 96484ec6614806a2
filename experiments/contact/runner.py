"""Turns frameworks into records of the first contact with each: imports first, then installations."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from dlsurvey.errors import MissingDependency
from experiments.contact.commands import StepStopped, run_command
from experiments.contact.installation import install, pin
from experiments.contact.newcomers import IMAGES, NEWCOMERS, Newcomer
from experiments.contact.record import Contact, Contacts, ImportRun, Installation
from experiments.deployment.sizes import measure_packages
from experiments.environment import read_environment
from experiments.frameworks import read_versions
from experiments.load import LoadMeter
from experiments.runner import make_variables

ROUNDS = 5
"""Fresh processes of each framework that count; one before them fills the system's cache of files."""
IMPORT_TIMEOUT_SECONDS = 180.0
INSTALL_TIMEOUT_SECONDS = 1800.0
"""Of one framework, where there is no budget."""

Say = Callable[[str], None]


def meet_all(
    names: Sequence[str],
    seconds: float | None,
    say: Say,
    *,
    offline: bool,
    newcomers: Sequence[Newcomer] = NEWCOMERS,
) -> Contacts:
    """Those of `names` that are installed; installations end after `seconds`, None being no limit."""
    begun = time.monotonic()
    here = [one for one in newcomers if one.framework.name in names and _is_installed(one)]
    say("Importing every framework in fresh processes ...")
    imported = _import_all(here)
    contacts = []
    for one in here:
        runs, error = imported[one.framework.name]
        present_bytes, present_packages = measure_packages(one.packages) or (None, None)
        contacts.append(
            Contact(
                framework=one.framework.name,
                title=one.framework.title,
                versions=read_versions(one.framework),
                imports=one.imports,
                runs=runs,
                error=error,
                present_bytes=present_bytes,
                present_packages=present_packages,
                installation=_install(one, begun, seconds, say, offline=offline),
            )
        )
    return Contacts(
        measured_at=datetime.now(UTC).replace(microsecond=0),
        environment=read_environment(),
        images=IMAGES,
        contacts=tuple(contacts),
    )


def _install(
    newcomer: Newcomer, begun: float, seconds: float | None, say: Say, *, offline: bool
) -> Installation:
    if offline:
        return Installation(
            requirements=pin(newcomer), error="not begun: this run used no network (--offline)"
        )
    say(f"Installing {newcomer.framework.title} into an empty environment ...")
    ends = time.monotonic() + INSTALL_TIMEOUT_SECONDS
    return install(newcomer, ends if seconds is None else min(ends, begun + seconds))


def _import_all(
    newcomers: Sequence[Newcomer],
) -> dict[str, tuple[tuple[ImportRun, ...], str]]:
    """Round by round, so that a slow minute meets all; the first round only warms the cache."""
    runs: dict[str, list[ImportRun]] = {one.framework.name: [] for one in newcomers}
    errors: dict[str, str] = {}
    for place in range(ROUNDS + 1):
        for one in newcomers:
            name = one.framework.name
            if name in errors:
                continue
            try:
                run = time_import(one)
            except StepStopped as stopped:
                errors[name] = str(stopped)
                continue
            if place > 0:
                runs[name].append(run)
    return {name: (tuple(found), errors.get(name, "")) for name, found in runs.items()}


def time_import(newcomer: Newcomer) -> ImportRun:
    """One fresh process; raises StepStopped."""
    meter = LoadMeter()
    started = time.perf_counter()
    output = run_command(
        "import",
        [sys.executable, "-m", "experiments.contact.importing", *newcomer.imports],
        "",
        make_variables("cpu", newcomer.framework),
        IMPORT_TIMEOUT_SECONDS,
    )
    process_seconds = time.perf_counter() - started
    return ImportRun(
        import_seconds=float(output),
        process_seconds=process_seconds,
        load=meter.read(),
    )


def _is_installed(newcomer: Newcomer) -> bool:
    try:
        read_versions(newcomer.framework)
    except MissingDependency:
        return False
    return True
