"""Turns where a value came from into the line that stands under its figure."""

from collections.abc import Mapping
from functools import cache

from collectors import list_collectors


@cache
def list_citations() -> Mapping[str, str]:
    """Title of each cited document, by its citation."""
    from collectors.published import parse_blocks, read_file

    return {block.citation: block.title for block in parse_blocks(read_file())}


@cache
def list_source_titles() -> Mapping[str, str]:
    """What a reader calls each registered source."""
    return {collector.name: collector.title for collector in list_collectors()}


def describe_source(source: str, url: str) -> str:
    """The cited document's title, else the source's."""
    if source == "published":
        return list_citations().get(url, url)
    return list_source_titles().get(source, source)


def explain_metric(source: str, metric: str) -> str:
    """What the metric can and cannot tell, in the collector's own words."""
    for collector in list_collectors():
        if collector.name == source:
            return collector.metrics.get(metric, "")
    return ""
