"""Turns kept test images into two grids: examples of each class, and those most often misread."""

from collections.abc import Sequence
from math import ceil

from dlsurvey.analysis.findings import WorkloadFindings
from dlsurvey.analysis.measured import Picture, Pictures
from dlsurvey.figures.figure import Figure, Table, name_figure
from dlsurvey.figures.letters import count_letters
from dlsurvey.figures.pixels import write_data_address
from dlsurvey.figures.sheet import WIDTH, Place, Sheet, Type
from dlsurvey.figures.style import MUTED, RULE, Look
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

MOST_BYTES = 52_000
"""Of all images of one figure, as text: a page that holds it stays light."""
COLUMNS = 10
GAP = 6.0
LINE = 9.5
LONGEST = 16
"""Letters of a word under an image."""
EDGE = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS
"""Of an image, in points."""


def draw_examples(workload: WorkloadFindings, _looks: dict[str, Look]) -> Figure | None:
    """One column per class, its first images beneath one another; None where no image was kept."""
    pictures = workload.pictures
    if pictures is None or not pictures.examples:
        return None
    columns: dict[str, list[Picture]] = {}
    for picture in pictures.examples:
        columns.setdefault(picture.label, []).append(picture)
    deep = max(1, min(max(map(len, columns.values())), count_fitting(pictures) // len(columns)))
    shown = [group[:deep] for group in columns.values()][: count_fitting(pictures)]
    block = deep * (EDGE + GAP / 2) + LINE + GAP
    sheet = Sheet()
    for place, group in enumerate(shown):
        row, column = divmod(place, COLUMNS)
        x, y = column * (EDGE + GAP), row * block
        _write_words(sheet, group[0].label, (x, y + 7), Type(colour=MUTED))
        for below, picture in enumerate(group):
            _draw(sheet, pictures, picture, (x, y + LINE + below * (EDGE + GAP / 2)))
    alt = _("Examples of the test images of {dataset}, {count} of each class: {classes}.").format(
        dataset=workload.dataset.title,
        count=deep,
        classes=", ".join(group[0].label for group in shown),
    )
    return Figure(
        key=name_figure(workload.name, "examples"),
        svg=sheet.write(ceil(len(shown) / COLUMNS) * block, alt),
        alt=alt,
        caption=_(
            "What the networks of {workload} are shown: the first test images of each"
            " class of {dataset}, pixel by pixel, under the class they belong to."
        ).format(workload=workload.title, dataset=workload.dataset.title),
        width="full",
        table=_tabulate([picture for group in shown for picture in group]),
    )


def draw_mistaken(workload: WorkloadFindings, _looks: dict[str, Look]) -> Figure | None:
    """Each misread image with what it is and what it was taken for; None where there is none."""
    pictures = workload.pictures
    if pictures is None or not pictures.mistaken:
        return None
    shown = pictures.mistaken[: max(1, count_fitting(pictures))]
    block = EDGE + 3 * LINE + 1.5 * GAP
    sheet = Sheet()
    for place, picture in enumerate(shown):
        row, column = divmod(place, COLUMNS)
        x, y = column * (EDGE + GAP), row * block
        _draw(sheet, pictures, picture, (x, y))
        lines = (
            (_("is {label}").format(label=picture.label), Type(colour=MUTED)),
            (_("read {label}").format(label=picture.predicted), Type(bold=True)),
            (
                _("{wrong} of {told}").format(wrong=picture.wrong, told=picture.told),
                Type(colour=MUTED),
            ),
        )
        for line, (text, kind) in enumerate(lines, 1):
            _write_words(sheet, text, (x, y + EDGE + line * LINE), kind)
    words = [
        _("{label} read as {predicted} in {wrong} of {told} runs").format(
            label=one.label, predicted=one.predicted, wrong=one.wrong, told=one.told
        )
        for one in shown
    ]
    alt = _("Test images that were misread, {workload}: {images}.").format(
        workload=workload.title, images="; ".join(words)
    )
    rest = len(pictures.mistaken) - len(shown)
    return Figure(
        key=name_figure(workload.name, "mistaken"),
        svg=sheet.write(ceil(len(shown) / COLUMNS) * block, alt),
        alt=alt,
        caption=_(
            "Test images that the most runs got wrong, {workload}: what each is, what"
            " most of these runs read it as, and how many of the runs that tell got it wrong."
        ).format(workload=workload.title)
        + (" " + _("{count} more were kept.").format(count=rest) if rest else ""),
        width="full",
        table=_tabulate(shown),
    )


def count_fitting(pictures: Pictures) -> int:
    """How many images of this size a figure may hold, taken as if none could be packed."""
    packed = 4 * ceil((pictures.height * (pictures.width * pictures.channels + 1) + 80) / 3) + 120
    return MOST_BYTES // packed


def _draw(sheet: Sheet, pictures: Pictures, picture: Picture, corner: Place) -> None:
    address = write_data_address(picture.pixels, pictures.height, pictures.width, pictures.channels)
    sheet.add_image(address, (*corner, EDGE, EDGE))
    sheet.add_box((*corner, EDGE, EDGE), edge=RULE)


def _write_words(sheet: Sheet, words: str, corner: Place, kind: Type) -> None:
    """In the middle of the column, as large as it allows; very long names are cut."""
    cut = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    size = min(kind.size, EDGE / (0.62 * count_letters(cut)))
    sheet.add_text(cut, (corner[0] + EDGE / 2, corner[1]), kind._replace(size=size))


def _tabulate(pictures: Sequence[Picture]) -> Table:
    return Table(
        columns=(
            mark("test image"),
            mark("class"),
            mark("read as"),
            mark("runs wrong"),
            mark("runs that tell"),
        ),
        rows=tuple(
            (one.image, one.label, one.predicted or None, one.wrong or None, one.told or None)
            for one in pictures
        ),
    )
