"""The list of all editions and its feed: valid, escaped, linked only to what is there."""

import re
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from msgspec.structs import replace

from dlsurvey.errors import RenderError
from dlsurvey.render.index import Entry, compose_index, make_id, write_index
from dlsurvey.settings import Survey
from tests.dlsurvey.render.sample import CREATED, make_edition

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "</title><script>alert('1')</script> & \"x\" \x00\x1b[31m\u202e ]]> \ufffe"


def make_entries(folder: Path | None = None, summary: str = "1 verdict turned.") -> list[Entry]:
    first = make_edition()
    second = replace(
        first, id="2026-11-27-d4e5f6", created_at=CREATED + timedelta(days=7),
        evidence_sha256="e" * 64, previous=first.id,
    )  # fmt: skip
    return [Entry(second, summary, folder), Entry(first, "The first.", None)]


def make_folder(reports: Path, *names: str) -> Path:
    folder = reports / "2026-11-27-d4e5f6"
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def find_text(element: ElementTree.Element, name: str) -> str:
    found = element.find(f"{ATOM}{name}")
    assert found is not None
    return found.text or ""


def test_only_what_is_there_is_linked(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "report.html", "slides.pdf")
    page = compose_index("index.jinja", Survey(), make_entries(folder))
    assert re.findall(r'href="([^"#]+)"', page) == [
        "feed.xml", "feed.xml", "2026-11-27-d4e5f6/report.html", "2026-11-27-d4e5f6/slides.pdf",
    ]  # fmt: skip
    assert "dlsurvey render --edition 2026-11-20-a1b2c3</code>" in page
    assert "2 editions" in page
    assert "1 verdict turned." in page


def test_page_is_valid_and_reaches_for_nothing() -> None:
    page = compose_index("index.jinja", Survey(), make_entries())
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(page)
    assert "default-src 'none'" in page
    assert '<html lang="en">' in page
    assert 'content="light dark"' in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"<script|<img|<link rel=\"stylesheet|url\(|https?://", page)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels == [1, 2, 3, 3]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


def test_feed_has_what_atom_asks_for(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "report.html", "report.pdf")
    feed = ElementTree.fromstring(
        compose_index("feed.xml.jinja", Survey(author="Ada"), make_entries(folder)).encode()
    )
    assert feed.tag == f"{ATOM}feed"
    assert find_text(feed, "updated") == "2026-11-27T09:30:00Z"
    assert find_text(feed.find(f"{ATOM}author") or feed, "name") == "Ada"
    entries = feed.findall(f"{ATOM}entry")
    ids = [find_text(one, "id") for one in (feed, *entries)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one) for one in ids)
    for entry in entries:
        assert find_text(entry, "title")
        assert find_text(entry, "updated").endswith("Z")
        assert find_text(entry, "content")
    links = [
        [(one.get("rel"), one.get("href")) for one in entry.findall(f"{ATOM}link")]
        for entry in entries
    ]
    assert links == [
        [
            ("alternate", "2026-11-27-d4e5f6/report.html"),
            ("related", "2026-11-27-d4e5f6/report.pdf"),
        ],
        [],
    ]


def test_ids_stay_when_the_summary_and_the_program_change() -> None:
    feeds = [
        compose_index("feed.xml.jinja", Survey(), entries)
        for entries in (make_entries(summary="one"), make_entries(summary="two"))
    ]
    ids = [re.findall(r"<id>(.*?)</id>", feed) for feed in feeds]
    assert ids[0] == ids[1]
    # Fixed for good: an edition announced years ago must not be announced again.
    assert make_id(make_edition()) == "urn:uuid:5836b305-c2eb-5a9f-b7c7-13993413c013"


@pytest.mark.parametrize("place", ["title", "subtitle", "author", "course", "institution"])
def test_names_are_shown_and_never_obeyed(place: str) -> None:
    survey = replace(Survey(), **{place: HOSTILE})
    entries = make_entries(summary=HOSTILE)
    page = compose_index("index.jinja", survey, entries)
    assert "<script>" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    feed = compose_index("feed.xml.jinja", survey, entries)
    text = "".join(ElementTree.fromstring(feed.encode()).itertext())
    assert "<script>alert('1')</script> & \"x\"" in text
    assert "\ufffe" not in text


def test_an_id_that_is_a_path_stays_below_the_index(tmp_path: Path) -> None:
    folder = tmp_path / 'a" onclick="x&?#'
    folder.mkdir()
    (folder / "report.html").write_bytes(b"")
    page = compose_index("index.jinja", Survey(), make_entries(folder))
    assert 'href="a%22%20onclick%3D%22x%26%3F%23/report.html"' in page


def test_files_are_left_alone_where_nothing_changed(tmp_path: Path) -> None:
    write_index(tmp_path, Survey(), make_entries())
    stamps = [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())]
    write_index(tmp_path, Survey(), make_entries())
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())] == stamps
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.xml", "index.html"]


def test_a_folder_in_its_place_is_explained(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(RenderError, match=r"Cannot write .*index\.html"):
        write_index(tmp_path, Survey(), make_entries())
