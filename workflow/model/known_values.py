"""Known values 既知の値: what the city knows of each item already, from a table of its own.

The plan names the table and its columns; nobody answers them. Each column is a field, so that a
value is read, shown, stored and described as an answer of that type is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from workflow.model.fields.base import Field
from workflow.model.fields.declarations import Value
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField
from workflow.python.dataclass import dataclass

FILE_LABEL, SHEET_LABEL, ROW_LABEL, DIGEST_LABEL = (
    f"既知の値の{what}" for what in ("ファイル", "シート", "行", "SHA-256")
)
"""The columns of 台帳 that say where the known values of a row come from."""

SOURCE_LABELS = (FILE_LABEL, SHEET_LABEL, ROW_LABEL, DIGEST_LABEL)

_TYPES: Mapping[str, type[Field]] = {"number": NumberField, "text": TextField}
_PREFIX = "既知:"
"""Before the key of a field that nobody answers; no field of a form has such a key."""


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """A column of the table: its heading there, blank for the field's own, and what it holds."""

    field: Field
    heading: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings by which it is found, one of them is enough."""
        if not self.heading:
            return self.field.heading, self.field.label
        return self.heading, replace(self.field, label=self.heading).heading


@dataclass(frozen=True, slots=True)
class KnownValues:
    """The table a plan names: its file beside the plan, its sheet, blank for the only one."""

    file: str
    columns: tuple[KnownColumn, ...]
    sheet: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is known of every item, in the order of the plan."""
        return tuple(column.field for column in self.columns)


@dataclass(frozen=True, slots=True)
class KnownRow:
    """What the table says of one item, by the keys of the fields; blank cells are left out."""

    row: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class KnownTable:
    """The table as it was read: its file, its bytes' SHA-256 and a row for each item by its id."""

    file: str
    sha256: str
    sheet: str
    rows: Mapping[str, KnownRow]


def known_values_from_json(content: Mapping[str, Any]) -> KnownValues:
    """Return the known values a valid plan.json declares."""
    return KnownValues(
        file=content["file"],
        columns=tuple(map(_column, content["columns"])),
        sheet=content.get("sheet", ""),
    )


def _column(declared: Mapping[str, Any]) -> KnownColumn:
    return KnownColumn(known_field(declared), declared.get("heading", ""))


def known_field(declared: Mapping[str, Any]) -> Field:
    """Return the field of a column, as a plan or a register declares it."""
    kind = _TYPES[declared.get("type", "number")]
    own = {name: declared[name] for name in ("label", "unit", "decimals") if name in declared}
    return kind.from_json({"key": _PREFIX + declared["label"], "type": kind.type_name} | own)


def is_of_known_value(key: str) -> bool:
    """Whether a field is one that nobody answers."""
    return key.startswith(_PREFIX)


def known_field_as_json(known: Field) -> dict[str, Any]:
    """Return a column's field as a register spells it."""
    return {name: value for name, value in known.as_json().items() if name in _STORED}


_STORED = ("label", "type", "unit", "decimals")


def known_texts(fields: tuple[Field, ...], row: KnownRow | None) -> tuple[str, ...]:
    """Return what a form shows of one item: a text for each field, blank where nothing is known."""
    return tuple(_texts(fields, row))


def _texts(fields: tuple[Field, ...], row: KnownRow | None) -> Iterator[str]:
    for known in fields:
        value = row.values.get(known.key) if row else None
        yield "" if value is None else shown_text(known, value)


def shown_text(known: Field, value: Value) -> str:
    """Return a known value as a form shows it; its unit stands above it.

    >>> shown_text(known_field({"label": "予算額", "unit": "千円"}), Decimal(1200))
    '1,200'
    """
    if isinstance(value, Decimal):
        return f"{value:,.{known.decimal_places(value)}f}"
    return str(value)
