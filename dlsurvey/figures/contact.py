"""Turns first contacts into two figures: imports run by run, and the way to a first trained batch."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from dlsurvey.analysis.contact import list_parts
from dlsurvey.analysis.sizes import ContactFindings, ImportTime
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.figure import Cell, Figure, Table
from dlsurvey.figures.marks import Spot, find_strand, list_strands, place_marks, tagging
from dlsurvey.figures.style import FILL, INK, MUTED, Look
from dlsurvey.formats import format_seconds
from dlsurvey.language import gettext as _
from dlsurvey.language import mark
from experiments.contact.record import Contact

IMPORTS_KEY = "contact-imports"
BATCH_KEY = "contact-first-batch"
SHADES = (FILL, "#123f86", "#d9822b", "#8fb8de", "#5b6472")
"""One for each part, told apart by lightness where colour is lost."""


def draw_contact(contact: ContactFindings | None, looks: Mapping[str, Look]) -> list[Figure]:
    """Neither has a place for what was not measured."""
    if contact is None:
        return []
    drawn = [_draw_imports(contact.imports, looks), _draw_batches(contact.record.contacts)]
    return [figure for figure in drawn if figure is not None]


def _draw_imports(imports: Sequence[ImportTime], looks: Mapping[str, Look]) -> Figure | None:
    known = [one for one in imports if one.seconds is not None]
    if not known:
        return None
    strands = list_strands([(one.title, _find_look(one.framework, looks)) for one in known])
    alt = _("Seconds of an import: {numbers}.").format(
        numbers="; ".join(f"{one.title} {_write(one)}" for one in known)
    )
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.6 + 0.36 * len(known))
        axes = canvas.add_subplot()
        for place, one in enumerate(known):
            strand = find_strand(strands, one.title)
            with tagging(axes, strand):
                _draw_row(axes, place, one, _find_look(one.framework, looks))
            if one.seconds is not None:
                words = f"{one.title}: {_write(one)}"
                spots.append(Spot(axes, one.seconds.mean, place, strand, words))
        axes.set_yticks(range(len(known)), [one.title for one in known])
        axes.set_xlabel(_("Seconds of an import in a fresh process"))
        _arrange(axes, len(known))
        svg = write_svg(canvas, IMPORTS_KEY, alt)
    sentences = [
        _("How long importing takes."),
        _("The filled mark is the mean, the bar its 95 % interval; each hollow mark is one run."),
    ]
    if any(one.loaded for one in known):
        sentences.append(
            _("A cross marks a run during which other processes kept the machine busy.")
        )
    return Figure(
        key=IMPORTS_KEY,
        svg=svg,
        alt=alt,
        caption=" ".join([*sentences, _("The axis begins at zero.")]),
        width="full",
        table=_tabulate_imports(known),
        strands=strands,
        marks=place_marks(canvas, spots),
    )


def _find_look(framework: str, looks: Mapping[str, Look]) -> Look:
    return looks.get(framework, Look(MUTED, "o", "-"))


def _write(one: ImportTime) -> str:
    return format_seconds(one.seconds.mean) if one.seconds is not None else ""


def _draw_row(axes: Axes, place: int, one: ImportTime, look: Look) -> None:
    spread = one.seconds
    if spread is None:
        return
    values = list(spread.values)
    axes.scatter(values, [place + 0.16] * len(values), s=13, marker=look.marker,
                 facecolors="none", edgecolors=look.colour, linewidths=0.7)  # fmt: skip
    crossed = [value for run, value in zip(spread.seeds, values, strict=True) if run in one.loaded]
    if crossed:
        axes.scatter(crossed, [place + 0.16] * len(crossed), s=24, marker="x", color=INK,
                     linewidths=0.7)  # fmt: skip
    if spread.low is not None and spread.high is not None:
        ends = [max(0.0, spread.low), spread.high]
        axes.plot(ends, [place - 0.1] * 2, color=look.colour, linewidth=2)
    axes.plot(spread.mean, place - 0.1, marker=look.marker, color=look.colour, markersize=6)
    _write_beside(axes, place, format_seconds(spread.mean))


def _write_beside(axes: Axes, place: int, text: str) -> None:
    axes.annotate(
        text,
        (1.01, place),
        xycoords=("axes fraction", "data"),
        va="center",
        color=INK,
        fontweight="bold",
        annotation_clip=False,
    )


def _arrange(axes: Axes, rows: int) -> None:
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_ylim(rows - 0.45, -0.6)
    axes.set_xlim(left=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


def _draw_batches(contacts: Sequence[Contact]) -> Figure | None:
    """Parts in their order, one bar for each framework that came to a first batch."""
    known = [one for one in contacts if one.installation.total_seconds is not None]
    if not known:
        return None
    alt = _("Seconds from nothing to the first trained batch: {numbers}.").format(
        numbers="; ".join(f"{one.title} {_list_parts(one)}" for one in known)
    )
    spots: list[Spot] = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.95 + 0.36 * len(known))
        axes = canvas.add_subplot()
        for place, one in enumerate(known):
            left = 0.0
            for shade, (name, seconds) in zip(SHADES, list_parts(one), strict=False):
                axes.barh(place, seconds, left=left, height=0.6, color=shade, edgecolor=INK,
                          linewidth=0.4, label=name if place == 0 else None)  # fmt: skip
                words = f"{one.title}, {name}: {format_seconds(seconds)}"
                spots.append(
                    Spot(axes, left, place - 0.3, place, words, (left + seconds, place + 0.3))
                )
                left += seconds
            _write_beside(axes, place, format_seconds(left))
        axes.set_yticks(range(len(known)), [one.title for one in known])
        axes.set_xlabel(_("Seconds from nothing to the first trained batch"))
        _arrange(axes, len(known))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(SHADES), frameon=False,
                    fontsize=7.5, handlelength=1, columnspacing=1.2)  # fmt: skip
        svg = write_svg(canvas, BATCH_KEY, alt)
    return Figure(
        key=BATCH_KEY,
        svg=svg,
        alt=alt,
        caption=_(
            "What comes before a first trained batch, in order: one installation each, so without a"
            " spread. The download is in the installation."
        ),
        width="full",
        table=_tabulate_batches(known),
        marks=place_marks(canvas, spots),
    )


def _list_parts(contact: Contact) -> str:
    return ", ".join(f"{name} {format_seconds(seconds)}" for name, seconds in list_parts(contact))


def _tabulate_imports(imports: Sequence[ImportTime]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in imports:
        if one.seconds is None:
            continue
        rows.append((one.title, mark("mean"), one.seconds.mean, None))
        for run, value in zip(one.seconds.seeds, one.seconds.values, strict=True):
            load = mark("under foreign load") if run in one.loaded else None
            rows.append((one.title, run + 1, value, load))
    columns = (mark("framework"), mark("run"), mark("import_seconds"), mark("mark"))
    return Table(columns=columns, rows=tuple(rows))


def _tabulate_batches(contacts: Sequence[Contact]) -> Table:
    columns = (mark("framework"), mark("part"), mark("seconds"))
    return Table(
        columns=columns,
        rows=tuple(
            (one.title, name, seconds) for one in contacts for name, seconds in list_parts(one)
        ),
    )
