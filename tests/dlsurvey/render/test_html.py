"""Turns constructed findings into the page and reads it as a browser would."""

import itertools
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import jinja2
import pytest
from msgspec.structs import replace

from dlsurvey.analysis.conclusion import conclude_quantity
from dlsurvey.analysis.findings import Findings
from dlsurvey.errors import RenderError
from dlsurvey.figures import Figure, draw_figures
from dlsurvey.formats import (
    format_memory,
    format_milliseconds,
    format_percent,
    format_rate,
    format_seconds,
)
from dlsurvey.render import render_html
from dlsurvey.render.briefs import write_verdict
from dlsurvey.render.pages import make_environment
from dlsurvey.render.references import Citations, read_references
from tests.dlsurvey.render.sample import (
    make_cover,
    make_findings,
    make_spread,
    make_stage,
    make_trends,
    make_workload,
)

HOSTILE = "<script>alert('x')</script><img src=https://evil.example/x onerror=alert(1)>"


def parse(page: str) -> ET.Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: ET.Element = parser.parse(page)
    return root


def render(**changes: object) -> str:
    findings = make_findings(**changes)
    return render_html(findings, draw_figures(findings))


def read_tables(root: ET.Element) -> str:
    cells = [" ".join(cell.itertext()) for cell in root.iter("td")]
    return "\n".join(" ".join(cell.split()) for cell in cells)


def test_page_is_valid_and_says_its_language(page: str) -> None:
    root = parse(page)
    assert root.get("lang") == "en"
    assert root.findtext("head/title") == "Deep Learning with Python"


def test_links_inside_the_page_have_targets_and_ids_are_unique(page: str) -> None:
    root = parse(page)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for link in root.iter("a"):
        href = link.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids


