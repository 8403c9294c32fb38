"""The compiled workbook 台帳_令和N年度.xlsx. The same round gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from workflow.compiled.ledger import Ledger
from workflow.compiled.legend_sheet import LEGEND_SHEET, write_legend
from workflow.compiled.matrix import CountedMatrix
from workflow.compiled.merge import Merged
from workflow.compiled.record_sheets import (
    FINDING_COLUMNS,
    FINDINGS_SHEET,
    NOTE_COLUMNS,
    NOTES_SHEET,
    RECEIPTS_SHEET,
    RETURN_COLUMNS,
    STATUS_COLUMNS,
    STATUS_SHEET,
)
from workflow.compiled.status import DepartmentStatus
from workflow.compiled.summary_sheet import LEDGER_SHEET, SUMMARY_SHEET, write_summary
from workflow.compiled.unused import unused_answers
from workflow.model import Plan
from workflow.sheets import add_sheet, new_workbook
from workflow.table_sheet import FONT_SIZE, TableStyles, write_table, write_values
from workflow.templates.register import Register
from workflow.years import era_year


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """Everything the compiled workbook shows."""

    plan: Plan
    register: Register
    ledger: Ledger
    matrices: tuple[CountedMatrix, ...]
    statuses: tuple[DepartmentStatus, ...]
    merged: Merged

    @property
    def as_of(self) -> datetime:
        """The moment the compilation speaks of: the last return, or else the last issue."""
        moments = [r.received for r in self.merged.returns]
        moments += [issue.issued_at for issue in self.register.issues]
        return max(moments)


def workbook_bytes(compilation: Compilation) -> bytes:
    """Return the compiled workbook as an .xlsx file."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    plan, ledger = compilation.plan, compilation.ledger
    book.set_properties(
        {
            "title": f"{plan.title} {era_year(ledger.year)} 台帳",
            "company": plan.municipality.name,
            "created": compilation.as_of.replace(tzinfo=None),
        }
    )
    names = (
        SUMMARY_SHEET,
        LEDGER_SHEET,
        STATUS_SHEET,
        FINDINGS_SHEET,
        RECEIPTS_SHEET,
        NOTES_SHEET,
        LEGEND_SHEET,
    )
    sheets = {name: add_sheet(book, name) for name in names}
    styles = TableStyles(book)
    write_summary(book, sheets[SUMMARY_SHEET], plan, ledger, compilation.matrices)
    columns = [(column.label, column.width) for column in ledger.columns]
    write_values(sheets[LEDGER_SHEET], styles, columns, ledger.rows)
    write_table(sheets[STATUS_SHEET], styles, STATUS_COLUMNS, compilation.statuses)
    write_table(sheets[FINDINGS_SHEET], styles, FINDING_COLUMNS, compilation.merged.findings)
    write_table(sheets[RECEIPTS_SHEET], styles, RETURN_COLUMNS, compilation.merged.returns)
    notes = [note for returned in compilation.merged.returns for note in returned.notes]
    notes += unused_answers(compilation.merged)
    write_table(sheets[NOTES_SHEET], styles, NOTE_COLUMNS, notes)
    write_legend(book, sheets[LEGEND_SHEET], plan, compilation.register)
    book.close()
    return stream.getvalue()
