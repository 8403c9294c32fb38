"""The ledger as Parquet, beside one that is divided: one file that programs read at once, typed.

It needs pyarrow, which the extra `large` brings. The same ledger gives the same bytes.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from workflow.compiled.open_data.csv import format_value
from workflow.model.errors import WorkspaceError

if TYPE_CHECKING:
    import pyarrow  # loaded by then

    from workflow.compiled.ledger import Ledger
    from workflow.excel.table import CellValue
    from workflow.model.fields.base import Field

_ROWS_AT_ONCE = 50_000
_MOST_DIGITS = 38
_JAPAN = "+09:00"


def is_available() -> bool:
    """Whether pyarrow is installed; it is not imported for that."""
    return importlib.util.find_spec("pyarrow") is not None


def ledger_parquet(ledger: Ledger) -> bytes:
    """Return the ledger: texts, whole numbers, decimals, days and moments each as what they are.

    A column in which forms of one year asked for different things is text, as in the CSV.
    Raises WorkspaceError when pyarrow is not installed.
    """
    if not is_available():
        raise WorkspaceError(
            "Parquet形式の台帳を作り直すには pyarrow が必要です。"
            "README.ja.md の「とても大きな台帳」のとおりに入れてから、もう一度実行してください。"
        )
    import pyarrow  # 280 ms, for a divided ledger alone
    from pyarrow import parquet

    content = io.BytesIO()
    columns = [tuple(ledger.values(column.label)) for column in ledger.columns]
    types = [
        _type(column, declared.field)
        for column, declared in zip(columns, ledger.columns, strict=True)
    ]
    fields = [(c.label, kind) for c, kind in zip(ledger.columns, types, strict=True)]
    schema = pyarrow.schema(fields)
    with parquet.ParquetWriter(content, schema, compression="zstd") as writer:
        for at in range(0, len(ledger.entries), _ROWS_AT_ONCE):
            arrays = [
                pyarrow.array(_stored(column[at : at + _ROWS_AT_ONCE], kind), kind)
                for column, kind in zip(columns, types, strict=True)
            ]
            writer.write_table(pyarrow.table(arrays, schema=schema))
    return content.getvalue()


def _type(column: Sequence[CellValue], field: Field | None) -> pyarrow.DataType:
    import pyarrow  # loaded by then

    kinds: set[type[object]] = {type(value) for value in column if value is not None}
    kinds = kinds or {field.value_type if field else str}
    if kinds == {int}:
        return pyarrow.int32()
    if kinds == {datetime}:
        return pyarrow.timestamp("ms", tz=_JAPAN)
    if kinds == {date}:
        return pyarrow.date32()
    if kinds == {Decimal}:
        return _decimal_type([value for value in column if isinstance(value, Decimal)])
    return pyarrow.string()


def _decimal_type(numbers: Sequence[Decimal]) -> pyarrow.DataType:
    """Return decimals exact enough for every number; text where no Parquet type is."""
    import pyarrow  # loaded by then

    exponents = [number.normalize().as_tuple().exponent for number in numbers]
    decimals = max((-e for e in exponents if isinstance(e, int) and e < 0), default=0)
    digits = max((number.adjusted() + 1 for number in numbers), default=1) + decimals
    is_exact = digits <= _MOST_DIGITS
    return pyarrow.decimal128(_MOST_DIGITS, decimals) if is_exact else pyarrow.string()


def _stored(values: Sequence[CellValue], kind: pyarrow.DataType) -> Sequence[CellValue]:
    import pyarrow  # loaded by then

    if kind != pyarrow.string():
        return values
    return [None if value is None else format_value(value) for value in values]
