"""Korean words stay whole on paper, and nobody who copies the text meets what keeps them so."""

import io

import pypdf
import pytest

from dlsurvey.fonts import find_korean
from dlsurvey.render.hangul import JOINER, keep_words
from dlsurvey.render.pdf import lay_out_page
from tests.dlsurvey.samples import NOON

WORDS = "딥러닝 프레임워크는 모든 신경망에서 똑같은 부분을 넘겨받아서 신경망 자체만 작성하면 되도록 한다"
PAGE = (
    '<html lang="ko"><head><title>제목이다</title><style>@font-face {{ font-family: N; src:'
    " url(font:NanumGothic.ttf); }} body {{ font-family: N; width: 150pt }}</style></head>"
    '<body><h2 title="속성이다">머리말이다</h2><p>{}</p></body></html>'
)


def test_only_text_gets_joiners() -> None:
    page = keep_words(PAGE.format("낱말 PyTorch가 <em>좋은</em> a b"))
    assert "<title>제목이다</title>" in page
    assert 'title="속성이다"' in page
    assert f"낱{JOINER}말 PyTorch{JOINER}가 <em>좋{JOINER}은</em> a b" in page
    assert page.replace(JOINER, "") == PAGE.format("낱말 PyTorch가 <em>좋은</em> a b")
    assert keep_words(page) == page


def test_a_page_without_hangul_is_left_alone() -> None:
    assert keep_words("<p>Words</p>") == "<p>Words</p>"


@pytest.mark.skipif(find_korean() is None, reason="the extra korean is not installed")
def test_lines_end_between_words() -> None:
    content = lay_out_page(keep_words(PAGE.format(WORDS)), NOON)({})
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = reader.pages[0].extract_text()
    assert JOINER not in text
    assert [one.title for one in reader.outline] == ["머리말이다"]  # type: ignore[union-attr]
    lines = text.split("\n")[1:]
    assert len(lines) > 3
    assert [word for line in lines for word in line.split()] == WORDS.split()
    broken = lay_out_page(PAGE.format(WORDS), NOON)({})
    plain = pypdf.PdfReader(io.BytesIO(broken)).pages[0].extract_text().split("\n")[1:]
    assert [word for line in plain for word in line.split()] != WORDS.split()
