"""Sentences that records hold in English are shown in the report's language, their values kept."""

import re

import pytest

from collectors.refusals import ADVICE, CORRECT, LATER, REPORT, UNASKED
from collectors.stackoverflow import WRONG_KEY
from collectors.transports import BAD_CERTIFICATE, FAILURES
from dlsurvey.language import list_untranslated, speak
from dlsurvey.store import Store
from dlsurvey.telling import FORMS, LONGEST, PLACE, translate_told
from tests.conftest import REPOSITORY

HANGUL = re.compile("[\uac00-\ud7a3]")
GAPS = [
    gap
    for attempt in Store(REPOSITORY / "tests" / "sample_store").read_collections()
    for gap in attempt.gaps
]


def tell(text: str) -> str:
    with speak("ko"):
        return translate_told(text)


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.what[:40])
def test_gaps_of_a_real_build_are_told_in_korean(gap: object) -> None:
    for text in (gap.why, gap.cure):  # type: ignore[attr-defined]
        assert HANGUL.search(tell(text)), text


def test_values_are_kept() -> None:
    assert "api.github.com" in tell("No connection to api.github.com could be made.")
    both = tell("Questions tagged jax and GitHub totals of jax-ml/jax")
    assert "jax-ml/jax" in both
    assert " and " not in both
    assert "tagged" not in both


def test_a_plan_is_told_in_its_parts() -> None:
    plan = (
        "standard: mnist-cnn on 60,000 training images of MNIST, 2 epochs (its survey trained 5), in"
        " TensorFlow and PyTorch; 3 seeds in the controlled protocol and 3 seeds in the idiomatic"
        " protocol; order drawn with seed 20211."
    )
    told = tell(plan)
    for value in ("60,000", "mnist-cnn", "TensorFlow", "PyTorch", "20211"):
        assert value in told
    for word in ("training images", "seeds in", "order drawn", "its survey"):
        assert word not in told


@pytest.mark.parametrize(
    "text",
    [
        *(sentence.format(host="a.org", page="https://a.org/b") for _kind, sentence in FAILURES),
        BAD_CERTIFICATE.format(host="a.org"),
        *ADVICE.values(), LATER, CORRECT, REPORT, UNASKED, WRONG_KEY,
        "https://a.org/b answered 503.",
        "Google Trends did not finish within its limit of about 2 minutes.",
    ],
)  # fmt: skip
def test_what_a_source_can_say_has_a_form(text: str) -> None:
    assert HANGUL.search(tell(text)), text


def test_others_words_stay_and_are_listed() -> None:
    text = "The library of somebody else says {0} <b>no</b>."
    assert tell(text) == text
    assert text in list_untranslated("ko")
    name = "jax"
    assert tell(name) == name
    assert name not in list_untranslated("ko")


def test_places_of_a_hostile_text_are_no_places() -> None:
    told = tell("No connection to {page.__class__} could be made.")
    assert "{page.__class__}" in told
    assert tell("x" * (LONGEST + 1)) == "x" * (LONGEST + 1)


def test_english_is_left_alone() -> None:
    assert translate_told("No connection to a.org could be made.").startswith("No connection")


def test_every_form_fits_what_is_made_from_it() -> None:
    for form in FORMS:
        values = dict.fromkeys(PLACE.findall(form), "value")
        assert HANGUL.search(tell(form.format(**values))), form


def test_a_reason_with_a_semicolon_and_a_list_with_a_comma_are_told() -> None:
    assert HANGUL.search(tell("The trial failed: out of memory; try a smaller batch."))
    listed = tell("Models of tensorflow, Models of pytorch, and Models of jax")
    assert ",," not in listed
    assert "Models" not in listed


def test_nested_texts_come_to_an_end() -> None:
    """Each way to take a text apart tried in each part of it would take longer than anyone waits."""
    for text in (
        "quick: " * 40 + "a" + " and a" * 40,
        "The trial failed: " * 30 + "a. " * 20,
        "Run `" * 60 + "`" * 60,
        "; ".join(["No connection to a.org could be made"] * 15),
        ", ".join(["Models of a and b"] * 30),
    ):
        assert len(text) <= LONGEST
        assert tell(text)
