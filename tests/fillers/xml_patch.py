"""Fill a template the way Excel saves it: cells point into the shared strings, the rest stays."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

Texts = Mapping[str, Mapping[str, str | float | date]]

_ENTRY_SHEET = "進捗状況"
_STRINGS_PART = "xl/sharedStrings.xml"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def fill(template: Path, target: Path, texts: Texts, received: datetime) -> None:
    """Save a filled copy of a template; cells are found by 整理番号 and label."""
    patch_cells(template, target, located(template, texts))
    os.utime(target, (received.timestamp(), received.timestamp()))


def located(template: Path, texts: Texts) -> dict[str, str | float | date]:
    """Return A1 reference → value."""
    sheet = load_workbook(template)["進捗状況"]
    header = next(cells for cells in sheet.iter_rows() if cells[0].value == "整理番号")
    columns = {str(cell.value): get_column_letter(n) for n, cell in enumerate(header, start=1)}
    rows = {
        str(sheet.cell(n, 1).value): n
        for n in range(header[0].row + 1, sheet.max_row + 1)  # type: ignore[operator]
    }
    return {
        f"{columns[label]}{rows[item]}": value
        for item, said in texts.items()
        if item in rows
        for label, value in said.items()
    }


def patch_cells(template: Path, target: Path, cells: Mapping[str, str | float | date]) -> None:
    """Copy a workbook with the given cells of its entry sheet set, filled or not."""
    with zipfile.ZipFile(template) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    entry_part = _entry_part(parts)
    sheet, strings = parts[entry_part].decode(), parts[_STRINGS_PART].decode()
    count = strings.count("<si>")
    added: list[str] = []
    for reference, value in cells.items():
        if isinstance(value, str):
            content = f' t="s"><v>{count + len(added)}</v></c>'
            added.append(f'<si><t xml:space="preserve">{escaped(value)}</t></si>')
        else:
            content = f"><v>{_number(value)}</v></c>"
        pattern = re.compile(rf'<c r="{reference}"( s="\d+")?(?:/>|[^>/]*>.*?</c>)')
        sheet, found = pattern.subn(
            lambda match, content=content, reference=reference: (  # type: ignore[misc]
                f'<c r="{reference}"{match[1] or ""}{content}'
            ),
            sheet,
        )
        assert found == 1, f"{reference} is not a cell of the workbook"
    parts[entry_part] = sheet.encode()
    parts[_STRINGS_PART] = strings.replace("</sst>", "".join(added) + "</sst>").encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content_of_part in parts.items():
            archive.writestr(name, content_of_part)


def _entry_part(parts: Mapping[str, bytes]) -> str:
    """Return the part of the entry sheet, which is not the same in a template and a hand-back."""
    book = parts["xl/workbook.xml"].decode()
    relation = re.search(rf'<sheet name="{_ENTRY_SHEET}"[^>]* r:id="(\w+)"', book)
    assert relation
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    target = re.search(rf'Id="{relation[1]}"[^>]* Target="([^"]+)"', relations)
    assert target
    return f"xl/{target[1]}"


def escaped(text: str) -> str:
    """Return a text as Excel stores it: what XML cannot hold, and what looks so, as _xHHHH_."""
    text = re.sub(r"(?=_x[0-9A-Fa-f]{4}_)", "_x005F", text)
    text = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _number(value: float | date) -> str:
    if isinstance(value, date):
        return str((value - date(1899, 12, 30)).days)
    return repr(value)
