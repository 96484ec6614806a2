"""Turns the store and the registries into lines that say what is there, how old, and what is missing."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from dlsurvey.analysis.health import assess_health, describe_age, describe_due
from dlsurvey.collection import find_collection_gaps, select_collectors
from dlsurvey.config import Config
from dlsurvey.editions import order_editions
from dlsurvey.formats import format_date
from dlsurvey.heartbeat import Heartbeat, find_heartbeat, read_beats
from dlsurvey.store import Store
from experiments.frameworks import list_frameworks
from experiments.profiles import PROFILES
from experiments.workloads import list_workloads


def describe_status(config: Config, store: Store) -> Iterator[str]:
    """What is stored, source by source, trial by trial, edition by edition."""
    yield f"Evidence in {config.store}"
    yield "Sources:"
    yield from _describe_sources(config, store)
    yield "Trials:"
    counts = Counter(
        (trial.spec.workload, trial.spec.framework, trial.spec.mode, trial.status)
        for trial in store.iterate_trials()
    )
    for (workload, framework, mode, state), count in sorted(counts.items()):
        yield f"  {workload} in {framework} ({mode}): {count} {state}"
    if not counts:
        yield "  none yet: dlsurvey train"
    yield "Editions:"
    editions = order_editions(store.list_editions())
    heartbeat = find_heartbeat(config, read_beats(store), editions)
    if heartbeat is not None:
        yield f"  {describe_heartbeat(heartbeat, datetime.now(UTC))}"
    for edition in editions:
        written = (config.reports / edition.id / "manifest.json").exists()
        place = "written" if written else "not written: dlsurvey render"
        yield f"  {edition.id}: {len(edition.trials)} trials, {len(edition.gaps)} gaps, {place}"
    if not editions:
        yield "  none yet: dlsurvey build"
    yield "Missing:"
    gaps = editions[-1].gaps if editions else find_collection_gaps(config, store)
    for gap in dict.fromkeys((*gaps, *store.find_faults())):
        yield f"  {gap.what}: {gap.why} {gap.cure}"
    if not gaps:
        yield "  nothing"


def describe_heartbeat(heartbeat: Heartbeat, now: datetime) -> str:
    """When a build last came to its end, when the next is due, and whether a run was missed."""
    line = (
        f"last built {format_date(heartbeat.last_success)}, next due {format_date(heartbeat.due)}"
    )
    if heartbeat.is_missed(now):
        line += ": OVERDUE, a run was missed; see `dlsurvey schedule` and the newest log"
    return line


def _describe_quota(left: int | None) -> str:
    return "" if left is None else f"; {left:,} requests left"


def _describe_sources(config: Config, store: Store) -> Iterator[str]:
    """How every source is doing, then what was imported."""
    lines = store.count_observation_lines()
    health = assess_health(select_collectors(config), store.read_collections(), datetime.now(UTC))
    for one in health:
        success = "no success yet"
        if one.last_success is not None:
            success = f"last success {format_date(one.last_success)} ({describe_age(one)})"
        count = lines.pop(one.source, 0)
        yield (
            f"  {one.source}: {count} observations, {success}, newest attempt {one.state}"
            f"{f', {one.doubtful} doubtful values' if one.doubtful else ''};"
            f" next due {describe_due(one)}{_describe_quota(one.quota_left)}"
        )
        if one.last_failure is not None:
            yield f"    last failure {format_date(one.last_failure)}: {one.reason}"
    for source, count in lines.items():
        kind = "imported from a file" if source.startswith("import-") else "not asked any more"
        yield f"  {source}: {count} observations, {kind}"


def describe_members(config: Config) -> Iterator[str]:
    """The registries: what can be named on the command line and in survey.toml."""
    yield "Sources (dlsurvey collect NAME):"
    for collector in select_collectors(config):
        yield f"  {collector.name}: {collector.title}; {', '.join(collector.metrics)}"
    yield "Workloads (dlsurvey train NAME):"
    for workload in list_workloads():
        yield (
            f"  {workload.name}: {workload.title}, {workload.parameters:,} parameters"
            f" with ten classes, {workload.epochs} epochs, from the {workload.origin}"
        )
    yield "Frameworks (--framework NAME):"
    for framework in list_frameworks():
        yield f"  {framework.name}: {framework.title}; modes {', '.join(framework.modes)}"
    yield "Profiles (--profile NAME):"
    for profile in PROFILES.values():
        epochs = f"{profile.epochs} epochs" if profile.epochs else "the surveys' own epochs"
        seeds = f"{profile.seeds} seeds" if profile.seeds else "as many seeds as fit"
        if profile.max_trials is not None:
            seeds = f"at most {profile.max_trials} trials"
        limit = f", {profile.train_limit:,} training images" if profile.train_limit else ""
        budget = (
            f", a training budget of {profile.budget_seconds / 60:.0f} minutes"
            if profile.budget_seconds
            else ""
        )
        yield f"  {profile.name}: {epochs}, {seeds}{limit}{budget}"
