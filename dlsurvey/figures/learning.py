"""Turns what deep learning is into one drawing: layers, and the steps of their training."""

from itertools import pairwise

from dlsurvey.figures.figure import Figure, Table
from dlsurvey.figures.sheet import WIDTH, Sheet, Type
from dlsurvey.figures.style import FILL, MUTED, RULE
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

ACCENT = "#123f86"
SMALL = Type(size=7.5, colour=MUTED)
WORD = Type(size=8)
STEPS = (
    mark("take a batch of images"),
    mark("forward: compute the scores"),
    mark("loss: compare with the labels"),
    mark("backward: a gradient per weight"),
    mark("optimiser: move every weight"),
)


def draw_layers() -> Figure:
    """A network with three hidden layers, and the five steps of its training beside it."""
    sheet = Sheet()
    names = (_("image"), _("edges"), _("parts"), _("objects"), _("classes"))
    sizes = (4, 5, 5, 5, 3)
    places = [
        [(30 + 52 * layer, 78 + 19 * (unit - (size - 1) / 2)) for unit in range(size)]
        for layer, size in enumerate(sizes)
    ]
    for here, there in pairwise(places):
        for one in here:
            for other in there:
                sheet.add_line([one, other], colour=RULE, width=0.5)
    for layer, (units, name) in enumerate(zip(places, names, strict=True)):
        inner = 0 < layer < len(sizes) - 1
        for unit in units:
            sheet.add_disc(unit, 6.5, fill=ACCENT if inner else FILL, edge=ACCENT)
        sheet.add_text(name, (units[0][0], 148), WORD)
    sheet.add_text(_("three hidden layers"), (134, 18), SMALL)
    _draw_steps(sheet, 282)
    steps = ", ".join(f"{number} {_(text)}" for number, text in enumerate(STEPS, 1))
    alt = _(
        "A network of an image, three hidden layers for edges, parts and objects, and the classes;"
        " beside it one step of training: {steps}, and again with the next batch."
    ).format(steps=steps)
    return Figure(
        key="concept-layers",
        svg=sheet.write(156, alt),
        alt=alt,
        caption=_(
            "Deep: several hidden layers between what goes in and what comes out. Right: what"
            " one step of training does; an epoch is as many steps as it takes to see every image"
            " once."
        ),
        width="full",
        table=Table(
            columns=(mark("step"), mark("what happens")),
            rows=tuple((number, text) for number, text in enumerate(STEPS, 1)),
        ),
    )


def _draw_steps(sheet: Sheet, left: float) -> None:
    width, height, gap = WIDTH - left - 26, 20.0, 8.0
    middle = left + width / 2
    for row, text in enumerate(STEPS):
        top = 9 + row * (height + gap)
        sheet.add_box((left, top, width, height), fill=FILL, edge=MUTED, round_by=3)
        sheet.add_text(_(text), (middle, top + 13), WORD)
        if row:
            sheet.add_arrow([(middle, top - gap), (middle, top)])
    last = 9 + 4 * (height + gap) + height / 2
    far = left + width + 18
    sheet.add_arrow(
        [(left + width, last), (far, last), (far, 9 + height / 2), (left + width, 9 + height / 2)]
    )
