"""The report's other language: complete, with the same places to fill in, and English where it is not."""

import re
import string
from collections.abc import Iterator, Sequence
from datetime import date
from typing import get_args

import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from markupsafe import Markup

from dlsurvey import language
from dlsurvey.analysis.measured import Verdict
from dlsurvey.analysis.sentences import describe_comparison
from dlsurvey.catalogue import list_missing, update_catalogue, write_catalogue
from dlsurvey.errors import RenderError
from dlsurvey.formats import (
    format_bound,
    format_date,
    format_effect,
    format_month,
    format_year,
    join_words,
)
from dlsurvey.language import (
    LANGUAGES,
    describe_missing,
    find_catalogue,
    gettext,
    list_untranslated,
    list_waiting,
    ngettext,
    speak,
    spoken,
    teach,
    translate_known,
)
from dlsurvey.verification.printed import squeeze
from tests.dlsurvey.render.sample import make_workload

OTHERS = tuple(one for one in LANGUAGES if one != "en")
PERCENT = re.compile(r"%\((\w+)\)s|%%")
TAG = re.compile(r"<[^>]*>")
DAY = date(2026, 11, 21)
PARTICLES = re.compile(
    r"(\{\w+[^}]*\}|%\(\w+\)s)(?:은|는|이|가|을|를|과|와|으로|로|이나|나|이며|이고|이라)(?![가-힣])"
)
"""Of which the form depends on the sound before: nobody knows it behind a place to fill in."""
CITATIONS = {"%(course)s"}
"""Places of raised numbers: the particle behind them belongs to the word before."""


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return update_catalogue(request.param)


@pytest.fixture
def unknown() -> Iterator[str]:
    """A text that no catalogue has; what was kept of it is forgotten afterwards."""
    text = "A sentence that nobody has translated."
    yield text
    for kept in language._untranslated.values():
        kept.pop(text, None)


def test_the_catalogue_holds_every_text_and_no_other(catalogue: Catalog) -> None:
    kept = find_catalogue(_name(catalogue)).read_bytes()
    assert write_catalogue(catalogue) == kept, "run `make catalogue`"


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert not list_missing(catalogue)
    assert not list_waiting(_name(catalogue))


def test_translations_have_the_same_places_to_fill_in(catalogue: Catalog) -> None:
    for message in _list_messages(catalogue):
        forms = _list_forms(message.id)
        expected = set().union(*map(_list_places, forms))
        for translation in _list_forms(message.string):
            found = _list_places(translation)
            assert found == expected or found == _list_places(forms[-1]), translation


def test_translations_bring_no_markup_of_their_own(catalogue: Catalog) -> None:
    for message in _list_messages(catalogue):
        tags = [sorted(TAG.findall(one)) for one in _list_forms(message.id)]
        for translation in _list_forms(message.string):
            assert sorted(TAG.findall(translation)) in tags, translation
            assert "<script" not in translation


def test_code_is_left_as_it_is(catalogue: Catalog) -> None:
    for message in _list_messages(catalogue):
        for original, translation in zip(
            _list_forms(message.id), _list_forms(message.string), strict=False
        ):
            # A tuple: each as often as there.
            assert sorted(re.findall(r"`[^`]*`", original)) == sorted(
                re.findall(r"`[^`]*`", translation)
            ), translation


def test_no_particle_follows_what_is_filled_in(catalogue: Catalog) -> None:
    """Korean has two forms of most, by the sound before them."""
    for message in _list_messages(catalogue):
        for translation in _list_forms(message.string):
            for found in PARTICLES.finditer(translation):
                assert found[1] in CITATIONS, translation


def test_a_text_without_a_translation_stands_in_english_and_is_listed(unknown: str) -> None:
    with speak("ko"):
        assert gettext(unknown) == unknown
        assert ngettext(unknown, "many", 1) == unknown
        assert ngettext(unknown, "many", 2) == "many"
    assert list_untranslated("ko").count(unknown) == 1
    assert describe_missing("ko", (unknown,)) == (
        f"1 text without a translation into Korean stands in English: '{unknown}'."
    )
    assert describe_missing("ko", ("a", "b", "c", "d")).endswith("'c'; and 1 more.")
    assert not describe_missing("ko", ())


