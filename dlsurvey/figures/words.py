"""Turns a point of a series into the words that it says when it is pointed at."""

from dlsurvey.analysis.findings import Point, Series
from dlsurvey.formats import format_date, format_month, format_value, format_year
from dlsurvey.language import gettext as _
from dlsurvey.language import translate_known


def write_point(point: Point, series: Series, unit: str) -> str:
    """'PyTorch, March 2024: 78,234 stars'; what was not collected by this program says so."""
    value = format_value(point.value, unit)
    if not unit.startswith(("%", "percent")) and unit != "MB":
        value = f"{value} {unit}"
    imported = point.status == "imported" or series.source.startswith("import-")
    tier = _("published") if point.status == "published" else _("imported") if imported else ""
    return f"{series.title}, {_name_period(point, series)}: {value}{f', {tier}' if tier else ''}"


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
