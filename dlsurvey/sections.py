"""Turns the Markdown files of a survey's own folder into sections, each with its place in the report.

Sections are the user's words, as the cover is, and no evidence: the newest edition carries them as
they are now, an older one as they were in its time (`dlsurvey/words.py`).
"""

import difflib
import hashlib
import logging
import re
import tomllib
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from markupsafe import Markup
from msgspec import Meta

from dlsurvey.anchors import PARTS, RESERVED
from dlsurvey.config import Config
from dlsurvey.errors import ConfigError
from dlsurvey.files import explaining
from dlsurvey.images import Images
from dlsurvey.markdown import Origin, Part, find_title, render_markdown
from dlsurvey.records import Record, to_json

Shape = Literal["html", "pdf", "slides"]
SHAPES: tuple[Shape, ...] = ("html", "pdf", "slides")
FENCE = "+++"
PERSONAL = "personal-findings"
TITLES = {PERSONAL: "Personal findings"}
"""Titles of sections that need none."""
USUAL_PLACE = "before: conclusion"
LONGEST = 200_000
"""Bytes of one section."""
MOST = 50

logger = logging.getLogger(__name__)


class FrontMatter(Record, frozen=True, kw_only=True):
    """What a section says of itself between two lines of `+++`."""

    title: Annotated[str, Meta(max_length=200)] = ""
    place: Annotated[str, Meta(pattern=r"^\s*(after|before)\s*:\s*\S+\s*$")] = USUAL_PLACE
    replaces: str = ""
    shapes: Annotated[tuple[Shape, ...], Meta(min_length=1)] = SHAPES


class Section(Record, frozen=True, kw_only=True):
    """One chapter in the user's own words."""

    key: str
    """The name of its file without `.md`; of one that replaces a chapter, that chapter's key."""
    name: str
    title: str
    position: Literal["after", "before", "replaces"]
    anchor: str
    """The chapter or section that it stands after or before, or replaces."""
    shapes: tuple[Shape, ...] = SHAPES
    parts: tuple[Part, ...]

    @property
    def html(self) -> Markup:
        """All of it, to stand under the chapter's heading."""
        return Markup("").join(part.html for part in self.parts)


def read_sections(config: Config) -> tuple[Section, ...]:
    """Every section with a word in it, by file name; raises ConfigError naming file and line.

    Where there are no personal findings, only the log says so.
    """
    files = list_files(config)
    places = _list_places(files)
    images = Images(config.sections)
    read = [_read_section(path, config, images, places) for path in files]
    for path, section in zip(files, read, strict=True):
        if section is None:
            logger.info("%s is empty: it is left out of the report.", path.name)
    if not any(path.stem == PERSONAL for path in files):
        logger.info("No personal findings: %s/%s.md is not there.", config.sections.name, PERSONAL)
    return tuple(section for section in read if section is not None)


def read_used_files(config: Config) -> dict[Path, bytes]:
    """What the report's sections are made of: Markdown, and the images as the report shows them."""
    files = list_files(config)
    places = _list_places(files)
    images = Images(config.sections)
    for path in files:
        _read_section(path, config, images, places)
    with explaining(ConfigError, f"read the sections in {config.sections}"):
        return {path: path.read_bytes() for path in files} | images.contents


def select_sections(sections: Iterable[Section], shape: Shape) -> tuple[Section, ...]:
    """Those that are meant for one of the report's shapes."""
    return tuple(section for section in sections if shape in section.shapes)


def hash_sections(config: Config) -> str:
    """Of [sections] and every file that a section could be made of: a change sets an edition anew."""
    digest = hashlib.sha256(to_json(config.settings.sections))
    if config.sections.is_dir():
        root = config.sections.resolve()
        with explaining(ConfigError, f"read the sections in {config.sections}"):
            for path in sorted(config.sections.rglob("*")):
                is_used = path.suffix.lower() in (".md", *Images.KINDS)
                if is_used and path.is_file() and path.resolve().is_relative_to(root):
                    name = path.relative_to(config.sections).as_posix().encode()
                    content = hashlib.sha256(path.read_bytes()).digest()
                    digest.update(len(name).to_bytes(8, "big") + name + content)
    return digest.hexdigest()


def list_files(config: Config) -> list[Path]:
    """The Markdown files of the folder itself; README.md and names with a leading _ or . are notes."""
    folder = config.sections
    if not folder.is_dir():
        if config.settings.sections.folder != type(config.settings.sections)().folder:
            raise ConfigError(
                f"The folder of sections {folder} is not there: make it, or change [sections] folder."
            )
        return []
    with explaining(ConfigError, f"read the sections in {folder}"):
        files = sorted(
            path
            for path in folder.iterdir()
            if path.suffix == ".md" and path.name != "README.md" and path.name[0] not in "_."
        )
    if len(files) > MOST:
        raise ConfigError(f"{folder} holds {len(files)} sections; a report takes {MOST}.")
    return files


