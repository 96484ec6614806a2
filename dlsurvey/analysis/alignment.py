"""How alike two listings of one stage are, whatever their frameworks call things."""

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from dlsurvey.analysis.findings import Listing, Stage
from dlsurvey.analysis.studied import CodePair, StageMatch
from dlsurvey.analysis.vocabulary import Uses, Vocabulary

CLOSE = 0.6
"""Ratio from which the documentation of difflib speaks of close matches, as a rule of thumb."""

NAME = "API"
"""Stands for every name of a framework, so that `optim.Adam` and `optimizers.Adam` are alike."""

_SPACE = {
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.COMMENT,
}


def align_pairs(
    stages: Sequence[Stage], vocabularies: Mapping[str, Vocabulary]
) -> tuple[CodePair, ...]:
    """Every pair of programs; vocabularies by the hashes of their sources."""
    bodies: dict[str, dict[str, Sequence[str]]] = {}
    sides: dict[str, Listing] = {}
    for stage in stages:
        for listing in stage.listings:
            sides.setdefault(listing.framework, listing)
            bodies.setdefault(listing.framework, {})[stage.key] = normalise(
                listing.code, vocabularies[listing.source_sha256]
            )
    return tuple(align(stages, a, b, bodies) for a, b in combinations(sides.values(), 2))


def align(
    stages: Sequence[Stage],
    a: Listing,
    b: Listing,
    bodies: Mapping[str, Mapping[str, Sequence[str]]],
) -> CodePair:
    """Stage by stage; a stage matches where it is close, and closer than any two different stages."""
    of_a, of_b = bodies[a.framework], bodies[b.framework]
    unrelated = max(
        (compare(of_a[one], of_b[other]) for one in of_a for other in of_b if one != other),
        default=0.0,
    )
    matches = []
    for stage in stages:
        if stage.key in of_a and stage.key in of_b:
            similarity = compare(of_a[stage.key], of_b[stage.key])
            matches.append(
                StageMatch(
                    stage=stage.key,
                    title=stage.title,
                    similarity=similarity,
                    matches=similarity >= CLOSE and similarity > unrelated,
                )
            )
    return CodePair(
        a=a.framework,
        a_title=a.title,
        b=b.framework,
        b_title=b.title,
        stages=tuple(matches),
        threshold=CLOSE,
        unrelated=unrelated,
    )


def compare(a: Sequence[str], b: Sequence[str]) -> float:
    """Twice the tokens that match in order, as a share of all tokens of both; the same both ways."""
    # difflib's answer depends on which side comes first; the smaller one is kept.
    return min(
        SequenceMatcher(None, one, other, autojunk=False).ratio() for one, other in ((a, b), (b, a))
    )


def normalise(code: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The tokens of a stage: without the signature of its function, names of the framework alike.

    The functions are named alike by design, which says nothing.
    """
    tree = ast.parse(code)
    uses = Uses(ast.parse(code), vocabulary)
    plain = _Plain(uses).visit(tree)
    body = [
        line
        for node in plain.body
        for line in (node.body if isinstance(node, ast.FunctionDef) else [node])
    ]
    text = "\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in body)
    return tuple(
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in _SPACE
    )


class _Plain(ast.NodeTransformer):
    """Takes the framework's own names out."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return node if self._uses.name_import(node) is None else ast.Name(NAME, node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if self._uses.name_import(node) is not None:
            return ast.Name(NAME, node.ctx)
        attribute = NAME if self._uses.is_value(node.value) else node.attr
        return ast.Attribute(self.visit(node.value), attribute, node.ctx)
