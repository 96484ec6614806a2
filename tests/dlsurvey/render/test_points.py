"""Turns figures into the points, switches and files that their page carries."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.findings import SO_FAR, Point, Series, Trend
from dlsurvey.errors import RenderError
from dlsurvey.figures import Figure, draw_figures, name_figure
from dlsurvey.figures.canvas import make_canvas
from dlsurvey.figures.figure import Table
from dlsurvey.figures.marks import list_strands, tag_labels
from dlsurvey.figures.style import FIXED
from dlsurvey.figures.words import write_point
from dlsurvey.formats import format_value
from dlsurvey.render.html import render_html
from dlsurvey.render.inline import shorten
from dlsurvey.render.scripts import read_script
from dlsurvey.render.tables import address_csv, address_files
from tests.dlsurvey.render.browsing import folder, write_folder
from tests.dlsurvey.render.sample import make_findings, make_trends, make_workload

__all__ = ["folder"]
LINES = "github-stars"
SPREAD = "mnist-cnn-accuracy"


def list_readings(figure: Figure) -> set[str]:
    return {mark.text for mark in figure.marks}


def test_a_script_that_would_end_its_tag_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.js"
    path.write_text('const end = "</script>";')
    with pytest.raises(RenderError, match="end of its own tag"):
        read_script(path)


def test_every_point_of_a_trend_says_what_the_table_says(figures: tuple[Figure, ...]) -> None:
    by_key = {figure.key: figure for figure in figures}
    for trend in make_trends():
        figure = by_key[name_figure(trend.key)]
        points = {
            (series.title, format_value(point.value, trend.unit))
            for series in trend.series
            for point in series.points
        }
        rows = {
            (str(row[0]), format_value(float(row[3] or 0), trend.unit)) for row in figure.table.rows
        }
        told = set()
        for mark in figure.marks:
            title = figure.strands[mark.series].title
            words = re.fullmatch(rf"{title}, .+: ([^:]+?)(?:, (?:published|imported))?", mark.text)
            assert words, mark.text
            value = words[1] if trend.unit == "%" else words[1].removesuffix(f" {trend.unit}")
            told.add((title, value))
        assert told <= rows == points
        if len(points) < 60:
            assert told == rows


def test_points_lie_on_what_is_drawn(figures: tuple[Figure, ...]) -> None:
    """Markers of lines and dots stand where the points say, to a tenth of a point."""
    for figure in figures:
        if figure.key not in {LINES, SPREAD, "mnist-cnn-curves"}:
            continue
        drawn = {
            (round(float(x), 1), round(float(y), 1))
            for x, y in re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', figure.svg)
        }
        for mark in figure.marks:
            if figure.key == SPREAD and mark.series > 0:
                continue  # Matplotlib writes squares as paths of their own, without a place
            assert any(abs(x - mark.x) <= 0.11 and abs(y - mark.y) <= 0.11 for x, y in drawn), (
                figure.key,
                mark,
            )


def test_runs_say_their_seeds_and_values(figures: tuple[Figure, ...]) -> None:
    figure = next(one for one in figures if one.key == SPREAD)
    for name, what, seed, value, load in figure.table.rows:
        if what == "run":
            cross = f", {load}" if load else ""
            assert f"{name}, seed {seed}{cross}: {100 * float(value or 0):.2f} %" in list_readings(
                figure
            )


def test_files_behind_the_links_are_the_files_of_the_edition(
    folder: Path, figures: tuple[Figure, ...]
) -> None:
    text = (folder / "report.html").read_text()
    links = dict(re.findall(r'download="([^"]+)" href="data:text/csv;charset=utf-8,([^"]*)"', text))
    assert set(links) == {f"{figure.key}.csv" for figure in figures}
    for name, content in links.items():
        from_entities = content.replace("&#39;", "'")
        assert unquote(from_entities).encode() == (folder / "tables" / name).read_bytes()


def test_hostile_cells_stay_in_the_address() -> None:
    table = Table(columns=('a"b', "c#d"), rows=(("<b>&amp;'%41\n", 1), ("é,?", None)))
    address = address_csv(table)
    assert not set('"<>#& \n') & set(address)
    head, body = address.split(",", 1)
    assert head == "data:text/csv;charset=utf-8"
    assert unquote(body).splitlines()[0] == '"a""b",c#d'


def make_long_trend(number: int, days: int = 3000, subjects: int = 4) -> Trend:
    """Eight years of days in four series."""
    example = make_trends()[1]
    first = example.series[0]
    series = tuple(
        replace(
            first,
            title=f"Framework {place}",
            subject=f"framework-{place}",
            points=tuple(
                Point(
                    start=date(2018, 1, 1) + timedelta(days=day),
                    value=1e6 * place + (day * 7919) % 100_003,
                    status="live",
                )
                for day in range(days)
            ),
        )
        for place in range(subjects)
    )
    return replace(example, key=f"long-{number}", title=f"Long {number}", series=series)


def test_a_page_of_many_long_series_stays_small() -> None:
    """Twelve trends of eight years of days in four series, and two workloads of 30 seeds."""
    workloads = tuple(
        make_workload(
            name=f"w{number}", frameworks=("tensorflow", "pytorch", "jax", "keras"), runs=30
        )
        for number in range(2)
    )
    findings = make_findings(
        trends=tuple(make_long_trend(number) for number in range(12)), workloads=workloads
    )
    figures = draw_figures(findings)
    assert len(figures) >= 30
    page = render_html(findings, figures)
    assert len(page.encode()) < 3_000_000
    # What finds no room inside is linked where the edition has it.
    assert 'href="tables/long-11.csv"' in page
    assert 'href="data:text/csv' in page


def test_the_smallest_files_find_room_first(figures: tuple[Figure, ...]) -> None:
    sizes = {figure.key: len(address_csv(figure.table)) for figure in figures}
    addresses = address_files(figures, most=sum(sizes.values()) - 1)
    largest = max(sizes, key=lambda key: (sizes[key], key))
    assert addresses[largest] == f"tables/{largest}.csv"
    assert all(one.startswith("data:") for key, one in addresses.items() if key != largest)


@pytest.mark.parametrize(
    ("resolution", "label", "status", "words"),
    [
        ("year", "", "live", "Keras, 2024: 1,234 stars"),
        ("year", SO_FAR, "live", "Keras, so far, 2024: 1,234 stars"),
        ("quarter", "", "live", "Keras, quarter 2 of 2024: 1,234 stars"),
        ("month", "", "published", "Keras, May 2024: 1,234 stars, published"),
        ("week", "", "imported", "Keras, week from 6 May 2024: 1,234 stars, imported"),
        ("day", "", "cached", "Keras, 6 May 2024: 1,234 stars"),
        ("day", "keras", "cached", "Keras, 6 May 2024: 1,234 stars"),
        ("day", "tf-keras", "cached", "Keras, tf-keras, 6 May 2024: 1,234 stars"),
        ("year", "ICLR 2024", "published", "Keras, ICLR 2024: 1,234 stars, published"),
    ],
)
def test_a_point_says_its_period_and_where_it_is_from(
    resolution: Any, label: str, status: Any, words: str
) -> None:
    point = Point(start=date(2024, 5, 6), value=1234, status=status, label=label)
    series = Series(
        source="github",
        metric="stars",
        retrieved_at=datetime(2026, 1, 1, tzinfo=UTC),
        subject="keras",
        title="Keras",
        points=(point,),
        resolution=resolution,
        method="observed",
    )
    assert write_point(point, series, "stars") == words


def test_the_same_findings_give_the_same_page(tmp_path: Path) -> None:
    one, two = (tmp_path / name for name in ("one", "two"))
    for place in (one, two):
        place.mkdir()
        write_folder(make_findings(), place)
    assert (one / "report.html").read_bytes() == (two / "report.html").read_bytes()


def test_a_name_belongs_to_the_longest_title_that_begins_it() -> None:
    axes = make_canvas(2, 2).add_subplot()
    names = ("Keras", "Keras Core", "Keras Core, published", "Kerasus", "Keras eager")
    texts = [axes.text(0, 0, name) for name in names]
    tag_labels(axes, list_strands([("Keras", FIXED["keras"]), ("Keras Core", FIXED["jax"])]))
    tags = [text.get_gid() for text in texts]
    assert tags == ["series-0", "series-1", "series-1", None, "series-0"]


def test_ids_of_series_become_attributes_and_stay_few(figures: tuple[Figure, ...]) -> None:
    for figure in figures:
        assert 'id="series-' not in figure.svg
        tagged = {int(one) for one in re.findall(r'data-series="(\d+)"', figure.svg)}
        assert tagged == set(range(len(figure.strands)))


def test_a_page_rounds_places_and_nothing_else() -> None:
    svg = '<g>\n  <path d="M 1.23456 -7.5"/>\n  <text x="9.8765">0.12345</text>\n</g>'
    assert shorten(svg) == '<g>\n<path d="M 1.23 -7.5"/>\n<text x="9.88">0.12345</text>\n</g>'
    turned = '<use transform="scale(0.015625)"/>'
    assert shorten(turned) == turned


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1, "releases a year", "1 release a year"),
        (0, "releases a year", "0 releases a year"),
        (2, "stars", "2 stars"),
        (1, "of something else", "1 of something else"),
        (1, "MB", "1 MB"),
        (1, "% of papers", "1 %"),
    ],
)
def test_one_of_anything_is_counted_as_one(value: float, unit: str, words: str) -> None:
    (series, *_others) = make_trends()[0].series
    point = replace(series.points[0], value=value, status="live", label="")
    assert write_point(point, series, unit).endswith(f": {words}")
