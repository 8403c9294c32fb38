"""A workbook that was written goes at once, with the collector at rest, as generate has it."""

from __future__ import annotations

import gc
import weakref
from io import BytesIO

import pytest

from workflow.excel.workbook import add_sheet, new_workbook
from workflow.python.garbage import without_garbage_collection


@pytest.mark.parametrize("locked", [True, False])
def test_a_written_workbook_waits_for_no_collector(locked: bool) -> None:
    gc.collect()
    with without_garbage_collection():
        book = new_workbook(BytesIO(), font_size=11, locked=locked)
        add_sheet(book, "記入").write_string(0, 0, "回答")
        written = weakref.ref(book), weakref.ref(book.worksheets()[0])
        book.close()
        del book
        assert [one() for one in written] == [None, None]
