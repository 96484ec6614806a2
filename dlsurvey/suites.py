"""Turns what is measured beside training into stored records: kept until something it rests on changes."""

from importlib import resources

from dlsurvey.console import Console
from dlsurvey.errors import MissingDependency
from dlsurvey.records import Gap, Sha256, content_sha256
from dlsurvey.store import Store
from experiments.frameworks import read_versions

PACKAGE = "experiments.autodiff"


def find_gradients(
    store: Store, console: Console, *, measure: bool
) -> tuple[Sha256 | None, tuple[Gap, ...]]:
    """What the frameworks can differentiate: the stored answer for these versions, or a new one.

    None where there is none and `measure` is false.
    """
    # Late: it loads numpy, which the parent of trials does without.
    from experiments.autodiff.gradient import Gradients
    from experiments.autodiff.runner import EXAMPLES, differentiate_all

    versions = {}
    for example in EXAMPLES:
        try:
            versions[example.framework.name] = read_versions(example.framework)
        except MissingDependency:
            continue
    identity = content_sha256((versions, _read_sources()))
    if store.read_gradients(identity, Gradients) is not None:
        return identity, ()
    if not measure:
        return None, ()
    console.say("Differentiating one Python function in every framework ...")
    attempts, gaps = differentiate_all()
    store.keep_gradients(identity, Gradients(attempts=attempts))
    return identity, gaps


def _read_sources() -> dict[str, str]:
    """The example in every framework, and how it is tried and judged."""
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(resources.files(PACKAGE).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".py")
    }
