"""Turns observations into trends: series, the sentence they allow, and their alternative text."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec
import pandas as pd
from packaging.version import Version

from collectors.subjects import SUBJECTS, Subject
from dlsurvey.analysis.evidence import Evidence, iterate_rows
from dlsurvey.analysis.findings import Point, Provenance, Series, Trend
from dlsurvey.analysis.provenance import describe_source, explain_metric
from dlsurvey.formats import format_date, format_value, join_words
from dlsurvey.records import Method, ObservationStatus, Record, Resolution

Kind = Literal["lines", "bars", "shares"]


class Signal(Record, frozen=True, kw_only=True):
    """One popularity signal of the report: which metric, and how it is shown."""

    key: str
    title: str
    metric: str
    unit: str
    kind: Kind
    meaning: str = ""
    """Set where the collector's own words do not fit what is shown."""


SIGNALS = (
    Signal(
        key="github-stars",
        title="GitHub stars",
        metric="stars",
        unit="stars",
        kind="lines",
    ),
    Signal(
        key="github-stars-weekly",
        title="New GitHub stars a week",
        metric="stars_retained_weekly",
        unit="stars a week",
        kind="lines",
    ),
    Signal(
        key="pypi-downloads",
        title="Downloads from the Python package index",
        metric="downloads_monthly",
        unit="downloads a month",
        kind="lines",
    ),
    Signal(
        key="stackoverflow-questions",
        title="Questions on Stack Overflow",
        metric="questions_yearly",
        unit="questions a year",
        kind="lines",
    ),
    Signal(
        key="conference-papers",
        title="Papers at conferences",
        metric="conference_papers",
        unit="% of papers",
        kind="lines",
        meaning=(
            "Percent of all papers that mention the framework, over the conferences for which"
            " every year was counted. A paper may mention both; one that names none tells"
            " nothing. The count ends where its author stopped."
        ),
    ),
    Signal(
        key="pypi-releases",
        title="Stable releases a year",
        metric="release",
        unit="releases a year",
        kind="lines",
        meaning=(
            "Releases on the Python package index by calendar year; withdrawn ones and"
            " pre-releases are left out, and the running year is not over. Many releases are"
            " neither better nor worse than few: they show a project's rhythm."
        ),
    ),
    Signal(
        key="pypi-wheel-size",
        title="Size of the package",
        metric="wheel_bytes",
        unit="MB",
        kind="lines",
    ),
)


def find_trends(evidence: Evidence) -> tuple[Trend, ...]:
    """Every signal of which anything was observed."""
    trends = []
    for signal in SIGNALS:
        frame = PREPARATIONS.get(signal.metric, _keep)(evidence.select(signal.metric), evidence)
        if not frame.empty:
            trends.append(_make_trend(signal, frame))
    return tuple(trends)


def _make_trend(signal: Signal, frame: pd.DataFrame) -> Trend:
    series: list[Series] = []
    provenance: list[Provenance] = []
    for subject in SUBJECTS:
        for _, part in frame[frame["subject"] == subject.name].groupby("source", sort=True):
            rows = list(iterate_rows(part))
            series.append(_make_series(subject, signal.metric, rows))
            provenance.append(_make_provenance(subject.title, rows))
    first = str(frame["source"].iloc[0])
    return Trend(
        key=signal.key,
        title=signal.title,
        unit=signal.unit,
        meaning=signal.meaning or explain_metric(first, signal.metric),
        kind=signal.kind,
        series=tuple(series),
        sentence=_describe_latest(signal, series),
        alt=_describe_course(signal, series),
        provenance=tuple(provenance),
    )


def _make_series(subject: Subject, metric: str, rows: Sequence[dict[str, object]]) -> Series:
    points = []
    for row in rows:
        start = row["start"]
        assert isinstance(start, date)
        points.append(
            Point(
                start=start,
                value=float(str(row["value"])),
                status=msgspec.convert(row["status"], ObservationStatus),
                label=str(row["label"]),
            )
        )
    return Series(
        source=str(rows[-1]["source"]),
        metric=metric,
        retrieved_at=_find_newest_retrieval(rows),
        subject=subject.name,
        title=subject.title,
        points=tuple(points),
        resolution=msgspec.convert(rows[-1]["resolution"], Resolution),
        method=msgspec.convert(rows[-1]["method"], Method),
    )


def _make_provenance(title: str, rows: Sequence[dict[str, object]]) -> Provenance:
    retrieved_at = _find_newest_retrieval(rows)
    newest = max(rows, key=lambda row: str(row["retrieved_at"]))
    names = dict.fromkeys(describe_source(str(row["source"]), str(row["url"])) for row in rows)
    return Provenance(
        source="; ".join(names),
        status=msgspec.convert(newest["status"], ObservationStatus),
        date=retrieved_at.date(),
        note="" if newest["source"] == "published" else title,
        url=str(newest["url"]),
    )


