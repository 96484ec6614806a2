"""Turns where a value came from into the line that stands under its figure."""

from collections.abc import Mapping
from functools import cache

from collectors import list_collectors
from dlsurvey.language import gettext as _
from dlsurvey.language import mark

IMPORTS = {
    "import-google-trends": mark("Google Trends, imported from a file"),
    "import-github-stars": mark("GitHub totals, imported from a file"),
    "import-papers-with-code": mark("Papers with Code, imported from a dump"),
    "import-tidy": mark("a table, imported from a file"),
}
"""Sources that a person reads in with `dlsurvey import`."""


@cache
def list_citations() -> Mapping[str, str]:
    """Title of each cited document, by its citation."""
    from collectors.published import parse_blocks, read_file

    return {block.citation: block.title for block in parse_blocks(read_file())}


@cache
def list_source_titles() -> Mapping[str, str]:
    """What a reader calls each registered source."""
    return {collector.name: collector.title for collector in list_collectors()} | IMPORTS


def cite_source(source: str) -> str:
    """What a reader calls the source."""
    title = list_source_titles().get(source)
    return source if title is None else _(title)


def describe_source(source: str, url: str) -> str:
    """The cited document's title, else the source's."""
    if source == "published":
        return list_citations().get(url, url)
    return cite_source(source)


def explain_metric(source: str, metric: str) -> str:
    """What the metric can and cannot tell, in the words of its collector, else of another one."""
    collectors = sorted(list_collectors(), key=lambda collector: collector.name != source)
    found = (collector.metrics.get(metric, "") for collector in collectors)
    text = next(filter(None, found), "")
    return _(text) if text else ""
