"""Turns the attached records of sizes, limits and first contacts back into findings."""

from collections.abc import Sequence

import msgspec

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.sizes import StudyFindings
from dlsurvey.analysis.studies import Measured, assess_studies
from dlsurvey.errors import VerificationError
from dlsurvey.records import Dataset, Parity, Trial
from dlsurvey.settings import Margins
from experiments.contact.record import Contacts
from experiments.limit.product import Products


class _Contact(msgspec.Struct, frozen=True):
    record: Contacts


class _Limit(msgspec.Struct, frozen=True):
    products: Products


class _Scale(msgspec.Struct, frozen=True):
    trials: tuple[Trial, ...]


class AttachedStudies(msgspec.Struct, frozen=True):
    """Of what was measured beside training only the records: all else follows from them."""

    contact: _Contact | None = None
    scale: _Scale | None = None
    limit: _Limit | None = None


def recompute_studies(  # noqa: PLR0913, PLR0917  what they are set beside
    given: AttachedStudies,
    workloads: Sequence[WorkloadFindings],
    trials: Sequence[Trial],
    datasets: Sequence[Dataset],
    margins: Margins,
    certificates: Sequence[Parity],
) -> StudyFindings:
    """Raises VerificationError where nothing can be computed from them."""
    sweeps = given.scale.trials if given.scale else ()
    known = {dataset.sha256 for dataset in datasets}
    if any(trial.spec.dataset_sha256 not in known for trial in sweeps):
        raise VerificationError(
            "A sweep in the attached results.json names images that are not listed there."
        )
    if any(trial.metrics is not None and not trial.metrics.epoch_seconds for trial in sweeps):
        raise VerificationError("A sweep in the attached results.json has a trial without epochs.")
    measured = Measured(
        contacts=given.contact.record if given.contact else None,
        products=given.limit.products if given.limit else None,
        sweeps=sweeps,
    )
    try:
        return assess_studies(measured, workloads, trials, datasets, margins, certificates)
    except (ArithmeticError, ValueError) as error:
        raise VerificationError(
            f"Nothing can be computed from the studies in the attached results.json: {error}."
        ) from error