def test_a_text_of_anyone_is_no_omission(unknown: str) -> None:
    with speak("ko"):
        assert translate_known(unknown) == unknown
        assert translate_known("") == gettext("") == ""
        assert translate_known("loss") == "손실"
    assert unknown not in list_untranslated("ko")


def test_english_is_the_language_outside_of_any_block(unknown: str) -> None:
    assert spoken() == "en"
    with speak("ko"), speak("xx"):
        assert spoken() == "en"
        assert gettext(unknown) == unknown
    assert not list_untranslated("en")


def test_a_damaged_catalogue_is_an_error_in_one_sentence(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language.read_catalogue.cache_clear()
    language._compile.cache_clear()
    with (
        speak("ko"),
        pytest.raises(RenderError, match=r"texts in Korean cannot be read.*reinstall"),
    ):
        gettext("loss")
    language.read_catalogue.cache_clear()
    language._compile.cache_clear()


def test_templates_escape_what_is_put_into_a_text() -> None:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    teach(environment)
    template = environment.from_string(
        "{% trans a=one, b=two %}\n  From <em>{{ a }}</em>\n  {{ b }}: 100 %{% endtrans %}"
    )
    for spoken_here in LANGUAGES:
        with speak(spoken_here):
            page = template.render(one="<b>", two=Markup("<i>x</i>"))
        assert page == "From <em>&lt;b&gt;</em> <i>x</i>: 100 %"
    with pytest.raises(jinja2.UndefinedError):
        template.render(one="")


def test_dates_and_units_are_those_of_the_language() -> None:
    assert (format_date(DAY), format_month(DAY), format_year(DAY)) == (
        "21 November 2026", "November 2026", "2026",
    )  # fmt: skip
    with speak("ko"):
        assert (format_date(DAY), format_month(DAY), format_year(DAY)) == (
            "2026년 11월 21일", "2026년 11월", "2026년",
        )  # fmt: skip
        assert format_bound(0.005, "test_accuracy") == "0.5 %p"
        assert format_effect(-0.0123, "test_accuracy") == "−1.23 %p"
        assert join_words(("가", "나", "다")) == "가, 나, 다"


def test_korean_writes_numbers_as_english_does() -> None:
    """So that one set of formatters serves both; another language may need Babel's."""
    numbers = pytest.importorskip("babel.numbers")
    assert numbers.format_decimal(1234567.891, locale="ko") == "1,234,567.891"


def test_sentences_are_korean_down_to_the_last_word() -> None:
    titles = {"tensorflow": "TensorFlow", "pytorch": "PyTorch"}
    for verdict in get_args(Verdict):
        runs = 1 if verdict == "single_run" else 5
        one = make_workload(runs=runs, accuracy=verdict).comparisons[0]
        with speak("ko"):
            sentence = describe_comparison(one, "MNIST CNN", titles)
        words = re.sub(r"TensorFlow|PyTorch|MNIST CNN|MB|GB|\bs\b|%p", "", sentence)
        assert not re.search("[A-Za-z]{2}", words), sentence


def test_chapter_numbers_do_not_count_when_texts_are_compared() -> None:
    assert squeeze("see chapter 5 there") == squeeze("see chapter 17 there")
    assert squeeze("제5장을 보라") == squeeze("제 17장을 보라")
    assert squeeze("이미지 5장") != squeeze("이미지 17장")


def _name(catalogue: Catalog) -> language.Language:
    return next(one for one in OTHERS if one == str(catalogue.locale))


def _list_messages(catalogue: Catalog) -> list[Message]:
    """Those that are translated; the others are another test's."""
    missing = set(list_missing(catalogue))
    return [one for one in catalogue if one.id and _list_forms(one.id)[0] not in missing]


def _list_forms(text: str | Sequence[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _list_places(text: str) -> set[str]:
    if "%(" in text:
        return {found[1] or "%%" for found in PERCENT.finditer(text)}
    try:
        return {
            f"{name}:{kind or ''}" for _, name, kind, _ in string.Formatter().parse(text) if name
        }
    except ValueError:
        return set()
