"""Turns ideas into drawings: convolution, pooling, ReLU, softmax.

What has numbers in it is computed, from a kept test image where there is one.
"""

import base64
from collections.abc import Iterable

import numpy as np

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Pictures
from dlsurvey.figures.arithmetic import (
    FILTERS,
    SCORES,
    SEVEN,
    Grid,
    coarsen,
    convolve,
    pool,
    read_grey,
    rectify,
    share,
)
from dlsurvey.figures.figure import Figure, Table
from dlsurvey.figures.pixels import write_data_address
from dlsurvey.figures.sheet import WIDTH, Place, Sheet, Type
from dlsurvey.figures.style import INK, MUTED, RULE
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

CELL = 17.0
ACCENT = "#123f86"
BELOW = "#c8500a"
"""Of negative numbers; they have a sign as well."""
LINE = 11.0
SMALL = Type(size=7.5, colour=MUTED)
HEAD = Type(size=8.5, bold=True)
MOST_PIXELS = 48
"""Larger images are not drawn whole: they would weigh too much."""


def draw_convolution(workloads: Iterable[WorkloadFindings]) -> Figure:
    """A few numbers of an image, one filter, and what it gives out, the first sum written out."""
    image, _pictures = _choose_image(workloads)
    name, rows = _(FILTERS[0][0]), FILTERS[0][1]
    weights = np.array(rows, dtype=np.float64)
    result = convolve(image, weights)
    sheet = Sheet()
    top = 24.0
    x, filter_x, result_x = 0.0, 190.0, 330.0
    _draw_grid(sheet, (x, top), image)
    _draw_grid(sheet, (filter_x, top + 25), weights)
    _draw_grid(sheet, (result_x, top + 17), result)
    heads = (
        (_("image, 6 × 6"), 51.0),
        (_("filter for {name}").format(name=name), filter_x + 25),
        (_("result, 4 × 4"), result_x + 34),
    )
    for head, middle in heads:
        sheet.add_text(head, (middle, 15), HEAD)
    sheet.add_box((x, top, 3 * CELL, 3 * CELL), edge=BELOW, bold=2)
    sheet.add_box((result_x, top + 17, CELL, CELL), edge=BELOW, bold=2)
    sheet.add_arrow([(112, top + 51), (filter_x - 12, top + 51)])
    sheet.add_arrow([(filter_x + 63, top + 51), (result_x - 12, top + 51)])
    total = _write(result[0, 0])
    products = _write_products(image[:3, :3], weights)
    words = _("framed: {products} = {total}").format(products=products, total=total)
    sheet.add_text(words, (0, top + 6 * CELL + 16), Type(size=8, anchor="start"))
    alt = _(
        "An image of 6 by 6 numbers, a filter of 3 by 3, and the 4 by 4 sums of their products;"
        " the first is {total}."
    ).format(total=total)
    return Figure(
        key="concept-convolution",
        svg=sheet.write(top + 6 * CELL + 22, alt),
        alt=alt,
        caption=_(
            "Convolution: the filter is laid on every place of the image, its nine numbers are"
            " multiplied with what lies below, and the sum is one number of the result. Large sums"
            " mark {name}: dark to the right, light to the left."
        ).format(name=name),
        width="full",
        table=_tabulate(
            (mark("image"), image), (mark("filter"), weights), (mark("result"), result)
        ),
    )


