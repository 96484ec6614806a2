"""Turns long sections into slides, lays them out and looks for every word of them."""

import logging
import re
from collections.abc import Sequence
from typing import Any

import pytest

from dlsurvey.analysis.findings import Findings
from dlsurvey.anchors import PARTS, RESERVED
from dlsurvey.markdown import Origin, render_markdown
from dlsurvey.render.clipping import MORE, REST, clip
from dlsurvey.render.deck import END, ITEM, OWN, Deck, Sheet, Slide, cut, ease, fuse
from dlsurvey.render.pages import CHAPTERS, Medium, Own, compose_page
from dlsurvey.render.paper import make_fetcher
from dlsurvey.render.projection import Projector
from dlsurvey.render.slides import compose_deck, compose_slides
from dlsurvey.render.talk import mark_blocks, split_section
from dlsurvey.sections import Section
from dlsurvey.settings import Sections
from tests.dlsurvey.render.test_slides import check_pages, make_section, walk

EVERYTHING = """Intro & so.

3. three
4. four
   - inner a

   - inner b

   on
5. five

#### Head

> quoted
>
> twice

```python
a = 1

b = 2 < 3
```

| a | b |
|---|--:|
| 1 | 2 |
| 3 | 4 |

![x](a.png)
"""


def render(text: str) -> str:
    parts = render_markdown(text, Origin("mine.md", 1), lambda url: url)
    return "".join(str(part.html) for part in parts)


def project(findings: Findings, section: Section) -> Any:
    deck = Deck()
    deck.open("mine", section.title)
    for heading, body in split_section(section):
        deck.add(heading, OWN, caller=lambda body=body: body)  # type: ignore[misc]

    def compose(sheets: Sequence[Sheet]) -> str:
        return compose_slides(findings, sheets)

    return Projector(deck, compose, make_fetcher()).project()


def list_texts(document: Any) -> list[str]:
    """Of each page, line by line."""
    return [
        "\n".join(box.text for box in walk(page._page_box) if type(box).__name__ == "TextBox")
        for page in document.pages
    ]


def test_marks_change_nothing_where_a_slide_is_not_cut() -> None:
    html = render(EVERYTHING)
    marked = str(mark_blocks(html))
    assert fuse(marked).replace(ITEM, "").replace(END, "") == html


def test_each_item_is_whole_in_itself() -> None:
    _, items, _ = cut(str(mark_blocks(render(EVERYTHING))))
    assert len(items) == 15
    for item in items:
        opened = re.findall(r"<(?!/|!|img)(\w+)", item)
        assert sorted(opened) == sorted(re.findall(r"</(\w+)", item)), item
    plain = [re.sub(r"<!--.*?-->|\n", "", item) for item in items]
    assert plain[1].startswith('<ol start="3"')
    assert plain[2].startswith('<ol start="4"')
    assert plain[3].startswith('<ol start="4"')
    assert '<li style="list-style: none"><ul><li>' in plain[3]
    assert plain[6].startswith('<ol start="5"')
    assert plain[7].startswith("<h3>Head</h3><blockquote>")
    assert plain[8] == "<blockquote><p>twice</p></blockquote>"
    assert plain[9].startswith('<pre><code class="language-python">a = 1<')


def test_a_table_is_continued_under_its_head() -> None:
    rows = "".join(f"| {number} | x |\n" for number in range(3))
    _, items, _ = cut(str(mark_blocks(render(f"| n | & |\n|---|---|\n{rows}"))))
    assert len(items) == 3
    for item in items:
        assert item.count("<thead>") == item.count("</thead>") == 1
        assert item.count('<th scope="col">&amp;</th>') == 1


def test_places_are_counted_in_lines_as_the_parser_counts_them() -> None:
    _, items, _ = cut(str(mark_blocks(render("a\u2028b\x0bc\n\nnext\n"))))
    assert [item.startswith("<p>") for item in items] == [True, True]