def _list_places(files: Iterable[Path]) -> tuple[str, ...]:
    """The names that a link may lead to: those of chapters, and of sections, empty ones too."""
    from dlsurvey.render.pages import CHAPTERS  # late: it loads the templates' language

    return (*(key for key, _title in CHAPTERS), *(path.stem for path in files))


def _find_place(name: str, places: Collection[str]) -> None:
    if name not in places and not PARTS.fullmatch(name):
        raise ConfigError(
            f"the link to '#{name[:80]}' leads to no place in the report.{suggest(name, places)}"
        )


def _check_name(path: Path) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", path.stem):
        raise ConfigError(
            f"{path} cannot name a section: use small letters, digits and -, as in my-view.md."
        )
    if RESERVED.fullmatch(path.stem):
        raise ConfigError(
            f"{path} cannot name a section: a part of the report bears the name '{path.stem}'"
            f" already; take another, as in my-{path.stem}.md."
        )


def _read_section(
    path: Path, config: Config, images: Images, places: Collection[str]
) -> Section | None:
    _check_name(path)
    matter, body, first_line = split_front_matter(_read_text(path, config.sections), str(path))
    origin = Origin(str(path), first_line)
    title = matter.title.strip()
    if not title:
        title, body = find_title(body, origin)
    title = title or TITLES.get(path.stem, "")
    parts = render_markdown(body, origin, images.read, partial(_find_place, places=places))
    if not parts:
        return None
    if not title:
        raise ConfigError(
            f"{path} has no title: begin it with a line '# Title', or with title = \"...\" between"
            f" two lines of {FENCE}."
        )
    position, _, anchor = (part.strip() for part in matter.place.partition(":"))
    return Section(
        key=matter.replaces or path.stem,
        name=path.stem,
        title=title,
        position="replaces" if matter.replaces else "after" if position == "after" else "before",
        anchor=matter.replaces or anchor,
        shapes=matter.shapes,
        parts=parts,
    )


def _read_text(path: Path, folder: Path) -> str:
    with explaining(ConfigError, f"read {path}"):
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(f"{path} leads out of the folder of sections: copy the file into it.")
        content = path.read_bytes()
    if len(content) > LONGEST:
        raise ConfigError(f"{path} has {len(content):,} bytes; a section may have {LONGEST:,}.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path}, line {line}: this is not UTF-8; save the file as UTF-8."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split_front_matter(text: str, name: str) -> tuple[FrontMatter, str, int]:
    """Front matter, the text after it, and the number of that text's first line."""
    lines = text.split("\n")
    if lines[0].rstrip() == "---":
        raise ConfigError(
            f"{name}, line 1: front matter is written in TOML, between two lines of {FENCE}:"
            f' title = "My view".'
        )
    if lines[0].rstrip() != FENCE:
        return FrontMatter(), text, 1
    ends = [place for place, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE]
    if not ends:
        raise ConfigError(f"{name}, line 1: the front matter has no second line of {FENCE}.")
    matter = _decode_front_matter("\n".join(lines[1 : ends[0]]), name)
    return matter, "\n".join(lines[ends[0] + 1 :]), ends[0] + 2


def _decode_front_matter(text: str, name: str) -> FrontMatter:
    try:
        given = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{name}: the front matter is not valid TOML: {error}.") from error
    known = FrontMatter.__struct_fields__
    for key in given:
        if key not in known:
            raise ConfigError(f"{name}: unknown key '{key}'.{suggest(key, known)}")
    if "place" in given and "replaces" in given:
        raise ConfigError(
            f"{name}: what replaces a chapter stands in its place: leave out 'place'."
        )
    try:
        return msgspec.convert(given, FrontMatter)
    except msgspec.ValidationError as error:
        if "place" in str(error):
            raise ConfigError(
                f'{name}: place is written as "after: comparison" or "before: conclusion".'
            ) from error
        if "shapes" in str(error):
            raise ConfigError(
                f"{name}: shapes is a list of one or more of {', '.join(SHAPES)}, as in"
                f' shapes = ["html", "pdf"].'
            ) from error
        message = str(error).split(" - at ", maxsplit=1)
        key = message[1].strip("`$.") if len(message) > 1 else "front matter"
        raise ConfigError(f"{name}: {key}: {message[0]}.") from error


def suggest(name: str, known: Iterable[str]) -> str:
    """' Did you mean ...? Possible: ...'."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"{hint} Possible: {', '.join(names)}."
