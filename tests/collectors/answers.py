"""Turns the documented shapes into answers of each source.

All of these are *constructed* from the sources' documentation, none is *recorded*; the
figures of PROJECT follow what a package index answered for torch in November 2026.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

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
    return respond(make_repository(request.url.path.removeprefix("/repos/")))


REPLAYS = {"pypi": answer_pypi, "github": answer_github}
"""Per networked collector, a source that works."""

__all__ = ["BASE", "NOW", "REPLAYS", "SUBJECTS"]
