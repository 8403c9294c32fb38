"""The ledger as CSV: UTF-8 with a byte order mark, so that Excel reads it as Japanese."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal

from workflow.cells import plain_number
from workflow.compiled.ledger import Ledger
from workflow.table_sheet import CellValue
from workflow.years import iso_time


def ledger_csv(ledger: Ledger) -> bytes:
    """Return the ledger; texts stand exactly as written, days and times in ISO 8601."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([column.label for column in ledger.columns])
    writer.writerows([_spelled(value) for value in row] for row in ledger.rows)
    return stream.getvalue().encode("utf-8-sig")


def _spelled(value: CellValue) -> str:
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
