"""Turns two editions into what changed between them, as text, JSON or Markdown."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from dlsurvey.analysis.changes import find_changes
from dlsurvey.analysis.differences import Changes
from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.survey import find_out
from dlsurvey.characters import show_on_line
from dlsurvey.config import Config
from dlsurvey.editions import order_editions
from dlsurvey.errors import ConfigError, StoreError
from dlsurvey.imprint import recall_imprint, set_language
from dlsurvey.language import Language, speak
from dlsurvey.language import gettext as _
from dlsurvey.records import SCHEMA, Edition, Observation, to_json
from dlsurvey.store import Store

Format = Literal["text", "json", "markdown"]


def choose_editions(
    store: Store, old: str | None, new: str | None
) -> tuple[Edition | None, Edition]:
    """The two editions named; the newest for NEW, and the one before NEW for OLD.

    Raises StoreError for one that is not there, ConfigError where they are the wrong way round.
    """
    editions = order_editions(store.list_editions())
    if not editions:
        raise StoreError("There is no edition yet: `dlsurvey build` makes the first.")
    by_id = {edition.id: edition for edition in editions}
    for name in (old, new):
        if name is not None and name not in by_id:
            raise StoreError(f"There is no edition '{name}'. Known: {', '.join(by_id)}.")
    newer = editions[-1] if new is None else by_id[new]
    older = by_id.get(newer.previous or "") if old is None else by_id[old]
    if older is not None and editions.index(older) > editions.index(newer):
        raise ConfigError(
            f"{older.id} is newer than {newer.id}: name the older edition first"
            f" (`dlsurvey diff {newer.id} {older.id}`)."
        )
    return older, newer


def compare(
    config: Config, store: Store, old: Edition | None, new: Edition, found: Findings | None = None
) -> Changes:
    """What changed from `old` to `new`, each with the settings of its time, in `config`'s language.

    `found` are the findings of `new` where they are known. Raises StoreError for a damaged file.
    """
    language = config.settings.survey.language
    with speak(language):
        return _compare(config, store, (old, new), found, language)


def _compare(
    config: Config,
    store: Store,
    editions: tuple[Edition | None, Edition],
    found: Findings | None,
    language: Language,
) -> Changes:
    old, new = editions
    then = set_language(recall_imprint(config, store, new), language)
    if found is None:
        found = find_out(then, store, new)
    if old is None:
        return find_changes(None, found)
    # Where nothing was kept of the older one, the newer one's settings stand in, not today's.
    earlier = find_out(set_language(recall_imprint(then, store, old), language), store, old)
    return find_changes(earlier, found, list_releases(store, old, new))


def compare_with_previous(
    config: Config, store: Store, new: Edition, found: Findings | None = None
) -> Changes:
    """What changed since the edition before `new`; one that cannot be read is said to be missing."""
    by_id = {edition.id: edition for edition in store.list_editions()}
    old = by_id.get(new.previous or "")
    try:
        return compare(config, store, old, new, found)
    except StoreError:
        if old is None:
            raise
        return compare(config, store, None, new, found)


def list_releases(store: Store, old: Edition, new: Edition) -> tuple[Observation, ...]:
    """Releases on the Python package index that `new` knows and `old` did not, oldest first."""
    source = "pypi"
    known = {
        (one.subject, one.label)
        for one in store.read_observations(source, old.observation_lines.get(source, 0))
        if one.metric == "release"
    }
    fresh = {
        (one.subject, one.label): one
        for one in store.read_observations(source, new.observation_lines.get(source, 0))
        if one.metric == "release" and (one.subject, one.label) not in known
    }
    return tuple(sorted(fresh.values(), key=lambda one: (one.start, one.subject, one.label)))


def write_changes(changes: Changes, style: Format) -> str:
    """All of it, ending in a newline."""
    if style == "json":
        return (to_json(_describe(changes), indent=2) + b"\n").decode()
    write, escape = WRITERS[style]
    return "".join(f"{line}\n" for line in write(changes, escape))


def _describe(changes: Changes) -> dict[str, object]:
    described: dict[str, object] = msgspec.to_builtins(changes)
    return {"schema": SCHEMA, "summary": changes.summary, **described}


def _write_text(changes: Changes, escape: Callable[[str], str]) -> Iterator[str]:
    if changes.old is not None:
        yield escape(_("From {old} to {new}").format(old=changes.old, new=changes.new))
    yield escape(changes.summary)
    for heading, found in changes.groups:
        yield ""
        yield heading
        for change in found:
            yield f"  {escape(change.sentence)}"
            yield from (f"    {escape(cause.sentence)}" for cause in change.causes)
    if changes.evidence:
        yield ""
        yield _("What it stands on")
        yield from (f"  {escape(phrase)}" for phrase in changes.evidence)


def _write_markdown(changes: Changes, escape: Callable[[str], str]) -> Iterator[str]:
    yield "# " + _("What changed")
    yield ""
    if changes.old is not None:
        span = _("From {old} to {new}").format(old=escape(changes.old), new=escape(changes.new))
        yield f"{span}: {escape(changes.summary)}"
    else:
        yield escape(changes.summary)
    for heading, found in changes.groups:
        yield from ("", f"## {heading}", "")
        for change in found:
            yield f"- {escape(change.sentence)}"
            yield from (f"  - *{escape(cause.sentence)}*" for cause in change.causes)
    if changes.evidence:
        yield from ("", "## " + _("What it stands on"), "")
        yield from (f"- {escape(phrase)}" for phrase in changes.evidence)


def escape_markdown(text: str) -> str:
    """So that every renderer shows the very characters: no markup, no HTML, no link."""
    plain = re.sub(r"([\\`*_{}\[\]<>#|~!&$])", r"\\\1", show_on_line(text))
    return re.sub(r"(?i)(:)(?=//)|(?<=www)(\.)", r"\\\g<0>", plain)


Write = Callable[[Changes, Callable[[str], str]], Iterator[str]]
WRITERS: Mapping[str, tuple[Write, Callable[[str], str]]] = {
    "text": (_write_text, show_on_line),
    "markdown": (_write_markdown, escape_markdown),
}
FORMATS: Sequence[Format] = ("text", "json", "markdown")
