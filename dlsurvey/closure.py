"""Turns the name of a module into the hash of its code and of all of its own package that it imports.

Nothing is imported for it. Comments, layout and docstrings count for nothing: they change no result.
"""

import ast
import hashlib
import importlib.util
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path


def hash_code(modules: Iterable[str], leave_out: Iterable[str] = ()) -> str:
    """SHA-256 over what `modules` are made of: themselves, what they import, the data they name."""
    waiting = list(modules)
    found: dict[str, bytes] = dict.fromkeys(leave_out, b"")
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name], imported = _read_module(name)
        waiting += imported
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(name.encode() + found[name])
    return digest.hexdigest()


@cache
def _read_module(name: str) -> tuple[bytes, tuple[str, ...]]:
    """The hash of one module, and what it imports of its own package; nothing where there is none."""
    path = _find_file(name)
    if path is None:
        return b"", ()
    tree = ast.parse(path.read_bytes())
    root = name.partition(".")[0]
    imported = {one for one in _list_imports(tree, name) if one.partition(".")[0] == root}
    _drop_docstrings(tree)
    digest = hashlib.sha256(ast.dump(tree).encode())
    for data in sorted(_list_data_files(tree, path.parent)):
        digest.update(data.read_bytes())
    return digest.digest(), tuple(sorted(imported))


def _find_file(name: str) -> Path | None:
    """The module's source; None for a name of something inside a module, or code without a source."""
    root, *rest = name.split(".")
    spec = _find_spec(root)
    if spec is None:
        return None
    if spec.submodule_search_locations is None:
        origin = spec.origin or ""
        return Path(origin) if not rest and origin.endswith(".py") else None
    for folder in spec.submodule_search_locations:
        place = Path(folder, *rest)
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return path
    return None


@cache
def _find_spec(root: str) -> ModuleSpec | None:
    """Of a whole package. Python would import the parents of a module to find that."""
    return importlib.util.find_spec(root)


def _list_imports(tree: ast.AST, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Of a relative import the package is near enough: it is that of the module itself.
            parts = name.split(".")[: -node.level] if node.level else []
            module = ".".join([*parts, node.module or ""]).strip(".")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _drop_docstrings(tree: ast.AST) -> None:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]


def _list_data_files(tree: ast.AST, folder: Path) -> Iterator[Path]:
    """Files beside the module that it names: `published.toml`."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and value.endswith(".toml") and "/" not in value:
            path = folder / value
            if path.is_file():
                yield path
