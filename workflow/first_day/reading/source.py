"""The table a city already has, read from any workbook or text file, in a worker process alone.

openpyxl and pandas read it here; `verify` reads the same bytes by other readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.model.catalogue import Code
from workflow.model.cells import a1
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.limits import MILLION, USUAL, Limits, ResourceLimits, Stopped
from workflow.model.raw import Area, CellKind, RawBook, RawCell, RawSheet
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass
from workflow.returned.inbox import Received, content_of, single
from workflow.returned.intake.detect import Kind
from workflow.returned.open import Opened, open_received
from workflow.returned.readers.readings import read_again, read_first
from workflow.returned.readers.text_table import TEXT_FILES, is_text_table, lines_of_text
from workflow.returned.workers.pool import run
from workflow.storage.files import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, order=True)
class CellLocation:
    """One cell of the source: its sheet, its row and its column."""

    sheet: str
    row: int
    column: int

    @property
    def ref(self) -> str:
        """Where it is as A1 reference."""
        return a1(self.row, self.column)


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """The texts of one sheet as people see them; struck is what is struck through as a whole."""

    name: str
    texts: Mapping[tuple[int, int], str]
    merged: tuple[Area, ...] = ()
    struck: Mapping[tuple[int, int], str] | None = None
    hidden_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Remark:
    """What stands beside the cells: a comment, a text box, a header."""

    sheet: str
    cell: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The file a plan is made from: its name, its bytes' digest and its sheets."""

    file: str
    sha256: str
    sheets: tuple[SourceSheet, ...]
    remarks: tuple[Remark, ...] = ()

    def only(self, sheet: str) -> Source:
        """Return the source with one sheet. Raises WorkspaceError when it has no such sheet."""
        found = tuple(one for one in self.sheets if one.name == sheet)
        if not found:
            names = "、".join(f"「{one.name}」" for one in self.sheets)
            raise WorkspaceError(
                f"「{self.file}」にシート「{sheet}」がありません。あるのは{names}です。"
            )
        remarks = tuple(one for one in self.remarks if one.sheet == sheet)
        return Source(self.file, self.sha256, found, remarks)


def load_source(path: Path, passwords: Sequence[str] = (), *, again: bool = False) -> Source:
    """Return the table in a file, opened in a worker process; again reads it by other readers.

    Raises WorkspaceError with one sentence when it cannot be read.
    """
    if not path.is_file():
        raise WorkspaceError(f"取り込む表「{path}」がありません。")
    work = partial(read_source, passwords=tuple(passwords), again=again)
    limits = ResourceLimits.of(USUAL, 1)
    (found,) = run(work, (single(path),), limits)
    if isinstance(found, Source):
        return found
    if isinstance(found, Stopped):
        raise WorkspaceError(
            f"「{path.name}」は、読み取りに時間かメモリーがかかりすぎるため、取り込めません。"
            "使っていないシートや行を削除してから、もう一度実行してください。"
        )
    wording = Wording()
    raise WorkspaceError(
        f"「{path.name}」を取り込めません。{wording.message(found)}{wording.remedy(found)}"
    )


def read_source(
    received: Received, passwords: Sequence[str] = (), *, again: bool = False
) -> Source | Finding:
    """Return the table in a file, or why there is none; what it is worth is not asked yet."""
    if received.path.suffix.lower() in TEXT_FILES:
        content = content_of(received, USUAL.file_megabytes * MILLION)
        if content is not None and is_text_table(received.path.suffix, content):
            return _text_file(received, content, again)
    why = Finding(Code.FILE_NOT_EXCEL, Location())
    reading = _read_second if again else _read
    for opened in open_received(received, passwords, reading=reading):
        if isinstance(opened, Opened):
            return _of_book(received.path.name, opened.read.sha256, opened.book)
        why = next(iter(opened.findings), why)
    return why


def _read(kind: Kind, content: bytes, limits: Limits) -> RawBook:
    """Return a workbook: of an .xlsx, what openpyxl finds, with the looks our own reader knows."""
    ours = read_first(kind, content, limits)
    if kind is Kind.XLS:
        return _with_merged(ours, content)
    if kind is not Kind.XLSX:
        return ours
    found = read_again(kind, content, limits)
    looks = {sheet.name: sheet for sheet in ours.sheets}
    sheets = (s.seen_as(looks[s.name]) if s.name in looks else s for s in found.sheets)
    return RawBook(tuple(sheets), remarks=ours.remarks)


def _read_second(kind: Kind, content: bytes, limits: Limits) -> RawBook:
    if kind is Kind.XLSX:
        return read_first(kind, content, limits)
    found = read_again(kind, content, limits)
    return _with_merged(found, content) if kind is Kind.XLS else found


def _with_merged(book: RawBook, content: bytes) -> RawBook:
    from workflow.returned.readers.xlrd import merged_areas  # 81 ms

    merged = merged_areas(content)
    sheets = tuple(replace(s, merged=merged.get(s.name, ())) for s in book.sheets)
    return replace(book, sheets=sheets)


def _of_book(file: str, digest: str, book: RawBook) -> Source:
    remarks = (Remark(r.sheet, r.cell, r.kind.value, r.text) for r in book.remarks)
    return Source(file, digest, tuple(map(_of_sheet, book.sheets)), tuple(remarks))


def _of_sheet(sheet: RawSheet) -> SourceSheet:
    texts: dict[tuple[int, int], str] = {}
    struck: dict[tuple[int, int], str] = {}
    for location, cell in sheet.cells.items():
        text = _shown(cell)
        if text:
            left = _shown(cell.unstruck())
            (texts if left else struck)[location] = left or text
    return SourceSheet(sheet.name, texts, sheet.merged, struck, sheet.hidden_rows)


def _shown(cell: RawCell) -> str:
    """Return what a person reads in a cell, its line ends as one character."""
    if cell.kind is CellKind.FORMULA:
        return _shown(cell.cached) if cell.cached else cell.text
    return "" if cell.is_blank else cell.shown.replace("\r\n", "\n").replace("\r", "\n").strip()


# Text files: comma or tab, in UTF-8 or as Excel in Japan saves them.


def _text_file(received: Received, content: bytes, again: bool) -> Source | Finding:
    lines = lines_of_text(content, by_pandas=not again)
    if lines is None:
        return Finding(Code.FILE_NOT_EXCEL, Location())
    texts = {
        (row, column): cell.replace("\r\n", "\n").strip()
        for row, cells in enumerate(lines, start=1)
        for column, cell in enumerate(cells, start=1)
        if cell.strip()
    }
    name = received.path.stem
    return Source(received.path.name, sha256(content), (SourceSheet(name, texts),))
