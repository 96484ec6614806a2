"""Turns the ends of lines into direct labels that do not lie on one another."""

from collections.abc import Collection, Sequence

from matplotlib.axes import Axes


def spread_apart(
    positions: Sequence[float], distance: float, low: float, high: float
) -> list[float]:
    """Move positions as little as needed so that neighbours keep `distance`, in the same order."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved = [positions[index] for index in order]
    for place in range(1, len(moved)):
        moved[place] = max(moved[place], moved[place - 1] + distance)
    if moved and moved[-1] > high:
        moved[-1] = high
        for place in range(len(moved) - 2, -1, -1):
            moved[place] = min(moved[place], moved[place + 1] - distance)
    result = [0.0] * len(positions)
    for place, index in enumerate(order):
        result[index] = max(moved[place], low) if len(moved) == 1 else moved[place]
    return result


def label_ends(
    axes: Axes,
    ends: Sequence[tuple[float, str, str]],
    height_points: float,
    font: float = 8.5,
    plain: Collection[str] = (),
) -> None:
    """Write each (value, text, colour) to the right of the axes, at the height of its value.

    Call it after the limits are final; `height_points` is the rough height of the axes. Texts in
    `plain` are no names, and neither bold nor as large.
    """
    low, high = axes.get_ylim()
    fractions = [(value - low) / (high - low) for value, _, _ in ends]
    placed = spread_apart(fractions, 1.25 * font / height_points, 0.0, 1.0)
    for fraction, (_, text, colour) in zip(placed, ends, strict=True):
        axes.annotate(
            text,
            (1.015, fraction),
            xycoords="axes fraction",
            va="center",
            color=colour,
            fontsize=font - 1 if text in plain else font,
            fontweight="normal" if text in plain else "bold",
            annotation_clip=False,
        )
