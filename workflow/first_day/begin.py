"""What the first day leaves in a workspace: plan.xlsx, 取り込み結果.xlsx, and the earlier year."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workflow.first_day.draft import Draft, Wishes
from workflow.first_day.earlier import Evidence, bring_in, refuse_own_year, without_indicators
from workflow.first_day.result_book import RESULT_NAME, result_book
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.years import from_timestamp
from workflow.plan.book.writer import written_book
from workflow.plan.document import Document
from workflow.plan.load import load_document, validated
from workflow.plan.paths import BOOK_NAME, JSON_NAME
from workflow.python.dataclass import dataclass
from workflow.storage.files import sha256, write_file
from workflow.storage.journal import load_journal
from workflow.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Begun:
    """What was written, what was kept under another name, and what still hinders."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    trouble: str


def refuse_issued(workspace: Workspace) -> None:
    """Raise WorkspaceError where forms were issued: their plan must not be replaced."""
    if workspace.issued_years():
        raise WorkspaceError(
            "このフォルダーでは、すでに調査票を発行しています。表を取り込むときは、"
            "新しい作業用のフォルダーを --home で指定してください。"
        )
    if (workspace.home / JSON_NAME).exists():
        raise WorkspaceError(f"{JSON_NAME} がすでにあるため、作りませんでした。")


def begin(workspace: Workspace, path: Path, draft: Draft, wishes: Wishes, now: datetime) -> Begun:
    """Write what a draft makes; a plan.xlsx that is there is kept under another name."""
    evidence = _evidence(path, draft)
    brings_in = draft.year is not None and bool(draft.answers)
    if brings_in and draft.year is not None:
        refuse_own_year(workspace, draft.year, load_journal(workspace.journal(draft.year)))
    plan, result = workspace.home / BOOK_NAME, workspace.home / RESULT_NAME
    content = written_book(draft.document)
    kept = _kept(plan, content)
    write_file(result, result_book(draft))
    write_file(plan, content)
    trouble = _trouble(plan)
    if not brings_in or draft.year is None:
        return Begun((plan, result), kept, trouble)
    if trouble and not _has_items(draft):
        return Begun((plan, result), kept, f"{trouble}前の年度の回答は、まだ持ち込んでいません。")
    bring_in(workspace, draft, wishes, evidence, now)
    return Begun((plan, result, workspace.ledger_csv(draft.year)), kept, trouble)


def _evidence(path: Path, draft: Draft) -> Evidence:
    content = path.read_bytes()
    if sha256(content) != draft.source.sha256:
        raise WorkspaceError(
            f"「{path.name}」が、読んでいる間に変わりました。もう一度実行してください。"
        )
    return Evidence(path.name, content, from_timestamp(path.stat().st_mtime))


def _kept(plan: Path, content: bytes) -> tuple[Path, ...]:
    """Keep a plan.xlsx that is there and says something else; return where."""
    before = plan.read_bytes() if plan.exists() else content
    if before == content:
        return ()
    names = (plan.with_name(f"{plan.stem}_取り込む前{n or ''}.xlsx") for n in range(1000))
    free = next(name for name in names if not name.exists())
    write_file(free, before)
    return (free,)


def _trouble(plan: Path) -> str:
    try:
        validated(load_document(plan))
    except PlanError as error:
        return f"{error}plan で、どこを直すか確かめられます。"
    return ""


def _has_items(draft: Draft) -> bool:
    """Whether a draft is a plan that answers can belong to, whatever its indicators still lack."""
    try:
        validated(Document(without_indicators(draft.document), BOOK_NAME))
    except PlanError:
        return False
    return True
