"""How much code a framework takes: lines, tokens, names of the framework and branches of its listings."""

from collections.abc import Sequence

from dlsurvey.analysis.alignment import align_pairs
from dlsurvey.analysis.code_sentences import describe_length, describe_likeness
from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.analysis.studied import CodeCount, CodeFindings, ProgramSource
from dlsurvey.analysis.vocabulary import Vocabulary, list_api_names, read_vocabulary


def study_code(stages: Sequence[Stage], programs: Sequence[ProgramSource]) -> CodeFindings | None:
    """Count and align the listings of the first workload; None where there are none."""
    if not programs:
        return None
    vocabularies = {one.sha256: read_vocabulary(one.text) for one in programs}
    counts = tuple(
        count_listing(stage, listing, vocabularies[listing.source_sha256])
        for stage in stages
        for listing in stage.listings
    )
    pairs = align_pairs(stages, vocabularies)
    return CodeFindings(
        counts=counts,
        pairs=pairs,
        lengths=tuple(describe_length(counts, pair) for pair in pairs),
        likenesses=tuple(describe_likeness(pair) for pair in pairs),
    )


def count_listing(stage: Stage, listing: Listing, vocabulary: Vocabulary) -> CodeCount:
    """What one stage takes, with the classes and functions that it needs."""
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
