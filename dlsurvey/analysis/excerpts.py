"""Turns a trainer's source into the definitions that some of its functions need, and their imports."""

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dlsurvey.analysis.vocabulary import OURS


class Excerpt(NamedTuple):
    """A part of a source that is whole: nothing it names is missing but what this project provides."""

    imports: tuple[str, ...]
    """Import statements of the libraries, each with the names that are needed only."""
    definitions: dict[str, str]
    """The text of each function and class as it is, by its name, in the order of the source."""
    provided: frozenset[str]
    """Names that come from this project."""


def excerpt(source: str, wanted: Sequence[str]) -> Excerpt:
    """Those of the `wanted` functions that there are, with all they call. Raises SyntaxError."""
    tree = ast.parse(source)
    defined = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    needed: set[str] = set()
    names: set[str] = set()
    waiting = [name for name in wanted if name in defined]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        found = _list_names(defined[name])
        names |= found
        waiting += sorted(found & defined.keys())
    lines = source.splitlines()
    imports, provided = _split_imports(tree.body, names)
    return Excerpt(
        tuple(imports),
        {name: _cut(lines, node) for name, node in defined.items() if name in needed},
        frozenset(provided),
    )


def _list_names(tree: ast.AST) -> set[str]:
    """Every name in it, in annotations between quotation marks too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _cut(lines: Sequence[str], node: ast.FunctionDef | ast.ClassDef) -> str:
    first = min((one.lineno for one in node.decorator_list), default=node.lineno)
    return "\n".join(lines[first - 1 : node.end_lineno])


def _split_imports(body: Iterable[ast.stmt], names: set[str]) -> tuple[list[str], set[str]]:
    """The statements that bring `names` from libraries, and the names that this project provides."""
    statements: list[str] = []
    provided: set[str] = set()
    for node in body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        used = [alias for alias in node.names if _bind(alias) in names]
        module = node.module or "" if isinstance(node, ast.ImportFrom) else used and used[0].name
        if used and str(module).partition(".")[0] in OURS:
            provided |= {_bind(alias) for alias in used}
        elif used:
            node.names = used
            statements.append(ast.unparse(node))
    return statements, provided


def _bind(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]
