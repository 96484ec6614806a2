"""Turns the metrics of all collectors into the list of signals that the report shows, in its order."""

from datetime import date
from typing import Literal

from dlsurvey.analysis.preparations import (
    Preparation,
    count_releases,
    keep,
    keep_newest,
    measure_wheels,
    share_of,
    share_papers,
    sum_weeks,
)
from dlsurvey.records import Record

Kind = Literal["lines", "bars", "shares"]
Label = Literal["point", "series", "request"]

ARCHIVE_END = date(2025, 7, 31)
"""Papers with Code was shut down in July 2025; nothing of later can be in its archive."""


class Signal(Record, frozen=True, kw_only=True):
    """One popularity signal of the report: which metric, and how it is shown."""

    key: str
    title: str
    metric: str
    unit: str
    kind: Kind = "lines"
    source: str = ""
    """The collector that is asked first; all others stand in for it or stand beside it."""
    beside: str = ""
    """A finer metric of that collector: where it has values, this signal stands in for nothing."""
    prepare: Preparation = keep
    reads: tuple[str, ...] = ()
    """Other metrics that the preparation reads."""
    label: Label = "point"
    """Whether a label names a point, a series of its own, or a request to be held apart."""
    meaning: str = ""
    """Set where the collector's own words do not fit what is shown."""
    ends: date | None = None
    sampled: bool = True
    low_share: float | None = None
    """Below this share of their usual level, nearly all series together are an outage."""


_RELEASES = (
    "Withdrawn ones and pre-releases are left out, and the running year is not over. Many releases"
    " are neither better nor worse than few: they show a project's rhythm."
)
_LINKS = (
    "A link joins a paper to a repository with its code; the month is that of the arXiv number."
    " The framework was told by machine from the repository, and a paper may have several links."
)
_REQUEST = (
    "Searches relative to the largest point of this one request, which is 100: neither a count nor"
    " comparable with any other request. Each request draws another sample of all searches."
)

