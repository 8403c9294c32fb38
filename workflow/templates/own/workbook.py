"""The city's own workbook: its bytes, and what its cells say."""

from __future__ import annotations

import hashlib

from workflow.model.findings import Finding
from workflow.model.raw import CellKind, RawBook, RawSheet
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import OWN_FORM
from workflow.templates.own.form import COMPUTED, FormSheet, OwnForm, beside_text
from workflow.templates.register import canonical_digest

_SAVED_ANEW = ("docprops/", "xl/calcchain.xml")
"""Parts that differ whenever somebody saves a workbook without having changed it."""
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class OwnWorkbook:
    """A marked workbook as the coordinator keeps it, already read with every guard.

    Name is that of its file. Notes are what is worth another look before it is issued.
    """

    form: OwnForm
    content: bytes
    name: str = OWN_FORM
    notes: tuple[Finding, ...] = ()


def own_workbook(book: RawBook, content: bytes, name: str = OWN_FORM) -> OwnWorkbook:
    """Return a workbook with what was read of it, and the name of its file."""
    beside = dict.fromkeys(
        beside_text(r.kind, r.text, r.cell) for r in book.remarks if r.text.strip()
    )
    form = OwnForm(_digest(content), tuple(map(_sheet, book.sheets)), tuple(beside))
    return OwnWorkbook(form, content, name)


def own_copy_name(form: OwnForm) -> str:
    """Return the name under which the workbook is kept that templates were made of."""
    return f"{form.digest[:_DIGITS]}.xlsx"


def _digest(content: bytes) -> str:
    from workflow.excel.xlsx.package import (
        Package,  # 35 ms with lxml, where a city has its own form
    )

    package = Package(content)
    parts = (part for part in package.parts if not part.startswith(_SAVED_ANEW))
    return canonical_digest(
        [[part, hashlib.sha256(package.read(part)).hexdigest()] for part in sorted(parts)]
    )


def _sheet(sheet: RawSheet) -> FormSheet:
    cells = {
        at: COMPUTED if cell.kind is CellKind.FORMULA else cell.text
        for at, cell in sorted(sheet.cells.items())
        if not cell.is_blank
    }
    return FormSheet(sheet.name, cells, tuple(sorted(sheet.merged)))
