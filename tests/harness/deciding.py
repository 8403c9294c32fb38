"""確認の記録 as people fill it in: in Excel, row by row, in the workbook itself or in a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.harness.description import RecordEdit
from tests.harness.verbs import changed
from workflow.compiled.points.record import HANDLING_LABEL, OPEN_LABELS, RECORD_SHEET

Points = Sequence[Mapping[str, str]]
"""Points as collect --json tells them."""
_ABOUT = {"指摘": "code", "整理番号": "item", "項目": "field", "課": "department"}
"""What an example says of the point a decision is about → its name in JSON."""


def decide(path: Path, number: str, *words: str) -> None:
    """Write 扱い, 理由 and 確認した人 in the row of a number."""
    edit(path, lambda sheet: _write(sheet, number, words))


def _write(sheet: Worksheet, number: str, words: Sequence[str]) -> None:
    header = [cell.value for cell in sheet[1]]
    row = next(r for r in sheet.iter_rows(min_row=2) if r[0].value == number)
    for label, word in zip(OPEN_LABELS, words, strict=False):
        row[header.index(label)].value = word or None


def edit(path: Path, change: Callable[[Worksheet], Any]) -> None:
    """Change the sheet and save the workbook."""
    book: Workbook = load_workbook(path)
    change(book[RECORD_SHEET])
    book.save(path)


def edit_record(record: Path, edits: Sequence[RecordEdit], points: Points) -> None:
    """Do to 確認の記録 and its copies what people do between two collects."""
    as_collected = record.read_bytes() if record.exists() else b""
    for one in edits:
        path = record.with_stem(f"{record.stem}{one.copy}")
        if not path.exists():
            path.write_bytes(as_collected)
        for decision in one.decisions:
            words = [decision.get(label, "") for label in OPEN_LABELS]
            decide(path, _number(points, decision), *words)
        if one.changes:
            path.write_bytes(changed(path.read_bytes(), one.changes, lambda saved: saved))
        if one.deleted:
            path.unlink()


def written_words(edits: Sequence[RecordEdit]) -> list[str]:
    """Return every word, reason and name that people wrote in their rows."""
    return [d[label] for one in edits for d in one.decisions for label in OPEN_LABELS if d[label]]


def _number(points: Points, decision: Mapping[str, str]) -> str:
    about = {key: decision[label] for label, key in _ABOUT.items() if label in decision}
    (found,) = [p["id"] for p in points if about.items() <= p.items()]
    assert HANDLING_LABEL in decision
    return found