def draw_pooling(workloads: Iterable[WorkloadFindings]) -> Figure:
    """The result of the convolution through ReLU and the largest of each four."""
    image, _pictures = _choose_image(workloads)
    sums = convolve(image, np.array(FILTERS[0][1], dtype=np.float64))
    positive = rectify(sums)
    largest = pool(positive)
    sheet = Sheet()
    top = 24.0
    side = 4 * CELL
    _draw_grid(sheet, (30, top), sums)
    _draw_grid(sheet, (205, top), positive)
    _draw_grid(sheet, (380, top + CELL), largest)
    sheet.add_text(_("after convolution"), (30 + side / 2, 15), HEAD)
    sheet.add_text(_("after ReLU"), (205 + side / 2, 15), HEAD)
    sheet.add_text(_("after pooling"), (380 + CELL, 15), HEAD)
    for row in range(2):
        for column in range(2):
            box = (205 + 2 * column * CELL, top + 2 * row * CELL, 2 * CELL, 2 * CELL)
            sheet.add_box(box, edge=INK, bold=1.4)
    middle = top + side / 2
    for left, text in ((30 + side, _("negative → 0")), (205 + side, _("largest of 4"))):
        sheet.add_arrow([(left + 12, middle), (left + 95, middle)])
        sheet.add_text(text, (left + 53, middle - 5), SMALL)
    alt = _(
        "ReLU sets {count} of 16 sums to zero; of each square of four the largest is kept:"
        " {values}."
    ).format(
        count=int((sums < 0).sum()), values=", ".join(_write(value) for value in largest.ravel())
    )
    return Figure(
        key="concept-pooling",
        svg=sheet.write(top + side + 6, alt),
        alt=alt,
        caption=_(
            "ReLU keeps what is positive; max pooling keeps the largest of each square of four,"
            " a quarter of the numbers, and where exactly a stroke stood matters a little less."
        ),
        width="full",
        table=_tabulate(
            (mark("convolution"), sums), ("ReLU", positive), (mark("pooling"), largest)
        ),
    )


def draw_filters(workloads: Iterable[WorkloadFindings]) -> Figure | None:
    """A whole image and what three filters see in it; None where no image was kept."""
    _grid, pictures = _choose_image(workloads)
    if pictures is None or max(pictures.height, pictures.width) > MOST_PIXELS:
        return None
    image = read_grey(pictures)
    maps = [
        (_(name), pool(rectify(convolve(image, np.array(rows, dtype=np.float64)))))
        for name, rows in FILTERS
    ]
    sheet = Sheet()
    edge = 92.0
    gap = (WIDTH - 4 * edge) / 3
    label = pictures.examples[0].label
    shown = [(_("the image: {label}").format(label=label), image), *maps]
    for place, (name, values) in enumerate(shown):
        x = place * (edge + gap)
        sheet.add_image(_write_image(values), (x, 20, edge, edge))
        sheet.add_box((x, 20, edge, edge), edge=RULE)
        sheet.add_text(name, (x + edge / 2, 13), HEAD)
        rows, columns = values.shape
        sheet.add_text(f"{rows} × {columns}", (x + edge / 2, 20 + edge + LINE), SMALL)
    alt = _(
        "A test image of the class {label}, and what is left of it after filters for {names},"
        " ReLU and pooling."
    ).format(label=label, names=", ".join(name for name, _values in maps))
    return Figure(
        key="concept-filters",
        svg=sheet.write(20 + edge + LINE + 4, alt),
        alt=alt,
        caption=_(
            "What three filters find in a whole test image, after ReLU and pooling; light is a"
            " large number. These filters were written by hand. In a network nobody writes them:"
            " the training finds them."
        ),
        width="full",
        table=Table(
            columns=(mark("filter"), mark("weights")),
            rows=tuple(
                (name, "; ".join(" ".join(map(str, row)) for row in rows)) for name, rows in FILTERS
            ),
        ),
    )


