"""Turns the metrics of all collectors into the list of signals that the report shows, in its order."""

from datetime import date

from dlsurvey.analysis.preparations import (
    count_releases,
    keep_newest,
    measure_wheels,
    share_of,
    share_papers,
    sum_weeks,
)
from dlsurvey.analysis.signal import Signal
from dlsurvey.language import mark

ARCHIVE_END = date(2025, 7, 31)
"""Papers with Code was shut down in July 2025; nothing of later can be in its archive."""


_RELEASES = mark(
    "Withdrawn ones and pre-releases are left out, and the running year is not over. Many releases"
    " are neither better nor worse than few: they show a project's rhythm."
)
_LINKS = mark(
    "A link joins a paper to a repository with its code; the month is that of the arXiv number."
    " The framework was told by machine from the repository, and a paper may have several links."
)
_LEAST = mark(
    "A period with fewer than 20 in the whole is left out: a share of so few tells nothing."
)
_REQUEST = mark(
    "Searches relative to the largest point of this one request, which is 100: neither a count nor"
    " comparable with any other request. Each request draws another sample of all searches."
)

SIGNALS = (
    Signal(
        key="github-stars",
        title=mark("GitHub stars"),
        metric="stars",
        unit=mark("stars"),
        source="github",
        label="series",
    ),
    Signal(
        key="github-stars-weekly",
        title=mark("New GitHub stars a week"),
        metric="stars_retained_weekly",
        unit=mark("stars a week"),
        estimate="count",
        source="github",
        label="series",
    ),
    Signal(
        key="github-forks",
        title=mark("GitHub forks"),
        metric="forks",
        unit=mark("forks"),
        source="github",
        label="series",
    ),
    Signal(
        key="github-open-issues",
        title=mark("Open issues and pull requests"),
        metric="open_issues",
        unit=mark("open issues"),
        source="github",
        label="series",
    ),
    Signal(
        key="github-contributors",
        title=mark("Contributors on GitHub"),
        metric="contributors",
        unit=mark("contributors"),
        source="github",
        label="series",
    ),
    Signal(
        key="github-releases",
        title=mark("Releases on GitHub a year"),
        metric="github_release",
        unit=mark("releases a year"),
        source="github",
        prepare=count_releases,
        meaning=(mark("Releases that the repository announces, by calendar year."), _RELEASES),
    ),
    Signal(
        key="pypi-downloads-weekly",
        title=mark("Downloads from the Python package index a week"),
        metric="downloads_daily",
        unit=mark("downloads a week"),
        estimate="count",
        source="pypistats",
        prepare=sum_weeks,
        label="series",
        low_share=0.5,
        daily=True,
        counted=mark("downloads"),
        meaning=(
            mark(
                "Downloads from Monday to Sunday, without mirrors; a week with a day that is unreported"
                " or in an outage is left out. They count machines, tests and caches more than people."
            ),
        ),
    ),
    Signal(
        key="pypi-downloads",
        title=mark("Downloads from the Python package index"),
        metric="downloads_monthly",
        unit=mark("downloads a month"),
        source="pypistats",
        beside="downloads_daily",
        low_share=0.7,
        counted=mark("downloads"),
    ),
    Signal(
        key="stackoverflow-questions-monthly",
        title=mark("Questions on Stack Overflow a month"),
        metric="questions_monthly",
        unit=mark("questions a month"),
        estimate="count",
        source="stackoverflow",
        meaning=(
            mark(
                "Questions asked in the month that carry the framework's tag. The number of all"
                " questions has collapsed since 2023, so the share below tells more than this count."
            ),
        ),
    ),
    Signal(
        key="stackoverflow-share",
        title=mark("Share of all questions on Stack Overflow"),
        metric="questions_monthly",
        unit=mark("% of questions"),
        estimate="share",
        source="stackoverflow",
        prepare=share_of("questions_monthly_all"),
        reads=("questions_monthly_all",),
        meaning=(
            mark(
                "Percent of all questions of the month that carry the framework's tag. It holds against"
                " the collapse of the whole site, yet those who still ask there are not those of 2020."
            ),
            _LEAST,
        ),
    ),
    Signal(
        key="stackoverflow-questions",
        title=mark("Questions on Stack Overflow"),
        metric="questions_yearly",
        unit=mark("questions a year"),
        estimate="count",
        source="stackoverflow",
        beside="questions_monthly",
    ),
    Signal(
        key="search-interest",
        title=mark("Searches on Google"),
        metric="search_interest",
        unit=mark("of 100, the request's largest point"),
        estimate="index",
        source="google-trends",
        label="request",
        meaning=(_REQUEST,),
    ),
    Signal(
        key="papers-with-code-share",
        title=mark("Papers with code, among those with a known framework"),
        metric="paper_links_monthly",
        unit=mark("% of links with a framework"),
        estimate="share",
        source="papers-with-code",
        prepare=share_of("paper_links_monthly_all", without="paper_links_monthly_none"),
        reads=("paper_links_monthly_all", "paper_links_monthly_none"),
        ends=ARCHIVE_END,
        meaning=(
            _LINKS,
            mark("Links to code without a framework are left out of the whole."),
            _LEAST,
        ),
    ),
    Signal(
        key="papers-with-code-share-all",
        title=mark("Papers with code, among all"),
        metric="paper_links_monthly",
        unit=mark("% of all links"),
        estimate="share",
        source="papers-with-code",
        prepare=share_of("paper_links_monthly_all"),
        reads=("paper_links_monthly_all",),
        ends=ARCHIVE_END,
        meaning=(
            _LINKS,
            mark(
                "About two in five links lead to code without a framework; they are part of"
                " the whole here, so all shares are smaller than in the figure before."
            ),
            _LEAST,
        ),
    ),
    Signal(
        key="conference-papers",
        title=mark("Papers at conferences"),
        metric="conference_papers",
        unit=mark("% of papers"),
        estimate="share",
        prepare=share_papers,
        reads=("conference_papers_all",),
        meaning=(
            mark(
                "Percent of all papers that mention the framework, over the conferences for which"
                " every year was counted. A paper may mention both; one that names none tells"
                " nothing. The count ends where its author stopped."
            ),
        ),
    ),
    Signal(
        key="works-yearly",
        title=mark("Research works a year"),
        metric="works_yearly",
        unit=mark("works a year"),
        estimate="count",
        source="openalex",
        meaning=(
            mark(
                "Works whose title or abstract holds the phrase that is searched for. More works of"
                " every kind are indexed each year, and the running year is left out."
            ),
        ),
    ),
    Signal(
        key="job-posts-share",
        title=mark("Share of job posts on Hacker News"),
        metric="job_posts_monthly",
        unit=mark("% of job posts"),
        estimate="share",
        source="hacker-news",
        prepare=share_of("job_posts_monthly_all"),
        reads=("job_posts_monthly_all",),
        meaning=(
            mark(
                "Percent of the posts in the month's thread 'Who is hiring?' that name the framework as"
                " a whole word. Few posts name one, so single months jump; a post may name several."
            ),
            _LEAST,
        ),
    ),
    Signal(
        key="hub-models",
        title=mark("Models on the Hugging Face hub"),
        metric="hub_models",
        unit=mark("models"),
        kind="bars",
        source="huggingface",
        prepare=keep_newest,
        label="series",
        meaning=(
            mark(
                "Models that carry the framework's tag. Tags overlap, since one model may carry"
                " several: these are never shares of one whole."
            ),
        ),
    ),
    Signal(
        key="pypi-releases",
        title=mark("Stable releases a year"),
        metric="release",
        unit=mark("releases a year"),
        source="pypi",
        prepare=count_releases,
        meaning=(mark("Releases on the Python package index by calendar year."), _RELEASES),
    ),
    Signal(
        key="pypi-wheel-size",
        title=mark("Size of the package"),
        metric="wheel_bytes",
        unit=mark("MB"),
        source="pypi",
        prepare=measure_wheels,
        sampled=False,
    ),
)

OVERVIEW = Signal(
    key="deep-learning-interest",
    title=mark("Searches for deep learning on Google"),
    metric="deep_learning_interest",
    unit=mark("of 100, the request's largest point"),
    estimate="index",
    source="google-trends",
    label="request",
    meaning=(_REQUEST,),
)
"""Deep learning itself, whatever the framework: it stands in the introduction."""
