"""Records of a real run on a busy machine are read whole, and stand behind no verdict."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dlsurvey.analysis.sizes import StudyFindings
from dlsurvey.analysis.studies import Measured, assess_studies
from dlsurvey.records import Dataset, Trial, to_json
from dlsurvey.settings import Margins
from dlsurvey.store import Store
from experiments.contact.record import Contacts
from experiments.limit.product import Products
from experiments.scale import Sweep
from tests.conftest import REPOSITORY
from tests.experiments.samples import DATASET

FOLDER = REPOSITORY / "tests" / "study_store"


def read_only(folder: str, kind: type[msgspec.Struct]) -> msgspec.Struct:
    (path,) = (FOLDER / folder).glob("*.json")
    record = msgspec.json.decode(path.read_bytes(), type=kind)
    assert is_kept(json.loads(path.read_bytes()), json.loads(to_json(record)))
    return record


def is_kept(stored: Any, read: Any) -> bool:
    """Whether all that is stored was read; fields that came later have their defaults."""
    if isinstance(stored, dict):
        return all(name in read and is_kept(value, read[name]) for name, value in stored.items())
    if isinstance(stored, list):
        return len(stored) == len(read) and all(map(is_kept, stored, read))
    return bool(stored == read)


@pytest.fixture(scope="module")
def trials() -> tuple[Trial, ...]:
    return tuple(Store(FOLDER).iterate_trials())


@pytest.fixture(scope="module")
def dataset(trials: tuple[Trial, ...]) -> Dataset:
    return msgspec.structs.replace(DATASET, sha256=trials[0].spec.dataset_sha256)


@pytest.fixture(scope="module")
def studies(trials: tuple[Trial, ...], dataset: Dataset) -> StudyFindings:
    contacts = read_only("contacts", Contacts)
    products = read_only("limits", Products)
    assert isinstance(contacts, Contacts)
    assert isinstance(products, Products)
    measured = Measured(contacts, products, trials)
    return assess_studies(measured, (), (), (dataset,), Margins(), ())


def test_the_sweep_names_the_trials_that_are_there(trials: tuple[Trial, ...]) -> None:
    sweep = read_only("sweeps", Sweep)
    assert isinstance(sweep, Sweep)
    assert {spec.key for spec in sweep.specs} == {trial.spec.key for trial in trials}


def test_busy_single_runs_are_shown_and_judged_by_nobody(studies: StudyFindings) -> None:
    assert studies.scale is not None
    assert [axis.name for axis in studies.scale.axes] == ["batch_size", "threads"]
    for axis in studies.scale.axes:
        assert all(point.loaded_seeds for line in axis.lines for point in line.points)
        verdicts = {one.comparison.verdict for one in axis.ratios}
        assert verdicts <= {"inconclusive", "single_run"}
    assert "10 of 10 trials" in studies.scale.load


def test_what_was_disturbed_is_said_to_be(studies: StudyFindings) -> None:
    assert studies.limit is not None
    assert "Other work ran beside" in studies.limit.sentences[-1]
    assert studies.contact is not None
    assert studies.contact.load
    assert len(studies.contact.sentences) == 3


def test_no_address_and_no_folder_is_recorded() -> None:
    for path in FOLDER.rglob("*.json"):
        text = Path(path).read_text(encoding="utf-8")
        assert not re.search(r"://|/(?:tmp|home|root|work)/", text), path
