"""The collector rests while a document is set, and works again afterwards whatever happened."""

import gc

import pytest

from dlsurvey.garbage import resting_collector


@resting_collector()
def tell() -> bool:
    return gc.isenabled()


def test_it_rests_and_works_again() -> None:
    assert gc.isenabled()
    with resting_collector():
        assert not gc.isenabled()
        assert not tell()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert not tell()
    assert gc.isenabled()


def test_it_works_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="x"), resting_collector():
        raise ValueError("x")
    assert gc.isenabled()


def test_one_that_was_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with resting_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
