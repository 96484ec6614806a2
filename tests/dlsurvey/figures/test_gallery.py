"""Turns constructed findings into figures and checks what can be read in them."""

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from dlsurvey.analysis.findings import Findings, Point, Trend
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.figures.runs import split_at_holes
from dlsurvey.formats import format_memory, format_percent, format_seconds
from tests.dlsurvey.render.sample import make_findings, make_series, make_trends, make_workload

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def findings() -> Findings:
    return make_findings()


@pytest.fixture(scope="module")
def figures(findings: Findings) -> dict[str, Figure]:
    return {figure.key: figure for figure in draw_figures(findings)}


def draw(**changes: object) -> dict[str, Figure]:
    return {figure.key: figure for figure in draw_figures(make_findings(**changes))}


DRAWN = {
    "concept-layers", "concept-graphs", "concept-convolution", "concept-pooling",
    "concept-filters", "concept-activations", "architecture-tensorflow", "architecture-pytorch",
    "architecture-keras", "architecture-jax",
}  # fmt: skip
"""What explains, and shows no result of the edition."""


def make_trend(**changes: object) -> Trend:
    fields = {name: getattr(make_trends()[0], name) for name in Trend.__struct_fields__}
    return Trend(**(fields | changes))


def test_every_workload_and_trend_has_its_figures(figures: dict[str, Figure]) -> None:
    names = ("mnist-cnn", "cifar10-cnn")
    results = (
        "accuracy", "progress", "confusion", "mistaken", "seconds", "memory", "curves",
    )  # fmt: skip
    assert [key for key in figures if key not in DRAWN] == [
        *(f"{name}-{part}" for name in names for part in results),
        "github-stars",
        "pypi-downloads",
        "conference-papers",
        "papers-with-code-share",
        *(f"{name}-{part}" for name in names for part in ("examples", "network")),
    ]
    assert set(figures) >= DRAWN


def test_drawing_twice_gives_the_same_bytes(findings: Findings, figures: dict[str, Figure]) -> None:
    assert {figure.key: figure for figure in draw_figures(findings)} == figures


def test_alternative_texts_carry_the_measured_numbers(
    findings: Findings, figures: dict[str, Figure]
) -> None:
    for workload in findings.workloads:
        for member in workload.members:
            assert format_percent(member.test_accuracy.mean) in (
                figures[f"{workload.name}-accuracy"].alt
            )
            assert format_seconds(member.epoch_seconds.mean) in (
                figures[f"{workload.name}-seconds"].alt
            )
            assert format_memory(member.peak_memory_bytes.mean) in (
                figures[f"{workload.name}-memory"].alt
            )
        for name, shape in workload.layers:
            assert f"{name} ({shape})" in figures[f"{workload.name}-network"].alt


def test_svg_is_xml_with_its_alternative_text_and_loads_nothing(
    figures: dict[str, Figure],
) -> None:
    for figure in figures.values():
        root = ET.fromstring(figure.svg)
        title = root.find(f"{SVG}title")
        assert title is not None
        assert title.text == figure.alt
        for element in root.iter():
            for name, value in element.attrib.items():
                if name.endswith("href"):
                    assert value.startswith(("#", "data:image/png;base64,"))


def test_ids_stay_apart_when_all_figures_stand_in_one_page(figures: dict[str, Figure]) -> None:
    ids = [name for figure in figures.values() for name in re.findall(r' id="(.+?)"', figure.svg)]
    assert len(ids) == len(set(ids))


def test_text_stays_text(figures: dict[str, Figure]) -> None:
    words = " ".join(ET.fromstring(figures["mnist-cnn-accuracy"].svg).itertext())
    assert "TensorFlow" in words
    assert "98.14 %" in words


def test_no_framework_looks_like_another(figures: dict[str, Figure]) -> None:
    for key in ("github-stars", "conference-papers", "mnist-cnn-accuracy"):
        assert "#c8500a" in figures[key].svg
        assert "#123f86" in figures[key].svg


def test_holes_are_holes() -> None:
    series = make_series("tensorflow", (1.0, 2.0, None, 4.0, 5.0, None, None, 8.0))
    runs = split_at_holes(series.points)
    assert [[point.value for point in run] for run in runs] == [[1, 2], [4, 5], [8]]
    with_hole = draw(trends=(make_trend(series=(series,)),))["github-stars"]
    whole = make_series("tensorflow", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0))
    without = draw(trends=(make_trend(series=(whole,)),))["github-stars"]
    assert count_runs(with_hole) == count_runs(without) + 2
    assert "breaks off" in with_hole.caption
    assert "breaks off" not in without.caption


