"""A workbook that was written goes at once, with the collector at rest, as generate has it."""

from __future__ import annotations

import gc
import weakref
from datetime import date
from io import BytesIO

import pytest

from workflow.excel.table import TableColumn, TableStyles, write_table
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.python.garbage import without_garbage_collection

DAY = date(2023, 4, 1)


@pytest.mark.parametrize("locked", [True, False])
def test_a_written_workbook_waits_for_no_collector(locked: bool) -> None:
    gc.collect()
    with without_garbage_collection():
        book = new_workbook(BytesIO(), font_size=11, locked=locked)
        add_sheet(book, "記入").write_string(0, 0, "回答")
        sheet = add_sheet(book, "表")
        write_table(sheet, TableStyles(book), [TableColumn("日", 5, lambda day: day)], [DAY])
        written = [weakref.ref(one) for one in (book, *book.worksheets())]
        del sheet
        book.close()
        del book
        assert [one() for one in written] == [None] * 3
