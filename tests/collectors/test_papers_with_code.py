"""Links are counted by month and framework from a stream, the archive's end is an end, once is enough."""

import csv
import gzip
import io
import itertools
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import paper_links
from collectors.paper_links import LinkCounts, count_links, find_month
from collectors.papers_with_code import PapersWithCode
from collectors.refusals import MalformedError
from collectors.subjects import SUBJECTS
from dlsurvey.errors import SourceError
from dlsurvey.records import Observation
from tests.collectors.answers import answer_papers_with_code
from tests.collectors.network import BASE, Network, respond
from tests.conftest import REPOSITORY

RECORDS: list[dict[str, Any]] = [
    {"paper_arxiv_id": "2506.00001", "framework": "pytorch", "paper_title": 'A, "quoted"'},
    {"paper_arxiv_id": "2506.00002v2", "framework": "none", "paper_title": ""},
    {"paper_arxiv_id": "2507.00003", "framework": "tf", "paper_title": "x"},
    {"paper_arxiv_id": "2507.00004", "framework": "pytorch", "paper_title": "x"},
    {"paper_arxiv_id": "2508.00005", "framework": "pytorch", "paper_title": "after the end"},
    {"paper_arxiv_id": None, "framework": "jax", "paper_title": "no id"},
]


def to_csv(records: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def to_json(records: list[dict[str, Any]]) -> bytes:
    return json.dumps(records).encode()


def to_parquet(records: list[dict[str, Any]]) -> bytes:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(records), file)
    return file.getvalue()


FORMATS = {
    "csv": to_csv,
    "json": to_json,
    "csv.gz": lambda records: gzip.compress(to_csv(records)),
    "json.gz": lambda records: gzip.compress(to_json(records)),
    "parquet": to_parquet,
}
formats = pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)


def count(content: bytes) -> LinkCounts:
    return count_links(io.BytesIO(content))


@formats
def test_every_format_gives_the_same_counts(write: Any) -> None:
    counts = count(write(RECORDS))
    june, july = date(2025, 6, 1), date(2025, 7, 1)
    assert counts.total() == {june: 2, july: 2}
    assert counts.of(["pytorch"]) == {june: 1, july: 1}
    assert counts.of(["tf"]) == {july: 1}
    assert counts.of(["mlx"]) == {}
    assert (counts.links, counts.without_month, counts.after_end) == (6, 1, 1)


def test_nothing_after_the_end_of_the_archive() -> None:
    assert max(count(to_csv(RECORDS)).total()) == date(2025, 7, 1)


def test_a_month_without_a_link_is_a_zero_only_after_the_first_one() -> None:
    records = [
        {"paper_arxiv_id": f"{year}01.00001", "framework": name}
        for year, name in ((15, "none"), (16, "tf"), (17, "none"), (18, "tf"))
    ]
    counts = count(to_json(records))
    assert list(counts.of(["tf"]).values()) == [1, 0, 1]


@pytest.mark.parametrize(
    ("arxiv_id", "month"),
    [
        ("1810.10559", date(2018, 10, 1)),
        ("0704.0001v3", date(2007, 4, 1)),
        ("cs/0701001", date(2007, 1, 1)),
        ("math.AG/9912001", date(1999, 12, 1)),
        ("1813.10559", None),
        ("paper_arxiv_id", None),
        ("", None),
        (None, None),
    ],
)
def test_the_month_is_that_of_the_id(arxiv_id: str | None, month: date | None) -> None:
    assert find_month(arxiv_id) == month


@given(st.text(max_size=30))
def test_any_id_is_a_month_or_none(arxiv_id: str) -> None:
    month = find_month(arxiv_id)
    assert month is None or month.day == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_counted_or_refused(content: bytes) -> None:
    try:
        counts = count(content)
    except SourceError:
        return
    assert sum(counts.months.values()) <= counts.links


@given(st.lists(st.dictionaries(st.sampled_from(["paper_arxiv_id", "framework", "x"]), st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=12),
    st.sampled_from(["2401.00001", "pytorch", "none"]),
)), max_size=8))  # fmt: skip
def test_any_records_are_counted_each_once(records: list[dict[str, Any]]) -> None:
    counts = count(b" \n" + to_json(records))
    lost = counts.without_month + counts.after_end + counts.unreadable
    assert counts.links == len(records) == lost + sum(counts.months.values())


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"",
        b'{"paper_arxiv_id": "2401.00001"}',
        to_json(RECORDS)[:-20],
        gzip.compress(to_json(RECORDS))[:-20],
        gzip.compress(to_json(RECORDS))[:40] + b"xxxx",
        b"[" * 100_000,
        b"PAR1" + b"\0" * 100,
    ],
    ids=["columns", "empty", "object", "cut", "gzip cut", "gzip damaged", "deep", "parquet"],
)
def test_what_is_no_dump_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError):
        count(content)


