"""Turns a repository's releases and contributors into dated releases and a count."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Raw, Struct

from collectors.base import Answer
from collectors.github_api import Api, LimitReached, Place, explain_limit, observe, read_last_page
from collectors.parts import explain_refused, read_parts
from collectors.refusals import MalformedError, make_gap
from collectors.stars import Count
from dlsurvey.errors import SourceError
from dlsurvey.records import Gap, Observation

RELEASES_PER_PAGE = 100
MAX_PAGES = 3
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/@-]{0,99}")
"""What names a version; nothing that a spreadsheet or a browser would execute."""


class Release(Struct, frozen=True):
    """The part of a release's answer that is read."""

    tag_name: Annotated[str, Meta(max_length=1000)]
    draft: bool
    prerelease: bool
    published_at: Annotated[datetime, Meta(tz=True)] | None


class Contributor(Struct, frozen=True):
    """One entry of the list of contributors."""

    contributions: Count


def count_contributors(api: Api, place: Place) -> Iterator[Observation | Gap]:
    """Ask for one a page: the number of the last page is the count."""
    what = f"GitHub contributors of {place.configured}"
    url = f"{api.base}/repos/{place.present}/contributors?per_page=1&anon=1"
    try:
        answer: Answer[list[Contributor]] = api.get_within_budget(url, list[Contributor])
        last = read_last_page(answer)
        if not answer.value:
            raise MalformedError("GitHub answered with an empty list of contributors.")
        if len(answer.value) > 1 or (answer.next_url and last is None):
            raise MalformedError("GitHub does not say how many contributors there are.")
    except LimitReached as error:
        yield explain_limit(what, error)
        return
    except SourceError as error:
        yield make_gap(what, error)
        return
    point = (answer.retrieved_at.date(), last or 1, "contributors")
    yield observe(answer, place.subject, "contributors", point, label=place.present)


def read_releases(api: Api, place: Place) -> Iterator[Observation | Gap]:
    """The newest releases, without drafts and those marked as not yet final."""
    what = f"GitHub releases of {place.configured}"
    url = f"{api.base}/repos/{place.present}/releases?per_page={RELEASES_PER_PAGE}"
    seen: set[str] = set()
    unnamed = 0
    try:
        for _ in range(MAX_PAGES):
            answer: Answer[list[Raw]] = api.get_within_budget(url, list[Raw])
            releases, refused = read_parts(api.session, answer, answer.value, Release)
            if refused:
                yield explain_refused(what, refused, len(answer.value))
            for release in releases:
                if release.draft or release.prerelease or release.published_at is None:
                    continue
                if not TAG.fullmatch(release.tag_name):
                    unnamed += 1
                elif release.tag_name not in seen:
                    seen.add(release.tag_name)
                    yield _observe_release(answer, place, release.tag_name, release.published_at)
            following = api.find_next(answer, "releases")
            if following is None:
                break
            url = following
        else:
            yield _explain_bound(what)
    except LimitReached as error:
        yield explain_limit(what, error)
    except SourceError as error:
        yield make_gap(what, error)
    if unnamed:
        yield Gap(
            what=what[:200],
            why=f"{unnamed} of them bear a tag that cannot be the name of a version.",
            cure="Look at the repository's own page; they were left out.",
        )


def _observe_release(
    answer: Answer[list[Raw]], place: Place, tag: str, published_at: datetime
) -> Observation:
    # Two repositories of a subject may both have a v1.0: only the first one's stands alone.
    label = tag if place.is_first else f"{place.configured} {tag}"
    point = (published_at.date(), 1, "releases")
    return observe(answer, place.subject, "github_release", point, label=label)


def _explain_bound(what: str) -> Gap:
    return Gap(
        what=what[:200],
        why=f"Only the newest {MAX_PAGES * RELEASES_PER_PAGE} entries of the list were read.",
        cure="Look at the repository's own page for older ones.",
    )
