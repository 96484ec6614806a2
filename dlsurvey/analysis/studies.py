"""Turns what an edition holds of sizes, limits and first contacts into findings."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from dlsurvey.analysis.contact import assess_contact
from dlsurvey.analysis.findings import Provenance, WorkloadFindings
from dlsurvey.analysis.limit import assess_limit
from dlsurvey.analysis.scale import assess_scale
from dlsurvey.analysis.sizes import StudyFindings
from dlsurvey.errors import StoreError
from dlsurvey.language import gettext as _
from dlsurvey.records import Dataset, Edition, Parity, Record, Sha256, Trial
from dlsurvey.settings import Margins
from dlsurvey.store import Store, Study
from experiments.contact.record import Contacts
from experiments.limit.product import Products

R = TypeVar("R", bound=Record)


class Measured(NamedTuple):
    """The records of one edition, as they were stored."""

    contacts: Contacts | None = None
    products: Products | None = None
    sweeps: tuple[Trial, ...] = ()


def assess_studies(  # noqa: PLR0913, PLR0917  what they are set beside
    measured: Measured,
    workloads: Sequence[WorkloadFindings],
    trials: Sequence[Trial],
    datasets: Sequence[Dataset],
    margins: Margins,
    certificates: Sequence[Parity],
) -> StudyFindings:
    """What they show; of what was not measured, None."""
    contacts, products, sweeps = measured
    return StudyFindings(
        contact=assess_contact(contacts) if contacts else None,
        scale=assess_scale(sweeps, datasets, margins, certificates),
        limit=assess_limit(products, workloads, trials) if products else None,
    )


def read_studies(store: Store, edition: Edition) -> Measured:
    """What `edition` stands on; raises StoreError where it is gone."""
    studies = edition.studies
    return Measured(
        contacts=_read(store, "contacts", studies.contact, Contacts),
        products=_read(store, "limits", studies.limit, Products),
        sweeps=tuple(store.read_trial(trial_id) for trial_id in studies.scale),
    )


def date_measurement(moment: datetime) -> Provenance:
    """What stands under a figure of a study."""
    return Provenance(source=_("Measured here"), status="measured", date=moment.date())


def _read(store: Store, study: Study, sha256: Sha256 | None, kind: type[R]) -> R | None:
    if sha256 is None:
        return None
    kept = store.read_study(study, sha256, kind)
    if kept is None:
        raise StoreError(
            f"data/{study}/{sha256}.json, which an edition stands on, is gone: restore it."
        )
    return kept