@pytest.mark.parametrize("start", [b'["', b"paper_arxiv_id,framework\n"])
def test_an_endless_record_is_refused(start: bytes) -> None:
    with pytest.raises(MalformedError):
        count(gzip.compress(start + b"a" * (2 * paper_links.MAX_RECORD_BYTES)))


def test_very_many_frameworks_are_refused() -> None:
    records = [{"paper_arxiv_id": "2401.00001", "framework": f"f{n}"} for n in range(300)]
    with pytest.raises(MalformedError, match="frameworks"):
        count(to_json(records))


# --- the collector, constructed answers


def collect(network: Network, cache_dir: Path | None = None) -> list[Observation]:
    with network.open("papers-with-code", cache_dir=cache_dir) as session:
        items = list(PapersWithCode(base_url=BASE).collect(session, SUBJECTS))
    found = [item for item in items if isinstance(item, Observation)]
    assert len(found) == len(items)
    return found


def test_shares_can_be_made_with_and_without_none() -> None:
    found = collect(Network(answer_papers_with_code))
    sums: dict[str, float] = {}
    for item in found:
        sums[item.metric] = sums.get(item.metric, 0) + item.value
    assert sums == {
        "paper_links_monthly": 36,
        "paper_links_monthly_all": 48,
        "paper_links_monthly_none": 12,
    }
    assert {item.status for item in found} == {"archived"}
    assert {item.url for item in found} == {
        f"{BASE}/datasets/pwc-archive/links-between-paper-and-code"
    }


def test_once_counted_it_is_not_fetched_again(tmp_path: Path) -> None:
    network = Network(answer_papers_with_code)
    first = collect(network, tmp_path)
    asked = len(network.requests)
    assert collect(network, tmp_path) == first
    assert len(network.requests) == asked == 2


def test_kept_counts_that_are_damaged_are_fetched_again(tmp_path: Path) -> None:
    network = Network(answer_papers_with_code)
    first = collect(network, tmp_path)
    (tmp_path / "papers-with-code-links.json").write_bytes(b"{")
    assert collect(network, tmp_path) == first


def test_the_base_url_may_name_the_file() -> None:
    network = Network(lambda request: respond(to_csv(RECORDS)))
    with network.open("papers-with-code") as session:
        items = list(PapersWithCode(base_url=f"{BASE}/d/links.csv").collect(session, SUBJECTS))
    assert items
    assert [request.url.path for request in network.requests] == ["/d/links.csv"]


@pytest.mark.parametrize("names", [[], ["README.md"], ["a.parquet", "b.parquet"], ["../x.csv"]])
def test_an_archive_without_one_dump_is_refused(names: list[str]) -> None:
    listing = {"siblings": [{"rfilename": name} for name in names]}
    network = Network(lambda request: respond(listing))
    with network.open("papers-with-code") as session, pytest.raises(MalformedError, match="dump"):
        list(PapersWithCode(base_url=BASE).collect(session, SUBJECTS))


# --- memory

MEASURE = """
import sys
from collectors.paper_links import count_links
with open(sys.argv[1], "rb") as file:
    counts = count_links(file)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(counts.links, peak.split()[1])
"""


@pytest.mark.real_data
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's VmHWM")
def test_a_million_records_stream_in_little_memory(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/signals/papers-with-code/pwc_links_sample.csv"
    header, *lines = source.read_bytes().splitlines(keepends=True)
    dump = tmp_path / "links.csv.gz"
    with gzip.open(dump, "wb", compresslevel=1) as file:
        file.write(header)
        for _, block in zip(range(1000), itertools.repeat(b"".join(lines[:1000])), strict=False):
            file.write(block)
    command = [sys.executable, "-c", MEASURE, str(dump)]
    answer = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=REPOSITORY
    ).stdout
    links, kibibytes = answer.split()
    assert int(links) == 1_000_000
    assert int(kibibytes) < 300 * 1024
