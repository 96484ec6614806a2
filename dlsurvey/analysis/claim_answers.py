"""Turns single outcomes of a test into the one verdict on a claim."""

from collections.abc import Collection
from typing import NamedTuple

from dlsurvey.analysis.claim_data import Outcome
from dlsurvey.analysis.findings import ClaimVerdict
from dlsurvey.language import gettext as _

MORE: tuple[Outcome, ...] = ("higher",)
LESS: tuple[Outcome, ...] = ("lower",)


class Answer(NamedTuple):
    """What a test says to a claim."""

    verdict: ClaimVerdict
    now: str
    why: str
    evidence: tuple[str, ...] = ()


def weigh(
    outcomes: Collection[Outcome | None], expects: Collection[Outcome] = MORE
) -> ClaimVerdict:
    """One verdict only where all outcomes agree; None is an outcome that nobody knows.

    What was not seen is such an outcome: no verdict grows stronger because something is missing.
    """
    told = {outcome for outcome in outcomes if outcome is not None}
    if not told or None in outcomes:
        return "inconclusive"
    if told <= set(expects):
        return "holds"
    if told == {"equivalent"}:
        return "equivalent"
    if not told & {"equivalent", *expects}:
        return "reversed"
    return "inconclusive"


def say_open(verdict: ClaimVerdict, missing: Collection[str]) -> str:
    """That what is missing keeps a claim open which the rest alone would decide; else empty."""
    if not missing or verdict == "inconclusive":
        return ""
    return _("A part of what the claim rests on is missing, so that it is not decided.")
