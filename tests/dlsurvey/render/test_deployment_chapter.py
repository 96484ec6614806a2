"""The chapter on the ways out prints what was measured, escaped, or that nothing was."""

import re

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.deployment import assess_deployments
from dlsurvey.analysis.findings import Findings
from dlsurvey.figures.deployment import draw_deployments
from dlsurvey.figures.style import assign_looks
from dlsurvey.render.pages import compose_page
from tests.dlsurvey.deployment_samples import FASTER, SLOWER, make_deployment, make_record
from tests.dlsurvey.render.sample import make_findings

RECORD = make_record(
    FASTER,
    SLOWER,
    make_deployment("jax", "onnx"),
    make_deployment("jax", "onnx", (1e-3,), way="one file for each batch size"),
    make_deployment("tensorflow", "tensorflowjs", status="missing", error="package tfjs: no"),
)


@pytest.fixture
def full() -> Findings:
    return replace(make_findings(), deployments=assess_deployments(RECORD))


def render(findings: Findings) -> str:
    figures = draw_deployments(findings.deployments, assign_looks(()))
    page = compose_page(findings, figures, "screen")
    return page[page.index('id="deployment"') : page.index('id="jax"')]


def test_every_way_out_is_a_row_and_every_sentence_is_said(full: Findings) -> None:
    chapter = render(full)
    assert full.deployments is not None
    for one in full.deployments.takes:
        assert f'<th scope="row">{one.name}' in chapter
    assert chapter.count('class="finding"') == len(full.deployments.sentences)
    assert "the same answers" in chapter
    assert "one file for each batch size" in chapter
    assert "Nothing in this edition measures it." not in chapter
    assert re.search(r"<svg[^>]*role=\"img\"", chapter)
    assert "measured" in chapter
    assert "20 November 2026" in chapter


def test_errors_are_escaped(full: Findings) -> None:
    chapter = render(full)
    assert "<script>no" not in chapter
    assert "&lt;script&gt;no" in chapter


def test_without_a_record_the_chapter_says_so() -> None:
    assert "Nothing in this edition measures it." in render(make_findings())


def test_the_figure_has_a_row_for_each_that_ran() -> None:
    (figure,) = draw_deployments(assess_deployments(RECORD), assign_looks(()))
    assert figure.key == "deployment-mnist-cnn"
    assert len(figure.table.rows) == 3
    assert "LiteRT from TensorFlow 0.041 ms, 478 kB" in figure.alt
    assert not draw_deployments(None, {})
    assert not draw_deployments(assess_deployments(make_record(make_deployment("a", "b"))), {})
