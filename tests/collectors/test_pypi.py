"""Releases, wheel sizes and dependencies are read off a package index as they are listed."""

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import Answer
from collectors.pypi import Pypi
from collectors.refusals import MalformedError
from collectors.simple_index import parse_simple
from collectors.subjects import Subject
from dlsurvey.records import Gap, Observation
from tests.collectors.answers import PROJECT, X86, make_file
from tests.collectors.network import BASE, NOW, SECRET, Network, respond

TORCH = (Subject(name="pytorch", title="PyTorch", packages=("torch",)),)


def collect(
    answer: Any, base_url: str = BASE
) -> tuple[list[Observation], list[Gap], list[httpx.Request]]:
    handler: Callable[[httpx.Request], httpx.Response] = (
        answer if callable(answer) else lambda request: respond(answer)
    )
    network = Network(handler)
    with network.open("pypi") as session:
        items = list(Pypi(base_url=base_url).collect(session, TORCH))
    observations = [item for item in items if isinstance(item, Observation)]
    return observations, [item for item in items if isinstance(item, Gap)], network.requests


def table(observations: list[Observation]) -> list[tuple[str, date, float, str]]:
    return [(item.metric, item.start, item.value, item.label) for item in observations]


def change(**info: Any) -> dict[str, Any]:
    project = copy.deepcopy(PROJECT)
    project["info"].update(info)
    return project


def test_reads_the_constructed_project() -> None:
    observations, gaps, requests = collect(PROJECT)
    autumn, october = date(2026, 9, 1), date(2026, 10, 28)
    assert gaps == []
    assert table(observations) == [
        ("release", autumn, 1, "2.14.0"),
        ("wheel_bytes", autumn, 700, "2.14.0"),
        ("release", october, 1, "2.15.0"),
        ("wheel_bytes", october, 900, "2.15.0"),
        ("direct_dependencies", october, 3, "2.15.0"),
        ("newest_python_minor", october, 15, "3.15"),
    ]
    assert [request.url.path for request in requests] == ["/pypi/torch/json"]
    assert {item.url for item in observations} == {f"{BASE}/pypi/torch/json"}


def test_what_is_missing_is_missing() -> None:
    observations, gaps, _ = collect(change(requires_dist=None, classifiers=None))
    assert "direct_dependencies" not in {item.metric for item in observations}
    assert observations[-1].label == "3.15"  # from the wheels
    assert gaps == []


def test_no_dependencies_are_none() -> None:
    observations, _, _ = collect(change(requires_dist=[]))
    assert ("direct_dependencies", 0) in {(item.metric, item.value) for item in observations}


@pytest.mark.parametrize("version", ["2.16.0rc1", "nonsense", "2.14.0"])
def test_another_version_s_dependencies_are_not_taken(version: str) -> None:
    observations, gaps, _ = collect(change(version=version))
    assert "direct_dependencies" not in {item.metric for item in observations}
    assert "2.15.0" in gaps[0].why


def test_an_unreadable_requirement_costs_one_metric() -> None:
    observations, gaps, _ = collect(change(requires_dist=["a =! 1"]))
    assert {item.metric for item in observations} == {
        "release",
        "wheel_bytes",
        "newest_python_minor",
    }
    assert len(gaps) == 1


def test_a_release_of_tomorrow_is_dropped() -> None:
    project = change()
    project["releases"]["3.0.0"] = [make_file(f"torch-3.0.0-cp315-cp315-{X86}.whl", "2026-11-21")]
    assert "3.0.0" not in {item.label for item in collect(project)[0]}

    observations, gaps, _ = collect(project)
    assert not {"direct_dependencies", "newest_python_minor"} & {one.metric for one in observations}
    assert [(gap.what, gap.why) for gap in gaps] == [
        ("Releases of torch", "Release 3.0.0 is dated 2026-11-21, in the future."),
        (
            "The newest stable release of torch",
            "It is 3.0.0, which bears no day that can be believed, and no older one is called the"
            " newest.",
        ),
    ]


