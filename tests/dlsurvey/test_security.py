"""Nothing in a setting, a data folder or a file that is brought runs code, reads elsewhere or fetches.

`docs/security.md` says what is trusted; sections are tested in `test_sections.py`, sources in
`tests/collectors/test_hostile.py`, the page in a browser in `render/test_interaction.py`.
"""

import base64
import gzip
import hashlib
import http.server
import io
import os
import pickle
import re
import shutil
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import msgspec
import numpy as np
import pytest
from PIL import Image

from dlsurvey.config import Config, load_config
from dlsurvey.editions import assemble, render
from dlsurvey.errors import ConfigError, DatasetError, StoreError
from dlsurvey.imprint import keep_imprint
from dlsurvey.lines import append_lines
from dlsurvey.markdown import Origin, render_markdown
from dlsurvey.records import to_json
from dlsurvey.retention import read_manifest
from dlsurvey.schema import read_schema
from dlsurvey.sections import hash_sections, read_sections
from dlsurvey.store import Store
from experiments import cifar, folder, idx
from experiments.datasets import load_arrays
from tests.conftest import REPOSITORY
from tests.dlsurvey.samples import make_observation

SAMPLE = REPOSITORY / "tests" / "sample_store"
HOSTILE = (
    "<script>alert(1)</script> <img src=https://evil.test/x onerror=alert(1)> {{ 7*7 }}"
    " {% include '/etc/passwd' %} ${7*7} =cmd|'/c calc'!A1 javascript:alert(1) ]]> --> \" ' `id`"
)
SECRET = "ThisIsInAFileOutsideOfTheSurvey"


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey folder with the store of a real build, and a secret beside it."""
    (tmp_path / "secret.md").write_text(f"# Secret\n\n{SECRET}\n")
    shutil.copytree(SAMPLE, tmp_path / "survey" / "data")
    return tmp_path / "survey"


def write_settings(survey: Path, text: str) -> Config:
    (survey / "survey.toml").write_text(text, encoding="utf-8")
    return load_config(survey / "survey.toml", {})


# Settings


def test_every_text_of_the_settings_stays_a_text(survey: Path) -> None:
    said = msgspec.json.encode(HOSTILE).decode()
    config = write_settings(
        survey,
        f"[survey]\ntitle = {said}\nsubtitle = {said}\nauthor = {said}\ncourse = {said}\n"
        f'institution = {said}\n[subjects.pytorch]\ntitle = {said[:40]}<b>{{{{ 7*7 }}}}"\n',
    )
    store = Store(config.store)
    edition = assemble(config, store)
    done = render(config, store, edition, ("html",))
    for path in (done.folder / "report.html", config.reports / "index.html"):
        check_page(path.read_text(encoding="utf-8"))
    feed = (config.reports / "feed.xml").read_text(encoding="utf-8")
    assert "<script" not in feed
    for path in done.folder.rglob("*.csv"):
        assert not re.search(r"(^|,|\n)\"?[=+@]", path.read_text(encoding="utf-8")), path


def check_page(page: str) -> None:
    """Only our script, by its hash; no handler, no address that is loaded."""
    assert "{{ 7*7 }}" in page
    root = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    elements = list(root.iter())
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len([one for one in elements if one.tag == "script"]) == 1
    for one in elements:
        for name, value in one.attrib.items():
            assert not str(name).lower().startswith("on"), (one.tag, name)
            if str(name) in ("src", "href", "action", "data", "poster", "srcset"):
                assert not str(value).strip().lower().startswith(("javascript:", "file:")), value
                loads = one.tag not in ("a", "link") and not str(value).startswith("#")
                assert not loads or str(value).startswith("data:image/"), (one.tag, value)
        assert one.tag not in ("iframe", "object", "embed", "base", "form", "meta refresh")
    check_policy(root, script)


def check_policy(root: Any, script: str) -> None:
    (meta,) = [one for one in root.iter("meta") if "http-equiv" in one.attrib]
    assert meta.attrib["http-equiv"] == "Content-Security-Policy"
    policy = dict(
        rule.strip().split(" ", 1) for rule in meta.attrib["content"].split(";") if rule.strip()
    )
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["img-src"] == "data:"
    # Styles stand in the drawings' own attributes; with nothing that may be loaded they only paint.
    assert set(policy) <= {"default-src", "script-src", "style-src", "img-src", "base-uri",
                           "form-action"}  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy["script-src"] == f"'sha256-{digest}'"


@pytest.mark.parametrize("place", ["..", "../..", "/etc", "~", "link", "sections/../.."])
def test_sections_come_from_the_survey_folder_alone(survey: Path, place: str) -> None:
    (survey / "link").symlink_to(survey.parent)
    (survey / "sections").mkdir()
    with pytest.raises(ConfigError, match="leads out of the survey folder"):
        write_settings(survey, f'[sections]\nfolder = "{place}"\n')


def test_a_link_among_the_sections_is_not_even_read(
    survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_settings(survey, "")
    config.sections.mkdir()
    (config.sections / "mine.md").symlink_to(survey.parent / "secret.md")
    with pytest.raises(ConfigError, match="leads out of the folder of sections"):
        read_sections(config)
    read: list[Path] = []

    def note(path: Path) -> bytes:
        read.append(path)
        return b""

    monkeypatch.setattr(Path, "read_bytes", note)
    hash_sections(config)
    assert read == []


def test_settings_nested_without_end_are_one_sentence(survey: Path) -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        write_settings(survey, "x = " + "[" * 20_000 + "]" * 20_000)


@pytest.mark.parametrize("key", ["github_token", "token", "stackexchange_key", "api_key"])
def test_settings_have_no_place_for_a_token(survey: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown key '{key}'"):
        write_settings(survey, f'[sources.github]\n{key} = "ghp_secret"\n')


def test_an_address_with_a_password_is_kept_nowhere(survey: Path) -> None:
    config = write_settings(
        survey, '[sources.github]\nbase_url = "https://ada:hunter2@example.test/"\n'
    )
    store = Store(config.store)
    keep_imprint(config, store)
    assemble(config, store)
    kept = b"".join(path.read_bytes() for path in config.store.rglob("*") if path.is_file())
    assert b"hunter2" not in kept


# Markdown


@pytest.mark.parametrize(
    "text",
    [
        ">" * 199_000, "[" * 199_000, "![" * 90_000, "[a](" * 49_000, "*a " * 60_000,
        "<a" * 90_000, "_" * 190_000 + "a", "|" * 90_000 + "\n" + "|-" * 50_000,
        "".join(" " * (2 * depth) + "- a\n" for depth in range(400)),
        "".join(f"[{number}]: x\n" for number in range(15_000)),
    ],
    ids=["quotes", "brackets", "images", "links", "stars", "tags", "lines", "table", "lists",
         "names"],
)  # fmt: skip
def test_markdown_nested_without_end_costs_seconds_at_most(text: str) -> None:
    started = time.process_time()
    try:
        parts = render_markdown(text, Origin("mine.md", 1), lambda url: url)
    except ConfigError:
        parts = ()
    assert time.process_time() - started < 10
    assert "<script" not in "".join(str(part.html) for part in parts)


# What is set on paper


class _Listener(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that notes what it is asked for."""
    asked: list[str] = []
    handler = type("Handler", (_Listener,), {"asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_the_renderer_fetches_nothing_whatever_a_page_names(
    tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    import weasyprint

    from dlsurvey.render.paper import make_fetcher

    base, asked = listener
    secret = tmp_path / "secret.svg"
    secret.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><title>{SECRET}</title><text y="20">{SECRET}</text></svg>'
    )
    addresses = [f"{base}/x", secret.as_uri(), str(secret), f"FILE://{secret}", f"\n{base}/y"]
    inner = "".join(
        f'<image href="{url}" width="9" height="9"/><use href="{url}#a"/>' for url in addresses
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'.replace("#", "%23")
    page = "<!DOCTYPE html><html lang='en'><head><title>t</title>" + "".join(
        f'<link rel="stylesheet" href="{url}"><link rel="attachment" href="{url}"><style>@import "{url}";'
        f'@font-face{{font-family:f;src:url("{url}")}} p{{background:url("{url}");font-family:f}}</style>'
        for url in addresses
    )
    page += "</head><body>" + "".join(
        f'<p><img src="{url}" alt="a"><object data="{url}"></object><embed src="{url}">'
        f'<iframe src="{url}"></iframe><a rel="attachment" href="{url}">a</a></p>'
        for url in addresses
    )
    page += (
        f"<img alt='b' src='data:image/svg+xml,{svg}'>" + svg.replace("%23", "#") + "</body></html>"
    )
    fetcher = make_fetcher()
    content = weasyprint.HTML(string=page, url_fetcher=fetcher, base_url=str(tmp_path)).write_pdf(
        uncompressed_pdf=True
    )
    assert asked == []
    assert SECRET.encode() not in content


@pytest.mark.parametrize("name", ["../../../../../../etc/passwd", "/etc/passwd", "..", ""])
def test_the_fonts_lead_nowhere_else(name: str) -> None:
    from dlsurvey.errors import RenderError
    from dlsurvey.render.paper import make_fetcher

    with pytest.raises((RenderError, ValueError)):
        make_fetcher().fetch(f"font:{name}")


# A data folder from somebody else


def test_an_edition_cannot_name_a_folder_elsewhere(
    survey: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = write_settings(survey, "")
    store = Store(config.store)
    (edition,) = store.list_editions()
    (victim := survey.parent / "victim").mkdir()
    path = config.store / "editions" / f"{edition.id}.json"
    path.write_bytes(to_json(msgspec.structs.replace(edition, id="../../victim")))
    assert store.list_editions() == ()
    assert "says that it is '../../victim'" in caplog.text
    with pytest.raises(StoreError, match="says that it is"):
        store.read_edition(edition.id)
    made = assemble(config, store)
    assert re.fullmatch(r"[\w-]+", made.id)
    assert list(victim.iterdir()) == []


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..", "a/../../1", "abc/1"])
def test_an_edition_cannot_name_evidence_elsewhere(survey: Path, name: str) -> None:
    store = Store(survey / "data")
    with pytest.raises(StoreError, match="is no trial"):
        store.read_trial(name)
    if "/" in name or name == "..":
        with pytest.raises(StoreError, match="is no source"):
            list(store.read_observations(name))


def test_lines_are_not_appended_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "profile"
    victim.write_text("export A=1\n")
    (tmp_path / "data" / "observations").mkdir(parents=True)
    (tmp_path / "data" / "observations" / "github.jsonl").symlink_to(victim)
    with pytest.raises(StoreError, match="it is a link: put the file itself there"):
        Store(tmp_path / "data").append_observations("github", [make_observation()])
    with pytest.raises(OSError, match="symbolic links"):
        append_lines(tmp_path / "data" / "observations" / "github.jsonl", [b"x"])
    assert victim.read_text() == "export A=1\n"


DEEP = b"[" * 200_000 + b"]" * 200_000


def test_json_nested_without_end_is_only_damaged(
    survey: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(survey / "data")
    deep = b'{"x":' + DEEP + b"}"
    (survey / "data" / "collections.jsonl").write_bytes(deep + b"\n")
    (survey / "data" / "editions" / "deep.json").write_bytes(deep)
    (survey / "manifest.json").write_bytes(deep)
    assert list(store.read_collections()) == []
    assert len(store.list_editions()) == 1
    assert read_manifest(survey) is None
    assert read_schema(deep) is None
    assert "collections.jsonl, line 1, is no Collection" in caplog.text


def test_a_stored_trainer_is_read_and_never_run(survey: Path) -> None:
    mark = survey.parent / "ran"
    for path in (survey / "data" / "sources").glob("*.py"):
        path.write_text(path.read_text() + f"\nopen({str(mark)!r}, 'w').close()\n")
    config = write_settings(survey, '[survey]\ntitle = "Another"\n')
    store = Store(config.store)
    render(config, store, assemble(config, store), ("html",))
    assert not mark.exists()


# Files with images


class _Runs:
    """What a pickle calls as it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.mark),))


def write_batches(place: Path, content: bytes) -> tuple[Path, ...]:
    files = tuple(place / name for name in cifar.PYTHON_FILES)
    for path in files:
        path.write_bytes(content)
    return files


def nest(depth: int) -> Any:
    """A list of lists that stands for 2 to the power of `depth` numbers, in a few bytes."""
    value: Any = 0
    for _ in range(depth):
        value = [value, value]
    return value


@pytest.mark.parametrize("kind", ["code", "getattr", "bomb", "huge", "deep"])
def test_a_pickle_of_cifar_is_arrays_or_nothing(tmp_path: Path, kind: str) -> None:
    mark = tmp_path / "ran"
    data = np.zeros((1, 3072), np.uint8)
    contents = {
        "code": pickle.dumps({b"data": data, b"labels": [0], b"x": _Runs(mark)}),
        "getattr": b"c__builtin__\ngetattr\n(c__builtin__\nopen\nS'x'\ntR.",
        "bomb": pickle.dumps({b"data": data, b"labels": nest(40)}),
        "huge": b"cnumpy\nndarray\n((I1000000000000\ntcnumpy\ndtype\n(S'u1'\ntRtR.",
        "deep": b"(" * 100_000 + b"l" * 100_000 + b".",
    }
    with pytest.raises(DatasetError, match="is no CIFAR-10 batch"):
        cifar.read_pixels(write_batches(tmp_path, contents[kind]))
    assert not mark.exists()


@pytest.mark.parametrize("dimensions", [0, 4, 200, 255])
def test_an_idx_file_of_other_dimensions_is_refused(tmp_path: Path, dimensions: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes([0, 0, 8, dimensions]) + struct.pack(">I", 1) * dimensions + b"\0" * 8)
    with pytest.raises(DatasetError, match="not an IDX file"):
        idx.read_idx(path)


def test_an_idx_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "MAX_BYTES", 10_000)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(bytes(10_000_000)))
    with pytest.raises(DatasetError, match="unpacks to more than"):
        idx.read_idx(path)


def test_prepared_arrays_hold_no_objects(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    path = tmp_path / "x.npz"
    np.savez(path, train_images=np.array([_Runs(mark)], object), allow_pickle=True)
    with pytest.raises(DatasetError, match="cannot be read"):
        load_arrays(path)
    assert not mark.exists()


def test_an_image_is_opened_as_what_an_image_may_be(tmp_path: Path) -> None:
    """PostScript under the name of a PNG would start Ghostscript."""
    path = tmp_path / "x.png"
    Image.new("RGB", (20, 20)).save(path, "EPS")
    with pytest.raises(DatasetError, match="cannot be read as an image"):
        folder._read_image(path, (28, 28, 1))


def test_an_image_bomb_is_refused(tmp_path: Path) -> None:
    """Few bytes that say they are 16,000 by 16,000 pixels."""
    head = struct.pack(">IIBBBBB", 16_000, 10_000, 8, 2, 0, 0, 0)
    stream = io.BytesIO(b"")
    stream.write(b"\x89PNG\r\n\x1a\n")
    for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        stream.write(struct.pack(">I", len(data)) + kind + data)
        stream.write(struct.pack(">I", zlib.crc32(kind + data)))
    path = tmp_path / "x.png"
    path.write_bytes(stream.getvalue())
    with pytest.raises(DatasetError, match="pixels"), pytest.warns(Image.DecompressionBombWarning):
        folder._read_image(path, (28, 28, 1))
