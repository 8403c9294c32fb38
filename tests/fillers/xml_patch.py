"""Fill a template the way Excel saves it: cells point into the shared strings, the rest stays."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

Texts = Mapping[str, Mapping[str, str | float | date]]

_ENTRY_SHEET = "進捗状況"
_ID_LABEL = "整理番号"
_STRINGS_PART = "xl/sharedStrings.xml"
_SAVED = (2024, 5, 10, 17, 0, 0)
_CELL = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")?(?:/>|[^>/]*>.*?</c>)')
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def fill(template: Path, target: Path, texts: Texts, received: datetime) -> None:
    """Save a filled copy of a template; cells are found by 整理番号 and label."""
    patch_cells(template, target, located(template, texts))
    os.utime(target, (received.timestamp(), received.timestamp()))


def without_unit(heading: str) -> str:
    """Return the label of a field from its heading on a form."""
    return re.sub("（[^）]*）$", "", heading)


def located(template: Path, texts: Texts) -> dict[str, str | float | date]:
    """Return A1 reference → value; items the template does not ask are left out."""
    found = places(template.read_bytes())
    asked = {item for item, _ in found}
    return {
        found[item, label]: value
        for item, values in texts.items()
        if item in asked
        for label, value in values.items()
    }


@lru_cache(maxsize=2_000)
def places(content: bytes) -> Mapping[tuple[str, str], str]:
    """Return the A1 reference of each item's cell under each label of the entry sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name(_ENTRY_SHEET).to_python(skip_empty_area=False)
    header = next(n for n, cells in enumerate(rows) if _ID_LABEL in cells)
    letters = {str(label): get_column_letter(n) for n, label in enumerate(rows[header], 1) if label}
    labels = {without_unit(label): letter for label, letter in letters.items()} | letters
    key = rows[header].index(_ID_LABEL)
    return {
        (str(cells[key]), label): f"{letter}{row}"
        for row, cells in enumerate(rows[header + 1 :], start=header + 2)
        for label, letter in labels.items()
        if cells[key]
    }


def patch_cells(template: Path, target: Path, cells: Mapping[str, str | float | date]) -> None:
    """Save a workbook with the given cells of its entry sheet set; the target may be itself."""
    parts = patched_parts(template.read_bytes(), cells)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _SAVED), content, zipfile.ZIP_DEFLATED)


def patched_parts(template: bytes, cells: Mapping[str, str | float | date]) -> dict[str, bytes]:
    """Return the parts of a workbook with the given cells of its entry sheet set."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    entry_part = _entry_part(parts)
    sheet, strings = parts[entry_part].decode(), parts[_STRINGS_PART].decode()
    count = strings.count("<si>")
    added: list[str] = []
    contents: dict[str, str] = {}
    for reference, value in cells.items():
        if isinstance(value, str):
            contents[reference] = f' t="s"><v>{count + len(added)}</v></c>'
            added.append(f'<si><t xml:space="preserve">{escaped(value)}</t></si>')
        else:
            contents[reference] = f"><v>{_number(value)}</v></c>"

    def written(cell: re.Match[str]) -> str:
        content = contents.pop(cell[1], None)
        return cell[0] if content is None else f'<c r="{cell[1]}"{cell[2] or ""}{content}'

    parts[entry_part] = _CELL.sub(written, sheet).encode()
    assert not contents, f"{list(contents)} are no cells of the workbook"
    parts[_STRINGS_PART] = strings.replace("</sst>", "".join(added) + "</sst>").encode()
    return parts


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
