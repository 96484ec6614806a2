"""Turns the documented shapes into answers of each source.

All of these are *constructed* from the sources' documentation, none is *recorded*; the
figures of PROJECT follow what a package index answered for torch in November 2026.
"""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from collectors.months import list_past_months
from collectors.subjects import SUBJECTS
from tests.collectors.network import BASE, NOW, respond

X86 = "manylinux_2_28_x86_64"


def make_file(
    filename: str, day: str = "2026-10-28", size: int = 1000, yanked: bool = False
) -> dict[str, Any]:
    return {
        "filename": filename,
        "size": size,
        "upload_time_iso_8601": f"{day}T15:16:30.5Z",
        "yanked": yanked,
        "packagetype": "bdist_wheel",
        "url": "a field that is not read",
    }


PROJECT: dict[str, Any] = {
    "info": {
        "version": "2.15.0",
        "requires_dist": [
            "filelock",
            "jinja2",
            'triton~=3.9.0; platform_system == "Linux" and python_version < "3.16"',
            'optree>=0.13.0; extra == "optree"',
        ],
        "classifiers": [
            "Programming Language :: Python :: 3 :: Only",
            "Programming Language :: Python :: 3.9",
            "Programming Language :: Python :: 3.15",
        ],
    },
    "releases": {
        "2.14.0": [make_file(f"torch-2.14.0-cp314-cp314-{X86}.whl", "2026-09-01", 700)],
        "2.15.0": [
            make_file(f"torch-2.15.0-cp314-cp314-{X86}.whl", "2026-10-29", 800),
            make_file(f"torch-2.15.0-cp315-cp315-{X86}.whl", "2026-10-28", 900),
            make_file(f"torch-2.15.0-cp315-cp315t-{X86}.whl", "2026-10-28", 950),
            make_file("torch-2.15.0-cp315-cp315-win_amd64.whl", "2026-10-28", 100),
        ],
        "2.16.0rc1": [make_file(f"torch-2.16.0rc1-cp315-cp315-{X86}.whl", "2026-11-01")],
        "2.15.1": [make_file(f"torch-2.15.1-cp315-cp315-{X86}.whl", "2026-11-02", yanked=True)],
    },
}


def make_week(start: datetime, days: list[int] | None = None) -> dict[str, Any]:
    counts = days or [1, 2, 3, 4, 5, 6, 7]
    return {"week": int(start.timestamp()), "total": sum(counts), "days": counts}


SUNDAY = datetime(2026, 11, 15, tzinfo=UTC)
"""The first day of the week that NOW lies in."""


def make_history(weeks: int = 3, newest: datetime = SUNDAY) -> list[dict[str, Any]]:
    return [make_week(newest - timedelta(weeks=back)) for back in range(weeks)]


def make_repository(full_name: str, stars: int = 1000) -> dict[str, Any]:
    return {
        "full_name": full_name,
        "stargazers_count": stars,
        "forks_count": 300,
        "open_issues_count": 20,
        "private": False,
    }


def answer_pypi(request: httpx.Request) -> httpx.Response:
    return respond(PROJECT)


