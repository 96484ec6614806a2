"""First contacts are told as they were measured; what failed is told with its reason."""

from msgspec.structs import replace

from dlsurvey.analysis.contact import assess_contact, list_parts
from tests.dlsurvey.study_samples import make_contacts


def test_imports_have_an_interval_and_installations_none() -> None:
    found = assess_contact(make_contacts())
    assert found is not None
    imports, installed, batch = found.sentences
    assert "2.10 s in TensorFlow (n = 5, 95 % interval" in imports
    assert "TensorFlow brings 31 packages and takes 2.13 GB" in installed
    assert "PyTorch, as it is installed here, takes 30 packages and 1.90 GB" in installed
    assert "33.2 s with TensorFlow, 25.0 s of it the installation" in batch
    assert "PyTorch" not in batch
    assert "1 of 11" in found.load


def test_a_failed_installation_has_no_total_but_its_first_parts() -> None:
    contact = make_contacts().contacts[1]
    assert contact.installation.total_seconds is None
    assert [name for name, _seconds in list_parts(contact)] == ["empty environment"]


def test_without_any_installation_nothing_is_said_of_a_first_batch() -> None:
    contacts = make_contacts()
    found = assess_contact(replace(contacts, contacts=contacts.contacts[1:]))
    assert found is not None
    assert len(found.sentences) == 2
    assert assess_contact(replace(contacts, contacts=())) is None
