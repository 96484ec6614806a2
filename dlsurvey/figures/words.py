"""Turns a point of a series into the words that it says when it is pointed at."""

from collections.abc import Mapping

from dlsurvey.analysis.findings import Point, Series
from dlsurvey.formats import format_date, format_month, format_value, format_year
from dlsurvey.language import gettext as _
from dlsurvey.language import mark, translate_known

ONES: Mapping[str, str] = {
    "stars": mark("star"),
    "stars a week": mark("star a week"),
    "forks": mark("fork"),
    "open issues": mark("open issue"),
    "contributors": mark("contributor"),
    "releases a year": mark("release a year"),
    "downloads a week": mark("download a week"),
    "downloads a month": mark("download a month"),
    "questions a month": mark("question a month"),
    "questions a year": mark("question a year"),
    "works a year": mark("work a year"),
    "models": mark("model"),
}
"""What is counted by each unit of the signals, where there is one of it."""


def write_point(point: Point, series: Series, unit: str) -> str:
    """'PyTorch, March 2024: 78,234 stars'; what was not collected by this program says so."""
    value = _write_value(point.value, unit)
    imported = point.status == "imported" or series.source.startswith("import-")
    tier = _("published") if point.status == "published" else _("imported") if imported else ""
    return f"{series.title}, {_name_period(point, series)}: {value}{f', {tier}' if tier else ''}"


def head_unit(unit: str) -> str:
    """What stands over a chart; empty where all of it is written with each value."""
    return "" if unit in {"%", "MB"} else unit


def _write_value(value: float, unit: str) -> str:
    """'78,234 stars', '1 star', '19.6 %'."""
    text = format_value(value, unit)
    if unit.startswith(("%", "percent")) or unit == "MB":
        return text
    counted = next((_(one) for many, one in ONES.items() if _(many) == unit), unit)
    return f"{text} {counted if value == 1 else unit}"


def _name_period(point: Point, series: Series) -> str:
    match series.resolution:
        case "year":
            period = format_year(point.start)
        case "quarter":
            period = _("quarter {number} of {year}").format(
                number=(point.start.month + 2) // 3, year=point.start.year
            )
        case "month":
            period = format_month(point.start)
        case "week":
            period = _("week from {day}").format(day=format_date(point.start))
        case _:
            period = format_date(point.start)
    if point.label.lower() in {"", series.title.lower()}:
        return period
    # A label may hold the year already: 'ICLR 2024'.
    label = translate_known(point.label)
    return label if str(point.start.year) in label else f"{label}, {period}"
