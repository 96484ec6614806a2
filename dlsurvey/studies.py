"""Turns the suites about sizes, limits and first contacts into what an edition stands on.

What is stored for the same versions, code and machine is used whether it is asked for or not; what
is asked for and not stored is measured now.
"""

from dlsurvey.closure import hash_code
from dlsurvey.records import Device, Sha256, Studies, content_sha256
from dlsurvey.requests import Request
from dlsurvey.scaling import Field, find_scale, find_suite_seconds
from experiments.environment import read_environment
from experiments.rounds import Subject

CONTACT_SECONDS = 240.0
"""For all installations, where the user named no budget."""
LIMIT_CODE = (
    "experiments.limit.runner",
    "experiments.limit.tensorflow",
    "experiments.limit.pytorch",
    "experiments.limit.jax",
)
CONTACT_CODE = (
    "experiments.contact.runner",
    "experiments.contact.importing",
    "experiments.contact.first.with_keras",
    "experiments.contact.first.with_torch",
    "experiments.contact.first.with_flax",
)
"""With what they import, all that decides what is measured; programs are named, not imported."""


def find_studies(
    field: Field, subjects: tuple[Subject, ...], request: Request, threads: int
) -> Studies:
    """Each that is stored or asked for; `threads` are those of the trials."""
    trials = find_scale(
        field,
        subjects,
        request.profile,
        measure="scale" in request.suites,
        anew=request.force and "scale" in request.suites,
    )
    return Studies(
        contact=_find_contact(field, request),
        limit=_find_limit(field, request, threads, field.device),
        scale=trials,
    )


def _find_limit(field: Field, request: Request, threads: int, device: Device) -> Sha256 | None:
    # Late, as below: they load what the parent of trials does without.
    from experiments.limit.product import Products
    from experiments.limit.runner import list_installed, multiply_all

    asked = "limit" in request.suites
    machine = read_environment().sha256
    identity = content_sha256((machine, list_installed(), hash_code(LIMIT_CODE), threads, device))
    kept = field.store.read_study("limits", identity, Products)
    if kept is not None and not (asked and request.force):
        return identity
    if not asked:
        return None
    field.console.say("Multiplying large matrices in every framework ...")
    field.store.keep_study("limits", identity, multiply_all(threads, device))
    return identity


def _find_contact(field: Field, request: Request) -> Sha256 | None:
    from experiments.contact.record import Contacts
    from experiments.contact.runner import meet_all

    asked = "contact" in request.suites
    versions = {name: bench.environment.versions for name, bench in field.benches.items()}
    basis = (read_environment().sha256, versions, hash_code(CONTACT_CODE))
    # One with installations is worth more than one without: offline, it is used where it is stored.
    identities = dict.fromkeys(content_sha256((basis, one)) for one in (False, request.offline))
    for identity in identities:
        kept = field.store.read_study("contacts", identity, Contacts)
        if kept is not None and not (asked and request.force):
            return identity
    if not asked:
        return None
    met = meet_all(
        tuple(field.benches),
        find_suite_seconds(request.profile, CONTACT_SECONDS),
        field.console.say,
        offline=request.offline,
    )
    identity = content_sha256((basis, request.offline))
    field.store.keep_study("contacts", identity, met)
    return identity
