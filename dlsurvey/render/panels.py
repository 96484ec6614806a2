"""The panels of code slides: a listing with boxes, words beside it, and what came out."""

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
from dlsurvey.render.listings import highlight_screen

WIDTH = 852.0
"""Points between the margins of a slide."""
HEIGHT = 386.0
"""Points below the heading and the explanation."""
HEAD = 22.0
"""Points that the line above each listing takes."""
SIZE = 14.0
"""Points: the smallest type that a room can read."""
MOST_LISTINGS = 2
TOGETHER = 17
"""Lines of code that several listings on one slide have at most."""
ALONE = 20
"""Lines of one listing on a slide; a longer one is cut."""
LONGEST_LINE = 74
"""Characters; beside them at this size there is room for words."""
WORD = 0.56
"""Width of one character of the words, in em; on the generous side."""
MOST_EPOCHS = 4


class Note(NamedTuple):
    """Words beside the code; places in em of the code."""

    words: str
    kind: str
    middle: float
    """Where its arrow points: it is set round that, however many lines it takes."""


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
    """The panels of a stage, slide by slide: short listings together, long ones cut."""
    pieces = [piece for listing in stage.listings for piece in _cut(listing, stage)]
    slide: list[Piece] = []
    for piece in pieces:
        together = [*slide, piece]
        if slide and (
            len(slide) == MOST_LISTINGS
            or _count(together) > TOGETHER
            or piece.part
            or slide[-1].part
        ):
            yield _make_panels(findings, slide)
            together = [piece]
        slide = together
    if slide:
        yield _make_panels(findings, slide)


def fold(code: str) -> str:
    """Lines that no slide is wide enough for go on in the next line, further in."""
    folded: list[str] = []
    for line in code.splitlines():
        rest = line
        inside = " " * (len(line) - len(line.lstrip()) + 4)
        while len(rest) > LONGEST_LINE:
            head = rest[:LONGEST_LINE]
            ends = [
                head.rfind(mark) + len(mark) for mark in (", ", "(", " ") if mark in head.strip()
            ]
            end = max((one for one in ends if one > len(inside)), default=LONGEST_LINE)
            folded.append(rest[:end].rstrip())
            rest = inside + rest[end:]
        folded.append(rest)
    return "\n".join(folded)


def _count(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.listing.code.splitlines()) for piece in pieces)


def _cut(listing: Listing, stage: Stage) -> Iterator[Piece]:
    """The listing in parts of nearly the same length, cut where its lines are indented least."""
    listing = replace(listing, code=fold(listing.code))
    others = [one for one in stage.listings if one.framework != listing.framework]
    shared = find_shared(listing, others)
    found = sorted([*find_callouts(listing), *([shared] if shared else [])])
    lines = listing.code.splitlines()
    parts = -(-len(lines) // ALONE)
    start = 0
    for part in range(1, parts + 1):
        end = len(lines) if part == parts else _choose_end(lines, start, parts - part + 1)
        inside = tuple(
            one._replace(row=one.row - start, last_row=one.last_row - start)
            for one in found
            if start <= one.row and one.last_row < end
        )
        code, first_line = "\n".join(lines[start:end]), listing.first_line + start
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
    near = range(max(start + 1, ideal - 3), min(ideal + 4, start + ALONE + 1, len(lines)))
    return min(near, key=lambda row: (_indent(lines[row]), abs(row - ideal)))


def _indent(line: str) -> int:
    # A bracket that closes belongs to what stands above it.
    closing = line.strip()[:1] in (")", "]", "}", "")
    return 99 if closing else len(line) - len(line.lstrip())


def _make_panels(findings: Findings, pieces: Sequence[Piece]) -> tuple[Panel, ...]:
    columns = max(
        (len(line) for one in pieces for line in one.listing.code.splitlines()), default=1
    )
    for with_output in (True, False):
        panels = tuple(_make_panel(findings, piece, columns, with_output) for piece in pieces)
        # What stands beside the code can be higher than the code: the output goes first.
        if sum(panel.height * SIZE + HEAD for panel in panels) <= HEIGHT:
            break
    return panels


def _make_panel(findings: Findings, piece: Piece, columns: int, with_output: bool) -> Panel:
    lines = piece.listing.code.splitlines()
    width = WIDTH / SIZE
    code = max((len(line) for line in lines), default=1) * WIDE
    left = columns * WIDE + GUTTER * WIDE
    title, output = (
        report_output(findings, piece.listing) if piece.last and with_output else ("", ())
    )
    characters = int((width - left) / WORD)
    output = tuple(
        part for line in output for part in wrap_words(line, int((width - left - 1) / WIDE))
    )
    below = 1.3 * (len(output) + 1) + 2.0 if output else 0.0
    wanted = place_words(piece.found, characters, 1.0, 1000.0)
    needed = sum(one.height + 0.5 for one in wanted) + below
    height = max(len(lines) * LINE + 0.3, needed)
    words = place_words(piece.found, characters, 1.0, height)
    # Above the words where there is room; else below them, and they move up.
    above = bool(output) and bool(words) and words[0].top >= below
    if not above:
        words = place_words(piece.found, characters, 1.0, height - below)
    reach = max((one.top + one.height for one in words), default=0.0)
    return Panel(
        listing=piece.listing,
        part=piece.part,
        code=piece.code,
        size=SIZE,
        left=left,
        height=height,
        notes=tuple(
            Note(one.found.words, one.found.kind, one.top + one.height / 2) for one in words
        ),
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
