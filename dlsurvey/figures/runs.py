"""Turns the points of a series into the runs that a line may join, and into fewer points."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from dlsurvey.analysis.findings import SO_FAR, Point

HOLE = 1.5
"""Points further apart than this many times the usual spacing have a hole between them."""

MOST_DRAWN = 320
"""More points of one series than this are thinner than the line that would draw them."""


def split_at_holes(points: Sequence[Point]) -> list[list[Point]]:
    """Runs of points without a hole; what is not over yet stands alone."""
    if len(points) < 2:
        return [list(points)] if points else []
    usual = median_low((b.start - a.start).days for a, b in pairwise(points))
    runs = [[points[0]]]
    for before, after in pairwise(points):
        apart = (after.start - before.start).days > HOLE * max(usual, 1)
        if apart or after.label == SO_FAR:
            runs.append([])
        runs[-1].append(after)
    return runs


def has_holes(points: Sequence[Point]) -> bool:
    """Whether a value is missing between two others."""
    return len(split_at_holes([point for point in points if point.label != SO_FAR])) > 1


def thin_runs(runs: Sequence[Sequence[Point]], most: int = MOST_DRAWN) -> list[list[Point]]:
    """At most about `most` points in all: of each stretch the lowest and the highest stay.

    Ends of runs stay, so that holes stay as wide as they are.
    """
    total = sum(len(run) for run in runs)
    if total <= most:
        return [list(run) for run in runs]
    return [_thin(run, max(2, most * len(run) // total)) for run in runs]


def _thin(run: Sequence[Point], most: int) -> list[Point]:
    inner = run[1:-1]
    stretches = max(1, (most - 2) // 2)
    if len(inner) <= 2 * stretches:
        return list(run)
    kept = [run[0]]
    for number in range(stretches):
        first = number * len(inner) // stretches
        stretch = inner[first : (number + 1) * len(inner) // stretches]
        lowest = min(stretch, key=lambda point: point.value)
        highest = max(stretch, key=lambda point: point.value)
        kept += sorted({lowest.start: lowest, highest.start: highest}.values(), key=_start)
    return [*kept, run[-1]]


def _start(point: Point) -> int:
    return point.start.toordinal()
