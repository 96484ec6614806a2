"""Turns a dump of Papers with Code on this machine into links by month, as the collector does."""

from collections.abc import Sequence
from dataclasses import dataclass

from collectors.imports.base import ImportedFile, Reading
from collectors.paper_links import LAST_MONTH, LinkCounts, count_links
from collectors.papers_with_code import HOMEPAGE, METRICS, observe
from collectors.refusals import MalformedError
from collectors.subjects import Subject


@dataclass(frozen=True)
class PapersWithCodeDump:
    """`links-between-papers-and-code`, streamed: however long it is, only its counts are kept."""

    name: str = "papers-with-code"
    title: str = "dump of links: parquet, JSON or CSV, the latter two also gzipped"
    metrics: tuple[str, ...] = tuple(METRICS)

    def read(self, file: ImportedFile, subjects: Sequence[Subject]) -> Reading:
        """Count the links, and say which could not be dated."""
        with file.path.open("rb") as stream:
            counts = count_links(stream)
        if not counts.links:
            raise MalformedError(f"{file.path.name} holds no link.", "Import another dump.")
        reading = Reading()
        for observation in observe(
            counts,
            subjects,
            source="import-papers-with-code",
            url=HOMEPAGE,
            retrieved_at=file.written_at,
            raw_sha256=file.sha256,
        ):
            reading.accept(observation.metric, observation, file.today)
        _explain(reading, counts)
        return reading


def _explain(reading: Reading, counts: LinkCounts) -> None:
    totals = counts.total()
    reading.understood.append(f"{counts.links:,} links between papers and code.")
    if totals:
        frameworks: dict[str, int] = {}
        for (_, framework), count in counts.months.items():
            frameworks[framework] = frameworks.get(framework, 0) + count
        largest = sorted(frameworks, key=lambda name: (-frameworks[name], name))[:10]
        named = ", ".join(f"{name} {frameworks[name]:,}" for name in largest)
        reading.understood.append(
            f"{sum(totals.values()):,} of them are dated, {min(totals):%Y-%m} to"
            f" {max(totals):%Y-%m}: {named}."
        )
    for count, why in (
        (counts.without_month, "They have no arXiv id to tell their month by."),
        (counts.after_end, f"Their month lies after the archive's end in {LAST_MONTH:%Y-%m}."),
        (counts.unreadable, "What stands as their framework is no name of one."),
    ):
        if count:
            reading.refuse(f"{count:,} links", why, count)
