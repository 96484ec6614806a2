"""Turns a person's Markdown into HTML that is safe to print, or into the line that is not.

CommonMark with tables. Raw HTML is refused rather than shown as text, so that nobody hands in a
report with `<br>` in it; so are addresses that a report may not load or open.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from markupsafe import Markup, escape

from dlsurvey.errors import ConfigError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LINKS = re.compile(r"(?i)(https?://[^/\s]|mailto:[^\s]|#.)")
TOP_LEVEL = 3
"""A chapter's heading is h2; what stands under it begins here."""
LOWEST_LEVEL = 6
DEEPEST = 20
"""How deep blocks may stand in each other: nine lists, each with its items, and their text."""

ReadImage = Callable[[str], str]
"""From the address in an image to a data URI; raises ConfigError without file and line."""
FindPlace = Callable[[str], None]
"""Takes the name after the # of a link; raises ConfigError without file and line where it is none."""


def _accept_place(name: str) -> None:
    """Whatever it is."""


class Part(NamedTuple):
    """A section up to its next heading of the highest level: what one slide can begin with."""

    title: str
    """Empty before the first heading."""
    html: Markup


class Origin(NamedTuple):
    """Where a text begins, for messages."""

    name: str
    first_line: int

    def refuse(self, line: int, why: str) -> ConfigError:
        """The error for a line, counted from 0, of the text."""
        return ConfigError(f"{self.name}, line {self.first_line + line}: {why}")


def render_markdown(
    text: str, origin: Origin, read_image: ReadImage, find_place: FindPlace = _accept_place
) -> tuple[Part, ...]:
    """The parts of the text, none where nothing is in it; raises ConfigError naming file and line."""
    parser = _make_parser()
    tokens = parser.parse(text)
    _check_depth(tokens, origin)
    for token, line in _list_tokens(tokens):
        match token.type:
            case "html_block" | "html_inline":
                raise _refuse_html(token, line, origin)
            case "link_open":
                _check_link(token, line, origin, find_place)
            case "image":
                _check_image(token, line, origin, read_image)
    _shift_headings(tokens)
    _number_lists(tokens)
    _mark_tables(tokens)
    _mark_figures(tokens)
    return tuple(
        Part(
            title,
            Markup(parser.renderer.render(part, parser.options, {})),  # noqa: S704  escaped there
        )
        for title, part in _split(tokens)
    )


def _make_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    # All addresses reach `_check_link`, which says what is wrong instead of leaving them as text.
    parser.validateLink = _accept  # type: ignore[method-assign]
    # One more than is allowed: what is deeper than that the parser drops without a word.
    parser.options["maxNesting"] = DEEPEST + 1
    return parser


def _accept(url: str) -> bool:
    return bool(url)


def find_title(text: str, origin: Origin) -> tuple[str, str]:
    """The words of a first line '# Title', and the text with that line left empty.

    The title may also stand above a line of `=`. Raises ConfigError for raw HTML in it.
    """
    tokens = _make_parser().parse(text)
    if not tokens or (tokens[0].type, tokens[0].tag) != ("heading_open", "h1"):
        return "", text
    heading, inline = tokens[:2]
    first, end = heading.map or (0, 0)
    for token, line in _list_tokens([inline]):
        if token.type == "html_inline":
            raise _refuse_html(token, line, origin)
    lines = text.split("\n")
    return _read_plain(inline), "\n".join([*lines[:first], *[""] * (end - first), *lines[end:]])


def _list_tokens(tokens: Iterable["Token"]) -> Iterator[tuple["Token", int]]:
    """Every token, those inside lines too, with its line counted from 0."""
    line = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        yield token, line
        inside = line
        for child in token.children or ():
            yield child, inside
            for part in child.children or ():
                yield part, inside
            inside += child.type in ("softbreak", "hardbreak")


def _check_depth(tokens: Iterable["Token"], origin: Origin) -> None:
    for token, line in _list_tokens(tokens):
        if token.map and token.type != "inline" and token.level >= DEEPEST:
            raise origin.refuse(
                line,
                "too many lists or quotations stand in each other here (nine lists are the most):"
                " write it flatter.",
            )


