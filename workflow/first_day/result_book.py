"""取り込み結果.xlsx: every cell of the source, what became of it, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from workflow.excel.table import (
    FONT_SIZE,
    TableColumn,
    TableStyles,
    write_sentence,
    write_table,
)
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.first_day.account import Became, Fate
from workflow.first_day.draft import Draft
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.source import CellLocation, Remark
from workflow.model.findings import Finding
from workflow.model.wording import Wording, cell_text
from workflow.python.dataclass import dataclass

RESULT_NAME = "取り込み結果.xlsx"
_CREATED = datetime(2024, 4, 1)
_SEEN_ONLY = "セルの外にあるため、取り込みませんでした"


@dataclass(frozen=True, slots=True)
class _Line:
    """A cell of the source with what became of it."""

    sheet: str
    cell: str
    text: str
    fate: Fate


def result_book(draft: Draft) -> bytes:
    """Return the workbook; the same draft gives the same bytes."""
    stream = BytesIO()
    lines = list(_lines(draft))
    with new_workbook(stream, FONT_SIZE) as book:
        book.set_properties({"title": "取り込み結果", "created": _CREATED})
        styles = TableStyles(book)
        wording = Wording()
        write_table(add_sheet(book, "まとめ"), styles, _SUMMARY, _summary(draft, lines), 1)
        sheet = add_sheet(book, "確かめるところ")
        if draft.findings:
            write_table(sheet, styles, _findings_columns(wording), draft.findings, 1)
        else:
            write_sentence(sheet, styles, "確かめるところ", "確かめるところはありません。")
        write_table(add_sheet(book, "列"), styles, _COLUMNS, draft.columns, 2)
        sheet = add_sheet(book, "取り込まなかったもの")
        left = [line for line in lines if line.fate.became is Became.LEFT_OUT]
        if left:
            write_table(sheet, styles, (*_CELL, _WHY), left, 2)
        else:
            write_sentence(sheet, styles, "取り込まなかったもの", "ありません。")
        sheet = add_sheet(book, "揃えた表記")
        united = [(u.what, u.written, text, n) for u in draft.united for text, n in u.others]
        if united:
            write_table(sheet, styles, _UNITED, united)
        else:
            write_sentence(sheet, styles, "揃えた表記", "ありません。")
        write_table(add_sheet(book, "すべてのセル"), styles, _ALL, lines, 2)
    return stream.getvalue()


def _lines(draft: Draft) -> Iterator[_Line]:
    for sheet in draft.source.sheets:
        texts = {**sheet.texts, **(sheet.struck or {})}
        for row, column in sorted(texts):
            location = CellLocation(sheet.name, row, column)
            yield _Line(sheet.name, location.ref, texts[row, column], draft.fates[location])
    for remark in draft.source.remarks:
        yield _beside_cells(remark)


def _beside_cells(remark: Remark) -> _Line:
    why = f"{remark.kind}：{_SEEN_ONLY}"
    return _Line(remark.sheet, remark.cell, remark.text, Fate(Became.LEFT_OUT, why=why))


def _summary(draft: Draft, lines: list[_Line]) -> list[tuple[str, str]]:
    plan = draft.document
    counts = dict.fromkeys(Became, 0)
    for line in lines:
        counts[line.fate.became] += 1
    return [
        ("取り込んだファイル", draft.source.file),
        ("照合用の値", draft.source.sha256),
        ("計画名", plan["plan"]["title"]),
        ("階層", " ＞ ".join(plan["levels"])),
        (plan["levels"][-1], f"{len(plan['items'])}件"),
        ("担当課", f"{len(plan['departments'])}課"),
        ("様式の項目", "、".join(proposed.label for proposed in draft.fields)),
        *((("指標", f"{len(plan['indicators'])}件"),) if plan.get("indicators") else ()),
        ("前の年度の回答", f"{len(draft.answers)}件"),
        *((f"{became.value}セル", f"{count}個") for became, count in counts.items()),
        ("セルの数", f"{len(lines)}個"),
    ]


_SUMMARY: tuple[TableColumn[tuple[str, str]], ...] = (
    TableColumn("項目", 14, lambda row: row[0]),
    TableColumn("内容", 50, lambda row: row[1]),
)
_CELL: tuple[TableColumn[_Line], ...] = (
    TableColumn("シート", 5.5, lambda line: line.sheet),
    TableColumn("セル", 4, lambda line: line.cell),
    TableColumn("書かれていたもの", 16, lambda line: line.text),
)
_WHY: TableColumn[_Line] = TableColumn("理由", 20, lambda line: line.fate.why)
_ALL: tuple[TableColumn[_Line], ...] = (
    *_CELL,
    TableColumn("どうなったか", 8, lambda line: line.fate.became.value),
    TableColumn("行き先", 7, lambda line: line.fate.where or None),
    TableColumn("整理番号", 5, lambda line: line.fate.item or None),
    TableColumn("列・項目", 6.5, lambda line: line.fate.column or None),
    TableColumn("入れた値", 14, lambda line: line.fate.written or None),
    TableColumn("理由", 9, lambda line: line.fate.why or None),
)
_COLUMNS: tuple[TableColumn[Column], ...] = (
    TableColumn("列", 4, lambda column: "・".join(column.letters)),
    TableColumn("見出し", 14, lambda column: column.heading or "（見出しなし）"),
    TableColumn("どうしたか", 14, lambda column: column.became),
    TableColumn("確か", 5, lambda column: "はい" if column.is_sure else "確かめてください"),
    TableColumn("わけ", 14, lambda column: column.why),
    TableColumn("値の例", 30, lambda column: "／".join(column.examples)),
)
_UNITED: tuple[TableColumn[tuple[str, str, str, int]], ...] = (
    TableColumn("項目", 10, lambda row: row[0]),
    TableColumn("揃えた表記", 14, lambda row: row[1]),
    TableColumn("書かれていた表記", 14, lambda row: row[2]),
    TableColumn("数", 4, lambda row: row[3]),
)


def _findings_columns(wording: Wording) -> tuple[TableColumn[Finding], ...]:
    return (
        TableColumn("重さ", 5, lambda finding: finding.severity.label),
        TableColumn("シート", 8, lambda finding: finding.location.sheet or None),
        TableColumn("セル", 4.5, lambda finding: cell_text(finding.location) or None),
        TableColumn("気づいたこと", 33, wording.message),
        TableColumn("どうするか", 28, wording.remedy),
    )