def count_runs(figure: Figure) -> int:
    """Pieces of TensorFlow's line: each begins with a move."""
    lines = re.findall(r'<path d="([^"]+)"[^>]*stroke="#c8500a"[^>]*/>', figure.svg)
    return sum(line.count("M") for line in lines)


def test_months_and_years_of_uneven_length_are_no_holes() -> None:
    points = tuple(
        Point(start=date(2020 + n // 12, n % 12 + 1, 1), value=1.0, status="live")
        for n in range(30)
    )
    assert len(split_at_holes(points)) == 1


def test_published_points_are_hollow(figures: dict[str, Figure]) -> None:
    assert 'fill="#ffffff"' in figures["github-stars"].svg
    assert "Hollow" in figures["github-stars"].caption
    assert "hollow" in figures["conference-papers"].caption
    assert 'fill="#ffffff"' not in figures["pypi-downloads"].svg


def test_a_single_run_has_no_interval() -> None:
    figure = draw(workloads=(make_workload(runs=1, epochs=1),))["mnist-cnn-accuracy"]
    assert "one run" in figure.alt
    assert "interval" not in figure.caption
    assert "one run" in figure.svg


@pytest.mark.parametrize(
    ("frameworks", "runs"),
    [
        (("pytorch",), 5),
        (("tensorflow", "pytorch", "jax", "keras"), 3),
        (("tensorflow", "pytorch"), 30),
        (("mystery", "another"), 2),
    ],
)
def test_every_run_is_drawn(frameworks: tuple[str, ...], runs: int) -> None:
    figures = draw(workloads=(make_workload(frameworks=frameworks, runs=runs),), trends=())
    figure = figures["mnist-cnn-seconds"]
    seen = [row for row in figure.table.rows if row[1] == "run"]
    assert len(seen) == runs * len(frameworks)
    # Each hollow mark is one <use>; ticks and means add to them.
    assert figure.svg.count("<use") >= runs * len(frameworks)


def test_nothing_to_show_is_no_figure_of_data() -> None:
    always = DRAWN - {"concept-filters"}
    assert set(draw(workloads=(), trends=())) == always
    empty = make_trend(series=(make_series("pytorch", ()),))
    assert set(draw(workloads=(), trends=(empty,))) == always
    assert set(draw(workloads=(), trends=(make_trend(series=()),))) == always


@pytest.mark.parametrize("kind", ["lines", "bars", "shares"])
@pytest.mark.parametrize("values", [(5.0,), (0.0,), (None, 3.0), (-1.0, 2.0)])
def test_short_series_are_drawn(kind: str, values: tuple[float | None, ...]) -> None:
    trend = make_trend(kind=kind, series=(make_series("pytorch", values),))
    assert "PyTorch" in draw(workloads=(), trends=(trend,))["github-stars"].svg


def test_a_missing_bar_says_so() -> None:
    trend = make_trend(
        kind="bars",
        series=(make_series("pytorch", (1.0, 2.0)), make_series("jax", (None, 2.0))),
    )
    figure = draw(workloads=(), trends=(trend,))["github-stars"]
    assert figure.svg.count("no value") == 1


def test_more_bars_than_a_page_holds_are_left_to_the_table() -> None:
    years = tuple(float(year) for year in range(1, 61))
    trend = make_trend(
        kind="bars", series=(make_series("pytorch", years), make_series("jax", years))
    )
    figure = draw(workloads=(), trends=(trend,))["github-stars"]
    assert "newest" in figure.caption
    assert len(figure.table.rows) == 120
    height = re.search(r'height="([\d.]+)pt"', figure.svg)
    assert height is not None
    assert float(height[1]) < 72 * 8


def test_hostile_and_foreign_words_are_only_words() -> None:
    hostile = '<script>alert(1)</script> $x$ & "q" 파이토치'
    trend = make_trend(title=hostile, unit=hostile, alt=hostile, key="../../etc/x y")
    figures = draw(workloads=(make_workload(name="파이 <b>"),), trends=(trend,))
    for key, figure in figures.items():
        assert re.fullmatch(r"[a-z0-9-]+", key)
        ET.fromstring(figure.svg)
        assert "<script" not in figure.svg