def _refuse_html(token: "Token", line: int, origin: Origin) -> ConfigError:
    return origin.refuse(
        line,
        f"raw HTML ('{_shorten(token.content)}') is not allowed in a section: write it in"
        " Markdown, or put it between backticks to show it as text.",
    )


def _check_link(token: "Token", line: int, origin: Origin, find_place: FindPlace) -> None:
    url = str(token.attrs["href"])
    if not LINKS.match(url):
        raise origin.refuse(
            line,
            f"the link to '{_shorten(url)}' is not allowed: a link may lead to http://,"
            " https:// or mailto:, or to a place in the report (#comparison).",
        )
    if url.startswith("#"):
        try:
            find_place(unquote(url[1:]))
        except ConfigError as error:
            raise origin.refuse(line, str(error)) from error
    token.attrs["rel"] = "noreferrer"


def _check_image(token: "Token", line: int, origin: Origin, read_image: ReadImage) -> None:
    if not token.content.strip():
        raise origin.refuse(
            line,
            "an image needs words for those who do not see it: ![what it shows](file.png).",
        )
    try:
        token.attrs["src"] = read_image(str(token.attrs["src"]))
    except ConfigError as error:
        raise origin.refuse(line, str(error)) from error


def _shift_headings(tokens: Iterable["Token"]) -> None:
    """Below the chapter's own, and without a gap: h3, h4 ..., whatever the writer began with."""
    openings: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while openings and openings[-1] >= written:
                openings.pop()
            openings.append(written)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(TOP_LEVEL + len(openings) - 1, LOWEST_LEVEL)}"


def number_from(first: int) -> dict[str, str]:
    """Attributes of a list whose first entry has this number: WeasyPrint heeds only the style."""
    return {"start": str(first), "style": f"counter-reset: list-item {first - 1}"}


def _number_lists(tokens: Iterable["Token"]) -> None:
    for token in tokens:
        if token.type == "ordered_list_open" and "start" in token.attrs:
            token.attrs.update(number_from(int(token.attrs["start"])))


def _mark_tables(tokens: Iterable["Token"]) -> None:
    """As the report's own tables: heads that name their columns, numbers to the right."""
    for token in tokens:
        if token.type == "table_open":
            token.attrs["class"] = "results"
        elif token.type in ("th_open", "td_open"):
            style = token.attrs.pop("style", "")
            if style == "text-align:right":
                token.attrs["class"] = "num"
            if token.type == "th_open":
                token.attrs["scope"] = "col"


def _mark_figures(tokens: Sequence["Token"]) -> None:
    """An image that is a paragraph of its own becomes a figure, with its title as the caption."""
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        children = inline.children or []
        if opening.type != "paragraph_open" or [one.type for one in children] != ["image"]:
            continue
        opening.tag = closing.tag = "figure"
        opening.attrs["class"] = "own"
        # In a tight list the paragraph itself is not printed, and the figure has to be.
        opening.hidden = closing.hidden = False
        title = str(children[0].attrs.pop("title", ""))
        if title:
            caption: Any = type(inline)("html_inline", "", 0)
            caption.content = str(Markup("<figcaption>{}</figcaption>").format(escape(title)))
            children.append(caption)


def _split(tokens: Sequence["Token"]) -> Iterator[tuple[str, list["Token"]]]:
    """At each heading of the highest level."""
    title = ""
    part: list[Token] = []
    for place, token in enumerate(tokens):
        is_top = token.type == "heading_open" and token.level == 0 and token.tag == f"h{TOP_LEVEL}"
        if is_top:
            if part:
                yield title, part
            title, part = _read_plain(tokens[place + 1]), []
        part.append(token)
    if part:
        yield title, part


def _read_plain(inline: "Token") -> str:
    """Without marks: what is emphasised, code, and the words of images; on one line."""
    words = (
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in inline.children or ()
        if child.type in ("text", "code_inline", "image", "softbreak", "hardbreak")
    )
    return "".join(words).strip()


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}..."
