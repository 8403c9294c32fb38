"""確認の記録, the workbook in which people decide: its columns, and what was written in it. Pure.

Every row says in a hidden cell which point it is, on which answers it was shown, and how much of
the journal it knew. So what a person wrote in it is told from what stood there before, also in a
copy that is older than another, in another order of rows, or with rows gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workflow.compiled.points.decisions import DecisionLog, basis_digest, decided_facts
from workflow.compiled.points.point import NO_DECISION, Decision, Point
from workflow.excel.page import pointer_to
from workflow.model.cells import MAX_CELL_TEXT, a1, folded
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.storage.journal import Facts
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL, is_as_printed

RECORD_SHEET = "確認の記録"
RECORD_PRINT_SHEET = "確認の記録（印刷用）"
PRINT_CHECK_COLUMN = 5
"""Hidden; beside each line of the sheet for paper it tells what is printed there."""
MEANINGS_SHEET = "扱いの意味"
NUMBER_LABEL, HANDLING_LABEL, REASON_LABEL, BY_LABEL = "番号", "扱い", "理由", "確認した人"
FIELD_LABEL, FINDING_LABEL, EXPLANATION_LABEL = "項目", "どういうことか", "課からの説明"
STATE_LABEL = "いまの状態"
TITLE_LABEL, MARK_LABEL, CHECK_LABEL = "取組内容", "照合", "照合（印刷した文字）"
LABELS = (
    NUMBER_LABEL,
    DEPARTMENT_LABEL,
    ID_LABEL,
    TITLE_LABEL,
    FIELD_LABEL,
    FINDING_LABEL,
    "いまの回答",
    "もう一方の回答",
    "昨年度",
    HANDLING_LABEL,
    REASON_LABEL,
    BY_LABEL,
    EXPLANATION_LABEL,
    STATE_LABEL,
    MARK_LABEL,
    CHECK_LABEL,
)
"""The headings, in their order; the last two columns are hidden."""
OPEN_LABELS = (HANDLING_LABEL, REASON_LABEL, BY_LABEL)
"""What people fill."""

_MARK = lazy_pattern(r"([0-9a-f]{16})\.([0-9a-f]{16})\.(\d{1,9})")
_LAST_HEADER_ROW = 30


@dataclass(frozen=True, slots=True)
class RecordRow:
    """What stands in one row of a copy: which point, as shown when, and what is written.

    Key and basis are blank, and event is 0, where the hidden cell is lost.
    """

    row: int
    number: int
    key: str
    basis: str
    event: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class RecordCopy:
    """One file of 確認の記録: its name and digest, its rows, and texts that belong to no row.

    The texts are sheet, cell and what is written there.
    """

    file: str
    sha256: str
    rows: tuple[RecordRow, ...] = ()
    texts: tuple[tuple[str, str, str], ...] = ()
    reason: str = ""
    """Why it could not be read."""


def mark_of(point: Point, event: int) -> str:
    """Return what the hidden cell of a point's row says."""
    return f"{point.key}.{basis_digest(point)}.{event}"


def read_record(file: str, sha256: str, book: RawBook) -> RecordCopy:
    """Return what people wrote in a copy; a workbook that is none has a reason instead."""
    found = next((t for t in map(_table, book.sheets) if t), None)
    if found is None:
        reason = f"「{NUMBER_LABEL}」「{HANDLING_LABEL}」などの見出しの行が見つかりません。"
        return RecordCopy(file, sha256, reason=reason)
    sheet, header, columns = found
    rows = tuple(_rows(sheet, header, columns))
    outside = [*_outside(sheet, header, columns, {row.row for row in rows})]
    for other in book.sheets:
        if other is not sheet and folded(other.name) != folded(MEANINGS_SHEET):
            outside += _written_on(other)
    ours = pointer_to(RECORD_PRINT_SHEET)
    outside += [(r.sheet, r.cell, r.text.replace(ours, "")) for r in book.remarks]
    texts = tuple(text for text in outside if text[2].strip())
    return RecordCopy(file, sha256, rows, texts)