def answer_github(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/stargazers/history"):
        return respond(make_history())
    if request.url.path.endswith("/contributors"):
        last = f'<{request.url.copy_with(query=None)}?per_page=1&anon=1&page=42>; rel="last"'
        return respond([{"login": "ada", "contributions": 7}], headers={"link": last})
    if request.url.path.endswith("/releases"):
        return respond([make_release("v2.1.0", "2026-10-30"), make_release("v2.0.0", "2026-05-02")])
    return respond(make_repository(request.url.path.removeprefix("/repos/")))


def make_release(
    tag: str, day: str, draft: bool = False, prerelease: bool = False
) -> dict[str, Any]:
    return {
        "tag_name": tag,
        "draft": draft,
        "prerelease": prerelease,
        "published_at": None if draft else f"{day}T08:00:00Z",
    }


def make_downloads(days: int = 180, last: date = date(2026, 11, 19)) -> list[dict[str, Any]]:
    """As many days up to `last`, newest first, as pypistats does not promise any order."""
    return [
        {
            "category": "without_mirrors",
            "date": str(last - timedelta(days=back)),
            "downloads": 1000 + back,
        }
        for back in range(days)
    ]


def answer_pypistats(request: httpx.Request) -> httpx.Response:
    package = request.url.path.split("/")[-2]
    return respond({"data": make_downloads(), "package": package, "type": "overall_downloads"})


def answer_stackoverflow(request: httpx.Request) -> httpx.Response:
    total = 900 if "tagged" not in request.url.params else len(request.url.params["tagged"])
    return respond({"total": total})


def make_thread(month: date, comments: int = 4) -> dict[str, Any]:
    return {
        "objectID": f"{month:%Y%m}",
        "title": f"Ask HN: Who is hiring? ({month:%B %Y})",
        "created_at": f"{month}T15:00:00Z",
        "num_comments": comments,
    }


def make_comment(author: str | None, text: str | None) -> dict[str, Any]:
    return {"id": 1, "author": author, "text": text, "type": "comment", "children": []}


POSTS = [
    make_comment("ada", "Acme | Remote<p>We use <i>PyTorch</i> &amp; TensorFlow"),
    make_comment("bob", "Globex | Berlin<p>JAX and Keras"),
    make_comment("eve", "Initech<p>No framework"),
    make_comment(None, None),
]


def answer_hacker_news(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/search_by_date"):
        months = [date(2026, 11, 1), *list_past_months(date(2026, 11, 20), 30)]
        return respond({"hits": [make_thread(month) for month in months], "nbHits": 90})
    return respond({"id": 1, "title": "Ask HN", "children": POSTS})


def answer_huggingface(request: httpx.Request) -> httpx.Response:
    total = 5_000 if "library" in request.url.params else 2_000_000
    models = [{"id": "someone/model", "likes": 3}]
    return respond({"models": models, "numItemsPerPage": 30, "numTotalItems": total})


def answer_openalex(request: httpx.Request) -> httpx.Response:
    groups = [
        {"key": str(year), "key_display_name": str(year), "count": 10 * (year - 2000)}
        for year in range(2026, 2005, -1)
    ]
    return respond({"meta": {"count": 1, "groups_count": len(groups)}, "group_by": groups})


def answer_google_trends(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/explore/"):
        return respond(b"<html>", 404, {"set-cookie": "NID=511=abc; path=/"})
    asked = json.loads(request.url.params["req"])
    if request.url.path.endswith("/api/explore"):
        widget = {"comparisonItem": asked["comparisonItem"], "resolution": "WEEK"}
        found = {"id": "TIMESERIES", "token": "T", "request": widget}
        return respond(b")]}'\n" + json.dumps({"widgets": [found]}).encode())
    points = [
        {
            "time": str(int((SUNDAY - timedelta(weeks=back)).timestamp())),
            "value": [50 + back for _ in asked["comparisonItem"]],
            "hasData": [True for _ in asked["comparisonItem"]],
            **({"isPartial": True} if not back else {}),
        }
        for back in range(5)
    ]
    return respond(b")]}',\n" + json.dumps({"default": {"timelineData": points}}).encode())


LINKS = [
    {
        "paper_url": f"https://paperswithcode.com/paper/{number}",
        "paper_title": f"Paper {number}",
        "paper_arxiv_id": f"25{1 + number % 6:02}.{number:05}",
        "repo_url": f"https://github.com/someone/{number}",
        "is_official": True,
        "mentioned_in_paper": True,
        "mentioned_in_github": False,
        "framework": ("pytorch", "tf", "jax", "none")[number % 4],
    }
    for number in range(48)
]


def answer_papers_with_code(request: httpx.Request) -> httpx.Response:
    if "/resolve/" in request.url.path:
        return respond(gzip.compress(json.dumps(LINKS).encode(), mtime=0))
    return respond({"id": "links", "siblings": [{"rfilename": "data/links.json.gz"}]})


REPLAYS = {
    "pypi": answer_pypi,
    "github": answer_github,
    "pypistats": answer_pypistats,
    "stackoverflow": answer_stackoverflow,
    "google-trends": answer_google_trends,
    "papers-with-code": answer_papers_with_code,
    "hacker-news": answer_hacker_news,
    "huggingface": answer_huggingface,
    "openalex": answer_openalex,
}
"""Per networked collector, a source that works."""

__all__ = ["BASE", "NOW", "REPLAYS", "SUBJECTS"]
