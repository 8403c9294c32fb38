"""The ledger as Parquet, beside one that is divided: one file that programs read at once, typed.

It needs pyarrow, which the extra `large` brings. The same ledger gives the same bytes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import IO, TYPE_CHECKING

from workflow.compiled.open_data.csv import format_value
from workflow.model.errors import WorkspaceError
from workflow.python.dataclass import dataclass
from workflow.storage.spooled import Spooled

if TYPE_CHECKING:
    import pyarrow

    from workflow.compiled.ledger import Ledger, Row
    from workflow.excel.table import CellValue
    from workflow.model.fields.base import Field

_ROWS_AT_ONCE = 50_000
"""Rows that are written together, and can be read without the others."""
_ROWS_IN_MEMORY = 4 * 1_024
"""Rows of those that are Python's objects at a time. Pages of Parquet end after a multiple of 1,024
rows, counted from the first of these."""
_MOST_DIGITS = 38
_JAPAN = "+09:00"


def is_available() -> bool:
    """Whether pyarrow is installed; it is not imported for that."""
    return importlib.util.find_spec("pyarrow") is not None


def ledger_parquet(ledger: Ledger) -> Callable[[], Spooled]:
    """Return what gives the ledger, which another process writes meanwhile.

    Texts, whole numbers, decimals, days and moments are each as what they are. A column in which
    forms of one year asked for different things is text, as in the CSV.
    Raises WorkspaceError when pyarrow is not installed.
    """
    if not is_available():
        raise WorkspaceError(
            "Parquet形式の台帳を作り直すには pyarrow が必要です。"
            "README.ja.md の「とても大きな台帳」のとおりに入れてから、もう一度実行してください。"
        )
    return Spooled.written_beside(partial(_write, ledger))


def _write(ledger: Ledger, content: IO[bytes]) -> None:
    """Write the rows, so many at a time: all of them are looked at before for their types."""
    import pyarrow  # 280 ms, for a divided ledger alone
    from pyarrow import parquet

    seen = [_Seen(set()) for _ in ledger.columns]
    for row in ledger.rows:
        for column, value in zip(seen, row, strict=True):
            column.add(value)
    types = [one.type(column.field) for one, column in zip(seen, ledger.columns, strict=True)]
    fields = [(c.label, kind) for c, kind in zip(ledger.columns, types, strict=True)]
    schema = pyarrow.schema(fields)
    with parquet.ParquetWriter(content, schema, compression="zstd") as writer:
        every = range(len(ledger.rows))
        for first in every[::_ROWS_AT_ONCE]:
            together = every[first : first + _ROWS_AT_ONCE]
            tables = [
                _table(ledger.rows[at : min(at + _ROWS_IN_MEMORY, together.stop)], schema)
                for at in together[::_ROWS_IN_MEMORY]
            ]
            writer.write_table(pyarrow.concat_tables(tables))


def _table(rows: Sequence[Row], schema: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow  # 280 ms, loaded by then

    columns = zip(*rows, strict=True)
    arrays = [
        pyarrow.array(_stored(column, kind), kind)
        for column, kind in zip(columns, schema.types, strict=True)
    ]
    return pyarrow.table(arrays, schema=schema)


@dataclass(slots=True)
class _Seen:
    """What was seen of a column: types, and of decimals the most digits before and behind."""

    types: set[type[object]]
    before: int | None = None
    behind: int = 0

    def add(self, value: CellValue) -> None:
        """Look at a value."""
        if value is None:
            return
        self.types.add(type(value))
        if isinstance(value, Decimal):
            exponent = value.normalize().as_tuple().exponent
            self.behind = max(self.behind, -exponent if isinstance(exponent, int) else 0)
            digits = value.adjusted() + 1
            self.before = digits if self.before is None else max(self.before, digits)

    def type(self, field: Field | None) -> pyarrow.DataType:
        """Return the type that holds every value."""
        import pyarrow  # 280 ms, loaded by then

        kinds = self.types or {field.value_type if field else str}
        if kinds == {int}:
            return pyarrow.int32()
        if kinds == {datetime}:
            return pyarrow.timestamp("ms", tz=_JAPAN)
        if kinds == {date}:
            return pyarrow.date32()
        if kinds == {Decimal}:
            return self._decimal_type()
        return pyarrow.string()

    def _decimal_type(self) -> pyarrow.DataType:
        """Return decimals exact enough for every number; text where no Parquet type is."""
        import pyarrow  # 280 ms, loaded by then

        digits = (1 if self.before is None else self.before) + self.behind
        is_exact = digits <= _MOST_DIGITS
        return pyarrow.decimal128(_MOST_DIGITS, self.behind) if is_exact else pyarrow.string()


def _stored(values: Sequence[CellValue], kind: pyarrow.DataType) -> Sequence[CellValue]:
    import pyarrow  # 280 ms, loaded by then

    if kind != pyarrow.string():
        return values
    return [None if value is None else format_value(value) for value in values]
