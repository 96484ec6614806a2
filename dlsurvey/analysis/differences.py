"""Turns what differs between two editions into records that commands and templates print."""

import re
from collections import Counter
from typing import Literal

from dlsurvey.formats import join_words
from dlsurvey.records import Record

CauseKind = Literal["new data", "revised", "method", "environment"]
ChangeKind = Literal["verdict", "claim", "crossing", "release", "measurement", "revision"]

CAUSES: dict[CauseKind, str] = {
    "new data": "new data",
    "revised": "a source revised its past",
    "method": "our method changed",
    "environment": "the machine or a version changed",
}
KINDS: dict[ChangeKind, tuple[str, str, str]] = {
    "verdict": ("Verdicts that turned", "verdict turned", "verdicts turned"),
    "claim": ("Claims that turned", "claim turned", "claims turned"),
    "crossing": ("Crossings", "crossing", "crossings"),
    "release": ("New releases", "new release", "new releases"),
    "measurement": (
        "Measurements beyond the noise",
        "measurement beyond the noise",
        "measurements beyond the noise",
    ),
    "revision": ("What sources revised", "revised series", "revised series"),
}
"""Heading, one of them, several of them; in the order in which they are told."""


FEW = 3
"""How many phrases of what is new fit in a line."""


class Cause(Record, frozen=True, kw_only=True):
    """What one difference is put down to."""

    kind: CauseKind
    text: str
    """What exactly: 'torch 2.15.0, before 2.14.0'."""

    @property
    def sentence(self) -> str:
        """'The machine or a version changed: torch 2.15.0, before 2.14.0.'"""
        words = CAUSES[self.kind]
        return f"{words[0].upper()}{words[1:]}: {self.text}."


class Change(Record, frozen=True, kw_only=True):
    """One difference between two editions, with everything that it may come from."""

    kind: ChangeKind
    what: str
    """What it is a difference of: 'MNIST CNN, time per epoch of TensorFlow and PyTorch'."""
    before: str
    """Empty where there was nothing."""
    now: str
    """Empty where there is nothing any more."""
    sentence: str
    causes: tuple[Cause, ...]
    """At least one. Where several things changed at once, nobody can tell them apart."""


class Changes(Record, frozen=True, kw_only=True):
    """All that differs between two editions."""

    old: str | None
    """None where there is nothing to compare with."""
    new: str
    nothing_because: str = ""
    """Why nothing was compared; empty where it was."""
    changes: tuple[Change, ...] = ()
    evidence: tuple[str, ...] = ()
    """What the newer edition stands on and the older did not, in phrases."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs at all."""
        return not (self.changes or self.evidence)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Change, ...]], ...]:
        """The changes under their headings; kinds without any are left out."""
        return tuple(
            (heading, found)
            for kind, (heading, _, _) in KINDS.items()
            if (found := tuple(one for one in self.changes if one.kind == kind))
        )

    @property
    def summary(self) -> str:
        """All of it in one line."""
        if self.nothing_because:
            return self.nothing_because
        if self.empty:
            return "Nothing changed."
        counts = Counter(one.kind for one in self.changes)
        told = [
            f"{counts[kind]} {one if counts[kind] == 1 else several}"
            for kind, (_, one, several) in KINDS.items()
            if counts[kind]
        ]
        if told:
            return f"{join_words(told)}."
        # Names and numbers come after a colon or a bracket: the list below the line has them.
        few = [re.split(r":| \(", phrase)[0] for phrase in self.evidence[:FEW]]
        if len(self.evidence) > FEW:
            few.append(f"{len(self.evidence) - FEW} more")
        return f"No result changed. New: {'; '.join(few)}."