SIGNALS = (
    Signal(
        key="github-stars",
        title="GitHub stars",
        metric="stars",
        unit="stars",
        source="github",
        label="series",
    ),
    Signal(
        key="github-stars-weekly",
        title="New GitHub stars a week",
        metric="stars_retained_weekly",
        unit="stars a week",
        source="github",
        label="series",
    ),
    Signal(
        key="github-forks",
        title="GitHub forks",
        metric="forks",
        unit="forks",
        source="github",
        label="series",
    ),
    Signal(
        key="github-open-issues",
        title="Open issues and pull requests",
        metric="open_issues",
        unit="open issues",
        source="github",
        label="series",
    ),
    Signal(
        key="github-contributors",
        title="Contributors on GitHub",
        metric="contributors",
        unit="contributors",
        source="github",
        label="series",
    ),
    Signal(
        key="github-releases",
        title="Releases on GitHub a year",
        metric="github_release",
        unit="releases a year",
        source="github",
        prepare=count_releases,
        meaning=f"Releases that the repository announces, by calendar year. {_RELEASES}",
    ),
    Signal(
        key="pypi-downloads-weekly",
        title="Downloads from the Python package index a week",
        metric="downloads_daily",
        unit="downloads a week",
        source="pypistats",
        prepare=sum_weeks,
        label="series",
        low_share=0.5,
        meaning=(
            "Downloads from Monday to Sunday, without mirrors; a week with an unreported day is"
            " left out. They count machines, tests and caches more than people."
        ),
    ),
    Signal(
        key="pypi-downloads",
        title="Downloads from the Python package index",
        metric="downloads_monthly",
        unit="downloads a month",
        source="pypistats",
        beside="downloads_daily",
        low_share=0.7,
    ),
    Signal(
        key="stackoverflow-questions-monthly",
        title="Questions on Stack Overflow a month",
        metric="questions_monthly",
        unit="questions a month",
        source="stackoverflow",
        meaning=(
            "Questions asked in the month that carry the framework's tag. The number of all"
            " questions has collapsed since 2023, so the share below tells more than this count."
        ),
    ),
    Signal(
        key="stackoverflow-share",
        title="Share of all questions on Stack Overflow",
        metric="questions_monthly",
        unit="% of questions",
        source="stackoverflow",
        prepare=share_of("questions_monthly_all"),
        reads=("questions_monthly_all",),
        meaning=(
            "Percent of all questions of the month that carry the framework's tag. It holds against"
            " the collapse of the whole site, yet those who still ask there are not those of 2020."
        ),
    ),
    Signal(
        key="stackoverflow-questions",
        title="Questions on Stack Overflow",
        metric="questions_yearly",
        unit="questions a year",
        source="stackoverflow",
        beside="questions_monthly",
    ),
    Signal(
        key="search-interest",
        title="Searches on Google",
        metric="search_interest",
        unit="of 100, the request's largest point",
        source="google-trends",
        label="request",
        meaning=_REQUEST,
    ),
    Signal(
        key="papers-with-code-share",
        title="Papers with code, among those with a known framework",
        metric="paper_links_monthly",
        unit="% of links with a framework",
        source="papers-with-code",
        prepare=share_of("paper_links_monthly_all", without="paper_links_monthly_none"),
        reads=("paper_links_monthly_all", "paper_links_monthly_none"),
        ends=ARCHIVE_END,
        meaning=f"{_LINKS} Links to code without a framework are left out of the whole.",
    ),
    Signal(
        key="papers-with-code-share-all",
        title="Papers with code, among all",
        metric="paper_links_monthly",
        unit="% of all links",
        source="papers-with-code",
        prepare=share_of("paper_links_monthly_all"),
        reads=("paper_links_monthly_all",),
        ends=ARCHIVE_END,
        meaning=(
            f"{_LINKS} About two in five links lead to code without a framework; they are part of"
            " the whole here, so all shares are smaller than in the figure before."
        ),
    ),
    Signal(
        key="conference-papers",
        title="Papers at conferences",
        metric="conference_papers",
        unit="% of papers",
        prepare=share_papers,
        reads=("conference_papers_all",),
        meaning=(
            "Percent of all papers that mention the framework, over the conferences for which"
            " every year was counted. A paper may mention both; one that names none tells"
            " nothing. The count ends where its author stopped."
        ),
    ),
    Signal(
        key="works-yearly",
        title="Research works a year",
        metric="works_yearly",
        unit="works a year",
        source="openalex",
        meaning=(
            "Works whose title or abstract holds the phrase that is searched for. More works of"
            " every kind are indexed each year, and the running year is left out."
        ),
    ),
    Signal(
        key="job-posts-share",
        title="Share of job posts on Hacker News",
        metric="job_posts_monthly",
        unit="% of job posts",
        source="hacker-news",
        prepare=share_of("job_posts_monthly_all"),
        reads=("job_posts_monthly_all",),
        meaning=(
            "Percent of the posts in the month's thread 'Who is hiring?' that name the framework as"
            " a whole word. Few posts name one, so single months jump; a post may name several."
        ),
    ),
    Signal(
        key="hub-models",
        title="Models on the Hugging Face hub",
        metric="hub_models",
        unit="models",
        kind="bars",
        source="huggingface",
        prepare=keep_newest,
        label="series",
        meaning=(
            "Models that carry the framework's tag. Tags overlap, since one model may carry"
            " several: these are never shares of one whole."
        ),
    ),
    Signal(
        key="pypi-releases",
        title="Stable releases a year",
        metric="release",
        unit="releases a year",
        source="pypi",
        prepare=count_releases,
        meaning=f"Releases on the Python package index by calendar year. {_RELEASES}",
    ),
    Signal(
        key="pypi-wheel-size",
        title="Size of the package",
        metric="wheel_bytes",
        unit="MB",
        source="pypi",
        prepare=measure_wheels,
        sampled=False,
    ),
)

OVERVIEW = Signal(
    key="deep-learning-interest",
    title="Searches for deep learning on Google",
    metric="deep_learning_interest",
    unit="of 100, the request's largest point",
    source="google-trends",
    label="request",
    meaning=_REQUEST,
)
"""Deep learning itself, whatever the framework: it stands in the introduction."""
