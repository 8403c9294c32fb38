"""Fill a template on the city's own form, wherever its cells stand, with each program."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import load_workbook

from tests.city import RECEIVED_AT, City
from tests.fillers.libreoffice import run_jobs
from tests.fillers.programs import run_node, save_in_gnumeric
from tests.fillers.rebuilt import as_a_gateway_writes, as_google_sheets_writes
from tests.fillers.xml_patch import escaped
from tests.harness.verbs.registry import packed, parts_of
from workflow.model.cells import a1
from workflow.templates.lay_out import lay_out_issue
from workflow.templates.own.lay_out import lay_out_own

Answers = Mapping[str, Mapping[str, str | float]]
"""整理番号 → label → what is written there."""
Sheets = dict[str, dict[str, str | float]]
"""The name of a sheet → the reference of a cell → what is written there."""
Filler = Callable[[Path, Path, Sheets], None]


def cells_of(city: City, department: str, answers: Answers, year: int = 2023) -> Sheets:
    """Return where a department writes what, on the template it was given."""
    issue = city.issue(department, year)
    assert issue.own
    layout = lay_out_issue(city.plan, city.plan.department(department), issue, {})
    own = lay_out_own(issue.own, layout)
    places = [(s.name, *asked, at) for s in own.sheets for asked, at in s.answers.items()]
    if own.indicators:
        rows = [
            (row, *asked) for row in own.indicators.rows for asked in own.indicators.fields_in(row)
        ]
        ours = own.indicators.sheet
        places += [(ours, r.item.id, field.key, (r.row, c.index)) for r, c, field in rows]
    found: Sheets = {}
    for name, item, key, at in places:
        value = answers.get(item, {}).get(own.fields[key].label, "")
        if value != "":
            found.setdefault(name, {})[a1(*at)] = value
    return found


def with_openpyxl(source: Path, target: Path, sheets: Sheets) -> None:
    book = load_workbook(source)
    for name, cells in sheets.items():
        for reference, value in cells.items():
            book[name][reference] = value
    book.save(target)


def with_libreoffice(source: Path, target: Path, sheets: Sheets) -> None:
    run_jobs([{"do": "fill", "source": str(source), "target": str(target), "sheets": sheets}])


def with_exceljs(source: Path, target: Path, sheets: Sheets) -> None:
    run_node("exceljs", source, target, {"sheets": sheets})


def with_sheetjs(source: Path, target: Path, sheets: Sheets) -> None:
    run_node("sheetjs", source, target, {"sheets": sheets})


def with_gnumeric(source: Path, target: Path, sheets: Sheets) -> None:
    filled = target.with_suffix(".filled.xlsx")
    as_excel(source, filled, sheets)
    save_in_gnumeric(filled, target)
    filled.unlink()


def through_a_gateway(source: Path, target: Path, sheets: Sheets) -> None:
    as_excel(source, target, sheets)
    target.write_bytes(as_a_gateway_writes(target.read_bytes()))


def with_google_sheets(source: Path, target: Path, sheets: Sheets) -> None:
    as_excel(source, target, sheets)
    target.write_bytes(as_google_sheets_writes(target.read_bytes()))


def as_excel(source: Path, target: Path, sheets: Sheets) -> None:
    """Change the cells in the XML alone, as Excel leaves all else as it was."""
    parts = parts_of(source.read_bytes())
    for name, cells in sheets.items():
        part = part_of(parts, name)
        xml = parts[part].decode()
        for reference, value in cells.items():
            cell = re.compile(rf'<c r="{reference}"( s="\d+")?(?:/>|[^>/]*>.*?</c>)', re.DOTALL)
            found = cell.search(xml)
            assert found, f"{reference} is no cell of {name}"
            stored = f'<c r="{reference}"{found[1] or ""}{_stored(value)}'
            xml = xml[: found.start()] + stored + xml[found.end() :]
        parts[part] = xml.encode()
    target.write_bytes(packed(parts))


def part_of(parts: Mapping[str, bytes], sheet: str) -> str:
    """Return the part of a sheet."""
    book = parts["xl/workbook.xml"].decode()
    listed = re.search(rf'<sheet [^>]*name="{re.escape(escaped(sheet))}"[^>]*>', book)
    assert listed, f"no sheet {sheet}"
    key = re.search(r'r:id="(\w+)"', listed[0])
    assert key
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    found = re.search(rf'<Relationship [^>]*Id="{key[1]}"[^>]*>', relations)
    assert found
    target = re.search(r'Target="([^"]+)"', found[0])
    assert target
    return target[1].lstrip("/") if target[1].startswith("/") else f"xl/{target[1]}"


def _stored(value: str | float) -> str:
    if isinstance(value, str):
        return f' t="inlineStr"><is><t xml:space="preserve">{escaped(value)}</t></is></c>'
    return f"><v>{value!r}</v></c>"


def send(city: City, department: str, answers: Answers, filler: Filler = as_excel) -> Path:
    """Put a filled template into returned/."""
    target = city.returned(f"{department}.xlsx")
    filler(city.template(department), target, cells_of(city, department, answers))
    os.utime(target, (RECEIVED_AT.timestamp(), RECEIVED_AT.timestamp()))
    return target
