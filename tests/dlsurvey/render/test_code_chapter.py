"""The parts on counted listings and on gradients print what the findings hold, escaped, or nothing."""

from typing import Any

import jinja2
import pytest
from markupsafe import escape
from msgspec.structs import replace

from dlsurvey.analysis.code import study_code
from dlsurvey.analysis.findings import Findings
from dlsurvey.analysis.gradients import assess_gradients
from dlsurvey.figures.code import draw_code
from dlsurvey.render.inline import inline_screen
from dlsurvey.render.listings import highlight_screen
from dlsurvey.render.pages import CHAPTERS, make_environment
from dlsurvey.render.references import Sources
from experiments.autodiff.gradient import Gradient
from tests.dlsurvey.code_samples import make_programs, make_stages
from tests.dlsurvey.render.sample import make_findings

BOTH = "{% include 'code_metrics.jinja' %}{% include 'autodiff.jinja' %}"


def make_gradient(form: Any, *, works: bool) -> Gradient:
    return Gradient(
        framework="jax",
        title="JAX",
        version="0.10.2",
        construct="whole",
        variant="compiled",
        call="jax.jit(jax.grad(f))(x)",
        form=form,
        works=works,
        error="" if works else "TracerError: <script>no</script>",
        max_relative_difference=4.4e-11 if works else None,
        lines=2,
        lines_changed=int(works),
        code="def whole(x):\n    return x[0] < 1",
    )


@pytest.fixture
def full() -> Findings:
    return replace(
        make_findings(),
        code=study_code(make_stages(), make_programs("mnist-cnn")),
        gradients=assess_gradients(
            [make_gradient("as written", works=False), make_gradient("rewritten", works=True)]
        ),
    )


def render(findings: Findings) -> str:
    figure = draw_code(findings.code, {})
    environment: jinja2.Environment = make_environment()
    return environment.from_string(BOTH).render(
        findings=findings,
        figures={figure.key: figure} if figure else {},
        medium="screen",
        chapters=CHAPTERS,
        numbers={key: number for number, (key, _) in enumerate(CHAPTERS, 1)},
        inline=inline_screen,
        highlight=highlight_screen,
        cite_data=Sources().cite,
        addresses={"code-counts": "tables/code-counts.csv"},
    )


def test_sentences_table_and_figure_are_printed(full: Findings) -> None:
    text = render(full)
    assert full.code is not None
    for sentence in (*full.code.lengths, *full.code.likenesses):
        assert str(escape(sentence)) in text
    assert text.count('<tr><th scope="row">') == len(full.code.counts) + 2
    assert "<svg" in text


def test_errors_are_escaped_and_rewritten_code_is_shown(full: Findings) -> None:
    text = render(full)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "JAX, rewritten <span" in text
    assert "4.4e-11" in text


def test_nothing_is_printed_of_what_was_not_done() -> None:
    assert not render(make_findings()).strip()