def draw_activations() -> Figure:
    """The bend of ReLU, and scores that softmax turns into shares."""
    sheet = Sheet()
    _draw_bend(sheet, (100.0, 96.0))
    scores = np.array(SCORES)
    shares = share(scores)
    left, top, row = 268.0, 26.0, 21.0
    sheet.add_text("softmax", (WIDTH - 104, 13), HEAD)
    for place, (score, part) in enumerate(zip(scores, shares, strict=True)):
        y = top + place * row
        sheet.add_text(
            _("score {value}").format(value=_write(score, 1)),
            (left + 40, y + 10),
            Type(anchor="end"),
        )
        sheet.add_arrow([(left + 48, y + 7), (left + 68, y + 7)])
        sheet.add_box((left + 76, y, 90 * part, 13), fill=ACCENT)
        sheet.add_text(
            f"{100 * part:.1f} %", (left + 81 + 90 * part, y + 10), Type(anchor="start", bold=True)
        )
    sheet.add_text(_("together 100 %"), (left + 76, top + 4 * row + 8), Type(7.5, MUTED, "start"))
    parts = ", ".join(
        _("{score} becomes {share:.1f} %").format(score=_write(score, 1), share=100 * part)
        for score, part in zip(scores, shares, strict=True)
    )
    alt = _(
        "ReLU: zero for negative input, the input itself otherwise. Softmax of scores: {parts}."
    ).format(parts=parts)
    return Figure(
        key="concept-activations",
        svg=sheet.write(124, alt),
        alt=alt,
        caption=_(
            "Left: ReLU bends at zero, without which all layers together would be one straight"
            " line. Right: softmax turns the scores of the last layer into shares of 100 %; the"
            " largest score stays the largest."
        ),
        width="full",
        table=Table(
            columns=(mark("score"), mark("share")),
            rows=tuple((float(a), round(float(b), 4)) for a, b in zip(scores, shares, strict=True)),
        ),
    )


def _draw_bend(sheet: Sheet, origin: Place) -> None:
    x, y = origin
    sheet.add_text("ReLU", (x, 13), HEAD)
    sheet.add_arrow([(x - 80, y), (x + 88, y)])
    sheet.add_arrow([(x, y + 14), (x, y - 72)])
    sheet.add_line([(x - 74, y), (x, y), (x + 64, y - 64)], colour=ACCENT, width=2.4)
    sheet.add_text(_("input"), (x + 88, y + 11), Type(7.5, MUTED, "end"))
    sheet.add_text(_("output"), (x - 5, y - 66), Type(7.5, MUTED, "end"))
    sheet.add_text("0", (x - 5, y + 11), Type(7.5, MUTED, "end"))


def _choose_image(workloads: Iterable[WorkloadFindings]) -> tuple[Grid, Pictures | None]:
    """The first kept example, coarsened; a drawn seven where there is none or it is empty."""
    for workload in workloads:
        pictures = workload.pictures
        if pictures is not None and pictures.examples and min(pictures.height, pictures.width) >= 6:
            grid = coarsen(read_grey(pictures))
            if grid.any():
                return grid, pictures
    return SEVEN, None


def _draw_grid(sheet: Sheet, corner: Place, values: Grid) -> None:
    most = float(np.abs(values).max()) or 1.0
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            x, y = corner[0] + column * CELL, corner[1] + row * CELL
            sheet.add_box((x, y, CELL, CELL), fill=_shade(float(value) / most), edge=MUTED)
            sheet.add_text(_write(float(value)), (x + CELL / 2, y + CELL / 2 + 2.8), Type(7.5))


def _shade(part: float) -> str:
    """White for zero, blue for what is positive and orange for what is negative, never so dark
    that black digits could not be read on it."""
    ink = (120, 158, 222) if part > 0 else (244, 178, 130)
    mixed = (round(255 + (channel - 255) * abs(part)) for channel in ink)
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _write_image(values: Grid) -> str:
    most = float(values.max()) or 1.0
    pixels = np.round(values * (255 / most)).astype(np.uint8)
    rows, columns = pixels.shape
    return write_data_address(base64.b64encode(pixels.tobytes()).decode("ascii"), rows, columns, 1)


def _write_products(values: Grid, weights: Grid) -> str:
    return " ".join(
        f"{'+' if weight > 0 else '−'} {abs(weight):.0f}·{value:.0f}"
        for value, weight in zip(values.ravel(), weights.ravel(), strict=True)
        if weight
    )


def _write(value: float, digits: int = 0) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


def _tabulate(*grids: tuple[str, Grid]) -> Table:
    return Table(
        columns=(mark("grid"), mark("row"), mark("numbers")),
        rows=tuple(
            (name, number, " ".join(f"{value:.0f}" for value in line))
            for name, values in grids
            for number, line in enumerate(values, 1)
        ),
    )
