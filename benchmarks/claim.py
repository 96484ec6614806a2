"""Turns a series of measurements and a limit into a claim that holds or does not."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Claim:
    """The median of `values` is at most `limit`."""

    text: str
    values: tuple[float, ...]
    limit: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether the median keeps to the limit."""
        return median(self.values) <= self.limit

    def __str__(self) -> str:
        """One line: verdict, claim, median with its range and n."""
        verdict = "holds " if self.holds else "BROKEN"
        return (
            f"{verdict} {self.text}: median {median(self.values):.3f}{self.unit}"
            f" ({min(self.values):.3f} to {max(self.values):.3f}, n = {len(self.values)},"
            f" limit {self.limit}{self.unit})"
        )
