"""The returns of a round as each program that README.ja names saves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpyxl import load_workbook

from tests.fillers.libreoffice import end_office, run_jobs
from tests.fillers.programs import run_node, save_in_gnumeric
from tests.fillers.rebuilt import as_a_gateway_writes, as_excel_writes, as_google_sheets_writes

Saving = Callable[[Sequence[Path], Path], None]
"""Saves files under their names in another folder."""


def _each(save: Callable[[Path, Path], object]) -> Saving:
    def save_all(sources: Sequence[Path], folder: Path) -> None:
        for source in sources:
            save(source, folder / source.name)

    return save_all


def _rebuilt(rebuild: Callable[[bytes], bytes]) -> Saving:
    return _each(lambda source, target: target.write_bytes(rebuild(source.read_bytes())))


def _with_node(program: str) -> Saving:
    return _each(lambda source, target: run_node(program, source, target, {"sheets": {}}))


def _in_libreoffice(sources: Sequence[Path], folder: Path) -> None:
    kind = {"do": "save as", "filter": "Calc MS Excel 2007 XML"}
    run_jobs([kind | {"source": str(s), "target": str(folder / s.name)} for s in sources])
    end_office()


PROGRAMS: Mapping[str, Saving] = {
    "Excel": _rebuilt(as_excel_writes),
    "LibreOffice": _in_libreoffice,
    "Gnumeric": _each(save_in_gnumeric),
    "ExcelJS": _with_node("exceljs"),
    "openpyxl": _each(lambda source, target: load_workbook(source).save(target)),
    "SheetJS": _with_node("sheetjs"),
    "Google": _rebuilt(as_google_sheets_writes),
    "a gateway": _rebuilt(as_a_gateway_writes),
}
