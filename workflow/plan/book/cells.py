"""A workbook's sheets as cells in the coordinator's words, or one sentence why not."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum

from workflow.excel.xlsx.package import Package, is_compound_file
from workflow.excel.xlsx.reader import stored_in
from workflow.excel.xlsx.sheet import read_sheet
from workflow.excel.xlsx.strict import as_transitional, is_strict
from workflow.model.cells import a1, folded
from workflow.model.errors import PlanError
from workflow.model.raw import Area, CellKind, RawCell, RawSheet
from workflow.python.dataclass import dataclass

_MAX_ROWS, _MAX_COLUMNS = 20_000, 300
_MAX_INFLATED_BYTES = 100_000_000
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


_HELD = {
    CellKind.TEXT: Holds.TEXT,
    CellKind.NUMBER: Holds.NUMBER,
    CellKind.DATE: Holds.DAY,
    CellKind.BOOLEAN: Holds.FLAG,
    CellKind.FORMULA: Holds.FORMULA,
    CellKind.ERROR: Holds.ERROR,
    CellKind.PICTURE: Holds.ERROR,
    CellKind.MALFORMED: Holds.ERROR,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: where it is, what it holds and the value (a formula or an error as its text).

    Shown is what the number format makes of a number.
    """

    row: int
    column: int
    holds: Holds
    value: object = None
    shown: str = ""

    @property
    def ref(self) -> str:
        """Where it is as A1 reference."""
        return a1(self.row, self.column)

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
    merged: tuple[Area, ...] = ()


def read_sheets(content: bytes, file: str, names: tuple[str, ...]) -> dict[str, Sheet]:
    """Return the sheets of these names that a workbook has.

    Raises PlanError with one sentence when the bytes are no workbook that can be read.
    """
    _refuse_other_formats(content, file)
    try:
        read = _read(_package(content, file), {folded(name) for name in names})
    except PlanError:
        raise
    except Exception as error:  # a half-saved book can fail anywhere in the reader
        raise PlanError(
            f"{file}が壊れているか、保存の途中のため、読み取れません。"
            "Excelで開けるか確かめ、保存し直してください。"
        ) from error
    by_name = {folded(sheet.name): sheet for sheet in read}
    return {
        name: Sheet(name, tuple(_rows(by_name[folded(name)], file)), by_name[folded(name)].merged)
        for name in names
        if folded(name) in by_name
    }


def _package(content: bytes, file: str) -> Package:
    package = Package(content)
    if sum(part.file_size for part in package.archive.infolist()) > _MAX_INFLATED_BYTES:
        raise PlanError(
            f"{file}が大きすぎます。貼り付けた画像や、使っていないシートを削除してください。"
        )
    return Package(as_transitional(content)) if is_strict(package) else package


def _read(package: Package, names: Set[str]) -> list[RawSheet]:
    """Return the sheets of these folded names, of several with one name the first."""
    stored = stored_in(package)
    parts = {folded(sheet.name): sheet for sheet in reversed(package.sheets) if sheet.holds_cells}
    return [
        read_sheet(sheet.name, package.read(sheet.part), stored)
        for name, sheet in parts.items()
        if name in names
    ]


def _refuse_other_formats(content: bytes, file: str) -> None:
    if not content:
        raise PlanError(f"{file}の中身がありません（0バイト）。以前のものを戻してください。")
    if is_compound_file(content) and _ENCRYPTED in content:
        raise PlanError(
            f"{file}がパスワードで保護されているため、開けません。パスワードを外して保存してください。"
        )
    if not content.startswith(b"PK"):
        raise PlanError(
            f"{file}がExcelブックではありません。"
            "Excelで開き、「Excelブック（.xlsx）」として保存し直してください。"
        )


def _rows(sheet: RawSheet, file: str) -> Iterator[tuple[Cell, ...]]:
    last_row = max((row for row, _ in sheet.cells), default=0)
    last_column = max((column for _, column in sheet.cells), default=0)
    if last_row > _MAX_ROWS or last_column > _MAX_COLUMNS:
        raise PlanError(
            f"{file}のシート「{sheet.name}」が大きすぎます"
            f"（{a1(last_row, last_column)}セルまで使われています）。"
            "表の下や右の、使っていない行と列を削除してください。"
        )
    for row in range(1, last_row + 1):
        yield tuple(
            _cell(row, column, sheet.cells.get((row, column)))
            for column in range(1, last_column + 1)
        )


def _cell(row: int, column: int, raw: RawCell | None) -> Cell:
    if raw is None or not raw.text:
        return Cell(row, column, Holds.NOTHING)
    return Cell(row, column, _HELD[raw.kind], _value(raw), raw.shown)


def _value(raw: RawCell) -> object:
    match raw.kind:
        case CellKind.TEXT:
            # Excel keeps a pasted line end of Windows as two characters.
            return raw.text.replace("\r\n", "\n").replace("\r", "\n")
        case CellKind.BOOLEAN:
            return raw.text == "TRUE"
        case CellKind.DATE:
            return raw.moment or raw.text
    return raw.text if raw.number is None else _whole_or_not(raw.number)


def _whole_or_not(number: Decimal) -> int | float:
    """Return a number as JSON has it: stored without a point it is whole."""
    return float(number) if number.as_tuple().exponent else int(number)
