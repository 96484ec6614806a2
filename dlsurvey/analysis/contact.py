"""Turns first contacts into spreads of imports, and sentences on what comes before a first batch."""

from collections.abc import Sequence

from dlsurvey.analysis.load import FOREIGN_CORES, is_disturbed
from dlsurvey.analysis.sizes import ContactFindings, ImportTime
from dlsurvey.analysis.spread import summarize
from dlsurvey.formats import format_memory, format_number, format_seconds, join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import ngettext
from experiments.contact.record import Contact, Contacts


def assess_contact(contacts: Contacts) -> ContactFindings | None:
    """None where nothing was met."""
    if not contacts.contacts:
        return None
    imports = tuple(map(_time_imports, contacts.contacts))
    return ContactFindings(
        record=contacts,
        imports=imports,
        sentences=tuple(
            filter(
                None,
                (
                    _describe_imports(imports),
                    _describe_installed(contacts.contacts),
                    _describe_first_batch(contacts.contacts),
                ),
            )
        ),
        load=_describe_load(contacts.contacts),
    )


def list_parts(contact: Contact) -> tuple[tuple[str, float], ...]:
    """What came before the first batch was trained, in order; parts that were not reached are left out."""
    one = contact.installation
    parts = (
        (_("empty environment"), one.venv_seconds),
        (_("installation"), one.install_seconds),
        (_("first import"), one.import_seconds),
        (_("building the model"), one.build_seconds),
        (_("first step"), one.step_seconds),
    )
    return tuple((name, seconds) for name, seconds in parts if seconds is not None)


def _time_imports(contact: Contact) -> ImportTime:
    runs = contact.runs
    return ImportTime(
        framework=contact.framework,
        title=contact.title,
        seconds=summarize({place: run.import_seconds for place, run in enumerate(runs)})
        if runs
        else None,
        loaded=tuple(place for place, run in enumerate(runs) if is_disturbed(run.load)),
    )


def _describe_imports(imports: Sequence[ImportTime]) -> str:
    known = [(one.title, one.seconds) for one in imports if one.seconds is not None]
    if not known:
        return ""
    told = []
    for title, seconds in known:
        interval = (
            ""
            if seconds.low is None or seconds.high is None
            else _(", 95 % interval {low} to {high}").format(
                low=format_seconds(seconds.low), high=format_seconds(seconds.high)
            )
        )
        told.append(
            _("{mean} in {title} (n = {n}{interval})").format(
                mean=format_seconds(seconds.mean),
                title=title,
                n=len(seconds.values),
                interval=interval,
            )
        )
    return _(
        "Importing took {imports}: fresh processes, their files in the system's cache."
    ).format(imports=join_words(told))


def _describe_installed(contacts: Sequence[Contact]) -> str:
    """What was installed into an empty environment, or where nothing was what runs here."""
    told = []
    for one in contacts:
        new = one.installation
        if new.size_bytes is not None and new.packages is not None:
            text = _("{title} brings {packages} and takes {size}")
            size, packages = new.size_bytes, new.packages
        elif one.present_bytes is not None and one.present_packages is not None:
            text = _("{title}, as it is installed here, takes {packages} and {size}")
            size, packages = one.present_bytes, one.present_packages
        else:
            continue
        told.append(
            text.format(
                title=one.title,
                packages=ngettext("{n} package", "{n} packages", packages).format(
                    n=format_number(packages)
                ),
                size=format_memory(size),
            )
        )
    return f"{'; '.join(told)}." if told else ""


def _describe_first_batch(contacts: Sequence[Contact]) -> str:
    told = []
    for one in contacts:
        total = one.installation.total_seconds
        if total is not None and one.installation.install_seconds is not None:
            told.append(
                _("{total} with {title}, {install} of it the installation").format(
                    total=format_seconds(total),
                    title=one.title,
                    install=format_seconds(one.installation.install_seconds),
                )
            )
    if not told:
        return ""
    return _(
        "From nothing to the first trained batch it took {times}: one installation each, which has"
        " no spread, and whose download depends on the network."
    ).format(times=join_words(told))


def _describe_load(contacts: Sequence[Contact]) -> str:
    """How much of it ran beside other work; empty where none did."""
    loads = [run.load for one in contacts for run in one.runs]
    loads += [one.installation.load for one in contacts if one.installation.load is not None]
    loaded = [
        load for load in loads if load is not None and (load.foreign_cores or 0.0) >= FOREIGN_CORES
    ]
    if not loaded:
        return ""
    most = max(load.foreign_cores or 0.0 for load in loaded)
    return _(
        "During {loaded} of {count} of these processes and installations other work kept up to"
        " {most:.2f} processors busy: alone they may take less time."
    ).format(loaded=len(loaded), count=len(loads), most=most)