_Table = tuple[RawSheet, int, Mapping[str, int]]


def _table(sheet: RawSheet) -> _Table | None:
    """Return a sheet with the row of its headings and the column of each, where it has them."""
    labels = {folded(label): label for label in LABELS}
    found: dict[int, dict[str, int]] = {}
    for (row, column), cell in sheet.cells.items():
        label = labels.get(folded(cell.text))
        if label and row <= _LAST_HEADER_ROW:
            found.setdefault(row, {}).setdefault(label, column)
    for row, columns in sorted(found.items()):
        if {NUMBER_LABEL, HANDLING_LABEL} <= columns.keys():
            return sheet, row, columns
    return None


def _rows(sheet: RawSheet, header: int, columns: Mapping[str, int]) -> Iterator[RecordRow]:
    numbers = {row for row, _ in sheet.cells if row > header}
    for row in sorted(numbers):

        def text(label: str, row: int = row) -> str:
            return _text(sheet.cells.get((row, columns[label]))) if label in columns else ""

        mark = _MARK.fullmatch(text(MARK_LABEL))
        number = text(NUMBER_LABEL)
        decision = Decision(*(text(label)[:MAX_CELL_TEXT] for label in OPEN_LABELS))
        if mark or number.isdecimal() or not decision.is_blank:
            key, basis, event = mark.groups() if mark else ("", "", "0")
            known = int(number[:9]) if number.isdecimal() else 0
            yield RecordRow(row, known, key, basis, int(event), decision)


def _text(cell: RawCell | None) -> str:
    if cell is None:
        return ""
    if cell.kind is CellKind.FORMULA:
        return _text(cell.cached)
    return cell.shown.strip()


def _outside(
    sheet: RawSheet, header: int, columns: Mapping[str, int], rows: set[int]
) -> Iterator[tuple[str, str, str]]:
    """Yield what stands beside the table, and what was written over a printed cell of it."""
    labels = {column: label for label, column in columns.items()}
    open_columns = {columns[label] for label in OPEN_LABELS if label in columns}
    checks = columns.get(CHECK_LABEL)
    for (row, column), cell in sorted(sheet.cells.items()):
        text = _text(cell)
        if row == header and labels.get(column) == text:
            continue
        if row in rows and column in labels:
            printed = _text(sheet.cells.get((row, checks))) if checks else ""
            is_ours = column in open_columns or labels[column] in (MARK_LABEL, CHECK_LABEL)
            place = LABELS.index(labels[column]) + 1
            if is_ours or not printed or is_as_printed(printed, place, text):
                continue
        yield sheet.name, a1(row, column), text


def _written_on(sheet: RawSheet) -> Iterator[tuple[str, str, str]]:
    """Yield what stands on another sheet, and on the one for paper what was not printed there."""
    is_ours = folded(sheet.name) == folded(RECORD_PRINT_SHEET)
    for (row, column), cell in sorted(sheet.cells.items()):
        checks = _text(sheet.cells.get((row, PRINT_CHECK_COLUMN))) if is_ours else ""
        is_check = bool(checks) and column == PRINT_CHECK_COLUMN
        if not is_check and not is_as_printed(checks, column, cell.text):
            yield sheet.name, a1(row, column), cell.text


# Copies of the workbook → what is new in them.


def taken(copies: Iterable[RecordCopy], points: Sequence[Point], log: DecisionLog) -> Facts | None:
    """Return what to record of the copies of 確認の記録; None where nobody wrote anything new.

    Points are those of today, numbered; decisions of points that are gone are kept for the day
    they come back.
    """
    merging = _Merging({p.key: p for p in points}, log)
    for copy in copies:
        merging.add(copy)
    return merging.facts()


@dataclass(frozen=True, slots=True)
class _Edit:
    """What a person changed in a row."""

    file: str
    row: RecordRow


