"""Turns characters that nobody sees into what everybody sees, in every file of an edition."""

import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from markupsafe import Markup

from dlsurvey.characters import show_controls, show_on_line
from dlsurvey.config import load_config
from dlsurvey.editions import assemble, render
from dlsurvey.store import Store
from dlsurvey.verification import make_printable
from tests.conftest import REPOSITORY

SAMPLE = REPOSITORY / "tests" / "sample_store"
HOSTILE = "\x00\x07\x1b[31m\x7f\x9b\u202e\u2066"
SHOWN = "␀␇␛[31m␡���"
WRITTEN = "".join(f"\\u{ord(one):04x}" if unicodedata.category(one) in ("Cc", "Cf") else one
                  for one in HOSTILE)  # fmt: skip
"""As TOML and JSON write it."""
RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_what_is_seen_stays() -> None:
    text = "Ä 한국어 \t tab\r\nend \N{ZERO WIDTH JOINER} 👩‍👩‍👧 \N{RIGHT-TO-LEFT MARK} שלום \u2028"
    assert show_controls(text) is text
    assert show_on_line("a\tb\r\nc\u2028d") == "a b c d"


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F),
                                    *range(0x2066, 0x206A), 0xD800, 0xFFFE, 0xFFFF])  # fmt: skip
def test_every_character_that_steers_is_shown(number: int) -> None:
    shown = show_controls(f"a{chr(number)}b")
    if chr(number) in "\t\n\r":
        assert shown == f"a{chr(number)}b"
    else:
        assert not RAW.search(shown)
        assert len(shown) == 3
        assert unicodedata.category(shown[1]) == "So"
    assert len(make_printable(f"a{chr(number)}b")) == 3


def test_markup_stays_markup() -> None:
    assert isinstance(show_controls(Markup("<b>\x1b</b>")), Markup)
    assert show_controls(Markup("<b>\x1b</b>")) == Markup("<b>␛</b>")


def test_an_edition_holds_none(tmp_path: Path) -> None:
    """From a title, the name of a framework, a section and what is stored, in every shape."""
    shutil.copytree(SAMPLE, tmp_path / "survey")
    folder = tmp_path / "survey"
    (folder / "survey.toml").write_text(
        f'[survey]\ntitle = "T{WRITTEN}"\nauthor = "A{WRITTEN}"\n'
        f'[subjects.pytorch]\ntitle = "PyTorch{WRITTEN}"\n[data]\nstore = "."\n'
    )
    (folder / "sections").mkdir()
    (folder / "sections" / "mine.md").write_text(
        f'+++\ntitle = "Mine{WRITTEN}"\n+++\n\nText{HOSTILE.replace(chr(0), "")} and `code\x1b`.\n'
    )
    training = (folder / "training.json").read_text()
    gap = f'{{"what": "Gap{WRITTEN}", "why": "Why{WRITTEN}", "cure": "Cure{WRITTEN}"}}'
    (folder / "training.json").write_text(training.replace('"gaps": []', f'"gaps": [{gap}]'))
    config = load_config(folder / "survey.toml", {})
    store = Store(config.store)
    done = render(config, store, assemble(config, store), ("html",))
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    for start in ("T", "A", "PyTorch", "Gap", "Why", "Cure"):
        assert f"{start}{SHOWN}" in page, start
    assert f"Mine{SHOWN}" in page
    assert f"Text{SHOWN[1:]}" in page
    assert "<code>code␛</code>" in page
    for path in (*done.folder.rglob("*"), *config.reports.glob("*.*ml")):
        if path.is_file():
            found = RAW.search(path.read_text(encoding="utf-8"))
            assert path.suffix in (".json", ".ipynb") or found is None, (path.name, found)
