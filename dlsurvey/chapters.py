"""Turns the report's own chapters and the user's sections into one order."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dlsurvey.errors import ConfigError
from dlsurvey.sections import Section, suggest
from dlsurvey.settings import Sections

ALWAYS = ("gaps", "references")
"""What is missing is always printed, and what is cited needs its list."""


class Chapter(NamedTuple):
    """One chapter of one rendering: the key is the `id` of its heading."""

    key: str
    title: str


def order_chapters(
    chapters: Sequence[tuple[str, str]], sections: Iterable[Section], settings: Sections
) -> tuple[Chapter, ...]:
    """Every chapter that is printed, in its place; raises ConfigError for a name that is not there.

    A section that replaces a chapter takes over its key, so that what leads there still does. Names
    in `order` change places among themselves: all others stay where they are.
    """
    own = tuple(sections)
    placed = _place([Chapter(*chapter) for chapter in chapters], own)
    names = {section.name: section.key for section in own}
    known = [chapter.key for chapter in placed]
    order = [_find(name, names, known, "order") for name in settings.order]
    drop = [_find(name, names, known, "drop") for name in settings.drop]
    if len(set(order)) < len(order):
        raise ConfigError("[sections] order names a chapter twice: leave one out.")
    for key in drop:
        if key in ALWAYS:
            raise ConfigError(f"[sections] drop: the chapter '{key}' is part of every edition.")
    by_key = {chapter.key: chapter for chapter in placed}
    turns = iter(order)
    ordered = [by_key[next(turns)] if one.key in order else one for one in placed]
    return tuple(chapter for chapter in ordered if chapter.key not in drop)


def _place(chapters: list[Chapter], sections: Sequence[Section]) -> list[Chapter]:
    placed = _replace(chapters, sections)
    waiting = [section for section in sections if section.position != "replaces"]
    for section in waiting:
        if section.key in (chapter.key for chapter in placed):
            raise ConfigError(
                f"The section {section.name}.md is named as a chapter: rename it, or write"
                f' replaces = "{section.key}" in its front matter.'
            )
    last: dict[str, str] = {}
    while waiting:
        keys = [chapter.key for chapter in placed]
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
        placed.insert(place, Chapter(section.key, section.title))
    return placed


def _replace(chapters: Iterable[Chapter], sections: Iterable[Section]) -> list[Chapter]:
    placed = {chapter.key: chapter for chapter in chapters}
    taken: dict[str, str] = {}
    for section in sections:
        if section.position != "replaces":
            continue
        if section.anchor not in placed:
            raise ConfigError(
                f"{section.name}.md replaces '{section.anchor}', which is not there."
                f"{suggest(section.anchor, placed)}"
            )
        if section.anchor in ALWAYS:
            raise ConfigError(
                f"{section.name}.md: the chapter '{section.anchor}' is part of every edition, and"
                " cannot be replaced."
            )
        if section.anchor in taken:
            raise ConfigError(
                f"Both {taken[section.anchor]}.md and {section.name}.md replace"
                f" '{section.anchor}': leave one."
            )
        taken[section.anchor] = section.name
        placed[section.anchor] = Chapter(section.anchor, section.title)
    return list(placed.values())


def _find(name: str, names: dict[str, str], known: Sequence[str], setting: str) -> str:
    key = names.get(name, name)
    if key not in known:
        raise ConfigError(
            f"[sections] {setting}: there is no chapter or section '{name}'."
            f"{suggest(name, dict.fromkeys((*known, *names)))}"
        )
    return key
