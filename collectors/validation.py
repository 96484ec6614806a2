"""Turns an observation into a verdict: believable, of the future, or absurd."""

import math
from datetime import date

from dlsurvey.records import Observation

ABSURD = 1e15
"""No source counts so many of anything; below 2**53, so that every count is exact in JSON."""


def find_fault(observation: Observation, today: date) -> str | None:
    """One sentence on why an observation cannot be believed, or None."""
    value = observation.value
    point = f"{observation.metric} of {observation.subject} at {observation.start}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"The source's {point} is no number."
    if not math.isfinite(value):
        return f"The source's {point} is not finite."
    if value < 0:
        return f"The source's {point} is negative."
    if value > ABSURD:
        return f"The source's {point} is absurdly large."
    if observation.start > today:
        return f"The source's {point} lies in the future."
    return None
