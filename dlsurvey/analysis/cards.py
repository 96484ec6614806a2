"""Turns collected data and a few cited facts into one overview card per framework."""

from collections.abc import Iterator
from datetime import date, datetime
from importlib import resources

import msgspec

from collectors.subjects import SUBJECTS, Subject
from dlsurvey.analysis.evidence import Evidence, iterate_rows
from dlsurvey.analysis.findings import Card, Fact, Provenance
from dlsurvey.analysis.provenance import describe_source
from dlsurvey.formats import format_date
from dlsurvey.language import gettext as _
from dlsurvey.records import Trial

FILE_NAME = "frameworks.toml"


class CitedFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of frameworks.toml."""

    label: str
    text: str
    source: str
    dated: date | int
    """A year alone where no more is known."""
    reference: str = ""
    """Of the text it was read in, as references.toml names it."""


class CitedCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One framework in frameworks.toml."""

    summary: str
    facts: tuple[CitedFact, ...]


def make_cards(evidence: Evidence, trials: tuple[Trial, ...]) -> tuple[Card, ...]:
    """One card for each known framework of which anything was cited."""
    cited = read_cited()
    return tuple(
        Card(
            name=subject.name,
            title=subject.title,
            summary=_(cited[subject.name].summary),
            facts=(
                *(_cite(fact) for fact in cited[subject.name].facts),
                *_collect_facts(subject, evidence),
                *_list_measured(subject, trials),
            ),
        )
        for subject in SUBJECTS
        if subject.name in cited
    )


def read_cited() -> dict[str, CitedCard]:
    """Every framework of frameworks.toml by its name."""
    text = resources.files("dlsurvey").joinpath(FILE_NAME).read_bytes()
    return msgspec.toml.decode(text, type=dict[str, CitedCard])


def _cite(fact: CitedFact) -> Fact:
    provenance = Provenance(
        source=_(fact.source),
        status="published",
        date=date(fact.dated, 12, 31) if isinstance(fact.dated, int) else fact.dated,
        by_year=isinstance(fact.dated, int),
    )
    return Fact(
        label=_(fact.label), text=_(fact.text), provenance=provenance, reference=fact.reference
    )


def _collect_facts(subject: Subject, evidence: Evidence) -> list[Fact]:
    facts = [*_collect_release(subject, evidence)]
    stars = _find_newest(evidence, "stars", subject.name, None)
    if stars is not None:
        day = stars["start"]
        assert isinstance(day, date)
        count = int(float(str(stars["value"])))
        facts.append(_state(stars, _("GitHub stars"), f"{count:,} ({format_date(day)})"))
    return facts


def _collect_release(subject: Subject, evidence: Evidence) -> Iterator[Fact]:
    """What the newest stable version is; nothing where a newer one is known without its day."""
    if any(
        evidence.is_open("pypi", f"The newest stable release of {package}")
        for package in subject.packages
    ):
        return
    release = _find_newest(evidence, "release", subject.name, "pypi")
    if release is not None:
        day = release["start"]
        assert isinstance(day, date)
        text = f"{release['label']} ({format_date(day)})"
        yield _state(release, _("Newest stable version"), text)
    for metric, label, template in (
        ("newest_python_minor", _("Newest Python supported"), "{label}"),
        ("direct_dependencies", _("Direct dependencies"), _("{value:.0f} packages")),
        ("wheel_bytes", _("Size of its wheel (Linux, x86-64)"), "{megabytes:,.0f} MB"),
    ):
        row = _find_newest(evidence, metric, subject.name, "pypi")
        if row is not None:
            value = float(str(row["value"]))
            text = template.format(label=row["label"], value=value, megabytes=value / 1e6)
            yield _state(row, label, text)


def _list_measured(subject: Subject, trials: tuple[Trial, ...]) -> list[Fact]:
    """The versions that this edition's trials ran."""
    for trial in reversed(trials):
        for package in subject.packages:
            version = trial.environment.versions.get(package)
            if version is not None:
                provenance = Provenance(
                    source=_("Trials of this edition"),
                    status="measured",
                    date=trial.started_at.date(),
                )
                return [Fact(label=_("Version compared here"), text=version, provenance=provenance)]
    return []


def _find_newest(
    evidence: Evidence, metric: str, subject: str, source: str | None
) -> dict[str, object] | None:
    frame = evidence.select(metric, source)
    rows = list(iterate_rows(frame[frame["subject"] == subject]))
    return rows[-1] if rows else None


def _state(row: dict[str, object], label: str, text: str) -> Fact:
    retrieved_at = row["retrieved_at"]
    assert isinstance(retrieved_at, datetime)
    provenance = Provenance(
        source=describe_source(str(row["source"]), str(row["url"])),
        status=msgspec.convert(row["status"], Provenance.__annotations__["status"]),
        date=retrieved_at.date(),
        url=str(row["url"]),
    )
    return Fact(label=label, text=text, provenance=provenance)