def _find_newest_retrieval(rows: Sequence[dict[str, object]]) -> datetime:
    moments = [row["retrieved_at"] for row in rows]
    return max(moment for moment in moments if isinstance(moment, datetime))


def _describe_latest(signal: Signal, series: Sequence[Series]) -> str:
    """Who stood where at the end of each series: numbers and dates, no more."""
    newest: dict[str, Series] = {}
    for one in series:
        known = newest.get(one.title)
        if known is None or one.points[-1].start > known.points[-1].start:
            newest[one.title] = one
    ranked = sorted(newest.values(), key=lambda one: -one.points[-1].value)
    parts = [f"{one.title} {_format(signal, one.points[-1], one.resolution)}" for one in ranked]
    return f"{signal.title}, newest value of each: {join_words(parts)}."


def _describe_course(signal: Signal, series: Sequence[Series]) -> str:
    parts = []
    for one in series:
        first, last = one.points[0], one.points[-1]
        if first.start == last.start:
            parts.append(f"{one.title} had {_format(signal, last, one.resolution)}")
            continue
        verb = "rose" if last.value > first.value else "fell"
        if last.value == first.value:
            verb = "went"
        values = [_format(signal, point, one.resolution) for point in (first, last)]
        parts.append(f"{one.title} {verb} from {values[0]} to {values[1]}")
    return f"{signal.title}: {'; '.join(parts)}."


def _format(signal: Signal, point: Point, resolution: Resolution) -> str:
    when = str(point.start.year) if resolution == "year" else format_date(point.start)
    return f"{format_value(point.value, signal.unit)} ({when})"


def _keep(frame: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    return frame


def _count_releases(frame: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Releases per calendar year; a year without one counts as zero, because it was observed."""
    if frame.empty:
        return frame
    frame = frame.assign(year=[start.year for start in frame["start"]])
    counted = []
    for _, part in frame.groupby(["source", "subject"], sort=True):
        last = part.iloc[-1]
        for year in range(int(part["year"].min()), evidence.year + 1):
            row = last.copy()
            row["start"] = date(year, 1, 1)
            row["resolution"] = "year"
            row["value"] = int((part["year"] == year).sum())
            row["label"] = "so far" if year == evidence.year else ""
            counted.append(row)
    return pd.DataFrame(counted)


def _share_papers(frame: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Percent of all papers per year, over the conferences that were counted in every year."""
    everything = evidence.select("conference_papers_all")
    if frame.empty or everything.empty:
        return frame.iloc[0:0]
    frame = frame.assign(conference=_drop_year(frame["label"]), year=_years(frame["start"]))
    totals = everything.assign(
        conference=_drop_year(everything["label"]), year=_years(everything["start"])
    )
    years = [year for year in sorted(set(totals["year"])) if (totals["year"] == year).sum() >= 3]
    steady = set.intersection(
        *(set(totals[totals["year"] == year]["conference"]) for year in years)
    )
    shares = []
    for (_, year), part in frame[frame["year"].isin(years)].groupby(["subject", "year"]):
        counted = part[part["conference"].isin(steady)]
        whole = totals[(totals["year"] == year) & totals["conference"].isin(steady)]
        row = counted.iloc[-1].copy()
        row["start"] = date(int(str(year)), 1, 1)
        row["value"] = 100.0 * float(counted["value"].sum()) / float(whole["value"].sum())
        row["label"] = ", ".join(sorted(steady))
        shares.append(row)
    return pd.DataFrame(shares)


def _measure_wheels(frame: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Megabytes, without late releases of old branches: each that stays is newer than all before."""
    newest: dict[str, Version] = {}
    kept = []
    for place, row in enumerate(iterate_rows(frame)):
        version, subject = Version(str(row["label"])), str(row["subject"])
        if subject not in newest or version > newest[subject]:
            newest[subject] = version
            kept.append(place)
    return frame.iloc[kept].assign(value=lambda kept_rows: kept_rows["value"] / 1e6)


def _drop_year(labels: pd.Series) -> list[str]:
    return [str(label).rsplit(" ", 1)[0] for label in labels]


def _years(starts: pd.Series) -> list[int]:
    return [start.year for start in starts]


PREPARATIONS: dict[str, Callable[[pd.DataFrame, Evidence], pd.DataFrame]] = {
    "release": _count_releases,
    "wheel_bytes": _measure_wheels,
    "conference_papers": _share_papers,
}
