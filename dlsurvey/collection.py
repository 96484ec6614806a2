"""Turns a request to collect into stored observations, one record of the attempt per source, and gaps."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from collectors import list_collectors
from collectors.base import Collector
from collectors.gather import Collected, Judged, gather
from dlsurvey.agenda import Turn, describe_basis, force_turns, list_turns
from dlsurvey.basis import Basis
from dlsurvey.config import Config
from dlsurvey.console import Console
from dlsurvey.errors import ConfigError, StoreError
from dlsurvey.formats import join_words
from dlsurvey.plausibility import explain_doubts, judge, read_past
from dlsurvey.records import Collection, Gap, Observation
from dlsurvey.store import Store

DEADLINE_SECONDS = 300.0
MAX_NAME_LENGTH = 200


def select_collectors(config: Config, names: Iterable[str] = ()) -> tuple[Collector, ...]:
    """The enabled collectors, or the named ones, with the base URLs of survey.toml.

    Raises ConfigError naming the known ones.
    """
    settings = config.settings.sources
    base_urls = {name: one.base_url for name, one in settings.items() if one.base_url}
    known = {collector.name: collector for collector in list_collectors(base_urls)}
    names = tuple(names)
    for name in (*names, *settings):
        if name not in known:
            raise ConfigError(f"There is no source '{name}'. Known: {', '.join(known)}.")
    if names:
        return tuple(known[name] for name in names)
    disabled = {name for name, one in settings.items() if not one.enabled}
    return tuple(collector for name, collector in known.items() if name not in disabled)


def find_turns(
    config: Config, store: Store, *, offline: bool = False, force: bool = False
) -> tuple[Turn, ...]:
    """Of each enabled source, whether a build asks it now; offline, of those without a network."""
    collectors = [one for one in select_collectors(config) if not (offline and one.needs_network)]
    turns = list_turns(collectors, config.subjects, store.read_collections(), datetime.now(UTC))
    return force_turns(turns) if force else turns


def collect(
    config: Config,
    store: Store,
    console: Console,
    collectors: Sequence[Collector],
    *,
    refresh: bool = False,
) -> tuple[Collection, ...]:
    """Ask the sources side by side and store what they say; with `refresh`, kept answers too.

    Raises StoreError where the store cannot be written; a source's failure is a gap.
    """
    from collectors.session import Session

    bases = {one.name: describe_basis(one, config.subjects) for one in collectors}
    failures: list[StoreError] = []

    def keep_raw(source: str, body: bytes) -> str:
        try:
            return store.keep_raw(source, body)
        except StoreError as error:
            failures.append(error)
            raise

    def judge_source(source: str, observations: Sequence[Observation]) -> Judged:
        return judge(observations, read_past(store, source, observations))

    collections: list[Collection] = []
    with console.track("Collecting", len(collectors)) as tracker:

        def keep(collected: Collected) -> None:
            if failures:
                raise failures[0]
            collection = _store(store, collected, bases[collected.source])
            collections.append(collection)
            tracker.advance(1)
            tracker.finish_part(describe_collection(collection))

        gather(
            collectors,
            config.subjects,
            lambda collector: Session(
                collector.name,
                keep_raw=keep_raw,
                cache_dir=config.cache / "http",
                refresh=refresh,
            ),
            DEADLINE_SECONDS,
            on_done=keep,
            judge=judge_source,
        )
    return tuple(collections)


def describe_collection(collection: Collection) -> str:
    """One attempt in a line: 'pypi: 212 observations, 3 new (1.2 s)'."""
    line = (
        f"{collection.source}: {collection.observations} observations,"
        f" {collection.new_observations} new ({collection.seconds:.1f} s)"
    )
    if collection.doubtful:
        line += f"; {collection.doubtful} doubtful"
    if collection.gaps:
        line += "; " + " ".join(dict.fromkeys(gap.why for gap in collection.gaps))
    return line


def find_collection_gaps(config: Config, store: Store) -> tuple[Gap, ...]:
    """What the newest attempt at each enabled source left open, and sources never asked."""
    newest = {collection.source: collection for collection in store.read_collections()}
    gaps: list[Gap] = []
    for collector in select_collectors(config):
        attempt = newest.get(collector.name)
        if attempt is not None:
            gaps += _join_alike(attempt.gaps)
        else:
            gaps.append(
                Gap(
                    what=collector.title,
                    why="This source has not been asked yet.",
                    cure=f"Run `dlsurvey collect {collector.name}`"
                    + (" with a network connection." if collector.needs_network else "."),
                )
            )
    return tuple(gaps)


def _join_alike(gaps: Iterable[Gap]) -> list[Gap]:
    """One gap for all that have the same reason and the same cure."""
    whats: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        whats.setdefault((gap.why, gap.cure), []).append(gap.what)
    return [
        Gap(what=join_words(names)[:MAX_NAME_LENGTH], why=why, cure=cure)
        for (why, cure), names in whats.items()
    ]


def _store(store: Store, collected: Collected, basis: Basis) -> Collection:
    new = store.append_observations(collected.source, collected.observations)
    store.append_doubts(collected.source, collected.doubts)
    collection = Collection(
        source=collected.source,
        at=datetime.now(UTC),
        status=collected.status,
        observations=len(collected.observations),
        new_observations=new,
        seconds=round(collected.seconds, 3),
        gaps=(*collected.gaps, *explain_doubts(collected.doubts)),
        quota_left=collected.quota_left,
        basis=basis,
        doubtful=len(collected.doubts),
    )
    store.append_collection(collection)
    return collection
