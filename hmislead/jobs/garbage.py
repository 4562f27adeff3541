"""Python's search for garbage, put off while a unit of work makes a great many things that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off() -> Iterator[None]:
    """Do not search for garbage inside: for a unit that holds hundreds of thousands of rows or parts of a page at once.

    Python looks through everything alive again and again while more is made. Of an import's time that was more than a
    third, of a PDF's a fifth. What nobody refers to is freed at once all the same, and what refers to itself in a
    circle once the unit has ended. This counts for the whole process: should a second thread end its unit first, the
    search merely begins again.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