@pytest.mark.parametrize("size", [-1, 10**14, "5", 1.5])
def test_a_file_that_cannot_be_read_costs_no_other(size: Any) -> None:
    project = change()
    project["releases"]["2.14.0"][0]["size"] = size
    observations, gaps, _ = collect(project)
    assert ("release", date(2026, 10, 28), 1, "2.15.0") in table(observations)
    assert gaps[0].what == "Releases of torch"
    assert gaps[0].why.startswith("1 of its ")


def test_a_version_of_which_nothing_can_be_read_is_still_the_newest() -> None:
    project = change()
    for file in project["releases"]["2.15.0"]:
        file["size"] = "large"
    observations, gaps, _ = collect(project)
    assert {item.label for item in observations} == {"2.14.0"}
    assert gaps[-1].what == "The newest stable release of torch"
    assert gaps[-1].why.startswith("It is 2.15.0,")


def test_another_package_is_refused() -> None:
    observations, gaps, _ = collect(change(name="tensorflow"))
    assert observations == []
    assert "describes another package" in gaps[0].why


def test_credentials_of_the_index_stay_out_of_the_record() -> None:
    observations, _, requests = collect(PROJECT, f"http://me:{SECRET}@source.test/simple/")
    assert SECRET not in repr(observations)
    assert requests[0].headers["authorization"].startswith("Basic ")
    assert requests[0].url.path == "/pypi/torch/json"


SIMPLE_HTML = f"""<!DOCTYPE html><html><body>
<a href="../../f/x.whl#sha256=ab">torch-2.15.0-cp315-cp315-{X86}.whl</a>
<a href="x" data-yanked="bad">torch-2.16.0-cp315-cp315-{X86}.whl</a>
</body></html>""".encode()
SIMPLE_JSON = {
    "meta": {"api-version": "1.1"},
    "name": "torch",
    "files": [
        {
            "filename": f"torch-2.15.0-cp315-cp315-{X86}.whl",
            "url": "x",
            "hashes": {},
            "size": 900,
            "upload-time": "2026-10-28T15:16:30.5Z",
        }
    ],
}


def serve_simple(body: Any, kind: str) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/simple/torch/":
            return respond(body, headers={"content-type": kind})
        return respond({}, 404)

    return answer


def test_falls_back_to_the_simple_api_in_json() -> None:
    kind = "application/vnd.pypi.simple.v1+json"
    observations, gaps, requests = collect(serve_simple(SIMPLE_JSON, kind))
    assert [(item.metric, item.value) for item in observations] == [
        ("release", 1),
        ("wheel_bytes", 900),
        ("newest_python_minor", 15),
    ]
    assert observations[0].url == f"{BASE}/simple/torch/"
    assert gaps[0].what == "Dependencies of torch"
    assert len(requests) == 2


def test_falls_back_to_the_simple_api_in_html() -> None:
    observations, gaps, _ = collect(serve_simple(SIMPLE_HTML, "text/html; charset=utf-8"))
    assert observations == []
    assert gaps[0].why == "This package index does not say when a file was uploaded."


def test_a_project_without_releases_falls_back_too() -> None:
    simple = serve_simple(SIMPLE_JSON, "application/vnd.pypi.simple.v1+json")
    slim = {"info": PROJECT["info"]}
    observations, gaps, _ = collect(
        lambda request: respond(slim) if "json" in request.url.path else simple(request)
    )
    assert gaps == []
    urls = {item.metric: item.url for item in observations}
    assert urls["direct_dependencies"].endswith("/json")
    assert urls["release"].endswith("/simple/torch/")


@given(st.binary(max_size=200), st.sampled_from(["text/html", "application/json", ""]))
def test_any_simple_page_is_read_or_refused(body: bytes, kind: str) -> None:
    headers = {"content-type": kind}
    answer = Answer(body, f"{BASE}/simple/torch/", headers, "0" * 64, NOW, "live")
    with pytest.raises(MalformedError):
        parse_simple(answer, "torch")
