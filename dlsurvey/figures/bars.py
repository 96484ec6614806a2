"""Turns a few values per framework into horizontal bars with the value at the end of each."""

from datetime import date

from matplotlib.axes import Axes

from dlsurvey.analysis.findings import Point, Series, Trend
from dlsurvey.figures.canvas import FULL_WIDTH, drawing, make_canvas, write_svg
from dlsurvey.figures.marks import Drawing, Spot, list_strands, place_marks, tagging
from dlsurvey.figures.style import INK, MUTED, Look
from dlsurvey.figures.words import head_unit, write_point
from dlsurvey.formats import format_value, format_year
from dlsurvey.language import gettext as _
from dlsurvey.language import translate_known

BAR = 0.19
"""Inches that one bar takes where there is room."""

TALLEST = 7.2
"""Inches; higher, and the figure leaves no room on its page for a heading and a caption."""

MOST_ROWS = 60
"""More rows than this make bars that cannot be read: older categories are left to the table."""


def draw_bars(trend: Trend, key: str, looks: dict[str, Look]) -> Drawing:
    """One group per category, one bar per series; a missing value has no bar and says so."""
    series = [one for one in trend.series if one.points and one.drawn]
    categories = choose_categories(series)
    rows = len(categories) * (len(series) + 0.7)
    strands = list_strands([(one.title, looks[one.subject]) for one in series])
    switches = {one.title: place for place, one in enumerate(strands)}
    spots = []
    with drawing():
        canvas = make_canvas(FULL_WIDTH, 0.35 + min(BAR * rows, TALLEST))
        axes = canvas.add_subplot()
        top = max((point.value for one in series for point in one.points), default=0) or 1
        centres = []
        for number, category in enumerate(categories):
            first = number * (len(series) + 0.7)
            centres.append(first + (len(series) - 1) / 2)
            for place, one in enumerate(series):
                row, switch, point = first + place, switches[one.title], _find(one, category)
                with tagging(axes, switch):
                    _draw_bar(axes, row, point, one, trend.unit, looks, top)
                if point is not None:
                    text = write_point(point, one, trend.unit)
                    # The whole row answers: a small value is a bar too thin to be pointed at.
                    spots.append(Spot(axes, 0, row - 0.45, switch, text, (top, row + 0.45)))
        grouped = len(categories) > 1
        axes.set_yticks(centres if grouped else [], categories if grouped else [])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_ylim(rows - 0.7 - 0.3, -0.7)
        axes.set_xlim(0, top * 1.3)
        axes.set_xticks([])
        axes.set_title(_title(trend, categories), loc="left", fontsize=8.5, color=MUTED)
        axes.spines["bottom"].set_visible(False)
        svg = write_svg(canvas, key, trend.alt)
        return Drawing(svg, strands, place_marks(canvas, spots))


def name_category(point: Point, series: Series) -> str:
    """The point's own label, else its period."""
    if point.label:
        return translate_known(point.label)
    match series.resolution:
        case "year":
            return format_year(point.start)
        case "month":
            return f"{point.start:%Y-%m}"
        case _:
            return point.start.isoformat()


def list_categories(series: list[Series]) -> list[str]:
    """Every category once, in the order of time."""
    found: dict[str, date] = {}
    for one in series:
        for point in one.points:
            found.setdefault(name_category(point, one), point.start)
    return sorted(found, key=lambda name: (found[name], name))


def choose_categories(series: list[Series]) -> list[str]:
    """The newest categories, as many as can be read in one chart."""
    most = max(1, int(MOST_ROWS / (len(series) + 0.7)))
    return list_categories(series)[-most:]


def _title(trend: Trend, categories: list[str]) -> str:
    words = [head_unit(trend.unit)]
    if len(categories) == 1:
        words.append(categories[0])
    return ", ".join(filter(None, words))


def _find(series: Series, category: str) -> Point | None:
    for point in series.points:
        if name_category(point, series) == category:
            return point
    return None


def _draw_bar(  # noqa: PLR0913, PLR0917 -- one bar is all of these
    axes: Axes,
    row: float,
    point: Point | None,
    series: Series,
    unit: str,
    looks: dict[str, Look],
    top: float,
) -> None:
    look = looks[series.subject]
    value = 0.0 if point is None else point.value
    if point is not None:
        hollow = point.status == "published"
        axes.barh(
            row,
            value,
            height=0.72,
            facecolor="#ffffff" if hollow else look.colour,
            edgecolor=look.colour,
            linewidth=1.2,
        )
    number = _("no value") if point is None else format_value(value, unit)
    axes.text(
        max(value, 0) + 0.012 * top,
        row,
        f"{number}  {series.title}",
        va="center",
        fontsize=7.2,
        color=MUTED if point is None else look.colour,
        fontweight="normal" if point is None else "bold",
    )
