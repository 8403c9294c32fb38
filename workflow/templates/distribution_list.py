"""送付一覧: which file goes to whom, for the coordinator who sends them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from workflow.excel.table import FONT_SIZE, TableColumn, TableStyles, write_table
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.model.plan import Department, Plan
from workflow.model.years import era_year, japanese_date
from workflow.templates.register import Issue


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One template on its way to one department."""

    department: Department
    issue: Issue
    deadline: str


def distribution_name(year: int) -> str:
    """Return the name of the list's file."""
    return f"送付一覧_{era_year(year)}.xlsx"


def distribution_bytes(plan: Plan, year: int, issues: Iterable[Issue]) -> bytes:
    """Return the list as an .xlsx file; the same issues give the same bytes."""
    current = {issue.number.department: issue for issue in issues}
    deadline = japanese_date(plan.deadline) if plan.deadline else ""
    rows = [
        Dispatch(department, current[department.code], deadline)
        for department in plan.departments
        if department.code in current
    ]
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    latest = max(row.issue.issued_at for row in rows)
    book.set_properties({"title": distribution_name(year), "created": latest.replace(tzinfo=None)})
    write_table(add_sheet(book, "送付一覧"), TableStyles(book), _COLUMNS, rows)
    book.close()
    return stream.getvalue()


_COLUMNS: tuple[TableColumn[Dispatch], ...] = (
    TableColumn("担当課", 26, lambda d: d.department.name),
    TableColumn("送るファイル", 46, lambda d: d.issue.file),
    TableColumn("送り先のメール", 30, lambda d: d.department.email or None),
    TableColumn("庁内・庁外", 11, lambda d: "庁外" if d.department.external else "庁内"),
    TableColumn("取組の件数", 11, lambda d: len(d.issue.items)),
    TableColumn("提出期限", 18, lambda d: d.deadline or None),
    TableColumn("様式番号", 28, lambda d: str(d.issue.number)),
    TableColumn("発行日", 13, lambda d: d.issue.issued_at.date()),
)
