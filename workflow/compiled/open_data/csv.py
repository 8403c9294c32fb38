"""The ledger as CSV: UTF-8 with a byte order mark, so that Excel reads it as Japanese."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from workflow.compiled.ledger import Ledger
from workflow.excel.table import CellValue
from workflow.model.cells import plain_number
from workflow.model.years import iso_time

# Texts in a CSV that a spreadsheet opens: none becomes a formula, and each can be read back.
#
# A text that Excel would take for a formula gets an apostrophe before it, and so does one that
# already looks as if it had one; reading takes one away from each. Which beginnings are risky is
# told by https://owasp.org/www-community/attacks/CSV_Injection. Numbers are no texts: -5 stays -5.

APOSTROPHE = "'"
"""What stands before a text that would be a formula without it."""

_RISKY = re.compile(r"'*+(?:\s*+(?:[=+\-@]|[＝＋－＠].)|[\t\r\n])", re.DOTALL)


def escape_formula(text: str) -> str:
    """Return a text as it stands in the CSV."""
    return APOSTROPHE + text if _RISKY.match(text) else text


def unescape_formula(stored: str) -> str:
    """Return the text that stands in the CSV."""
    return stored[1:] if stored.startswith(APOSTROPHE) and _RISKY.match(stored, 1) else stored


def ledger_csv(ledger: Ledger) -> bytes:
    """Return the ledger as CSV."""
    content = io.BytesIO()
    write_ledger_csv(ledger, content)
    return content.getvalue()


def write_ledger_csv(ledger: Ledger, content: IO[bytes]) -> None:
    """Write the ledger; texts stand as `escape_formula` spells them, days and times in ISO 8601."""
    stream = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
    writer = csv.writer(stream)
    writer.writerow([column.label for column in ledger.columns])
    writer.writerows(map(_stored, row) for row in ledger.rows)
    stream.detach()  # which writes what it holds, and leaves the file open


def _stored(value: CellValue) -> str:
    return escape_formula(value) if isinstance(value, str) else format_value(value)


def format_value(value: CellValue) -> str:
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
