"""Turns a metric into a signal of the report: its words, and how it is prepared and drawn."""

from datetime import date
from typing import Literal

import msgspec

from dlsurvey.analysis.findings import Estimate
from dlsurvey.analysis.preparations import Preparation, keep
from dlsurvey.language import gettext as _
from dlsurvey.records import Record

Kind = Literal["lines", "bars", "shares"]
Label = Literal["point", "series", "request"]


class Signal(Record, frozen=True, kw_only=True):
    """One popularity signal of the report: which metric, and how it is shown."""

    key: str
    title: str
    metric: str
    unit: str
    kind: Kind = "lines"
    source: str = ""
    """The collector that is asked first; all others stand in for it or stand beside it."""
    beside: str = ""
    """A finer metric of that collector: where it has values, this signal stands in for nothing."""
    prepare: Preparation = keep
    reads: tuple[str, ...] = ()
    """Other metrics that the preparation reads."""
    label: Label = "point"
    """Whether a label names a point, a series of its own, or a request to be held apart."""
    meaning: tuple[str, ...] = ()
    """Sentences, set where the collector's own words do not fit what is shown."""
    ends: date | None = None
    sampled: bool = True
    low_share: float | None = None
    """Below this share of their usual level, nearly all series together are an outage."""
    estimate: Estimate = "census"
    """Whether its values are all that there is, a count of events, a share of them, or an index."""
    daily: bool = False
    """Whether its metric counts days, on which outages are looked for before they are summed."""
    counted: str = ""
    """What is counted, in a word, where outages are looked for."""


def translate(signal: Signal) -> Signal:
    """The same with its texts in the language of the report."""
    return msgspec.structs.replace(
        signal,
        title=_(signal.title),
        unit=_(signal.unit),
        meaning=tuple(_(sentence) for sentence in signal.meaning),
        counted=_(signal.counted) if signal.counted else "",
    )
