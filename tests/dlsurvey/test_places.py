"""Turns names of chapters and sections into places of a report, or into what is wrong with them."""

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dlsurvey.anchors import PARTS, settle_links, unlink
from dlsurvey.build import Survey
from dlsurvey.chapters import order_chapters
from dlsurvey.cli import cli
from dlsurvey.config import Config, load_config
from dlsurvey.console import Console
from dlsurvey.errors import ConfigError
from dlsurvey.render.pages import TEMPLATES
from dlsurvey.sections import Section, Shape, read_sections
from dlsurvey.settings import TITLE, Sections, Settings
from tests.dlsurvey.test_sections import CHAPTERS as FEW
from tests.dlsurvey.test_sections import make


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "sections").mkdir()
    return Config(Settings(), tmp_path, {})


def read_one(config: Config, text: str, name: str = "mine") -> Section:
    (config.sections / f"{name}.md").write_text(text, encoding="utf-8")
    (section,) = read_sections(config)
    return section


def make_for(name: str, shapes: tuple[Shape, ...], **changes: Any) -> Section:
    section = make(name, **changes)
    return Section(
        **{key: getattr(section, key) for key in section.__struct_fields__} | {"shapes": shapes}
    )


def list_keys(shape: Shape, sections: list[Section], **settings: Any) -> list[str]:
    return [one.key for one in order_chapters(FEW, sections, Sections(**settings), shape)]


def test_a_section_for_some_shapes_can_be_named_everywhere() -> None:
    second = make_for("second", ("slides",))
    third = make_for("third", ("html",), place="after: second")
    settings = {"order": ("second", "topic"), "drop": ("comparison",)}
    assert list_keys("html", [second, third], **settings) == [
        "topic", "third", "conclusion", "gaps", "references",
    ]  # fmt: skip
    assert list_keys("slides", [second, third], **settings) == [
        "second", "topic", "conclusion", "gaps", "references",
    ]  # fmt: skip
    assert "second" not in list_keys("slides", [second], drop=("second",))
    assert "second" not in list_keys("html", [second], drop=("second",))


def test_a_chapter_replaced_in_one_shape_stands_in_the_others() -> None:
    paper = make_for("paper", ("pdf",), replaces="topic")
    talk = make_for("talk", ("slides",), replaces="topic")
    titles = {
        shape: order_chapters(FEW, [paper, talk], Sections(), shape)[0].title
        for shape in ("html", "pdf", "slides")
    }
    assert titles == {"html": "Why", "pdf": "Paper", "slides": "Talk"}
    with pytest.raises(ConfigError, match=r"Both paper\.md and both\.md replace 'topic'"):
        list_keys("html", [paper, make_for("both", ("html", "pdf"), replaces="topic")])


@pytest.mark.parametrize("name", ["brief", "main", "code-1", "contents", "slide-2", "ref-a"])
def test_a_name_that_the_page_needs_is_refused(config: Config, name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name}.md cannot name a section: .*'{name}'.*my-"):
        read_one(config, "# T\n\nText\n", name)


def test_every_place_of_a_template_is_known() -> None:
    others = ("index.jinja", "macros.jinja", "slides.html.jinja")
    files = [path for path in TEMPLATES.glob("*.jinja") if path.name not in others]
    found = [name for path in files for name in re.findall(r'\sid="([^"]+)"', path.read_text())]
    assert len(found) > 15
    for name in found:
        assert PARTS.fullmatch(re.sub(r"\{\{.*?\}\}", "1", name)), name


