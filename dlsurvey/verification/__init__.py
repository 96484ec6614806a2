"""Turns a PDF of an edition into the answer whether its numbers follow from the data attached to it.

Two things are compared: what the attached results.json says was found out against what its own
trials give when they are analysed again; and what the PDF prints against the same chapters set
anew from that analysis. Pictures are not read, and who alters trials and all that follows from
them alike is not found out: for that, compare the edition with the one that was published.
"""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from dlsurvey import __version__
from dlsurvey.analysis.findings import Findings
from dlsurvey.errors import VerificationError
from dlsurvey.language import speak
from dlsurvey.verification.agreement import (
    Agreement,
    Difference,
    compare_chapters,
    compare_excerpt,
    compare_values,
    merge,
)
from dlsurvey.verification.page import BRIEF, read_page
from dlsurvey.verification.paper import Paper, read_paper
from dlsurvey.verification.printed import Chapter, squeeze
from dlsurvey.verification.recomputation import Attached, read_attached, recompute

CHAPTERS = (
    BRIEF, "topic", "deep-learning", "frameworks", "graphs", "comparison", "data", "code", "adoption",
    "deployment", "jax", "conclusion", "advice", "claims", "limitations", "methods", "environment",
    "gaps", "health",
)  # fmt: skip
"""Those that follow from results.json alone, or stand in the templates; what changed needs another
edition, and references are numbered as they are cited."""
SENTENCES_ONLY = "trends"
"""A chapter of which only the sentence of each trend follows from results.json."""
COMPUTED = (
    "comparisons",
    "verdicts",
    "members",
    "break_evens",
    "ledger",
    "claims",
    "studies",
    "deployments",
)
"""What results.json holds that follows from the trials in it; the rest is as it was measured."""
MOST_SHOWN = 20

__all__ = ["CHAPTERS", "Difference", "Verification", "check_paper", "describe", "verify"]


class Verification(NamedTuple):
    """What came of it."""

    edition: str
    version: str
    trials: int
    attached: Agreement
    printed: Agreement
    unprinted: tuple[str, ...]
    """Chapters that the PDF leaves out."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All of them, those of the attached data first."""
        return (*self.attached.differences, *self.printed.differences)


def verify(path: Path) -> Verification:
    """Check one PDF; raises VerificationError for a file that cannot be checked."""
    return check_paper(read_paper(path))


def check_paper(paper: Paper) -> Verification:
    """Check what was read of a PDF."""
    attached = read_attached(paper.results)
    with speak(attached.cover.language if attached.cover else "en"):
        return _check(paper, attached)


def _check(paper: Paper, attached: Attached) -> Verification:
    findings = recompute(attached)
    printed, unprinted = _compare_paper(paper, findings)
    return Verification(
        edition=attached.edition.id,
        version=attached.edition.versions.get("dlsurvey", ""),
        trials=len(findings.trials),
        attached=_compare_results(paper.results, findings),
        printed=printed,
        unprinted=unprinted,
    )


def describe(verification: Verification) -> list[str]:
    """The lines that the command prints."""
    found = verification.differences
    lines = [
        f"{one.where}: here {one.given}, recomputed {one.recomputed}" for one in found[:MOST_SHOWN]
    ]
    if len(found) > MOST_SHOWN:
        lines.append(f"... and {len(found) - MOST_SHOWN} more.")
    if verification.unprinted:
        lines.append(f"Not in this PDF: {', '.join(verification.unprinted)}.")
    if found and verification.version != __version__:
        lines.append(
            f"Written by dlsurvey {verification.version}, checked with {__version__}: install that"
            " version to rule out that the difference is between the two."
        )
    attached, printed = verification.attached.numbers, verification.printed.numbers
    counts = (
        f"{attached + printed:,} numbers agree ({attached:,} in the attached results.json and"
        f" {printed:,} in print, recomputed from {verification.trials} trials)"
    )
    differ = "one number differs" if len(found) == 1 else f"{len(found)} numbers differ"
    lines.append(f"Edition {verification.edition}: {counts}{f', {differ}' if found else ''}.")
    return [make_printable(line) for line in lines]


def make_printable(line: str) -> str:
    """A line from a file of anyone's: no control characters, and not endless."""
    line = re.sub(r"[^\S ]+", " ", line)
    line = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )
    return line if len(line) <= 600 else f"{line[:600]}..."


def _compare_results(content: bytes, findings: Findings) -> Agreement:
    from dlsurvey.render.results import write_results

    given: dict[str, Any] = json.loads(content)
    recomputed: dict[str, Any] = json.loads(write_results(findings))
    return merge(
        [
            compare_values(given[name], recomputed[name], f"results.json › {name}")
            for name in COMPUTED
            if name in given
        ]
    )


def _compare_paper(paper: Paper, findings: Findings) -> tuple[Agreement, tuple[str, ...]]:
    if paper.is_landscape:
        agreement = compare_excerpt(paper.chapters, _set_anew(findings))
        if not agreement.numbers and not agreement.differences:
            raise VerificationError("The slides print no table or sentence that could be checked.")
        return agreement, ()
    printed = {squeeze(chapter.title): chapter for chapter in paper.chapters}
    agreements = []
    unprinted = []
    for expected in _set_anew(findings):
        own = printed.get(squeeze(expected.title))
        if own is None:
            unprinted.append(expected.title)
        else:
            agreements.append(compare_chapters(own, expected))
    if not agreements:
        raise VerificationError("The PDF prints no chapter that could be checked.")
    return merge(agreements), tuple(unprinted)


def _set_anew(findings: Findings) -> list[Chapter]:
    """The chapters as this very evidence would print them."""
    from dlsurvey.render.pages import compose_page

    page = read_page(compose_page(findings, (), "print"))
    told = [key for key in CHAPTERS if key != "frameworks" or findings.cards]
    chapters = [page[key] for key in told if key in page]
    if SENTENCES_ONLY in page:
        sentences = tuple(trend.sentence for trend in findings.trends)
        chapters.append(Chapter(page[SENTENCES_ONLY].title, (), sentences))
    return chapters
