"""Turns a page of the simple API, HTML or JSON, into the files of each release.

The page comes through the session, so that limits, cache and raw-keeping hold; only
its parsing is left to the library pypi-simple.
"""

import json
from typing import TYPE_CHECKING

from pypi_simple import (
    ACCEPT_JSON_PREFERRED,
    DistributionPackage,
    ProjectPage,
    UnsupportedRepoVersionError,
)

from collectors.base import Answer
from collectors.index_address import IndexAddress
from collectors.refusals import MalformedError
from collectors.releases import ListedFile

if TYPE_CHECKING:
    from collectors.session import Session


def fetch_simple(
    session: "Session", address: IndexAddress, package: str
) -> Answer[dict[str, list[ListedFile]]]:
    """The files of each version; sizes and upload times only where the index tells them."""
    answer = session.get_bytes(
        f"{address.simple_base}/{package}/",
        headers={"Accept": ACCEPT_JSON_PREFERRED},
        authorization=address.authorization,
    )
    return answer.replace_value(parse_simple(answer, package))


def parse_simple(answer: Answer[bytes], package: str) -> dict[str, list[ListedFile]]:
    """The files of each version on a simple page."""
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip()
    try:
        if kind.endswith("json"):
            page = ProjectPage.from_json_data(json.loads(answer.value), answer.url)
        elif b"<" in answer.value:
            page = ProjectPage.from_html(package, answer.value, answer.url)
        else:
            raise ValueError("no markup")
    except (ValueError, RecursionError, UnsupportedRepoVersionError) as error:
        raise MalformedError(f"{answer.url} is no page of a package index.") from error
    releases: dict[str, list[ListedFile]] = {}
    for listed in page.packages:
        if listed.version is not None:
            releases.setdefault(listed.version, []).append(_convert(listed))
    if not releases:
        raise MalformedError(f"{answer.url} lists no files of {package}.")
    return releases


def _convert(listed: DistributionPackage) -> ListedFile:
    size = listed.size if listed.size is not None and 0 <= listed.size <= 10**13 else None
    return ListedFile(
        filename=listed.filename,
        size=size,
        upload_time_iso_8601=listed.upload_time,
        yanked=listed.is_yanked,
    )