def test_links_lead_to_chapters_sections_and_parts(config: Config) -> None:
    text = "# T\n\n[a](#comparison), [b](#mine), [c](#code-1), [d](#other)\n"
    (config.sections / "other.md").write_text("\n")  # empty: not in the report, and no mistake
    assert read_one(config, text).html.count('href="#') == 4


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("#nowhere", "the link to '#nowhere' leads to no place in the report. Possible: topic,"),
        ("#comparision", "Did you mean 'comparison'"),
        ("#Code", "Did you mean 'code'"),
        ("#my%20own", "'#my own'"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(config: Config, link: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_one(config, f"# T\n\ntext\n[x]({link})\n")
    assert "mine.md, line 4: " in str(caught.value)
    assert why in str(caught.value)


def test_links_to_what_is_not_printed_stay_text() -> None:
    html = '<p><a href="#jax" rel="noreferrer">the <em>third</em></a>, <a href="#code">b</a></p>'
    assert unlink(html, {"code"}) == '<p>the <em>third</em>, <a href="#code">b</a></p>'
    page = f'<h2 id="code">C</h2><a href="#jax">ours</a><section class="own">{html}</section>'
    assert settle_links(page) == (
        '<h2 id="code">C</h2><a href="#jax">ours</a><section class="own">'
        '<p>the <em>third</em>, <a href="#code">b</a></p></section>'
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Personal *findings* about C#\n\nText.\n", "Personal findings about C#"),
        ("Under a\nline\n=====\n\nText.\n", "Under a line"),
        ("\n\n#  `code` & [link](#data) #\nText.\n", "code & link"),
        ("# C\\# and AT&amp;T\n\nText.\n", "C# and AT&T"),
    ],
)
def test_titles_are_the_plain_text_of_the_first_heading(
    config: Config, text: str, title: str
) -> None:
    section = read_one(config, text)
    assert section.title == title
    assert section.html == "<p>Text.</p>\n"


def test_lines_are_counted_from_the_title_on(config: Config) -> None:
    with pytest.raises(ConfigError, match="line 5: raw HTML"):
        read_one(config, "\nTitle\n===\n\n<br>\n")
    with pytest.raises(ConfigError, match="line 1: raw HTML"):
        read_one(config, "# A <b>title</b>\n\nText.\n")
    with pytest.raises(ConfigError, match="has no title"):
        read_one(config, "## Not a title\n\nText.\n")


@pytest.mark.parametrize("text", [">" * 20 + " a", "".join("  " * n + "- a\n" for n in range(10))])
def test_what_is_nested_too_deep_is_refused(config: Config, text: str) -> None:
    with pytest.raises(ConfigError, match=r"mine.md, line \d+: too many lists or quotations"):
        read_one(config, f"# T\n\n{text}\n")


def test_nine_lists_may_stand_in_each_other(config: Config) -> None:
    lists = "".join("  " * depth + f"- depth {depth}\n" for depth in range(9))
    assert "depth 8" in read_one(config, f"# T\n\n{lists}").html
    assert "deep" in read_one(config, f"# T\n\n{'>' * 19} deep\n").html


def test_a_list_keeps_the_number_that_it_begins_with(config: Config) -> None:
    html = read_one(config, "# T\n\n5. five\n6. six\n").html
    assert '<ol start="5" style="counter-reset: list-item 4">' in html  # WeasyPrint's and ours


def test_a_missing_image_is_named_as_the_folder_would_bear_it(config: Config) -> None:
    with pytest.raises(ConfigError) as caught:
        read_one(config, "# T\n\n![x](my%20setup.png)\n")
    assert str(caught.value).endswith(
        "mine.md, line 3: the image 'my setup.png' is not there: save it in the folder of sections,"
        " or correct its name."
    )


@pytest.mark.parametrize("shapes", ['["ppt"]', '"html"', "[]", "[7]"])
def test_wrong_shapes_are_answered_with_the_right_ones(config: Config, shapes: str) -> None:
    with pytest.raises(ConfigError, match="one or more of html, pdf, slides, as in shapes = "):
        read_one(config, f"+++\nshapes = {shapes}\n+++\n# T\n\nText\n")


@pytest.mark.parametrize("title", ["", "  "])
def test_a_blank_title_is_the_usual_one(tmp_path: Path, title: str) -> None:
    path = tmp_path / "survey.toml"
    path.write_text(f'[survey]\ntitle = "{title}"\n')
    assert load_config(path, {}).settings.survey.title == TITLE
    path.write_text('[survey]\ntitle = "Mine"\n')
    assert load_config(path, {}).settings.survey.title == "Mine"


def test_rendering_says_in_its_log_that_there_are_no_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(survey: Survey, *_given: object, **_named: object) -> object:
        read_sections(survey.config)
        return type("Edition", (), {"gaps": ()})()

    monkeypatch.setattr(Survey, "render", render)
    (tmp_path / "survey.toml").touch()
    result = CliRunner().invoke(cli, ["render", "--config", str(tmp_path / "survey.toml")])
    (log,) = (tmp_path / "logs").glob("render-*.log")
    assert "No personal findings" in log.read_text()
    assert "No personal findings" not in result.output
    assert str(log) in result.output


def test_a_wrong_order_is_said_before_the_training(config: Config) -> None:
    settings = Settings(sections=Sections(order=("nowhere",)))
    wrong = Config(settings, config.folder, {})
    with pytest.raises(ConfigError, match="nowhere"):
        Survey(wrong, Console(terminal=False)).build("quick", offline=True)
    assert not list(config.store.glob("observations"))
