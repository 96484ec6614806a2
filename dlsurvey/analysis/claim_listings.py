"""Turns what code showed, counted, aligned and differentiated, into answers to claims about it."""

from collections.abc import Mapping

from dlsurvey.analysis.claim_answers import Answer, weigh
from dlsurvey.analysis.claim_data import GradientTest, LengthTest, Outcome, SimilarityTest
from dlsurvey.analysis.code_sentences import (
    Length,
    add_up,
    compare_length,
    describe_length,
    describe_likeness,
)
from dlsurvey.analysis.estimates import compare_values
from dlsurvey.analysis.gradients import describe_framework, works_as_written
from dlsurvey.analysis.studied import CodeFindings, CodePair, GradientFindings
from dlsurvey.formats import join_words
from dlsurvey.language import gettext as _


def answer_length(test: LengthTest, code: CodeFindings | None, titles: Mapping[str, str]) -> Answer:
    """Whose listings take more lines and tokens, if both agree; counts have no spread."""
    names = (test.subject, test.against)
    pair = _find_pair(code, names)
    counts = code.counts if code else ()
    totals, length = add_up(counts, *names), compare_length(counts, *names)
    if pair is None or totals is None or length is None:
        return Answer("inconclusive", "", _ask_listings(names, titles))
    return Answer(
        verdict=weigh([_read_length(length)]),
        now="; ".join(
            _("{title} {lines:,} lines, {tokens:,} tokens").format(
                title=titles.get(name, name), lines=total.lines, tokens=total.tokens
            )
            for name, total in zip(names, totals, strict=True)
        ),
        why=describe_length(counts, pair),
        evidence=tuple(f"stage/{one.stage}" for one in pair.stages),
    )


def answer_similarity(
    test: SimilarityTest, code: CodeFindings | None, titles: Mapping[str, str]
) -> Answer:
    """Whether most stages match: more than half of them holds, fewer is the contrary."""
    names = (test.subject, test.against)
    pair = _find_pair(code, names)
    if pair is None or not pair.stages:
        return Answer("inconclusive", "", _ask_listings(names, titles))
    other = len(pair.stages) - pair.matching
    outcome = None if pair.matching == other else compare_values(pair.matching, other)
    return Answer(
        verdict=weigh([outcome]),
        now=_("{count} of {every} stages match").format(
            count=pair.matching, every=len(pair.stages)
        ),
        why=_(
            "{likeness} A stage matches where at least {threshold:.0f} %"
            " of the tokens stand in the same order, and more than in two different stages."
        ).format(likeness=describe_likeness(pair), threshold=100 * pair.threshold),
        evidence=tuple(f"stage/{one.stage}" for one in pair.stages),
    )


def answer_gradients(
    test: GradientTest, gradients: GradientFindings | None, titles: Mapping[str, str]
) -> Answer:
    """Whether the worked example was differentiated as written, and right."""
    title = titles.get(test.framework, test.framework)
    attempts = [
        one for one in (gradients.attempts if gradients else ()) if one.framework == test.framework
    ]
    works = works_as_written(attempts, test.framework, test.variant)
    if works is None:
        return Answer(
            "inconclusive",
            "",
            _(
                "This edition holds no worked example of a derivative in {title}: where {title} is"
                " installed, `dlsurvey train --suite code` makes one."
            ).format(title=title),
        )
    text = (
        _("{title} {version}: the example works")
        if works
        else _("{title} {version}: the example does not work")
    )
    return Answer(
        verdict=weigh(["higher" if works else "lower"]),
        now=text.format(title=title, version=attempts[0].version),
        why=describe_framework(attempts),
        evidence=(f"gradient/{test.framework}/{test.variant}",),
    )


def _read_length(length: Length) -> Outcome | None:
    """What the counts say of the first side; None where lines and tokens do not agree."""
    match length:
        case "a_longer":
            return "higher"
        case "b_longer":
            return "lower"
        case "equal":
            return "equivalent"
        case "mixed":
            return None


def _find_pair(code: CodeFindings | None, names: tuple[str, str]) -> CodePair | None:
    pairs = code.pairs if code else ()
    return next((one for one in pairs if {one.a, one.b} == set(names)), None)


def _ask_listings(names: tuple[str, str], titles: Mapping[str, str]) -> str:
    both = join_words([titles.get(name, name) for name in names])
    return _(
        "This edition has no counts of the listings of {both} side by side: `dlsurvey train`"
        " runs both and keeps the code that ran."
    ).format(both=both)
