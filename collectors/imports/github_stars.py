"""Turns tables of GitHub counts by day and repository into observations; days without a row stay holes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from collectors.imports.base import ImportedFile, Reading, number_rows, parse_count, parse_day, show
from collectors.imports.tables import CURE, Table
from collectors.refusals import MalformedError
from collectors.subjects import Subject
from dlsurvey.records import Observation

REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
COLUMNS = {
    "stars": ("stars", "star_count", "stargazers_count"),
    "forks": ("forks", "fork_count", "forks_count"),
    "open_issues": ("open_issues", "open_issue_count", "open_issues_count"),
}
UNITS = {"stars": "stars", "forks": "forks", "open_issues": "issues and pull requests"}
RENAMES = {
    "apache/incubator-mxnet": "apache/mxnet",
    "caffe2/caffe2": "facebookarchive/caffe2",
    "deepmind/sonnet": "google-deepmind/sonnet",
    "eclipse/deeplearning4j": "deeplearning4j/deeplearning4j",
    "fchollet/keras": "keras-team/keras",
    "geohot/tinygrad": "tinygrad/tinygrad",
    "ggerganov/llama.cpp": "ggml-org/llama.cpp",
    "google/jax": "jax-ml/jax",
    "microsoft/cntk": "microsoft/CNTK",
    "microsoft/deepspeed": "deepspeedai/DeepSpeed",
    "pytorchlightning/pytorch-lightning": "Lightning-AI/pytorch-lightning",
}
"""Former names, in small letters, and what the repository is called now."""


@dataclass(frozen=True)
class GithubStars:
    """`date,repo,stars,forks,open_issues`, or any of the counts, in any order of columns."""

    name: str = "github-stars"
    title: str = "CSV of date, repo, stars, forks, open_issues"
    metrics: tuple[str, ...] = tuple(COLUMNS)

    def read(self, file: ImportedFile, subjects: Sequence[Subject]) -> Reading:
        """Read every row: repositories of no known framework are kept under their own name."""
        reading = Reading()
        table = Table(file.path)
        rows = table.rows()
        header = [cell.strip().lower() for cell in next(rows, (0, []))[1]]
        places = _find_columns(header, file.path.name)
        names = _Names(subjects)
        reader = _Rows(reading, places, names, file)
        count = 0
        for number, cells in rows:
            if cells:
                count += 1
                reader.read(f"line {number}", cells)
        for number, why in table.faults:
            reading.refuse(f"line {number}", why)
        _explain(reading, places, names, count)
        return reading


class _Names:
    """What each repository is called now, and whose it is."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.present: dict[str, tuple[str, str]] = {}
        self.renamed: set[tuple[str, str]] = set()
        self._known = {
            repository.lower(): (repository, subject.name)
            for subject in subjects
            for repository in subject.repositories
        }

    def find(self, repository: str) -> tuple[str, str]:
        """Present name and subject."""
        found = self.present.get(repository)
        if found is None:
            name = RENAMES.get(repository.lower(), repository)
            slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            found = self._known.get(repository.lower()) or self._known.get(
                name.lower(), (name, slug or "repository")
            )
            self.present[repository] = found
            if found[0] != repository:
                self.renamed.add((repository, found[0]))
        return found


def _find_columns(header: Sequence[str], file_name: str) -> Mapping[str, int]:
    places = {
        metric: next(header.index(name) for name in names if name in header)
        for metric, names in COLUMNS.items()
        if set(names) & set(header)
    }
    if "date" not in header or "repo" not in header or not places:
        raise MalformedError(
            f"{file_name} is no table of GitHub counts: it needs the columns date, repo, and one of"
            f" {', '.join(COLUMNS)}.",
            CURE,
        )
    return {"date": header.index("date"), "repo": header.index("repo"), **places}


@dataclass(frozen=True)
class _Rows:
    """What every row is read by."""

    reading: Reading
    places: Mapping[str, int]
    names: _Names
    file: ImportedFile

    def read(self, where: str, cells: Sequence[str]) -> None:
        if max(self.places.values()) >= len(cells):
            self.reading.refuse(where, f"It has {len(cells)} cells only.")
            return
        day = parse_day(cells[self.places["date"]])
        repository = cells[self.places["repo"]].strip()
        if day is None:
            said = show(cells[self.places["date"]])
            self.reading.refuse(where, f"'{said}' is no date such as 2026-11-20.")
            return
        if not REPOSITORY.fullmatch(repository):
            why = f"'{show(repository)}' is no repository such as pytorch/pytorch."
            self.reading.refuse(where, why)
            return
        for metric in COLUMNS:
            text = cells[self.places[metric]].strip() if metric in self.places else ""
            if text:
                self._read_count(where, (metric, text), day, self.names.find(repository))

    def _read_count(
        self, where: str, count: tuple[str, str], day: date, known: tuple[str, str]
    ) -> None:
        metric, text = count
        repository, subject = known
        value = parse_count(text)
        if value is None:
            self.reading.refuse(where, f"'{show(text)}' is no number of {metric}.")
            return
        observation = Observation(
            source="import-github-stars",
            subject=subject,
            metric=metric,
            start=day,
            resolution="day",
            value=value,
            unit=UNITS[metric],
            retrieved_at=self.file.written_at,
            url=f"https://github.com/{repository}",
            status="imported",
            method="imported",
            raw_sha256=self.file.sha256,
            label=repository,
        )
        self.reading.accept(where, observation, self.file.today)


def _explain(reading: Reading, places: Mapping[str, int], names: _Names, count: int) -> None:
    counts = [metric for metric in COLUMNS if metric in places]
    reading.understood.append(f"{number_rows(count)} of {', '.join(counts)} by day and repository.")
    days = {observation.start for observation in reading.observations}
    if days:
        reading.understood.append(
            f"{len(days):,} days from {min(days)} to {max(days)}; days without a row stay holes."
        )
    followed = sorted({subject for _, subject in names.present.values()})
    reading.understood.append(
        f"{len(names.present)} names of repositories, for {show(', '.join(followed[:4]))}"
        + (f" and {len(followed) - 4} more." if len(followed) > 4 else ".")
    )
    for former, present in sorted(names.renamed)[:10]:
        reading.understood.append(f"{former} is {present} today.")
