"""Turns what code showed, counted, aligned and differentiated, into answers to claims about it."""

from collections.abc import Mapping

from dlsurvey.analysis.claim_answers import Answer, compare_values, weigh
from dlsurvey.analysis.claim_data import GradientTest, LengthTest, Outcome, SimilarityTest
from dlsurvey.analysis.code_sentences import (
    Length,
    add_up,
    compare_length,
    describe_length,
    describe_likeness,
)
from dlsurvey.analysis.gradients import describe_framework, works_as_written
from dlsurvey.analysis.studied import CodeFindings, CodePair, GradientFindings
from dlsurvey.formats import join_words


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
            f"{titles.get(name, name)} {total.lines:,} lines, {total.tokens:,} tokens"
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
        now=f"{pair.matching} of {len(pair.stages)} stages match",
        why=(
            f"{describe_likeness(pair)} A stage matches where at least {100 * pair.threshold:.0f} %"
            " of the tokens stand in the same order, and more than in two different stages."
        ),
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
            f"This edition holds no worked example of a derivative in {title}: `dlsurvey doctor`"
            f" says whether {title} is installed.",
        )
    return Answer(
        verdict=weigh(["higher" if works else "lower"]),
        now=f"{title} {attempts[0].version}: the example {'works' if works else 'does not work'}",
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
    return (
        f"This edition has no counts of the listings of {both} side by side: `dlsurvey train`"
        " runs both and keeps the code that ran."
    )
