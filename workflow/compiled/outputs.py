"""The files a compilation is written to, by name. They can all be made again."""

from __future__ import annotations

from workflow.compiled.compilation import Compilation
from workflow.compiled.data_package import data_package
from workflow.compiled.ledger_csv import ledger_csv
from workflow.compiled.workbook import workbook_bytes
from workflow.years import era_year

DATA_PACKAGE = "datapackage.json"


def output_bytes(compilation: Compilation) -> dict[str, bytes]:
    """Return the workbook, the ledger as CSV and its description."""
    result, ledger = compilation.result, compilation.ledger
    name = f"台帳_{era_year(result.year)}"
    content = ledger_csv(ledger)
    package = data_package(result.plan, result.register, ledger, f"{name}.csv", content)
    return {
        f"{name}.xlsx": workbook_bytes(compilation),
        f"{name}.csv": content,
        DATA_PACKAGE: package,
    }
