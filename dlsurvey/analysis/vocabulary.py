"""Which names in a program belong to its framework."""

import ast
import sys
from collections.abc import Iterator
from typing import NamedTuple

COMMON = frozenset({"numpy", "sklearn"})
"""What every program may use whatever its framework."""


HANDED = frozenset(
    {"model", "loss_function", "optimizer", "metrics", "batches", "rngs", "self", "x"}
)
"""Parameters that hold the framework's objects, as all programs name them."""


class Vocabulary(NamedTuple):
    """What the top level of a source says of the names in its functions."""

    imports: dict[str, str]
    """Local names of what is imported from the framework, with their full names."""
    makers: frozenset[str]
    """Functions and classes of the program itself: what they make is the framework's."""


def read_vocabulary(source: str) -> Vocabulary:
    """Read the imports and definitions of a whole program; raises SyntaxError."""
    tree = ast.parse(source)
    imports: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                imports[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    foreign = {name: full for name, full in imports.items() if _is_foreign(full)}
    makers = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return Vocabulary(foreign, frozenset(makers))


class Uses:
    """Tells of one listing which of its expressions are the framework's."""

    def __init__(self, tree: ast.AST, vocabulary: Vocabulary) -> None:
        """`tree` is the listing, parsed; `vocabulary` that of the source it was cut from."""
        self._vocabulary = vocabulary
        self._values: set[str] = set()
        known = -1
        while known < len(self._values):  # a value may be made of one that is found later
            known = len(self._values)
            self._values |= set(self._find_values(tree))

    def name_import(self, node: ast.AST) -> str | None:
        """'torch.optim.Adam' where `node` is a chain of attributes that begins with an import."""
        if isinstance(node, ast.Name):
            return self._vocabulary.imports.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self.name_import(node.value)
            return None if base is None else f"{base}.{node.attr}"
        return None

    def is_value(self, node: ast.AST) -> bool:
        """Whether an expression is, or was made by, an object of the framework."""
        match node:
            case ast.Name(id=name):
                found = name in self._values
            case ast.Call(func=ast.Name(id=name)) if name in self._vocabulary.makers:
                found = True
            case ast.Call(func=base) | ast.Attribute(value=base) | ast.Subscript(value=base):
                found = self.is_value(base)
            case ast.BinOp(left=left, right=right):
                found = self.is_value(left) or self.is_value(right)
            case ast.Compare(left=left):
                found = self.is_value(left)
            case _:
                found = False
        return found or self.name_import(node) is not None

    def _find_values(self, tree: ast.AST) -> Iterator[str]:
        for node in ast.walk(tree):
            match node:
                case ast.arg(arg=name) if name in HANDED:
                    yield name
                case ast.Assign(targets=targets, value=value) if self.is_value(value):
                    for target in targets:
                        yield from _list_names(target)
                case (
                    ast.For(target=target, iter=value)
                    | ast.comprehension(target=target, iter=value)
                    | ast.NamedExpr(target=target, value=value)
                ) if self.is_value(value):
                    yield from _list_names(target)


def list_api_names(code: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Each name of the framework once: 'torch.optim.Adam', and '.step' of an object of it."""
    tree = ast.parse(code)
    uses = Uses(ast.parse(code), vocabulary)
    found: set[str] = set()
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):  # outer nodes first, so a chain is seen before its parts
        if isinstance(node, ast.Attribute):
            name = uses.name_import(node)
            if name is None and uses.is_value(node.value):
                found.add(f".{node.attr}")
            elif name is not None:
                inner.add(node.value)
        if isinstance(node, ast.Attribute | ast.Name) and node not in inner:
            name = uses.name_import(node)
            if name is not None:
                found.add(name)
    return tuple(sorted(found))


def _is_foreign(full: str) -> bool:
    root = full.partition(".")[0]
    return root not in COMMON and root not in sys.stdlib_module_names


def _list_names(target: ast.AST) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
