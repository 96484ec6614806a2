"""The hash of code follows what it imports and what it names, and nothing that changes no result."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dlsurvey import closure
from dlsurvey.basis import digest, find_changes
from dlsurvey.closure import hash_code
from dlsurvey.premises import PARITY_CODE, TRIAL_CODE
from experiments.frameworks import FRAMEWORKS

FILES = {
    "__init__.py": "",
    "top.py": "from parcel.below import value\nimport parcel.deep.end\nNAMES = 'names.toml'\n",
    "below.py": "value = 1\n",
    "names.toml": "a = 1\n",
    "other.py": "unrelated = 1\n",
    "deep/__init__.py": "",
    "deep/end.py": "from . import near\n",
    "deep/near.py": "value = 1\n",
}


@pytest.fixture
def parcel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "parcel" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "parcel"


def hash_again(*modules: str, leave_out: tuple[str, ...] = ()) -> str:
    closure._read_module.cache_clear()
    closure._find_spec.cache_clear()
    return hash_code(modules or ("parcel.top",), leave_out)


@pytest.mark.parametrize(
    "name", ["top.py", "below.py", "names.toml", "deep/end.py", "deep/near.py"]
)
def test_a_change_of_what_it_uses_changes_it(parcel: Path, name: str) -> None:
    before = hash_again()
    with (parcel / name).open("a") as file:
        file.write("\nadded = 2\n")
    assert hash_again() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "other.py").write_text("unrelated = 2\n"),
        lambda folder: (folder / "below.py").write_text('"""Said."""\n\n# Noted.\nvalue   =   1\n'),
    ],
)
def test_nothing_else_changes_it(parcel: Path, change: Callable[[Path], object]) -> None:
    before = hash_again()
    change(parcel)
    assert hash_again() == before


def test_what_is_left_out_is_not_followed(parcel: Path) -> None:
    before = hash_again(leave_out=("parcel.below",))
    (parcel / "below.py").write_text("value = 2\n")
    assert hash_again(leave_out=("parcel.below",)) == before


def test_nothing_is_imported_for_it(parcel: Path) -> None:
    hash_again()
    assert not [name for name in sys.modules if name.startswith("parcel.")]


def test_trial_code_covers_what_every_adapter_imports() -> None:
    known: set[str] = set()
    waiting = [*TRIAL_CODE]
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += closure._read_module(name)[1]
    for framework in FRAMEWORKS:
        imported = closure._read_module(framework.adapter)[1]
        modules = {name for name in imported if closure._find_file(name) is not None}
        assert "experiments.adam" in modules
        assert modules <= known, framework.name
    assert hash_code(PARITY_CODE) != hash_code(TRIAL_CODE)


def test_changes_are_said_in_words() -> None:
    then = {"torch": "2.14.0", "program mnist-cnn/train_jax.py": digest("a"), "jax": "0.7"}
    now = {"torch": "2.15.0", "program mnist-cnn/train_jax.py": digest("b"), "flax": "1"}
    assert find_changes(then, now) == (
        "torch 2.15.0 was 2.14.0",
        "program mnist-cnn/train_jax.py changed",
        "flax is new",
        "jax is no longer there",
    )
    assert find_changes(now, now) == ()
