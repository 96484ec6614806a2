"""Turns a point of a series into the words that it says when it is pointed at."""

from dlsurvey.analysis.findings import Point, Series
from dlsurvey.formats import MONTHS, format_date, format_value


def write_point(point: Point, series: Series, unit: str) -> str:
    """'PyTorch, March 2024: 78,234 stars'; what was not collected by this program says so."""
    value = format_value(point.value, unit)
    if not unit.startswith(("%", "percent")) and unit != "MB":
        value = f"{value} {unit}"
    imported = point.status == "imported" or series.source.startswith("import-")
    tier = "published" if point.status == "published" else "imported" if imported else ""
    return f"{series.title}, {_name_period(point, series)}: {value}{f', {tier}' if tier else ''}"


def _name_period(point: Point, series: Series) -> str:
    match series.resolution:
        case "year":
            period = str(point.start.year)
        case "quarter":
            period = f"quarter {(point.start.month + 2) // 3} of {point.start.year}"
        case "month":
            period = f"{MONTHS[point.start.month - 1]} {point.start.year}"
        case "week":
            period = f"week from {format_date(point.start)}"
        case _:
            period = format_date(point.start)
    if point.label.lower() in {"", series.title.lower()}:
        return period
    # A label may hold the year already: 'ICLR 2024'.
    return point.label if period in point.label else f"{point.label}, {period}"
