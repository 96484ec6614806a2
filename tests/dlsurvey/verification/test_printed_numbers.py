"""Turns the papers of one whole edition into which of their numbers can be altered unnoticed."""

import json
from collections.abc import Iterable
from typing import NamedTuple

import pytest

from dlsurvey.render import render_pdf
from dlsurvey.render.results import write_results
from dlsurvey.render.slides import render_slides
from dlsurvey.verification import check_paper, compare_chapter, pair
from dlsurvey.verification.attached import read_attached
from dlsurvey.verification.expected import Expected, set_anew
from dlsurvey.verification.paper import Paper, read_paper
from dlsurvey.verification.printed import Chapter
from dlsurvey.verification.recomputation import recompute
from tests.dlsurvey.verification.conftest import TEXT, Whole, alter_results, save, seal
from tests.dlsurvey.verification.mutations import alter_each

NOT_CHECKED = {"contents", "changes", "references", "data", "brief", "brief#2", "mine"}
OWN = ("The data and the network", "In brief", "Mine, with 1 number")


class Read(NamedTuple):
    """A paper, and what belongs in it."""

    paper: Paper
    expected: tuple[Expected, ...]

    def replace(self, old: Chapter, new: Chapter) -> Paper:
        """The paper with another chapter."""
        chapters = tuple(new if one is old else one for one in self.paper.chapters)
        return self.paper._replace(chapters=chapters)

    def find(self, title: str) -> Chapter:
        """A chapter of the paper."""
        return next(one for one in self.paper.chapters if one.title == title)


@pytest.fixture(scope="module", params=["report", "slides"])
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, edition: Whole
) -> Read:
    is_report = request.param == "report"
    render = render_pdf if is_report else render_slides
    pdf = render(edition.findings, edition.figures, edition.attached, edition.own)
    paper = read_paper(save(tmp_path_factory.mktemp("paper"), pdf))
    given = read_attached(paper.results)
    return Read(paper, set_anew(recompute(given), given, "pdf" if is_report else "slides"))


def test_a_true_paper_agrees_and_own_words_are_named(read: Read) -> None:
    verification = check_paper(read.paper)
    assert verification.differences == ()
    assert verification.printed.numbers > (300 if read.paper.is_landscape else 800)
    assert sorted(verification.words) == sorted(OWN)
    assert verification.unprinted == ("What these results cannot say",)
    assert verification.is_sealed


def test_nearly_no_number_can_be_altered_unnoticed(read: Read) -> None:
    """Unnoticed are page numbers, numbers of chapters and of references, what changed since another
    edition, own words, and in the chapter on the code what is said beside the listings."""
    pairs, added = pair(read.paper.chapters, read.expected)
    assert not added
    tried, missed = 0, []
    for expected, chapter in pairs:
        if chapter is None or expected.check in {"nothing", "own"}:
            assert expected.key in NOT_CHECKED
            continue
        for text, altered in alter_each(chapter):
            tried += 1
            where = compare_chapter(altered, expected, is_slide=read.paper.is_landscape)
            if not where.differences:
                missed.append((expected.key, text))
    assert tried > (150 if read.paper.is_landscape else 350)
    in_contents = (". . . .", "hapter ")
    left = [text for key, text in missed if key != "code" and not find_any(in_contents, text)]
    assert left == []
    assert len(missed) < tried / 5


def find_any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)


def test_an_altered_number_is_named_by_its_place(read: Read) -> None:
    chapter = read.find("The comparison")
    (text, altered), *_ = [
        one for one in alter_each(chapter) if one[0].startswith("98.") and " to " in one[0]
    ]
    (difference,) = check_paper(read.replace(chapter, altered)).differences
    assert difference.recomputed in text
    assert "column 'Test accuracy'" in difference.where
    assert ("slide '" in difference.where) == read.paper.is_landscape


def test_what_is_added_is_named(read: Read) -> None:
    chapter = read.find("Conclusion")
    forged = chapter._replace(blocks=(*chapter.blocks, "Above all it is 10 times as fast."))
    (difference,) = check_paper(read.replace(chapter, forged)).differences
    assert "Above all it is 10 times as fast." in difference.given
    assert difference.recomputed == "no such sentence"
    whole = read.paper._replace(chapters=(*read.paper.chapters, Chapter("More", (), ("9 of 10.",))))
    (difference,) = check_paper(whole).differences
    assert difference.where == "chapter 'More'"


def test_what_is_left_out_is_named(read: Read) -> None:
    chapter = read.find("Conclusion")
    table = chapter.tables[0]
    tables = (table._replace(rows=table.rows[:-1]), *chapter.tables[1:])
    assert check_paper(read.replace(chapter, chapter._replace(tables=tables))).differences
    place = next(n for n, one in enumerate(chapter.blocks) if "%" in one)
    blocks = chapter.blocks[:place] + chapter.blocks[place + 1 :]
    assert check_paper(read.replace(chapter, chapter._replace(blocks=blocks))).differences


def test_the_date_and_the_edition_on_the_cover_are_checked(read: Read) -> None:
    cover = read.paper.chapters[0]
    for number, block in enumerate(cover.blocks):
        if block.startswith(("21 November", "Edition ")):
            altered = block.replace("2026", "2027", 1)
            blocks = (*cover.blocks[:number], altered, *cover.blocks[number + 1 :])
            found = check_paper(read.replace(cover, cover._replace(blocks=blocks))).differences
            assert [one.given for one in found] == ["2027"]
            assert "cover" in found[0].where or "first slide" in found[0].where


def test_own_words_may_say_anything(read: Read) -> None:
    chapter = read.find("Mine, with 1 number")
    assert any(TEXT in block for block in chapter.blocks)
    altered = chapter._replace(blocks=tuple(one.replace("34", "43") for one in chapter.blocks))
    assert check_paper(read.replace(chapter, altered)).differences == ()


def test_a_chapter_that_is_no_longer_called_own_is_checked(read: Read) -> None:
    results = json.loads(read.paper.results)
    for chapters in results["chapters"].values():
        for one in chapters:
            one["own"] = one["own"] and one["key"] != "data"
    paper = read.paper._replace(results=json.dumps(results).encode())
    assert any("12 of 34" in one.given for one in check_paper(paper).differences)


def test_what_the_manifest_seals_cannot_be_altered(read: Read, edition: Whole) -> None:
    altered = alter_results(edition.attached, "language", "fr")
    (difference,) = check_paper(read.paper._replace(results=altered)).differences
    assert difference.where == "manifest.json › results.json › sha256"


def test_an_edition_that_does_not_tell_its_chapters_is_not_accused(
    read: Read, edition: Whole
) -> None:
    """As those of older versions; what is replaced under the same title cannot be told apart."""
    old = seal(edition.findings, write_results(edition.findings))
    chapters = tuple(
        one for one in read.paper.chapters if not any(TEXT in block for block in one.blocks)
    )
    paper = read.paper._replace(
        results=old["results.json"], manifest=old["manifest.json"], chapters=chapters
    )
    assert check_paper(paper).differences == ()
    assert check_paper(paper).printed.numbers > 300
