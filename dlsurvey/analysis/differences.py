"""Turns what differs between two editions into records that commands and templates print."""

import re
from collections import Counter
from typing import Literal

from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, mark_plural, ngettext
from dlsurvey.records import Record

CauseKind = Literal["new data", "revised", "method", "environment"]
ChangeKind = Literal["verdict", "claim", "crossing", "release", "measurement", "revision"]

CAUSES: dict[CauseKind, str] = {
    "new data": mark("new data"),
    "revised": mark("a source revised its past"),
    "method": mark("our method changed"),
    "environment": mark("the machine or a version changed"),
}
KINDS: dict[ChangeKind, tuple[str, tuple[str, str]]] = {
    "verdict": (
        mark("Verdicts that turned"),
        mark_plural("{count} verdict turned", "{count} verdicts turned"),
    ),
    "claim": (
        mark("Claims that turned"),
        mark_plural("{count} claim turned", "{count} claims turned"),
    ),
    "crossing": (mark("Crossings"), mark_plural("{count} crossing", "{count} crossings")),
    "release": (mark("New releases"), mark_plural("{count} new release", "{count} new releases")),
    "measurement": (
        mark("Measurements beyond the noise"),
        mark_plural(
            "{count} measurement beyond the noise", "{count} measurements beyond the noise"
        ),
    ),
    "revision": (
        mark("What sources revised"),
        mark_plural("{count} revised series", "{count} revised series"),
    ),
}
"""Heading, and how many there are; in the order in which they are told."""


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
        words = _(CAUSES[self.kind])
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
            (_(heading), found)
            for kind, (heading, counted) in KINDS.items()
            if (found := tuple(one for one in self.changes if one.kind == kind))
        )

    @property
    def summary(self) -> str:
        """All of it in one line."""
        if self.nothing_because:
            return self.nothing_because
        if self.empty:
            return _("Nothing changed.")
        counts = Counter(one.kind for one in self.changes)
        told = [
            ngettext(*counted, counts[kind]).format(count=counts[kind])
            for kind, (heading, counted) in KINDS.items()
            if counts[kind]
        ]
        if told:
            return f"{join_words(told)}."
        # Names and numbers come after a colon or a bracket: the list below the line has them.
        few = [re.split(r":| \(", phrase)[0] for phrase in self.evidence[:FEW]]
        if len(self.evidence) > FEW:
            few.append(_("{count} more").format(count=len(self.evidence) - FEW))
        return _("No result changed. New: {phrases}.").format(phrases="; ".join(few))
