"""Turns the observations of one metric into what a signal shows: counts, weekly sums, shares."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol, TypeAlias

import pandas as pd
from packaging.version import Version

from dlsurvey.analysis.evidence import iterate_rows
from dlsurvey.analysis.findings import SO_FAR
from dlsurvey.analysis.outages import leave_out_outages


class Observed(Protocol):
    """What a preparation may ask for: other metrics, and which year is running."""

    @property
    def year(self) -> int:
        """The running year of the edition."""

    def select(self, metric: str, source: str | None = None) -> pd.DataFrame:
        """The rows of one metric, oldest period first."""


Preparation: TypeAlias = Callable[[pd.DataFrame, Observed], pd.DataFrame]

DAYS_OF_WEEK = 7
MISSING = float("nan")
LEAST_WHOLE = 20
"""A share of fewer is no share."""


def keep(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
    """As it was observed."""
    return frame


def keep_newest(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
    """The newest count of each; the days before it are left out."""
    return frame.groupby(["source", "subject", "label"], sort=True).tail(1)


def sum_weeks(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
    """Sums from Monday to Sunday; a week with a day unreported or of an outage is missing."""
    frame = leave_out_outages(frame)
    if frame.empty:
        return frame
    mondays = [day - timedelta(days=day.weekday()) for day in frame["start"].tolist()]
    frame = frame.assign(monday=mondays)
    identity = ["source", "subject", "label", "monday"]
    weeks = frame.groupby(identity, sort=True)
    sums = frame.assign(
        value=weeks["value"].transform("sum"),
        days=weeks["start"].transform("nunique"),
        retrieved_at=weeks["retrieved_at"].transform("max"),
    )
    whole = sums[sums["days"] == DAYS_OF_WEEK].drop_duplicates(identity, keep="last")
    weekly = whole.assign(start=whole["monday"], resolution="week")
    return weekly.drop(columns=["monday", "days"])


def share_of(whole: str, *, without: str = "") -> Preparation:
    """Percent of the metric `whole` in the same period of the same source, less `without`."""

    def share(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
        totals = _index(observed.select(whole))
        left_out = _index(observed.select(without)) if without else {}
        values: list[float] = []
        for place in zip(frame["source"].tolist(), frame["start"].tolist(), strict=True):
            remainder = totals.get(place, MISSING) - (
                left_out.get(place, MISSING) if without else 0
            )
            values.append(remainder if remainder >= LEAST_WHOLE else MISSING)
        kept = frame.assign(whole=pd.Series(values, index=frame.index, dtype=float)).dropna(
            subset=["whole"]
        )
        counts = kept["value"].astype(float)
        return kept.assign(value=100.0 * counts / kept["whole"], count=counts)

    return share


def count_releases(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
    """Releases per calendar year; a year without one counts as zero, because it was observed."""
    if frame.empty:
        return frame
    frame = frame.assign(year=[start.year for start in frame["start"]])
    counted = []
    for _, part in frame.groupby(["source", "subject"], sort=True):
        last = part.iloc[-1]
        for year in range(int(part["year"].min()), observed.year + 1):
            row = last.copy()
            row["start"] = date(year, 1, 1)
            row["resolution"] = "year"
            row["value"] = int((part["year"] == year).sum())
            row["label"] = SO_FAR if year == observed.year else ""
            counted.append(row)
    return pd.DataFrame(counted)


def share_papers(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
    """Percent of all papers per year, over the conferences that were counted in every year."""
    everything = observed.select("conference_papers_all")
    if frame.empty or everything.empty:
        return frame.iloc[0:0]
    frame = frame.assign(conference=_drop_year(frame["label"]), year=_years(frame["start"]))
    totals = everything.assign(
        conference=_drop_year(everything["label"]), year=_years(everything["start"])
    )
    years = [year for year in sorted(set(totals["year"])) if (totals["year"] == year).sum() >= 3]
    if not years:
        return frame.iloc[0:0]
    steady = set.intersection(
        *(set(totals[totals["year"] == year]["conference"]) for year in years)
    )
    shares = []
    for (_, year), part in frame[frame["year"].isin(years)].groupby(["subject", "year"]):
        counted = part[part["conference"].isin(steady)]
        whole = totals[(totals["year"] == year) & totals["conference"].isin(steady)]
        if counted.empty:
            continue
        row = counted.iloc[-1].copy()
        row["start"] = date(int(str(year)), 1, 1)
        row["count"], row["whole"] = float(counted["value"].sum()), float(whole["value"].sum())
        row["value"] = 100.0 * row["count"] / row["whole"]
        row["label"] = ", ".join(sorted(steady))
        shares.append(row)
    return pd.DataFrame(shares, columns=[*frame.columns, "count", "whole"])


def measure_wheels(frame: pd.DataFrame, observed: Observed) -> pd.DataFrame:
    """Megabytes, without late releases of old branches: each that stays is newer than all before."""
    newest: dict[str, Version] = {}
    kept = []
    for place, row in enumerate(iterate_rows(frame)):
        version, subject = Version(str(row["label"])), str(row["subject"])
        if subject not in newest or version > newest[subject]:
            newest[subject] = version
            kept.append(place)
    return frame.iloc[kept].assign(value=lambda kept_rows: kept_rows["value"] / 1e6)


def _index(frame: pd.DataFrame) -> dict[tuple[str, date], float]:
    places = zip(frame["source"].tolist(), frame["start"].tolist(), strict=True)
    return dict(zip(places, (float(value) for value in frame["value"]), strict=True))


def _drop_year(labels: pd.Series) -> list[str]:
    return [str(label).rsplit(" ", 1)[0] for label in labels]


def _years(starts: pd.Series) -> list[int]:
    return [start.year for start in starts]
