"""Turns the report's own chapters and the user's sections into one order."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dlsurvey.errors import ConfigError
from dlsurvey.sections import Section, Shape, select_sections, suggest
from dlsurvey.settings import Sections

ALWAYS = ("gaps", "references")
"""What is missing is always printed, and what is cited needs its list."""


class Chapter(NamedTuple):
    """One chapter of one rendering: the key is the `id` of its heading."""

    key: str
    title: str


def order_chapters(
    chapters: Sequence[tuple[str, str]],
    sections: Iterable[Section],
    settings: Sections,
    shape: Shape | None = None,
) -> tuple[Chapter, ...]:
    """Every chapter that is printed, in its place; raises ConfigError for a name that is not there.

    A section that replaces a chapter takes over its key, so that what leads there still does. Names
    in `order` change places among themselves: all others stay where they are. All sections are
    placed, so that each can be named; those that are not meant for `shape` are left out at the end.
    """
    own = tuple(sections)
    placed = _place([key for key, _title in chapters], own)
    names = {section.name: section.key for section in own}
    order = [_find(name, names, placed, "order") for name in settings.order]
    drop = [_find(name, names, placed, "drop") for name in settings.drop]
    if len(set(order)) < len(order):
        raise ConfigError("[sections] order names a chapter twice: leave one out.")
    for key in drop:
        if key in ALWAYS:
            raise ConfigError(f"[sections] drop: the chapter '{key}' is part of every edition.")
    turns = iter(order)
    ordered = [next(turns) if key in order else key for key in placed]
    printed = own if shape is None else select_sections(own, shape)
    titles = dict(chapters) | {section.key: section.title for section in printed}
    return tuple(Chapter(key, titles[key]) for key in ordered if key in titles and key not in drop)


def _place(chapters: Sequence[str], sections: Sequence[Section]) -> list[str]:
    _check_replacements(chapters, sections)
    keys = list(chapters)
    waiting = [section for section in sections if section.position != "replaces"]
    for section in waiting:
        if section.key in keys:
            raise ConfigError(
                f"The section {section.name}.md is named as a chapter: rename it, or write"
                f' replaces = "{section.key}" in its front matter.'
            )
    last: dict[str, str] = {}
    while waiting:
        ready = [section for section in waiting if section.anchor in keys]
        if not ready:
            first = waiting[0]
            raise ConfigError(
                f"{first.name}.md is to stand {first.position} '{first.anchor}', which is not"
                f" there.{suggest(first.anchor, keys)}"
            )
        section = ready[0]
        waiting.remove(section)
        if section.position == "before":
            place = keys.index(section.anchor)
        else:
            place = keys.index(last.get(section.anchor, section.anchor)) + 1
            last[section.anchor] = section.key
        keys.insert(place, section.key)
    return keys


def _check_replacements(chapters: Iterable[str], sections: Iterable[Section]) -> None:
    """Only what is there can be replaced, and in each shape once."""
    known = tuple(chapters)
    taken: dict[tuple[str, Shape], str] = {}
    for section in sections:
        if section.position != "replaces":
            continue
        if section.anchor not in known:
            raise ConfigError(
                f"{section.name}.md replaces '{section.anchor}', which is not there."
                f"{suggest(section.anchor, known)}"
            )
        if section.anchor in ALWAYS:
            raise ConfigError(
                f"{section.name}.md: the chapter '{section.anchor}' is part of every edition, and"
                " cannot be replaced."
            )
        for shape in section.shapes:
            other = taken.setdefault((section.anchor, shape), section.name)
            if other != section.name:
                raise ConfigError(
                    f"Both {other}.md and {section.name}.md replace '{section.anchor}': leave one."
                )


def _find(name: str, names: dict[str, str], known: Sequence[str], setting: str) -> str:
    key = names.get(name, name)
    if key not in known:
        raise ConfigError(
            f"[sections] {setting}: there is no chapter or section '{name}'."
            f"{suggest(name, dict.fromkeys((*known, *names)))}"
        )
    return key
