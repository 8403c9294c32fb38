"""提出状況, 指摘一覧 and 受付記録: what each flat sheet shows of a round."""

from __future__ import annotations

from workflow.cells import MAX_CELL_TEXT
from workflow.compiled.status import DepartmentStatus
from workflow.findings import Finding
from workflow.model import Note, Return
from workflow.table_sheet import TableColumn

STATUS_SHEET = "提出状況"
FINDINGS_SHEET = "指摘一覧"
RECEIPTS_SHEET = "受付記録"
NOTES_SHEET = "欄外記入"

_NOT_ISSUED, _NOT_RETURNED = "未発行", "未提出"

STATUS_COLUMNS: tuple[TableColumn[DepartmentStatus], ...] = (
    TableColumn("担当課", 24, lambda s: s.department.name),
    TableColumn("コード", 12, lambda s: s.department.code),
    TableColumn("様式番号", 26, lambda s: str(s.issue.number) if s.issue else _NOT_ISSUED),
    TableColumn("発行日", 13, lambda s: s.issue.issued_at.date() if s.issue else None),
    TableColumn("受付回数", 9, lambda s: s.returns),
    TableColumn("最新の受領日時", 19, lambda s: s.received),
    TableColumn("受付結果", 16, lambda s: s.outcome.label if s.outcome else _NOT_RETURNED),
    TableColumn("回答済", 8, lambda s: s.answered),
    TableColumn("差戻し中", 9, lambda s: s.sent_back),
    TableColumn("未提出", 8, lambda s: s.missing),
)

FINDING_COLUMNS: tuple[TableColumn[Finding], ...] = (
    TableColumn("重さ", 8, lambda f: f.severity.label),
    TableColumn("内容", 60, lambda f: f.message),
    TableColumn("対応", 46, lambda f: f.remedy),
    TableColumn("ファイル", 34, lambda f: f.file or None),
    TableColumn("シート", 12, lambda f: f.sheet or None),
    TableColumn("セル", 8, lambda f: f.cell or None),
    TableColumn("整理番号", 9, lambda f: f.item or None),
    TableColumn("項目", 14, lambda f: f.field or None),
    TableColumn("コード", 22, lambda f: f.code),
)

RETURN_COLUMNS: tuple[TableColumn[Return], ...] = (
    TableColumn("ファイル", 40, lambda r: r.path),
    TableColumn("受付結果", 16, lambda r: r.outcome.label),
    TableColumn("担当課コード", 13, lambda r: r.department or None),
    TableColumn("様式番号", 26, lambda r: r.number or None),
    TableColumn("受領日時", 19, lambda r: r.received),
    TableColumn("最終更新日時", 19, lambda r: r.modified),
    TableColumn("大きさ(バイト)", 14, lambda r: r.size),
    TableColumn("回答数", 8, lambda r: len(r.answers)),
    TableColumn("指摘数", 8, lambda r: len(r.findings)),
    TableColumn("SHA-256", 68, lambda r: r.sha256 or None),
)

NOTE_COLUMNS: tuple[TableColumn[Note], ...] = (
    TableColumn("書かれていた所", 18, lambda n: n.kind.value),
    TableColumn("内容", 80, lambda n: n.text[:MAX_CELL_TEXT]),
    TableColumn("書いた人", 18, lambda n: n.author or None),
    TableColumn("ファイル", 40, lambda n: n.file),
    TableColumn("シート", 18, lambda n: n.sheet or None),
    TableColumn("セル", 8, lambda n: n.cell or None),
)
