"""A suite runs when it is asked for; what it stored is found again as long as it holds."""

import io
from pathlib import Path

import pytest

from dlsurvey.console import Console
from dlsurvey.records import Device, Studies
from dlsurvey.requests import Request, Suite
from dlsurvey.scaling import Field
from dlsurvey.store import Store
from dlsurvey.studies import find_studies
from experiments.contact import runner as contact_runner
from experiments.contact.record import Contacts
from experiments.executors import LocalExecutor
from experiments.limit import runner as limit_runner
from experiments.limit.product import Products
from experiments.profiles import QUICK
from experiments.runner import Bench
from tests.dlsurvey.study_samples import make_contacts, make_products
from tests.experiments.samples import ENVIRONMENT, make_fake


class Site:
    """A store, and how often anything was measured."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.met: list[bool] = []
        self.multiplied: list[int] = []
        bench = Bench(make_fake("base"), ENVIRONMENT, timeout_seconds=1, log_folder=folder)
        console = Console(terminal=False, stream=io.StringIO())
        self.store = Store(folder / "data")
        self.field = Field(self.store, console, LocalExecutor(), {"fake": bench}, {}, "cpu")

        def meet_all(
            names: object, seconds: float | None, say: object, *, offline: bool
        ) -> Contacts:
            self.met.append(offline)
            return make_contacts()

        def multiply_all(threads: int, device: Device) -> Products:
            self.multiplied.append(threads)
            return make_products(threads=threads)

        monkeypatch.setattr(contact_runner, "meet_all", meet_all)
        monkeypatch.setattr(limit_runner, "multiply_all", multiply_all)

    def find(
        self, *suites: Suite, threads: int = 2, offline: bool = False, force: bool = False
    ) -> Studies:
        request = Request(
            workloads=(),
            frameworks=("fake",),
            profile=QUICK,
            suites=suites,
            offline=offline,
            force=force,
        )
        return find_studies(self.field, (), request, threads)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def test_nothing_is_measured_that_nobody_asked_for(site: Site) -> None:
    assert site.find() == Studies()
    assert site.find("code") == Studies()
    assert (site.met, site.multiplied) == ([], [])


def test_what_was_measured_is_kept_and_found_again(site: Site) -> None:
    first = site.find("contact", "limit")
    assert first.contact is not None
    assert first.limit is not None
    assert site.store.read_study("contacts", first.contact, Contacts) == make_contacts()
    assert site.find("contact", "limit") == site.find() == first
    assert (len(site.met), len(site.multiplied)) == (1, 1)


def test_force_measures_again_and_only_what_was_asked_for(site: Site) -> None:
    site.find("contact", "limit")
    site.find("limit", force=True)
    assert (len(site.met), len(site.multiplied)) == (1, 2)


def test_other_threads_have_a_limit_of_their_own(site: Site) -> None:
    two = site.find("limit")
    assert site.find(threads=1).limit is None
    assert site.find("limit", threads=1).limit not in (None, two.limit)


def test_offline_an_installation_that_is_stored_is_used(site: Site) -> None:
    online = site.find("contact")
    assert site.find("contact", offline=True) == online
    assert site.met == [False]


def test_imports_alone_do_not_stand_for_an_installation(site: Site) -> None:
    offline = site.find("contact", offline=True)
    assert site.find().contact is None
    assert site.find(offline=True) == offline
    assert site.find("contact").contact not in (None, offline.contact)
    assert site.met == [True, False]
