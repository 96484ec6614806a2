"""Turns the listings that ran into counts: lines, tokens, names of the framework, branches."""

import ast
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from dlsurvey.analysis.alignment import align_pairs
from dlsurvey.analysis.code_sentences import describe_length, describe_likeness
from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.analysis.studied import CodeCount, CodeFindings, TrainerSource
from dlsurvey.analysis.vocabulary import Vocabulary, list_api_names, read_vocabulary

MEASURING = "journal"
"""Its calls only measure: a program that is not compared with another has none."""


def list_trainers(
    stages: Sequence[Stage], read_source: Callable[[str], str]
) -> tuple[TrainerSource, ...]:
    """The whole sources that the listings were cut from, one for each framework."""
    listings = {
        listing.framework: listing for stage in reversed(stages) for listing in stage.listings
    }
    return tuple(
        TrainerSource(
            framework=listing.framework,
            title=listing.title,
            sha256=listing.source_sha256,
            text=read_source(listing.source_sha256),
        )
        for listing in listings.values()
    )


def study_code(stages: Sequence[Stage], trainers: Sequence[TrainerSource]) -> CodeFindings | None:
    """Count and align all listings of these trainers; None where there are none."""
    if not trainers:
        return None
    vocabularies = {trainer.sha256: read_vocabulary(trainer.text) for trainer in trainers}
    plain = tuple(_drop_measuring(merge_twins(stage)) for stage in stages)
    counts = tuple(
        count_listing(stage, listing, vocabularies[listing.source_sha256])
        for stage in plain
        for listing in stage.listings
    )
    pairs = align_pairs(plain, vocabularies)
    return CodeFindings(
        counts=counts,
        pairs=pairs,
        lengths=tuple(describe_length(counts, pair) for pair in pairs),
        likenesses=tuple(describe_likeness(pair) for pair in pairs),
    )


def merge_twins(stage: Stage) -> Stage:
    """Frameworks that run the same trainer are one listing, under all their titles."""
    twins: dict[str, list[Listing]] = {}
    for listing in stage.listings:
        twins.setdefault(listing.source_sha256, []).append(listing)
    merged = (
        replace(same[0], title=" / ".join(dict.fromkeys(one.title for one in same)))
        for same in twins.values()
    )
    return replace(stage, listings=tuple(merged))


def count_listing(stage: Stage, listing: Listing, vocabulary: Vocabulary) -> CodeCount:
    """What one function takes; its nested functions belong to it."""
    import lizard  # reads the modules of every language it knows

    found = lizard.analyze_file.analyze_source_code("listing.py", listing.code)
    return CodeCount(
        framework=listing.framework,
        title=listing.title,
        stage=stage.key,
        stage_title=stage.title,
        lines=found.nloc,
        tokens=found.token_count,
        api_names=list_api_names(listing.code, vocabulary),
        branches=sum(function.cyclomatic_complexity - 1 for function in found.function_list),
        source_sha256=listing.source_sha256,
    )


def drop_measuring(code: str) -> str:
    """The listing without the statements and arguments that only measure.

    Unchanged where nothing would be left of a block.
    """
    tree = ast.parse(code)
    dropped: set[int] = set()
    for node in ast.walk(tree):
        if _only_measures(node):
            assert isinstance(node, ast.stmt | ast.keyword)
            dropped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = code.splitlines()
    kept = "\n".join(line for number, line in enumerate(lines, 1) if number not in dropped)
    try:
        ast.parse(kept)
    except SyntaxError:
        return code
    return kept


def _only_measures(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name == MEASURING
        case ast.If(test=test, orelse=[]):
            return _mentions(test)
        case ast.keyword(value=value):
            # Only where it has its lines for itself, as the formatter gives it.
            return _mentions(value) and not isinstance(value, ast.Name)
        case _:
            return False


def _mentions(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Name) and one.id == MEASURING for one in ast.walk(node))


def _drop_measuring(stage: Stage) -> Stage:
    return replace(
        stage,
        listings=tuple(replace(one, code=drop_measuring(one.code)) for one in stage.listings),
    )
