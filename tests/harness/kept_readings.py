"""What a reader says of a file, kept as long as an example is played.

Collect, verify and the comparison of the two readers all ask for the same bytes. Each reader is
asked once: what it says of some bytes is a value, and nobody changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from unittest.mock import patch

_READERS = (
    "workflow.returned.readers.readings.read_xlsx",
    "workflow.returned.readers.openpyxl.read_xlsx",
    "workflow.returned.readers.openpyxl.read_book",
    "workflow.returned.intake.decrypt.decrypted",
    "workflow.returned.intake.decrypt.decrypted_ods",
)


@contextmanager
def each_file_read_once() -> Iterator[None]:
    """Ask a reader once for some bytes, as long as this lasts."""
    with ExitStack() as patches:
        for reader in _READERS:
            module, _, name = reader.rpartition(".")
            patches.enter_context(patch(reader, cache(getattr(import_module(module), name))))
        yield
