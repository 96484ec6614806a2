"""What changed between two editions: every kind of change and every cause, once constructed."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dlsurvey.analysis.changes import FIRST, find_changes
from dlsurvey.analysis.comparison import compare_workloads
from dlsurvey.analysis.crossings import find_crossings, find_revisions
from dlsurvey.analysis.differences import CAUSES, KINDS, Change, Changes
from dlsurvey.analysis.findings import Claim, ClaimVerdict, Findings, Trend
from dlsurvey.records import Gap, Observation, Trial
from dlsurvey.settings import Margins
from tests.dlsurvey.analysis.signal_samples import at, find, observe_months
from tests.dlsurvey.render.sample import CREATED, make_edition, make_findings
from tests.dlsurvey.samples import make_observation, make_trial
from tests.experiments.samples import DATASET, ENVIRONMENT

DAY = timedelta(days=1)
Values = Sequence[float | None]


def make_trials(
    seeds: int = 4, *, tensorflow: float = 4.0, pytorch: float = 3.0, wobble: float = 0.01,
    **changes: Any,
) -> tuple[Trial, ...]:  # fmt: skip
    """Both frameworks: seconds per epoch a little apart from seed to seed."""
    return tuple(
        replace(
            make_trial(name, seed, epoch_seconds=(9.0, mean * (1 + wobble * (seed % 2)))), **changes
        )
        for name, mean in (("tensorflow", tensorflow), ("pytorch", pytorch))
        for seed in range(seeds)
    )


def make_old(
    trials: tuple[Trial, ...] = (), margins: Margins | None = None, **changes: Any
) -> Findings:
    changes = {"trends": (), "gaps": ()} | changes
    return make_findings(
        trials=trials,
        workloads=compare_workloads(trials, (DATASET,), margins or Margins()),
        edition=replace(make_edition(), trials=tuple(f"key/{n}" for n, _ in enumerate(trials))),
        **changes,
    )


def make_new(*arguments: Any, version: str = "0.1.0", **changes: Any) -> Findings:
    findings = make_old(*arguments, **changes)
    edition = replace(
        findings.edition,
        id="2026-11-27-d4e5f6",
        created_at=CREATED + 7 * DAY,
        previous=findings.edition.id,
        versions={"dlsurvey": version},
    )
    return replace(findings, edition=edition, created_at=edition.created_at)


def select(changes: Changes, kind: str) -> tuple[Change, ...]:
    return tuple(one for one in changes.changes if one.kind == kind)


def list_causes(changes: Sequence[Change]) -> set[tuple[str, str]]:
    return {(cause.kind, cause.text) for one in changes for cause in one.causes}


def change_environment(trials: tuple[Trial, ...], **changes: Any) -> tuple[Trial, ...]:
    return tuple(replace(one, environment=replace(one.environment, **changes)) for one in trials)


def make_trend(folder: Path, tensorflow: Values, pytorch: Values, **changes: Any) -> Trend:
    observations: list[Observation] = []
    for subject, values in (("tensorflow", tensorflow), ("pytorch", pytorch)):
        observations += observe_months(
            values, date(2025, 1, 1), subject=subject, source="pypistats",
            metric="downloads_monthly", unit="downloads",
            **({"retrieved_at": at(date(2025, 9, 1))} | changes),
        )  # fmt: skip
    return find(folder, *observations)["pypi-downloads"]


# Nothing


def test_first_edition_has_nothing_to_compare_with() -> None:
    changes = find_changes(None, make_old())
    assert changes.nothing_because == changes.summary == FIRST
    assert changes.empty


def test_an_edition_whose_forerunner_is_gone_says_so() -> None:
    changes = find_changes(None, make_new())
    assert "2026-11-20-a1b2c3, cannot be read here" in changes.summary


@pytest.mark.parametrize("number", range(30))
def test_an_edition_and_itself_do_not_differ(number: int, tmp_path: Path) -> None:
    """Whatever the runs, the values and the order of periods."""
    chance = random.Random(number)
    trials = make_trials(
        chance.randint(1, 6),
        tensorflow=chance.uniform(1, 5),
        pytorch=chance.uniform(1, 5),
        wobble=chance.choice([0.0, 0.01, 0.6]),
    )
    months = chance.randint(1, 8)
    trend = make_trend(tmp_path, *[[chance.randint(0, 9) for _ in range(months)] for _ in "ab"])
    findings = make_old(trials, trends=(trend, trend), claims=(make_claim("holds"),))
    changes = find_changes(findings, findings)
    assert changes.empty
    assert changes.summary == "Nothing changed."


def test_the_whole_constructed_edition_and_itself_do_not_differ() -> None:
    assert find_changes(make_findings(), make_findings()).empty


# Verdicts and their causes


def test_more_runs_turn_a_verdict() -> None:
    trials = make_trials(4)
    few = tuple(one for one in trials if one.spec.seed == 0)
    changes = select(find_changes(make_old(few), make_new(trials)), "verdict")
    seconds = next(one for one in changes if "time per epoch" in one.what)
    assert (seconds.before, seconds.now) == ("one run only", "PyTorch needed less time")
    assert "now PyTorch needed less time; before: one run only." in seconds.sentence
    assert ("new data", "3 runs of pytorch and 3 of tensorflow more under the same conditions") in (
        list_causes([seconds])
    )


def test_a_new_version_is_named_with_the_one_before() -> None:
    old = change_environment(make_trials(), versions={"torch": "2.14.0"})
    new = change_environment(make_trials(pytorch=5.0), versions={"torch": "2.15.0"}, cpu="another")
    changes = find_changes(make_old(old), make_new(new))
    (seconds,) = (one for one in select(changes, "verdict") if "time per epoch" in one.what)
    assert (seconds.before, seconds.now) == (
        "PyTorch needed less time",
        "TensorFlow needed less time",
    )
    assert list_causes([seconds]) >= {
        ("environment", "torch 2.15.0, before 2.14.0"),
        ("environment", f"processor another, before {ENVIRONMENT.cpu}"),
    }


def test_a_new_trainer_and_a_new_program_are_our_method() -> None:
    new = tuple(
        replace(one, trainer_sha256="b" * 64) if one.spec.framework == "pytorch" else one
        for one in make_trials(pytorch=5.0)
    )
    changes = find_changes(make_old(make_trials()), make_new(new, version="0.2.0"))
    assert list_causes(select(changes, "verdict")) >= {
        ("method", "the program of pytorch changed"),
        ("method", "dlsurvey 0.2.0, before 0.1.0"),
    }


def test_other_settings_of_the_runs_are_our_method() -> None:
    new = tuple(replace(one, spec=replace(one.spec, threads=8)) for one in make_trials(pytorch=5.0))
    changes = find_changes(make_old(make_trials()), make_new(new))
    assert ("method", "threads 8, before 2") in list_causes(select(changes, "verdict"))
    assert not select(changes, "measurement")  # with other threads it is another measurement


def test_other_images_are_new_data() -> None:
    other = replace(DATASET, name="mnist", title="MNIST", sha256="e" * 64)
    new = tuple(
        replace(one, spec=replace(one.spec, dataset="mnist", dataset_sha256=other.sha256))
        for one in make_trials(pytorch=5.0)
    )
    findings = make_new(new[:0])
    findings = replace(findings, trials=new, workloads=compare_workloads(new, (other,), Margins()))
    changes = find_changes(make_old(make_trials()), findings)
    assert ("new data", f"images of MNIST, before {DATASET.title}") in list_causes(
        select(changes, "verdict")
    )


def test_another_margin_is_our_method() -> None:
    trials = make_trials(pytorch=3.0)
    wide = Margins(time_percent=50.0)
    changes = find_changes(make_old(trials), make_new(trials, wide))
    (seconds,) = select(changes, "verdict")
    assert (seconds.before, seconds.now) == ("PyTorch needed less time", "equivalent")
    assert list_causes([seconds]) == {("method", "the margin is 50 %, before 5 %")}
    assert not select(changes, "measurement")


def test_a_verdict_that_is_new_or_gone_is_told() -> None:
    trials = make_trials()
    alone = tuple(one for one in trials if one.spec.framework == "pytorch")
    came = select(find_changes(make_old(alone), make_new(trials)), "verdict")
    went = select(find_changes(make_old(trials), make_new(alone)), "verdict")
    assert {one.before for one in came} == {one.now for one in went} == {""}
    assert all("there was no verdict before" in one.sentence for one in came)
    assert all("no verdict any more" in one.sentence for one in went)
    assert all(one.causes for one in (*came, *went))


def test_a_pair_that_a_certificate_lets_out_is_our_method() -> None:
    trials = make_trials()
    new = make_new(trials)
    without = replace(new, workloads=(replace(new.workloads[0], comparisons=()),))
    changes = select(find_changes(make_old(trials), without), "verdict")
    assert list_causes(changes) == {
        ("method", "the parity certificates no longer let it be compared")
    }


# Claims


def make_claim(verdict: ClaimVerdict, *evidence: str) -> Claim:
    return Claim(
        id="faster", title="PyTorch is faster", claim="It is.", sources=(), then="", now="",
        verdict=verdict, why="Constructed.", evidence=evidence,
    )  # fmt: skip


def test_a_claim_turns_for_the_reasons_of_its_evidence(tmp_path: Path) -> None:
    place = "comparison/mnist-cnn/epoch_seconds/idiomatic/cpu/tensorflow-eager/pytorch-eager"
    trends = [
        make_trend(tmp_path / str(n), values, values)
        for n, values in enumerate(([1, 2], [1, 2, 3]))
    ]
    evidence = (place, "signal/pypi-downloads/pypistats")
    old = make_old(
        make_trials(2), trends=trends[:1], claims=(make_claim("inconclusive", *evidence),)
    )
    new = make_new(make_trials(4), trends=trends[1:], claims=(make_claim("reversed", *evidence),))
    (claim,) = select(find_changes(old, new), "claim")
    assert claim.sentence == "'PyTorch is faster': now reversed; before: inconclusive."
    assert list_causes([claim]) >= {
        ("new data", "2 runs of pytorch and 2 of tensorflow more under the same conditions"),
        ("new data", "newer values of PyPI download statistics"),
    }


def test_a_claim_that_turned_for_no_recorded_reason_names_the_program() -> None:
    old, new = (make_old(claims=(make_claim(verdict),)) for verdict in ("holds", "not_testable"))
    (claim,) = find_changes(old, new).changes
    assert (claim.before, claim.now) == ("holds", "not testable here")
    assert list_causes([claim]) == {
        ("method", "nothing recorded differs, so the program itself does")
    }


# Crossings


@pytest.mark.parametrize(
    ("tensorflow", "pytorch", "since", "words"),
    [
        # (both values of the older edition), those of the newer one from the same January on
        ([5, 5], [3, 4], ([5, 5, 5], [3, 4, 6]), "PyTorch passed TensorFlow in March 2025 (6 against 5 in"),
        ([5, 5], [3, 4], ([5, 5, 5, 5], [3, 4, 5, 6]), "PyTorch passed TensorFlow in April 2025"),
        ([5, 5], [3, 4], ([5, 5, 5, 5, 5], [3, 4, 6, 4, 6]), "PyTorch passed TensorFlow in May 2025"),
        ([5, 5], [3, 4], ([5, 5, 5, 5], [3, 4, 6, 4]), None),  # and was passed again
        ([5, 5], [3, 4], ([5, 5, 5], [3, 4, 5]), None),  # level is not ahead
        ([5, 5], [3, 4], ([5, 5, 5], [3, 4, None]), None),  # a missing value decides nothing
        ([5, 5], [3, 6], ([5, 5, 5], [3, 6, 7]), None),  # it had passed before
        ([5, 5], [5, 5], ([5, 5, 5], [5, 5, 7]), None),  # nobody was ahead
    ],
)  # fmt: skip
def test_crossing(
    tmp_path: Path, tensorflow: Values, pytorch: Values, since: tuple[Values, Values],
    words: str | None,
) -> None:  # fmt: skip
    old = make_trend(tmp_path / "old", tensorflow, pytorch)
    new = make_trend(tmp_path / "new", *since)
    crossings = find_crossings([old], [new])
    if words is None:
        assert crossings == ()
    else:
        (crossing,) = crossings
        assert f"Downloads from the Python package index: {words}" in crossing.sentence
        assert list_causes([crossing]) == {("new data", "newer values of PyPI download statistics")}
        assert find_crossings([new], [old]) == ()


def test_a_crossing_of_the_past_is_put_down_to_the_source(tmp_path: Path) -> None:
    old = make_trend(tmp_path / "old", [5, 5, 5], [3, 4, 4])
    new = make_trend(tmp_path / "new", [5, 5, 5, 5], [3, 6, 6, 6])
    (crossing,) = find_crossings([old], [new])
    assert "PyTorch is ahead of TensorFlow since February 2025" in crossing.sentence
    assert {cause.kind for cause in crossing.causes} == {"revised"}


def test_a_series_that_was_not_there_before_passes_nobody(tmp_path: Path) -> None:
    old = make_trend(tmp_path / "old", [5, 5], [])
    new = make_trend(tmp_path / "new", [5, 5, 5], [3, 4, 6])
    assert find_crossings([old], [new]) == ()
    assert find_crossings([], [new]) == ()


# Revisions


def test_what_a_source_revised_is_told_with_the_largest(tmp_path: Path) -> None:
    old = make_trend(tmp_path / "old", [5, 5, 5], [3, 4, 4])
    new = make_trend(tmp_path / "new", [5, 6, 9], [3, 4, 4])
    (change,) = find_revisions([old], [new], date(2025, 9, 1))
    assert change.sentence == (
        "Downloads from the Python package index: TensorFlow: 2 values changed, most that of"
        " March 2025, from 5 to 9."
    )
    assert {cause.kind for cause in change.causes} == {"revised"}


def test_a_period_that_was_not_over_is_no_revision(tmp_path: Path) -> None:
    old = make_trend(tmp_path / "old", [5, 5, 5], [3, 4, 4])
    new = make_trend(tmp_path / "new", [5, 5, 9], [3, 4, 4])
    assert find_revisions([old], [new], date(2025, 3, 20)) == ()


# Releases, measurements, evidence


def test_a_release_is_told_with_its_day() -> None:
    release = make_observation(
        source="pypi", metric="release", subject="pytorch", label="2.16.0", start=date(2026, 11, 25)
    )
    (change,) = find_changes(make_old(), make_new(), [release]).changes
    assert change.sentence == "PyTorch 2.16.0 was released on 25 November 2026."
    assert change.causes[0].kind == "new data"


def test_a_measurement_beyond_the_noise_is_told_and_one_within_is_not() -> None:
    old = change_environment(make_trials(), versions={"torch": "2.14.0"})
    slower = change_environment(make_trials(pytorch=4.5), versions={"torch": "2.15.0"})
    same = change_environment(make_trials(pytorch=3.01), versions={"torch": "2.15.0"})
    (change,) = select(find_changes(make_old(old), make_new(slower)), "measurement")
    assert change.what == "MNIST CNN, time per epoch of PyTorch (eager, idiomatic, CPU)"
    assert (change.before, change.now) == ("3.02 s", "4.52 s")
    assert "+50.0 %; the noise is" in change.sentence
    assert list_causes([change]) == {("environment", "torch 2.15.0, before 2.14.0")}
    assert not select(find_changes(make_old(old), make_new(same)), "measurement")


def test_without_a_noise_floor_no_measurement_is_called_changed() -> None:
    old, new = make_trials(1), make_trials(1, pytorch=30.0)
    assert not select(find_changes(make_old(old), make_new(new)), "measurement")


def test_new_evidence_without_a_new_result_is_told() -> None:
    trials = make_trials()
    gap = Gap(what="Stack Overflow", why="It is away.", cure="Wait.")
    old = make_old(trials, gaps=(gap,))
    new = make_new(trials, gaps=(replace(gap, what="GitHub (all)"),))
    edition = replace(
        new.edition, observation_lines={"github": 12, "github-stars": 63}, plan="Another."
    )
    changes = find_changes(old, replace(new, edition=edition))
    assert changes.evidence == (
        "new observations (GitHub: 12)",
        "one gap opened: GitHub (all)",
        "one gap closed: Stack Overflow",
        "another training plan",
    )
    assert changes.summary == (
        "No result changed. New: new observations; one gap opened; one gap closed; 1 more."
    )


def test_every_kind_and_cause_has_words() -> None:
    assert list(KINDS) == [
        "verdict", "claim", "crossing", "release", "measurement", "revision",
    ]  # fmt: skip
    assert set(CAUSES) == {"new data", "revised", "method", "environment"}
