"""Panels of slides: the listings of a stage with boxes, words, and what came out."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup
from msgspec.structs import replace

from dlsurvey.analysis.findings import Findings, Listing, Stage
from dlsurvey.analysis.measured import Member
from dlsurvey.analysis.modes import choose_leading
from dlsurvey.figures.letters import wrap_words
from dlsurvey.formats import format_number, format_percent, format_quantity
from dlsurvey.language import gettext as _
from dlsurvey.language import translate_known
from dlsurvey.render.callouts import (
    GUTTER,
    LINE,
    WIDE,
    Found,
    draw_marks,
    find_callouts,
    find_shared,
    place_words,
)
from dlsurvey.render.listings import fold, highlight_screen

WIDTH = 852.0
"""Points between the margins of a slide."""
HEIGHT = 386.0
"""Points below the heading and the explanation."""
HEAD = 22.0
"""Points that the line above each listing takes."""
SIZES = (16.0, 15.0, 14.0)
"""Points of the code, the largest that fits; what does not fit at the last is cut."""
NOTE = 0.82
"""Size of what stands beside the code, in em of it."""
WORDS_WIDTH = 140.0
"""Points that the words beside the code have at least."""
MOST_LISTINGS = 2
ALONE = int((HEIGHT - HEAD) / (SIZES[-1] * LINE))
"""Lines of one listing on a slide; a longer one is cut."""
LONGEST_LINE = int((WIDTH - WORDS_WIDTH) / (SIZES[-1] * WIDE) - GUTTER)
"""Characters; a longer line goes on in the next one."""
WORD = 0.56
"""Width of one character of the words, in em; on the generous side."""
MOST_EPOCHS = 6


class Note(NamedTuple):
    """Words beside the code; places in em of the code."""

    words: str
    kind: str
    top: float


class Panel(NamedTuple):
    """One listing on a slide; all sizes but `size` in em of the code."""

    listing: Listing
    part: str
    """'2 of 3' where it is cut."""
    code: Markup
    size: float
    """Points."""
    left: float
    """Where the words begin."""
    height: float
    notes: tuple[Note, ...]
    output: tuple[str, ...]
    output_title: str
    output_top: float
    marks: str
    """Address of the drawing behind the code."""


class Piece(NamedTuple):
    """Whole listing or a part of one."""

    listing: Listing
    part: str
    found: tuple[Found, ...]
    code: Markup
    last: bool


def list_panels(findings: Findings, stage: Stage) -> Iterator[tuple[Panel, ...]]:
    """The panels of a stage, slide by slide: two short listings together, long ones cut."""
    slides: list[list[Piece]] = []
    for piece in (piece for listing in stage.listings for piece in _cut(listing, stage)):
        room = (slide for slide in slides if _fit_together(findings, [*slide, piece]))
        slide = next(room, None)
        if slide is None:
            slides.append([piece])
        else:
            slide.append(piece)
    for slide in slides:
        yield _make_panels(findings, slide)


def _fit_together(findings: Findings, pieces: Sequence[Piece]) -> bool:
    if len(pieces) > MOST_LISTINGS or any(piece.part for piece in pieces):
        return False
    return _measure(_set_panels(findings, pieces, SIZES[-1])) <= HEIGHT


def _cut(listing: Listing, stage: Stage) -> Iterator[Piece]:
    """The listing in parts of nearly the same length, cut where its lines are indented least."""
    rows = fold(listing.code, LONGEST_LINE)
    lines = [line for _place, line in rows]
    listing = replace(listing, code="\n".join(lines))
    others = [one for one in stage.listings if one.framework != listing.framework]
    shared = find_shared(listing, others)
    found = sorted([*find_callouts(listing), *([shared] if shared else [])])
    parts = -(-len(lines) // ALONE)
    start = 0
    for part in range(1, parts + 1):
        end = len(lines) if part == parts else _choose_end(lines, start, parts - part + 1)
        inside = tuple(
            one._replace(row=one.row - start, last_row=one.last_row - start)
            for one in found
            if start <= one.row and one.last_row < end
        )
        code, first_line = "\n".join(lines[start:end]), listing.first_line + rows[start][0]
        yield Piece(
            replace(listing, code=code, first_line=first_line),
            _("{part} of {parts}").format(part=part, parts=parts) if parts > 1 else "",
            inside,
            highlight_screen(code, first_line),
            part == parts,
        )
        start = end


def _choose_end(lines: Sequence[str], start: int, parts: int) -> int:
    """Near an equal share, before the line that is indented least; of several the nearest."""
    ideal = start + (len(lines) - start) // parts
    # What is left has to fit on the slides that are left.
    first = max(start + 1, ideal - 5, len(lines) - (parts - 1) * ALONE)
    near = range(first, min(ideal + 6, start + ALONE + 1, len(lines)))
    return min(near, key=lambda row: (_indent(lines, row), abs(row - ideal)))


def _indent(lines: Sequence[str], row: int) -> int:
    """How deep a part that begins at this row would begin; blank lines are the best joint."""
    line = lines[row]
    if not line.strip():
        return 99  # the blank line ends the part above
    # A bracket that closes belongs to what stands above it.
    closing = line.strip()[0] in ")]}"
    behind_blank = not lines[row - 1].strip()
    return 99 if closing else 2 * (len(line) - len(line.lstrip())) - behind_blank


def _make_panels(findings: Findings, pieces: Sequence[Piece]) -> tuple[Panel, ...]:
    for size in SIZES:
        panels = _set_panels(findings, pieces, size)
        if _measure(panels) <= HEIGHT:
            return panels
    # The code comes first: what a run reported is among the results as well.
    return _set_panels(findings, [piece._replace(last=False) for piece in pieces], SIZES[-1])


def _measure(panels: Sequence[Panel]) -> float:
    """Height of the panels, one below the other."""
    return sum(panel.height * panel.size + HEAD for panel in panels)


def _set_panels(findings: Findings, pieces: Sequence[Piece], size: float) -> tuple[Panel, ...]:
    columns = max(
        (len(line) for one in pieces for line in one.listing.code.splitlines()), default=1
    )
    size = min(size, (WIDTH - WORDS_WIDTH) / ((columns + GUTTER) * WIDE))
    return tuple(_set_panel(findings, piece, size, columns) for piece in pieces)


def _set_panel(findings: Findings, piece: Piece, size: float, columns: int) -> Panel:
    lines = piece.listing.code.splitlines()
    width = WIDTH / size
    code = max((len(line) for line in lines), default=1) * WIDE
    left = (columns + GUTTER) * WIDE
    title, output = report_output(findings, piece.listing) if piece.last else ("", ())
    characters = int((width - left) / (WORD * NOTE))
    output = tuple(
        part
        for line in output
        for part in wrap_words(line, int((width - left - 1) / (WIDE * NOTE)))
    )
    below = 1.3 * NOTE * (len(output) + len(wrap_words(title, characters))) + 2.0 if output else 0.0
    wanted = place_words(piece.found, characters, NOTE, 1000.0)
    needed = sum(one.height + 0.5 * NOTE for one in wanted) + below
    height = max(len(lines) * LINE + 0.3, needed)
    words = place_words(piece.found, characters, NOTE, height)
    # Above the words where there is room; else below them, and they move up.
    above = bool(output) and bool(words) and words[0].top >= below
    if not above:
        words = place_words(piece.found, characters, NOTE, height - below)
    reach = max((one.top + one.height for one in words), default=0.0)
    return Panel(
        listing=piece.listing,
        part=piece.part,
        code=piece.code,
        size=size,
        left=left,
        height=height,
        notes=tuple(Note(one.found.words, one.found.kind, one.top) for one in words),
        output=output,
        output_title=title,
        output_top=0.0 if above or not output else min(reach + 0.8, height - below + 0.5),
        marks=draw_marks(words, width, code, left, height),
    )


def report_output(findings: Findings, listing: Listing) -> tuple[str, tuple[str, ...]]:
    """What a stored run of this framework reported at this stage: a title and lines, or nothing."""
    for workload in findings.workloads:
        own = [one for one in workload.members if one.framework == listing.framework]
        leading = choose_leading(own)
        member = next((one for one in leading if one.protocol == "idiomatic"), None)
        member = member or next(iter(leading), None)
        if member is not None and member.curves:
            lines = tuple(_list_output(member, listing.stage))
            curve = member.curves[0]
            title = _("It reported ({workload}, {protocol}, seed {seed})").format(
                workload=workload.title, protocol=translate_known(member.protocol), seed=curve.seed
            )
            return (title if lines else "", lines)
    return "", ()


def _list_output(member: Member, stage: str) -> Iterator[str]:
    curve = member.curves[0]
    if stage == "build_model":
        yield _("{count} parameters").format(count=format_number(member.parameters))
    if stage == "train":
        epochs = list(zip(curve.loss, curve.accuracy, strict=True))
        for number, (loss, accuracy) in enumerate(epochs, 1):
            if number <= MOST_EPOCHS - 1 or number == len(epochs):
                yield _("Epoch {number}: loss {loss}, accuracy {accuracy}").format(
                    number=number,
                    loss=format_quantity(loss, "loss"),
                    accuracy=format_percent(accuracy),
                )
            elif number == MOST_EPOCHS:
                yield "…"
    if stage == "evaluate" and curve.seed in member.test_accuracy.seeds:
        place = member.test_accuracy.seeds.index(curve.seed)
        yield _("Test loss {loss}, accuracy {accuracy}").format(
            loss=format_quantity(member.test_loss.values[place], "loss"),
            accuracy=format_percent(member.test_accuracy.values[place]),
        )