class _Merging:
    """What was written in several copies, put together point by point."""

    def __init__(self, points: Mapping[str, Point], log: DecisionLog) -> None:
        self._points, self._log = points, log
        self._keys = {number: key for key, number in log.numbers.items()}
        self._edits: dict[str, list[_Edit]] = {}
        self._read: dict[str, str] = {}
        self._unplaced: list[dict[str, object]] = []
        self._texts: list[list[str]] = []
        self._unread: list[list[str]] = []

    def add(self, copy: RecordCopy) -> None:
        """Take in a copy that was not read yet."""
        if copy.sha256 in self._log.read:
            return
        self._read[copy.file] = copy.sha256
        if copy.reason:
            self._unread.append([copy.file, copy.reason])
        self._texts += [[copy.file, *text] for text in copy.texts]
        for row in copy.rows:
            key = row.key if row.key in self._log.numbers else self._keys.get(row.number, "")
            if key:
                self._add_row(copy.file, key, row)
            elif not row.decision.is_blank:
                words = {"file": copy.file, "row": row.row} | row.decision.as_json()
                self._unplaced.append(words)

    def _add_row(self, file: str, key: str, row: RecordRow) -> None:
        if row.decision == self._shown(key, row) or (row.decision.is_blank and not row.key):
            return
        recorded = self._log.decisions.get(key, ())
        later = [r for r in recorded if r.event > row.event]
        if any(r.decision == row.decision and r.basis == self._basis(key, row) for r in later):
            return  # it was taken from this or another copy already
        self._edits.setdefault(key, []).append(_Edit(file, row))

    def _shown(self, key: str, row: RecordRow) -> Decision:
        """Return what the row said before a person wrote in it."""
        known = [r for r in self._log.decisions.get(key, ()) if r.event <= row.event]
        if not known or known[-1].versions or known[-1].basis != row.basis:
            return NO_DECISION
        return known[-1].decision

    def _basis(self, key: str, row: RecordRow) -> str:
        """Return what a row was decided on: what it showed, or what is there now."""
        point = self._points.get(key)
        return row.basis or (basis_digest(point) if point else "")

    def facts(self) -> Facts | None:
        """Return what is new in all copies; None where nothing is."""
        decisions = [self._merged(key, edits) for key, edits in self._edits.items()]
        if not (decisions or self._unplaced or self._texts or self._unread):
            return None
        facts: dict[str, object] = {"read": self._read, "decisions": decisions}
        extra = {"unplaced": self._unplaced, "texts": self._texts, "unread": self._unread}
        return facts | {name: found for name, found in extra.items() if found}

    def _merged(self, key: str, edits: Sequence[_Edit]) -> Facts:
        point = self._points.get(key) or Point(key=key, findings=(), number=self._log.numbers[key])
        versions = {edit.row.decision: edit.file for edit in edits}
        standing = self._log.latest(key)
        oldest = min(edit.row.event for edit in edits)
        if standing and standing.event > oldest and not standing.decision.is_blank:
            versions.setdefault(standing.decision, RECORD_SHEET)
        basis = self._basis(key, edits[-1].row)
        decided = _together(edits) if len(versions) > 1 else edits[0].row.decision
        if decided is not None and (len(versions) == 1 or set(versions) <= _of(edits)):
            return {**decided_facts(point, decided), "basis": basis}
        by_file = [(file, decision) for decision, file in versions.items()]
        return {**decided_facts(point, NO_DECISION, by_file), "basis": basis}


def _of(edits: Iterable[_Edit]) -> set[Decision]:
    return {edit.row.decision for edit in edits}


def _together(edits: Sequence[_Edit]) -> Decision | None:
    """Return what several people wrote as one, None where they decided otherwise.

    Reasons and names stand side by side; of the word of 扱い there can be one.
    """
    words = {folded(e.row.decision.word): e.row.decision.word for e in edits if e.row.decision.word}
    if len(words) > 1:
        return None
    reasons = dict.fromkeys(e.row.decision.reason for e in edits if e.row.decision.reason)
    people = dict.fromkeys(e.row.decision.by for e in edits if e.row.decision.by)
    return Decision(next(iter(words.values()), ""), "／".join(reasons), "、".join(people))
