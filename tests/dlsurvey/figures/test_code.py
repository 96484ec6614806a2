"""The bars show every trainer once, by name, and the table every count."""

import xml.etree.ElementTree as ET

from msgspec.structs import replace

from dlsurvey.analysis.code import study_code
from dlsurvey.figures.code import draw_code
from dlsurvey.figures.style import assign_looks
from tests.dlsurvey.code_samples import make_programs, make_stages

LOOKS = assign_looks(["tensorflow", "pytorch", "jax", "keras-torch"])


def test_bars_and_table_agree() -> None:
    code = study_code(make_stages(), make_programs("mnist-cnn"))
    assert code is not None
    figure = draw_code(code, LOOKS)
    assert figure is not None
    texts = [text.text for text in ET.fromstring(figure.svg).iter() if text.tag.endswith("text")]
    for count in code.counts:
        assert f"{count.tokens}  {count.title}" in texts
    assert sum("Keras on PyTorch / Keras on JAX" in (text or "") for text in texts) == 5
    assert len(figure.table.rows) == len(code.counts)
    assert draw_code(code, LOOKS) == figure


def test_every_bar_tells_its_count() -> None:
    code = study_code(make_stages(), make_programs("mnist-cnn"))
    assert code is not None
    figure = draw_code(replace(code, counts=code.counts[1:]), LOOKS)
    assert figure is not None
    # One bar for each stage of each trainer; Keras' serves two frameworks.
    told = {mark.text for mark in figure.marks}
    assert told == {
        f"{count.title}, {count.stage_title}: {count.tokens:,} tokens" for count in code.counts[1:]
    }
    assert {strand.title for strand in figure.strands} == {count.title for count in code.counts}
    assert all(f'data-series="{mark.series}"' in figure.svg for mark in figure.marks)


def test_missing_stage_is_no_bar_of_zero() -> None:
    code = study_code(make_stages(), make_programs("mnist-cnn"))
    assert code is not None
    figure = draw_code(replace(code, counts=code.counts[1:]), LOOKS)
    assert figure is not None
    assert "no listing  TensorFlow" in figure.svg


def test_nothing_to_count_is_no_figure() -> None:
    assert draw_code(None, LOOKS) is None
