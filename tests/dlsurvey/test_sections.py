"""Turns a folder of a person's Markdown into sections, and what must not be in it into one sentence."""

import io
import logging
import os
from pathlib import Path
from typing import Any

import html5lib
import pytest
from PIL import Image

from dlsurvey.chapters import Chapter, order_chapters
from dlsurvey.config import Config, load_config
from dlsurvey.errors import ConfigError
from dlsurvey.images import LARGEST
from dlsurvey.schedule import read_scaffold
from dlsurvey.sections import (
    FrontMatter,
    Section,
    hash_sections,
    list_files,
    read_sections,
    select_sections,
)
from dlsurvey.settings import Sections, Settings

CHAPTERS = (
    ("topic", "Why"),
    ("comparison", "The comparison"),
    ("conclusion", "Conclusion"),
    ("gaps", "What is missing"),
    ("references", "References"),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "sections").mkdir()
    return Config(Settings(), tmp_path, {})


def write(config: Config, name: str, text: str) -> Path:
    path = config.sections / name
    path.write_text(text, encoding="utf-8")
    return path


def read_one(config: Config, text: str) -> Section:
    write(config, "my-view.md", text)
    (section,) = read_sections(config)
    return section


def draw(path: Path, kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> None:
    stream = io.BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(stream, kind)
    path.write_bytes(stream.getvalue())


def test_a_section_says_its_title_place_and_shapes(config: Config) -> None:
    section = read_one(
        config,
        '+++\ntitle = "My view"\nplace = "after: comparison"\nshapes = ["html", "pdf"]\n+++\n\n'
        "Words & *more*.\n",
    )
    assert (section.key, section.title) == ("my-view", "My view")
    assert (section.position, section.anchor) == ("after", "comparison")
    assert section.html == "<p>Words &amp; <em>more</em>.</p>\n"
    assert select_sections([section], "pdf") == (section,)
    assert select_sections([section], "slides") == ()


def test_front_matter_may_be_left_out(config: Config) -> None:
    section = read_one(
        config, "# What I *think*\n\n## First\n\nA.\n\n### Deeper\n\n## Second\n\nB.\n"
    )
    assert section.title == "What I think"
    assert (section.position, section.anchor) == ("before", "conclusion")
    assert [part.title for part in section.parts] == ["First", "Second"]
    assert section.html.count("<h3>") == 2
    assert section.html.count("<h4>") == 1


def test_headings_go_down_without_a_gap(config: Config) -> None:
    section = read_one(
        config, "# T\n\n#### a\n\n###### b\n\n## c\n\n# d\n\n## e\n\n### f\n\n#### g\n\n##### h\n"
    )
    levels = [
        section.html[place + 2]
        for place in range(len(section.html))
        if section.html[place : place + 2] == "<h"
    ]
    assert levels == ["3", "4", "3", "3", "4", "5", "6", "6"]


def test_html_is_well_formed_and_tables_name_their_columns(config: Config) -> None:
    section = read_one(
        config,
        '# T\n\n| a | n |\n|---|--:|\n| x | 1 |\n\n- one\n- [link](https://example.org/?a=1&b="2)\n'
        "\n```python\nif a < b: pass\n```\n",
    )
    parser = html5lib.HTMLParser(strict=True)
    parser.parseFragment(str(section.html))
    assert '<th scope="col">a</th>' in section.html
    assert '<td class="num">1</td>' in section.html
    assert "style=" not in section.html
    assert "if a &lt; b" in section.html


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("# T\n\n<div>x</div>\n", 3, "raw HTML ('<div>"),
        ("# T\n\ntext\nmore <b onclick=x>b</b>\n", 4, "raw HTML ('<b onclick"),
        ("# T\n\n<!-- note -->\n", 3, "raw HTML"),
        ("# T\n\n![logo](https://example.org/a.png)\n", 3, "loads nothing from elsewhere"),
        ("# T\n\n![logo](//example.org/a.png)\n", 3, "loads nothing from elsewhere"),
        ("# T\n\n![logo](data:image/png;base64,AAAA)\n", 3, "loads nothing from elsewhere"),
        ("# T\n\n![logo](file:///etc/passwd.png)\n", 3, "loads nothing from elsewhere"),
        ("# T\n\n> quoted\n> ![logo](../a.png)\n", 4, "out of the folder"),
        ("# T\n\n![logo](%2e%2e/a.png)\n", 3, "out of the folder"),
        ("# T\n\n![logo](/etc/a.png)\n", 3, "out of the folder"),
        ("# T\n\n![logo](a.svg)\n", 3, "none of .png"),
        ("# T\n\n![logo](nowhere.png)\n", 3, "not there"),
        ("# T\n\n![](a.png)\n", 3, "needs words"),
        ("# T\n\n[x](javascript:alert%281%29)\n", 3, "a link may lead to"),
        ("# T\n\n[x](vbscript:a)\n", 3, "a link may lead to"),
        ("# T\n\n[x](relative.html)\n", 3, "a link may lead to"),
        ("# T\n\n[x][y]\n\n[y]: JaVaScRiPt:alert\n", 3, "a link may lead to"),
        ("# T\n\n<javascript:alert>\n", 3, "a link may lead to"),
        ("+++\ntitle = 'T'\n+++\n\n\n<br>\n", 6, "raw HTML"),
        ("+++\ntitle = 'T'\n", 1, "no second line"),
        ("---\ntitle: T\n---\n", 1, "TOML"),
    ],
)  # fmt: skip
def test_what_must_not_be_there_is_named_with_file_and_line(
    config: Config, text: str, line: int, why: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_one(config, text)
    assert f"my-view.md, line {line}: " in str(caught.value)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("matter", "why"),
    [
        ("titel = 'T'", "unknown key 'titel'. Did you mean 'title'? Possible: title, place"),
        ("shapes = ['htm']", "shapes"),
        ("place = 'comparison'", 'place is written as "after: comparison"'),
        ("place = 7", "place is written as"),
        ("title = 7", "title: Expected `str`"),
        ("title = ", "not valid TOML"),
        ("place = 'after: topic'\nreplaces = 'topic'", "leave out 'place'"),
    ],
)
def test_front_matter_is_checked(config: Config, matter: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_one(config, f"+++\n{matter}\n+++\nText.\n")
    assert why in str(caught.value)
    assert "my-view.md" in str(caught.value)


def test_images_travel_inside(config: Config) -> None:
    draw(config.sections / "a b.png")
    draw(config.sections / "b.jpg", "JPEG")
    section = read_one(
        config, '# T\n\n![two & things](a%20b.png "A <caption>")\n\nIn ![b](b.jpg) a line.\n'
    )
    assert '<figure class="own"><img src="data:image/png;base64,' in section.html
    assert 'alt="two &amp; things"' in section.html
    assert "<figcaption>A &lt;caption&gt;</figcaption></figure>" in section.html
    assert '<p>In <img src="data:image/jpeg;base64,' in section.html


def test_images_are_what_their_names_say_and_small(config: Config) -> None:
    (config.sections / "a.png").write_bytes(b"GIF89a not a PNG")
    with pytest.raises(ConfigError, match=r"line 3: the image 'a.png' is not a whole PNG"):
        read_one(config, "# T\n\n![x](a.png)\n")
    (config.sections / "a.png").write_bytes(b"\0" * (LARGEST + 1))
    with pytest.raises(ConfigError, match="500,000 are allowed"):
        read_one(config, "# T\n\n![x](a.png)\n")
    draw(config.sections / "a.png", size=(6000, 5000))
    with pytest.raises(ConfigError, match="too many to print"):
        read_one(config, "# T\n\n![x](a.png)\n")


def test_no_link_leads_out_of_the_folder(config: Config) -> None:
    outside = config.folder / "secret.png"
    draw(outside)
    os.symlink(outside, config.sections / "a.png")
    with pytest.raises(ConfigError, match="a link out of the folder"):
        read_one(config, "# T\n\n![x](a.png)\n")
    (config.folder / "secret.txt").write_text("# T\n\nsecret\n")
    os.symlink(config.folder / "secret.txt", config.sections / "other.md")
    (config.sections / "my-view.md").unlink()
    with pytest.raises(ConfigError, match="leads out of the folder"):
        read_sections(config)


def test_personal_findings_missing_or_empty_are_only_logged(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "dlsurvey")
    assert read_sections(config) == ()
    assert "No personal findings" in caplog.text
    write(config, "personal-findings.md", "\n \n")
    assert read_sections(config) == ()
    assert "personal-findings.md is empty" in caplog.text
    write(config, "personal-findings.md", "I liked it.\n")
    (section,) = read_sections(config)
    assert section.title == "Personal findings"
    assert [one.key for one in order_chapters(CHAPTERS, [section], Sections())][
        2
    ] == "personal-findings"


def test_files_that_are_no_sections_are_left_alone_or_refused(config: Config) -> None:
    for name in ("README.md", "_draft.md", ".hidden.md", "notes.txt"):
        write(config, name, "<div>")
    assert list_files(config) == []
    write(config, "My View.md", "# T\n\nText\n")
    with pytest.raises(ConfigError, match="small letters"):
        read_sections(config)
    (config.sections / "My View.md").unlink()
    (config.sections / "my-view.md").write_bytes(b"# T\n\n\xff\n")
    with pytest.raises(ConfigError, match="line 3: this is not UTF-8"):
        read_sections(config)
    write(config, "my-view.md", "no title\n")
    with pytest.raises(ConfigError, match="has no title"):
        read_sections(config)
    write(config, "my-view.md", "# T\n" + "x" * 200_001)
    with pytest.raises(ConfigError, match="200,000"):
        read_sections(config)


def test_a_folder_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text('[sections]\nfolder = "mine"\n')
    with pytest.raises(ConfigError, match="mine is not there"):
        read_sections(load_config(tmp_path / "survey.toml", {}))
    (tmp_path / "survey.toml").write_text('[sections]\nfoldr = "mine"\n')
    with pytest.raises(ConfigError, match=r"unknown key 'foldr'.*Did you mean 'folder'"):
        load_config(tmp_path / "survey.toml", {})


def test_whatever_changes_in_a_section_changes_the_hash(config: Config) -> None:
    hashes = {hash_sections(config)}
    path = write(config, "my-view.md", "# T\n\nText\n")
    hashes.add(hash_sections(config))
    path.write_text("# T\n\nText.\n")
    hashes.add(hash_sections(config))
    draw(config.sections / "a.png")
    hashes.add(hash_sections(config))
    path.rename(config.sections / "other.md")
    hashes.add(hash_sections(config))
    assert len(hashes) == 5
    assert hash_sections(config) in hashes


def make(name: str, place: str = "before: conclusion", replaces: str = "") -> Section:
    position: Any
    position, anchor = place.split(": ")
    return Section(
        key=replaces or name,
        name=name,
        title=name.title(),
        position="replaces" if replaces else position,
        anchor=replaces or anchor,
        parts=(),
    )


def list_keys(sections: list[Section], **settings: Any) -> list[str]:
    return [one.key for one in order_chapters(CHAPTERS, sections, Sections(**settings))]


def test_sections_stand_where_they_say() -> None:
    usual = [key for key, _ in CHAPTERS]
    assert list_keys([]) == usual
    sections = [
        make("a", "after: topic"),
        make("b", "after: topic"),
        make("c"),
        make("d"),
        make("e", "after: a"),
    ]
    assert list_keys(sections) == [
        "topic", "a", "e", "b", "comparison", "c", "d", "conclusion", "gaps", "references",
    ]  # fmt: skip


def test_a_section_replaces_a_chapter_and_keeps_its_key() -> None:
    chapters = order_chapters(CHAPTERS, [make("mine", replaces="topic")], Sections())
    assert chapters[0] == Chapter("topic", "Mine")
    assert list_keys([make("mine", replaces="topic")], drop=("mine",))[0] == "comparison"


def test_order_and_drop() -> None:
    assert list_keys([], order=("conclusion", "topic")) == [
        "conclusion", "comparison", "topic", "gaps", "references",
    ]  # fmt: skip
    assert list_keys([make("a")], order=("a", "comparison"), drop=("topic",)) == [
        "a", "comparison", "conclusion", "gaps", "references",
    ]  # fmt: skip
    assert "conclusion" not in list_keys([make("a")], drop=("conclusion",))


@pytest.mark.parametrize(
    ("sections", "settings", "why"),
    [
        ([], {"order": ("topik",)}, r"order: there is no .* 'topik'. Did you mean 'topic'"),
        ([], {"drop": ("x",)}, r"drop: there is no chapter or section 'x'. Possible: topic,"),
        ([], {"drop": ("gaps",)}, "part of every edition"),
        ([], {"order": ("topic", "topic")}, "twice"),
        ([make("a", replaces="gaps")], {}, "cannot be replaced"),
        ([make("a", replaces="topics")], {}, "Did you mean 'topic'"),
        ([make("a", replaces="topic"), make("b", replaces="topic")], {}, "leave one"),
        ([make("a", "after: comparisons")], {}, "Did you mean 'comparison'"),
        ([make("a", "after: b"), make("b", "after: a")], {}, "not there"),
        ([make("topic")], {}, "rename it"),
    ],
)
def test_names_that_are_not_there_are_refused(
    sections: list[Section], settings: dict[str, tuple[str, ...]], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        list_keys(sections, **settings)


def test_the_usual_front_matter_is_valid() -> None:
    assert FrontMatter().place == "before: conclusion"


def test_the_section_of_a_new_survey_is_an_empty_place_for_personal_findings(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "dlsurvey")
    write(config, "personal-findings.md", read_scaffold("section.md"))
    assert read_sections(config) == ()
    assert "personal-findings.md is empty" in caplog.text
