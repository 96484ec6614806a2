"""Turns the store and the registries into lines that say what is there, how old, and what is missing."""

from collections import Counter
from collections.abc import Iterator

from dlsurvey.collection import find_collection_gaps, select_collectors
from dlsurvey.config import Config
from dlsurvey.formats import format_date
from dlsurvey.records import Collection
from dlsurvey.store import Store
from experiments.frameworks import list_frameworks
from experiments.plan import PROFILES
from experiments.spec import WORKLOADS


def describe_status(config: Config, store: Store) -> Iterator[str]:
    """What is stored, source by source, trial by trial, edition by edition."""
    yield f"Evidence in {config.store}"
    yield "Sources:"
    newest: dict[str, Collection] = {}
    successes: dict[str, Collection] = {}
    for collection in store.read_collections():
        newest[collection.source] = collection
        if collection.status != "failed":
            successes[collection.source] = collection
    lines = store.count_observation_lines()
    for collector in select_collectors(config):
        success = successes.get(collector.name)
        when = f"last success {format_date(success.at.date())}" if success else "no success yet"
        attempt = newest.get(collector.name)
        outcome = attempt.status if attempt else "never asked"
        count = lines.get(collector.name, 0)
        yield f"  {collector.name}: {count} observations, {when}, newest attempt {outcome}"
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
    editions = store.list_editions()
    for edition in editions:
        written = (config.reports / edition.id / "manifest.json").exists()
        place = "written" if written else "not written: dlsurvey render"
        yield f"  {edition.id}: {len(edition.trials)} trials, {len(edition.gaps)} gaps, {place}"
    if not editions:
        yield "  none yet: dlsurvey build"
    yield "Missing:"
    gaps = editions[-1].gaps if editions else find_collection_gaps(config, store)
    for gap in gaps:
        yield f"  {gap.what}: {gap.why} {gap.cure}"
    if not gaps:
        yield "  nothing"


def describe_members(config: Config) -> Iterator[str]:
    """The registries: what can be named on the command line and in survey.toml."""
    yield "Sources (dlsurvey collect NAME):"
    for collector in select_collectors(config):
        yield f"  {collector.name}: {collector.title}; {', '.join(collector.metrics)}"
    yield "Workloads (dlsurvey train NAME):"
    for workload in WORKLOADS:
        yield (
            f"  {workload.name}: {workload.title}, {workload.count_parameters(10):,} parameters"
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
