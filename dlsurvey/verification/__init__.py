"""Turns a PDF of an edition into the answer whether its numbers follow from the data attached to it.

Three things are compared: the attached results.json with what the manifest beside it says of it; what
results.json says was found out with what its own trials give when they are analysed again; and what
the PDF prints with the same chapters or slides set anew from that analysis. Pictures are not read, and
who alters trials and all that follows from them alike is not found out: for that, compare the edition
with the one that was published.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dlsurvey import __version__
from dlsurvey.analysis.findings import Findings
from dlsurvey.characters import show_on_line
from dlsurvey.errors import VerificationError
from dlsurvey.language import speak
from dlsurvey.sections import Shape
from dlsurvey.verification.agreement import (
    Agreement,
    Difference,
    compare_values,
    differ,
    merge,
)
from dlsurvey.verification.attached import Attached, read_attached
from dlsurvey.verification.chapters import compare_chapters
from dlsurvey.verification.expected import Expected, list_left_out, set_anew
from dlsurvey.verification.page import COVER
from dlsurvey.verification.paper import Paper, read_paper
from dlsurvey.verification.printed import Chapter, list_numbers, squeeze
from dlsurvey.verification.recomputation import recompute
from dlsurvey.verification.seal import check_seal
from dlsurvey.verification.slides import compare_slides

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

__all__ = ["Difference", "Verification", "check_paper", "describe", "verify"]


class Verification(NamedTuple):
    """What came of it."""

    edition: str
    version: str
    trials: int
    attached: Agreement
    printed: Agreement
    unprinted: tuple[str, ...]
    """Chapters that the PDF leaves out."""
    words: tuple[str, ...]
    """Chapters in the author's own words, which follow from nothing."""
    is_sealed: bool
    """Whether a manifest is attached that says what results.json was."""

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
    printed, unprinted, words = _compare_paper(paper, findings, attached)
    results = _compare_results(paper.results, findings)
    if paper.manifest is not None:
        results = merge([check_seal(paper.manifest, paper.results, attached.edition.id), results])
    return Verification(
        edition=attached.edition.id,
        version=attached.edition.versions.get("dlsurvey", ""),
        trials=len(findings.trials),
        attached=results,
        printed=printed,
        unprinted=unprinted,
        words=words,
        is_sealed=paper.manifest is not None,
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
    if verification.words:
        lines.append(f"In the author's words, not checked: {', '.join(verification.words)}.")
    if not verification.is_sealed:
        lines.append(
            "No manifest.json is attached, which would say whether results.json is as it was written."
        )
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
    line = show_on_line(line)
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
        + [
            differ(f"results.json › {name}", "no such key", f"{len(value)} entries")
            for name, value in recomputed.items()
            if name not in given and _says_something(value)
        ]
    )


def _says_something(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_says_something, value.values()))
        case list():
            return bool(value)
        case _:
            return False


def _compare_paper(
    paper: Paper, findings: Findings, attached: Attached
) -> tuple[Agreement, tuple[str, ...], tuple[str, ...]]:
    """How far they agree, and the titles of what is not printed and of what is not checked."""
    shape: Shape = "slides" if paper.is_landscape else "pdf"
    expected = set_anew(findings, attached, shape)
    pairs, added = pair(paper.chapters, expected)
    found = [
        compare_chapter(own, one, is_slide=paper.is_landscape)
        for one, own in pairs
        if own is not None and one.check in {"whole", "part"}
    ]
    if all(own is None or one.key == COVER for one, own in pairs):
        raise VerificationError("The PDF prints no chapter that could be checked.")
    if any(one.check == "whole" for one in expected):
        found += [_accuse(chapter) for chapter in added if _has_numbers(chapter)]
    missing = [one.chapter.title for one, own in pairs if own is None and one.check != "nothing"]
    words = [one.chapter.title for one, own in pairs if own is not None and one.check == "own"]
    return merge(found), (*list_left_out(attached, shape), *missing), tuple(words)


def pair(
    printed: Sequence[Chapter], expected: Sequence[Expected]
) -> tuple[list[tuple[Expected, Chapter | None]], list[Chapter]]:
    """Each expected chapter with the first left of its title, and what is left at the end."""
    left = list(printed)
    pairs: list[tuple[Expected, Chapter | None]] = []
    for one in expected:
        title = squeeze(one.chapter.title)
        own = next((chapter for chapter in left if squeeze(chapter.title) == title), None)
        if own is not None:
            left.remove(own)
        pairs.append((one, own))
    return pairs, left


def compare_chapter(own: Chapter, one: Expected, *, is_slide: bool) -> Agreement:
    """A chapter as it is printed with what belongs there."""
    compare = compare_slides if is_slide else compare_chapters
    return compare(own, one.chapter, whole=one.check == "whole")


def _has_numbers(chapter: Chapter) -> bool:
    cells = [cell for table in chapter.tables for row in table.rows for cell in row]
    return any(map(list_numbers, (*chapter.blocks, *cells)))


def _accuse(chapter: Chapter) -> Agreement:
    return differ(f"chapter '{chapter.title}'", "printed", "no such chapter")
