"""Turns the rows of one signal into its series: one per subject, source, and name or request."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import pandas as pd
from msgspec import UNSET, UnsetType

from collectors.subjects import Subject
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.findings import SO_FAR, Band, Point, Revision, Series
from dlsurvey.analysis.renaming import Run, find_present_names
from dlsurvey.analysis.revisions import Earlier, History, Place, Vintages, end_period
from dlsurvey.analysis.signal import Signal
from dlsurvey.records import ObservationStatus

COUNTED = ("published", "digitised")
"""Methods whose periods were over, or projected, when their document was printed."""

NEWEST = "newest count"
"""The one heading of bars that show a count of the day it was asked."""


class Group(NamedTuple):
    """The rows of one series, prepared, and what it is called."""

    subject: Subject
    source: str
    rows: pd.DataFrame
    label: str = ""
    former: tuple[str, ...] = ()
    """Names before the present one."""
    name: str = ""
    """What tells it from the other such series of the subject and source; empty for the only one."""
    left_out: int = 0
    """How many older requests of this source there are."""


def list_groups(
    signal: Signal, evidence: Evidence, vintages: Vintages, subjects: Sequence[Subject]
) -> tuple[Group, ...]:
    """Every series of `signal`, in the order of subjects and sources."""
    frame = _select(signal, evidence, subjects)
    frame = drop_unfinished(signal.prepare(frame, evidence))
    return tuple(
        group
        for subject in subjects
        for source, part in frame[frame["subject"] == subject.name].groupby("source", sort=True)
        for group in _split(signal, subject, str(source), part, (evidence, vintages))
    )


def make_series(
    signal: Signal,
    groups: Sequence[Group],
    evidence: Evidence,
    vintages: Vintages,
) -> tuple[Series, ...]:
    """The points of each group, with what its source told otherwise before."""
    first: dict[tuple[object, ...], float] = {}
    told = _find_told(signal, groups, vintages)
    if told:
        subjects = list(dict.fromkeys(group.subject for group in groups))
        earlier = Earlier(evidence, vintages, "first")
        frame = signal.prepare(earlier.replace(_select(signal, evidence, subjects)), earlier)
        first = dict(zip(_list_keys(frame), map(float, frame["value"]), strict=True))
    return tuple(_make_one(signal, group, first, told, vintages) for group in groups)


def drop_future(frame: pd.DataFrame) -> pd.DataFrame:
    """Without days that had not happened when the source told of them."""
    if frame.empty or max(frame["start"].tolist()) <= frame["retrieved_at"].min().date():
        return frame
    pairs = zip(frame["start"], frame["retrieved_at"], strict=True)
    return _keep_rows(frame, [start <= retrieved.date() for start, retrieved in pairs])


def drop_unfinished(frame: pd.DataFrame) -> pd.DataFrame:
    """Without weeks, months and years that were not over, unless they say that they are not."""
    if set(frame["resolution"].unique()) <= {"instant", "day"}:
        return frame
    columns = (frame[name] for name in ("start", "resolution", "retrieved_at", "method", "label"))
    return _keep_rows(
        frame,
        [
            resolution in ("instant", "day")
            or method in COUNTED
            or label == SO_FAR
            or end_period(start, resolution) <= retrieved.date()
            for start, resolution, retrieved, method, label in zip(*columns, strict=True)
        ],
    )


def _keep_rows(frame: pd.DataFrame, kept: Sequence[bool]) -> pd.DataFrame:
    return frame[pd.Series(kept, index=frame.index, dtype=bool)]


def _select(signal: Signal, evidence: Evidence, subjects: Sequence[Subject]) -> pd.DataFrame:
    frame = evidence.select(signal.metric)
    return drop_future(frame[frame["subject"].isin([subject.name for subject in subjects])])


def _split(
    signal: Signal,
    subject: Subject,
    source: str,
    part: pd.DataFrame,
    told: tuple[Evidence, Vintages],
) -> Iterator[Group]:
    evidence, vintages = told
    match signal.label:
        case "point":
            yield Group(subject, source, part)
        case "request":
            newest = vintages.find_newest_label(source, signal.metric)
            chosen = part[part["label"] == newest]
            if not chosen.empty:
                others = vintages.count_labels(source, signal.metric) - 1
                yield Group(subject, source, chosen, newest, left_out=others)
        case "series":
            if part["label"].nunique() == 1:
                yield Group(subject, source, part, str(part["label"].iloc[0]))
            else:
                runs = _list_runs(signal, part, evidence, vintages)
                yield from _split_labels(subject, source, part, runs)


def _list_runs(
    signal: Signal, part: pd.DataFrame, evidence: Evidence, vintages: Vintages
) -> Sequence[Run]:
    source, subject = part["source"].iloc[0], part["subject"].iloc[0]
    numbered = evidence.select("repository_id", source)
    numbered = numbered[numbered["subject"] == subject]
    numbers = dict(zip(numbered["label"].tolist(), numbered["value"].tolist(), strict=True))
    runs = []
    for label, rows in part.groupby("label", sort=True):
        starts, values = list(rows["start"]), list(rows["value"])
        runs.append(
            Run(
                label=str(label),
                first=starts[0],
                first_value=float(values[0]),
                last=starts[-1],
                last_value=float(values[-1]),
                told=vintages.find_told(source, signal.metric, str(label)),
                number=numbers.get(label),
            )
        )
    return runs


def _split_labels(
    subject: Subject, source: str, part: pd.DataFrame, runs: Sequence[Run]
) -> Iterator[Group]:
    present = find_present_names(runs)
    told = {run.label: run.told for run in runs}
    now = [present[str(label)] for label in part["label"].tolist()]
    shown = sorted(set(now))
    short = [label.rsplit("/", 1)[-1] for label in shown]
    for label, name in zip(shown, short, strict=True):
        rows = _keep_rows(part, [one == label for one in now])
        # On the day of a change of name both were counted: the newer one holds.
        order = rows.assign(told=[told[str(one)] for one in rows["label"]])
        rows = order.sort_values(["start", "told"], kind="stable").drop_duplicates(
            "start", keep="last"
        )
        yield Group(
            subject,
            source,
            rows.drop(columns=["told"]),
            label,
            tuple(one for one in present if present[one] == label and one != label),
            name="" if len(shown) == 1 else name if short.count(name) == 1 else label,
        )


def _make_one(
    signal: Signal,
    group: Group,
    first: dict[tuple[object, ...], float],
    told: dict[str, date],
    vintages: Vintages,
) -> Series:
    rows = group.rows
    point_labels = [
        NEWEST if signal.kind == "bars" else "" if signal.label == "request" else str(label)
        for label in rows["label"].tolist()
    ]
    points = tuple(
        Point(start=start, value=float(value), status=status, label=label, count=count, whole=whole)
        for start, value, status, label, (count, whole) in zip(
            rows["start"].tolist(),
            rows["value"].tolist(),
            rows["status"].tolist(),
            point_labels,
            _list_counts(rows),
            strict=True,
        )
    )
    revisions: tuple[Revision, ...] = ()
    if group.source in told:
        revisions = tuple(
            Revision(start=point.start, first=first[key], now=point.value, told=told[group.source])
            for key, point in zip(_list_keys(rows), points, strict=True)
            if key in first and first[key] != point.value
        )
    title = group.subject.title
    return Series(
        source=group.source,
        metric=signal.metric,
        retrieved_at=_find_newest(rows),
        subject=group.subject.name,
        title=f"{title} ({group.name})" if group.name else title,
        points=points,
        resolution=rows["resolution"].iloc[-1],
        method=rows["method"].iloc[-1],
        label=group.label,
        revisions=revisions,
        band=_make_band(signal, group, points, vintages),
    )


def _list_counts(rows: pd.DataFrame) -> Sequence[tuple[float | UnsetType, float | UnsetType]]:
    """Of each share how many events it was made of, and of how many."""
    if "whole" not in rows:
        return [(UNSET, UNSET)] * len(rows)
    return list(zip(rows["count"].tolist(), rows["whole"].tolist(), strict=True))


def _make_band(
    signal: Signal, group: Group, points: Sequence[Point], vintages: Vintages
) -> tuple[Band, ...]:
    """The spread over the draws of a request; where nothing differed, it is as thin as the line."""
    if signal.label != "request":
        return ()
    found: dict[date, History] = {
        place[3]: history
        for place, history in vintages.find_histories(group.source, signal.metric).items()
        if place[1] == group.subject.name and place[5] == group.label
    }
    if not found:
        return ()
    return tuple(
        Band(start=point.start, low=found[point.start].low, high=found[point.start].high)
        if point.start in found
        else Band(start=point.start, low=point.value, high=point.value)
        for point in points
    )


def _find_told(signal: Signal, groups: Sequence[Group], vintages: Vintages) -> dict[str, date]:
    """Per source that revised anything of this signal, when it first told what it revised."""
    told: dict[str, date] = {}
    for source in {group.source for group in groups}:
        histories: dict[Place, History] = {}
        for metric in (signal.metric, *signal.reads):
            histories |= vintages.find_histories(source, metric)
        if histories:
            told[source] = min(history.told for history in histories.values())
    return told


def _list_keys(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = (frame[name].tolist() for name in ("source", "subject", "start", "label"))
    return list(zip(*columns, strict=True))


def _find_newest(rows: pd.DataFrame) -> datetime:
    newest = rows["retrieved_at"].max()
    return newest.to_pydatetime() if isinstance(newest, pd.Timestamp) else newest


def find_status(rows: pd.DataFrame) -> ObservationStatus:
    """The status of the newest row."""
    newest = rows["status"][rows["retrieved_at"] == rows["retrieved_at"].max()]
    status: ObservationStatus = newest.tolist()[-1]
    return status
