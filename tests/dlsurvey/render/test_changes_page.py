"""The chapter of what changed: the same records as `dlsurvey diff`, escaped."""

from types import SimpleNamespace

import html5lib

from dlsurvey.analysis.changes import FIRST
from dlsurvey.analysis.differences import Cause, Change, Changes
from dlsurvey.render.pages import make_environment


def render(changes: Changes | None) -> str:
    template = make_environment().get_template("changes.jinja")
    page = template.render(
        findings=SimpleNamespace(changes=changes),
        chapters=(("changes", "What changed"),),
        numbers={"changes": 3},
        medium="screen",
        figures={},
    )
    html5lib.HTMLParser(strict=True).parseFragment(page)
    return page


def test_first_edition_has_nothing_to_compare_with() -> None:
    assert FIRST in render(Changes(old=None, new="b", nothing_because=FIRST))
    assert "Nothing was compared." in render(None)


def test_an_edition_without_a_change_says_so() -> None:
    assert "Nothing has changed since edition a." in render(Changes(old="a", new="b"))


def test_every_change_stands_with_its_cause() -> None:
    change = Change(
        kind="verdict", what="<b>", before="", now="", sentence="<b>one</b> turned.",
        causes=(
            Cause(kind="environment", text="torch 2, before 1"),
            Cause(kind="new data", text="<i>runs</i>"),
        ),
    )  # fmt: skip
    page = render(Changes(old="a", new="b", changes=(change,), evidence=("<u>3 trials</u>",)))
    assert "Since edition a: 1 verdict turned." in page
    assert "Verdicts that turned</h3>" in page
    assert (
        '<li>&lt;b&gt;one&lt;/b&gt; turned. <span class="interval">The machine or a version'
        " changed: torch 2, before 1. New data: &lt;i&gt;runs&lt;/i&gt;.</span></li>"
    ) in page
    assert "<li>&lt;u&gt;3 trials&lt;/u&gt;</li>" in page
