"""Texts are read the same whether they come from a page or from paper."""

from dlsurvey.render.hangul import keep_words
from dlsurvey.verification.page import read_page

PAGE = "<html><body><h2 id='data'>학습 데이터</h2><p>PyTorch가 3배 빠르다</p></body></html>"


def test_what_keeps_words_whole_is_no_part_of_a_text() -> None:
    kept = keep_words(PAGE)
    assert kept != PAGE
    assert read_page(kept) == read_page(PAGE)
