"""The shell around openpyxl: a workbook's sheets as plain cells, or one sentence why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from workflow.cells import a1, decoded, folded
from workflow.errors import PlanError
from workflow.exact_book import open_exactly

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MAX_ROWS, _MAX_COLUMNS = 20_000, 300
_OLE_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Holds(StrEnum):
    """What a cell holds, in the coordinator's words."""

    NOTHING = "空欄"
    TEXT = "文字"
    NUMBER = "数値"
    DAY = "日付や時刻"
    FLAG = "TRUE・FALSE"
    FORMULA = "数式"
    ERROR = "エラー値"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: where it is, what it holds and the value (a formula or an error as its text)."""

    ref: str
    holds: Holds
    value: object = None

    @property
    def text(self) -> str:
        """The value as a text; a day without a time is written as 2024-05-31."""
        if self.value is None:
            return ""
        if isinstance(self.value, datetime) and self.value.time() == time():
            return self.value.date().isoformat()
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet, row by row; every row is as wide as the sheet."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def read_sheets(content: bytes, file: str, names: tuple[str, ...]) -> dict[str, Sheet]:
    """Return the sheets of these names that a workbook has.

    Raises PlanError with one sentence when the bytes are no workbook that can be read.
    """
    _refuse_other_formats(content, file)
    try:
        book = open_exactly(content)
    except Exception as error:  # a half-saved book can fail anywhere inside openpyxl
        raise PlanError(
            f"{file}が壊れているか、保存の途中のため、読み取れません。"
            "Excelで開けるか確かめ、保存し直してください。"
        ) from error
    if not book.worksheets:
        raise PlanError(
            f"{file}にシートが見つかりません。"
            "Excelで開き、「Excelブック（.xlsx）」として保存し直してください。"
        )
    by_name = {folded(sheet.title): sheet for sheet in reversed(book.worksheets)}
    return {
        name: Sheet(name, tuple(_rows(by_name[folded(name)], file)))
        for name in names
        if folded(name) in by_name
    }


def _refuse_other_formats(content: bytes, file: str) -> None:
    if not content:
        raise PlanError(f"{file}の中身がありません（0バイト）。以前のものを戻してください。")
    if content.startswith(_OLE_SIGNATURE) and _ENCRYPTED in content:
        raise PlanError(
            f"{file}がパスワードで保護されているため、開けません。パスワードを外して保存してください。"
        )
    if not content.startswith(b"PK"):
        raise PlanError(
            f"{file}がExcelブックではありません。"
            "Excelで開き、「Excelブック（.xlsx）」として保存し直してください。"
        )


def _rows(sheet: Worksheet, file: str) -> Iterator[tuple[Cell, ...]]:
    if sheet.max_row > _MAX_ROWS or sheet.max_column > _MAX_COLUMNS:
        raise PlanError(
            f"{file}のシート「{sheet.title}」が大きすぎます"
            f"（{a1(sheet.max_row, sheet.max_column)}セルまで使われています）。"
            "表の下や右の、使っていない行と列を削除してください。"
        )
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield tuple(
            _cell(a1(number, column), cell.value, cell.data_type)
            for column, cell in enumerate(row, start=1)
        )


def _cell(ref: str, value: object, data_type: str) -> Cell:
    if data_type == "f":
        return Cell(ref, Holds.FORMULA, getattr(value, "text", value))
    if data_type == "e":
        return Cell(ref, Holds.ERROR, value)
    match value:
        case None | "":
            return Cell(ref, Holds.NOTHING)
        case str():
            # Excel keeps a pasted line end of Windows as two characters.
            return Cell(ref, Holds.TEXT, decoded(value).replace("\r\n", "\n").replace("\r", "\n"))
        case bool():
            return Cell(ref, Holds.FLAG, value)
        case datetime() | date() | time() | timedelta():
            return Cell(ref, Holds.DAY, value)
        case _:
            return Cell(ref, Holds.NUMBER, value)
