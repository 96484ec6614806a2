"""Turns the web sources that dlsurvey knows, and those others add, into one ordered registry.

Importing it loads no HTTP library; `collectors.session` does, when something is collected.
"""

import dataclasses
import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from collectors.base import Collector
from collectors.github import Github
from collectors.google_trends import GoogleTrends
from collectors.hacker_news import HackerNews
from collectors.huggingface import Huggingface
from collectors.openalex import Openalex
from collectors.papers_with_code import PapersWithCode
from collectors.published import Published
from collectors.pypi import Pypi
from collectors.pypistats import Pypistats
from collectors.stackoverflow import Stackoverflow
from dlsurvey.errors import ConfigError

ENTRY_POINT_GROUP = "dlsurvey.collectors"
COLLECTORS: tuple[Collector, ...] = (
    Published(),
    Pypi(),
    Github(),
    Pypistats(),
    Stackoverflow(),
    GoogleTrends(),
    PapersWithCode(),
    HackerNews(),
    Huggingface(),
    Openalex(),
)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
MEMBERS = ("name", "title", "homepage", "needs_network", "base_url", "metrics", "collect")


def list_collectors(base_urls: Mapping[str, str] | None = None) -> tuple[Collector, ...]:
    """The built-in collectors, then those of other packages by name; `base_urls` by collector."""
    points = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    found = (*COLLECTORS, *(_load(point) for point in points))
    names = [collector.name for collector in found]
    for name in names:
        if not NAME.fullmatch(name):
            raise ConfigError(
                f"'{name}' is no name for a collector: use small letters, digits, - and _."
            )
        if names.count(name) > 1:
            raise ConfigError(
                f"Two collectors are called '{name}'."
                f" Uninstall one of the packages that add to '{ENTRY_POINT_GROUP}'."
            )
    return _replace_base_urls(found, base_urls or {})


def _load(point: EntryPoint) -> Collector:
    try:
        loaded = point.load()
        collector: Collector = loaded() if isinstance(loaded, type) else loaded
        complete = all(hasattr(collector, name) for name in MEMBERS)
    except Exception as error:
        raise ConfigError(
            f"The collector '{point.name}' cannot be loaded from {point.value}:"
            f" {type(error).__name__}: {error}. Update or uninstall that package."
        ) from error
    if not complete:
        raise ConfigError(
            f"{point.value} is no collector: it needs {', '.join(MEMBERS)}."
            " Update or uninstall that package."
        )
    return collector


def _replace_base_urls(
    found: tuple[Collector, ...], base_urls: Mapping[str, str]
) -> tuple[Collector, ...]:
    unknown = sorted(set(base_urls) - {collector.name for collector in found})
    if unknown:
        known = ", ".join(collector.name for collector in found)
        raise ConfigError(f"There is no collector '{unknown[0]}'. Choose one of: {known}.")
    return tuple(
        _replace_base_url(collector, base_urls.get(collector.name, "")) for collector in found
    )


def _replace_base_url(collector: Collector, base_url: str) -> Collector:
    if not base_url:
        return collector
    if not dataclasses.is_dataclass(collector) or isinstance(collector, type):
        raise ConfigError(f"The base URL of the collector '{collector.name}' cannot be set.")
    if not base_url.startswith(("http://", "https://")):
        raise ConfigError(
            f"The base URL of '{collector.name}' must start with http:// or https://."
        )
    replaced: Collector = dataclasses.replace(collector, base_url=base_url)
    return replaced