def test_only_a_line_that_stands_alone_begins_a_slide() -> None:
    section = make_section("> a\n>\n> ---\n>\n> b\n\n---\n\nc\n")
    bodies = [str(body) for _heading, body in split_section(section)]
    assert len(bodies) == 2
    assert "<hr />" in bodies[0]
    assert bodies[0].count("<blockquote>") == bodies[0].count("</blockquote>")


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"- item W{number}.\n" for number in range(60)),
        "".join(f"1. item W{number}.\n\n   More.\n" for number in range(60)),
        "- outer\n" + "".join(f"  - inner W{number}.\n" for number in range(60)) + "- last\n",
        "```\n" + "".join(f"line W{number}.\n" for number in range(90)) + "```\n",
        "| a | b |\n|---|--:|\n" + "".join(f"| W{number}. | 1 |\n" for number in range(120)),
        "> quote\n" + "".join(f">\n> words W{number}.\n" for number in range(60)),
    ],
    ids=["list", "numbers", "nested", "code", "table", "quote"],
)
def test_nothing_long_loses_a_word(
    findings: Findings, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    document = project(findings, make_section(text))
    check_pages(document)
    texts = list_texts(document)
    words = [int(word) for page in texts for word in re.findall(r"W(\d+)\.", page)]
    assert words == list(range(text.count("W")))
    assert len(texts) > 2
    assert "left out" not in caplog.text
    if text.startswith("| a"):
        assert all("a\nb\n" in page for page in texts)
    if text.startswith("1."):
        assert "60." in texts[-1]


@pytest.mark.parametrize(
    "text",
    [" ".join(f"word{number}" for number in range(3000)), f"```\n{'code ' * 4000}\n```\n",
     f"| a |\n|---|\n| {'cell ' * 4000} |\n"],
    ids=["paragraph", "line", "cell"],
)  # fmt: skip
def test_what_no_slide_holds_says_so(
    findings: Findings, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "dlsurvey")
    document = project(findings, make_section(text))
    check_pages(document)
    (page,) = list_texts(document)
    assert "…" in page
    assert "The rest does not fit on this slide." in page
    assert len(page) > 3000
    assert "'My own view' holds more than fits" in caplog.text


def test_clipping_keeps_tags_whole_and_ends() -> None:
    body = f"<p>{ITEM}one <em>two &amp; three</em> four</p><p>five</p>{END}"
    clipped = clip(body, 2)
    assert clipped is not None
    assert clipped.partition(REST)[0] == f"<p>one <em>two &amp; three</em>{MORE}</p>"
    rounds = 0
    while clipped is not None:
        clipped, rounds = clip(clipped, 2), rounds + 1
        assert rounds < 50
        assert str(clipped).count("…") <= 1
    assert str(clip('<img src="a">' * 4, 3)).count("<img") == 2


def test_long_slides_of_the_user_are_cut_into_as_many_as_they_took() -> None:
    body = str(mark_blocks("".join(f"<p>{number}</p>" for number in range(12))))
    slide = Slide(0, "mine", "Mine", body, OWN)
    assert len(ease(slide, 4)) == 4
    assert [one.step for one in ease(slide, 2)] == [1]
    assert [one.step for one in ease(slide._replace(layout=""), 4)] == [1]


def test_every_place_of_a_page_is_known(page: str) -> None:
    chapters = {key for key, _title in CHAPTERS}
    drawn = re.compile(r"<svg.*?</svg>", re.DOTALL)
    for name in re.findall(r'\sid="([^"]+)"', drawn.sub("", page)):
        assert name in chapters or PARTS.fullmatch(name), name
    assert not any(RESERVED.fullmatch(key) for key in chapters)


def test_links_on_slides_lead_to_slides_alone(findings: Findings) -> None:
    section = make_section("[a](#comparison), [b](#jax), [c](#health), [d](#comparison-1).\n")
    deck = compose_deck(findings, (), Own((section,), Sections(drop=("jax",))))
    (slide,) = (slide for slide in deck.slides if slide.chapter == "mine")
    assert re.findall(r'href="#(.*?)"', slide.body) == ["comparison"]
    assert ", b, c, d." in slide.body


def test_contents_list_no_parts_of_a_chapter_in_the_users_words(findings: Findings) -> None:
    section = make_section(
        "Mine.\n\n[x](#code-1)\n", key="code", position="replaces", anchor="code"
    )
    media: tuple[Medium, ...] = ("screen", "print")
    for medium in media:
        page = compose_page(findings, (), medium, Own((section,)))
        assert "#code-" not in page
        assert "#trends-1" in page
