"""Turns a rendering into one during which Python's collector of cycles rests."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting_collector() -> Iterator[None]:
    """For as long as a document is set; also a decorator.

    WeasyPrint's trees of elements, styles and boxes live until the document is written, and the
    collector walks them again and again to find nothing: a third of the processor time of an
    edition, while the peak of memory stays where it was (`python -m benchmarks rendering`). At the
    end all of it counts as old, so that it is not walked at once but with the next full collection.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # into the oldest generation
        gc.enable()
