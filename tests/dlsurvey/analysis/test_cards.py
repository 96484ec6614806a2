"""A card calls a version the newest only where no newer one is known."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dlsurvey.analysis.cards import make_cards
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.records import Collection, Gap
from dlsurvey.store import Store
from tests.dlsurvey.analysis.signal_samples import make_edition
from tests.dlsurvey.samples import make_observation


@pytest.mark.parametrize(
    ("what", "known"),
    [("The newest stable release of torch", False), ("Releases of torch", True)],
)
def test_an_older_version_is_not_called_the_newest(tmp_path: Path, what: str, known: bool) -> None:
    store = Store(tmp_path)
    release = make_observation(
        source="pypi", metric="release", start=date(2026, 10, 28), value=1, label="2.15.0"
    )
    store.append_observations("pypi", [release])
    attempt = Collection(
        source="pypi",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        status="partial",
        observations=1,
        new_observations=1,
        seconds=1.0,
        gaps=(Gap(what=what, why="It is 3.0.0.", cure="Wait."),),
    )
    store.append_collection(attempt)
    cards = make_cards(Evidence(store, make_edition(store)), ())
    facts = {fact.label for card in cards if card.name == "pytorch" for fact in card.facts}
    assert ("Newest stable version" in facts) == known