def test_headings_skip_no_level(page: str) -> None:
    levels = [int(name) for name in re.findall(r"<h([1-6])\b", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    root = parse(page)
    for element in root.iter():
        name = str(element.tag)
        assert name not in {"link", "img", "iframe", "object", "embed", "base"}
        assert element.get("src") is None
    assert "default-src 'none'" in page
    assert "@import" not in page
    for address in re.findall(r"url\(([^)]*)\)", page):
        assert address.startswith("#")


def test_tables_agree_with_the_findings(page: str, findings: Findings) -> None:
    cells = read_tables(parse(page))
    for workload in findings.workloads:
        for member in workload.members:
            for spread, write in (
                (member.test_accuracy, format_percent),
                (member.epoch_seconds, format_seconds),
                (member.train_seconds, format_seconds),
                (member.warmup_seconds, format_seconds),
                (member.import_seconds, format_seconds),
                (member.peak_memory_bytes, format_memory),
                (member.images_per_second, format_rate),
                (member.step_seconds_median, format_milliseconds),
                (member.step_seconds_p95, format_milliseconds),
                (member.working_memory_bytes, format_memory),
            ):
                assert spread is not None
                assert spread.low is not None
                assert spread.high is not None
                assert f"{write(spread.mean)} {write(spread.low)} to {write(spread.high)}" in cells


def test_every_number_behind_a_figure_is_on_the_page(
    page: str, figures: tuple[Figure, ...]
) -> None:
    root = parse(page)
    tables = [table for table in root.iter("table") if table.get("class") == "data"]
    assert len(tables) == len(figures)
    for table, figure in zip(tables, figures, strict=True):
        assert len(list(table.iter("tr"))) == 1 + min(len(figure.table.rows), 400)


def test_what_no_trial_tells_is_an_en_dash_or_no_column(findings: Findings, page: str) -> None:
    assert "GPU memory</th>" not in page
    assert "Energy</th>" not in page
    workload = findings.workloads[0]
    told, silent = workload.members
    told = replace(
        told, device_memory_bytes=told.peak_memory_bytes, energy_joules=make_spread(512.0, 3, 5)
    )
    changed = render(workloads=(replace(workload, members=(told, silent)),))
    assert "GPU memory</th>" in changed
    assert "Energy</th>" in changed
    assert "512 J" in changed
    # Time to target of the framework that never reached it; GPU memory and energy of the silent one.
    assert changed.count('<td class="num">–') >= 3


def test_target_says_how_many_reached_it(page: str) -> None:
    assert "5 of 5" in page
    assert "0 of 5" in page


def test_old_trials_leave_their_chapters_out(findings: Findings) -> None:
    workload = findings.workloads[0]
    old = tuple(
        replace(
            member,
            step_seconds_median=None,
            step_seconds_p95=None,
            images_per_second=None,
            working_memory_bytes=None,
            seconds_to_target=None,
            watched=0,
            confusion=(),
            curves=tuple(replace(curve, test_accuracy=()) for curve in member.curves),
        )
        for member in workload.members
    )
    page = render(
        workloads=(replace(workload, members=old, pictures=None, break_evens=(), load=""),)
    )
    parse(page)
    for words in ("On the way to the target", "What was taken for what", "Images a second</th>"):
        assert words not in page
    assert "Modes: compile time apart" not in page


def test_break_evens_are_in_text_and_table(page: str, findings: Findings) -> None:
    assert "Modes: compile time apart" in page
    for one in findings.workloads[0].break_evens:
        assert one.sentence in page
    assert '<td class="num">2.5</td>' in page


def test_devices_are_told_apart_where_there_are_several(page: str, findings: Findings) -> None:
    assert "graph, idiomatic, CPU" not in page
    workload = findings.workloads[0]
    first, second = workload.members
    other = replace(workload, members=(first, replace(second, device="cuda")))
    changed = render(workloads=(other,))
    assert "graph, idiomatic, CPU" in changed
    assert "eager, idiomatic, GPU" in changed


def test_many_comparisons_are_summed_up_and_stand_in_the_table() -> None:
    workload = make_workload(frameworks=("tensorflow", "pytorch", "jax"))
    again = tuple(replace(one, protocol="controlled") for one in workload.comparisons)
    many = replace(workload, comparisons=(*workload.comparisons, *again))
    many = replace(many, comparisons=(*many.comparisons, replace(again[0], a="pytorch", b="jax")))
    page = unescape(render(workloads=(many,), conclusions=()))
    assert "Each of these 5 comparisons" in page
    for sentence in conclude_quantity(many, "test_accuracy"):
        assert sentence in page


def test_sentences_come_from_the_findings(page: str, findings: Findings) -> None:
    text = unescape(page)
    for workload in findings.workloads:
        for comparison in workload.comparisons:
            assert comparison.sentence in text
        assert text.count(workload.dataset_note) >= 6
    for trend in findings.trends:
        assert trend.sentence in text
        assert trend.meaning in text
        assert trend.provenance[0].source in text
    for sentence in findings.conclusions:
        assert sentence in text
    for gap in findings.gaps:
        assert gap.why in text
        assert gap.cure in text


def test_only_clear_verdicts_are_highlighted(page: str) -> None:
    assert "<mark>PyTorch slower</mark>" in page
    assert "<mark>TensorFlow larger</mark>" in page
    assert "<mark>equivalent</mark>" in page
    assert "<mark>no clear difference</mark>" not in page


def test_methods_state_margins_and_noise(page: str) -> None:
    assert "test accuracy 0.5 points, seconds per epoch 5 %, peak memory 5 %." in page
    assert "4 repeated runs" in page
    assert "runs in two halves" in page


def test_one_framework_on_both_sides_is_told_by_its_modes() -> None:
    one = replace(make_workload().comparisons[1], b="tensorflow", b_mode="eager")
    titles = {"tensorflow": "TensorFlow"}
    assert write_verdict(one, titles).text == "TensorFlow (eager) slower"


def test_hostile_words_stay_words() -> None:
    cover = make_cover(title=HOSTILE, author=HOSTILE, course=HOSTILE, language='en" onload="x')
    stages = (make_stage(HOSTILE, HOSTILE, {HOSTILE: f"x = '''{HOSTILE}'''\n"}),)
    trend = make_trends()[0]
    provenance = tuple(
        type(one)(
            source=HOSTILE,
            status=one.status,
            date=one.date,
            note=HOSTILE,
            url="javascript:alert(1)",
        )
        for one in trend.provenance
    )
    fields = {name: getattr(trend, name) for name in trend.__struct_fields__}
    words = {"title": HOSTILE, "sentence": HOSTILE, "alt": HOSTILE, "provenance": provenance}
    hostile_trend = type(trend)(**(fields | words))
    page = render(
        cover=cover,
        stages=stages,
        trends=(hostile_trend,),
        conclusions=(HOSTILE,),
        workloads=(make_workload(name=HOSTILE),),
    )
    root = parse(page)
    names = [str(element.tag) for element in root.iter()]
    assert "img" not in names
    assert names.count("script") == 1  # our own
    assert root.get("onload") is None
    assert "javascript:" not in page


def test_a_name_that_is_not_there_is_an_error() -> None:
    template = make_environment().from_string("{{ nothing }}")
    with pytest.raises(jinja2.UndefinedError):
        template.render()


def test_references_are_numbered_as_cited_and_the_rest_is_left_out(page: str) -> None:
    entries = re.findall(r'<li id="ref-([^"]+)"', page)
    first: list[str] = []
    for name in re.findall(r'href="#ref-([^"]+)"', page):
        if name not in first:
            first.append(name)
    assert entries == first
    assert "krizhevsky2009" not in entries


def test_an_unknown_reference_is_an_error() -> None:
    with pytest.raises(RenderError, match="nobody2020"):
        Citations(read_references()).cite("nobody2020")


def test_references_are_distinct() -> None:
    names = [reference.id for reference in read_references()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"trends": ()}, "no popularity signals"),
        ({"workloads": (), "failures": ()}, "no trials"),
        ({"workloads": ()}, "Workloads without a result"),
        ({"stages": ()}, "no listings"),
        ({"gaps": ()}, "Nothing is missing"),
        ({"conclusions": ()}, "supports no conclusion"),
        ({"cards": ()}, "What a framework is for"),
        ({"workloads": (make_workload(frameworks=("jax",), runs=1, epochs=1),)}, "one run"),
        ({"workloads": (make_workload(frameworks=()),)}, "No trial of this workload"),
        ({"cover": make_cover(author="김서연 Jürgen Müßig " + "x" * 60)}, "김서연"),
    ],
)
def test_editions_with_less_or_more(changes: dict[str, object], sentence: str) -> None:
    page = render(**changes)
    parse(page)
    assert sentence in page


def read_colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", css))


def measure_luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def measure_contrast(one: str, other: str) -> float:
    low, high = sorted((measure_luminance(one), measure_luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_read_in_light_and_dark() -> None:
    folder = Path(__file__).parents[3] / "templates"
    light = read_colours((folder / "report.css").read_text() + (folder / "code.css").read_text())
    dark = light | read_colours((folder / "screen.css").read_text())
    for colours in (light, dark):
        for ink in ("ink", "muted", "accent"):
            assert measure_contrast(colours[ink], colours["paper"]) >= 4.5
            assert measure_contrast(colours[ink], colours["soft"]) >= 4.5
        assert measure_contrast(colours["mark-ink"], colours["mark"]) >= 4.5
        for ink in ("comment", "string", "number", "keyword", "name"):
            assert measure_contrast(colours[f"code-{ink}"], colours["code"]) >= 4.5
