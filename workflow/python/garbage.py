"""Python's garbage collector at rest while much is made that is needed to the end.

It would look through all answers of a round again and again, and free nothing: what we make
holds no circles, and goes when nobody needs it. Reading a plan of 25,000 items takes half the time.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Let the garbage collector rest."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
