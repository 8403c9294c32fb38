"""The ledger as CSV: UTF-8 with a byte order mark, so that Excel reads it as Japanese."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal

from workflow.compiled.ledger import Ledger
from workflow.compiled.open_data.csv_text import harmless
from workflow.excel.table import CellValue
from workflow.model.cells import plain_number
from workflow.model.years import iso_time


def ledger_csv(ledger: Ledger) -> bytes:
    """Return the ledger; texts stand as `harmless` spells them, days and times in ISO 8601."""
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
    writer = csv.writer(stream)
    writer.writerow([column.label for column in ledger.columns])
    writer.writerows(map(_stored, row) for row in ledger.rows)
    stream.flush()
    return content.getvalue()


def _stored(value: CellValue) -> str:
    return harmless(value) if isinstance(value, str) else spelled(value)


def spelled(value: CellValue) -> str:
    """Return how a value is spelled as text; an empty cell is ""."""
    match value:
        case None:
            return ""
        case Decimal():
            return plain_number(value)
        case datetime():
            return iso_time(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
