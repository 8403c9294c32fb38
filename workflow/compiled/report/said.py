"""One answer to one field, as a reader of the report sees it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from workflow.compiled.sheets.print_columns import decimal_places
from workflow.model.plan import ChoiceField, DateField, Field, NumberField, TextField
from workflow.model.years import japanese_date

NOTHING = "（記入なし）"


@dataclass(frozen=True, slots=True)
class Said:
    """A field's label, what was answered, and what a chosen value means.

    Text is exactly as the ledger holds it; a number has its unit, a day is in Japanese.
    """

    label: str
    text: str
    meaning: str = ""
    is_prose: bool = False
    is_blank: bool = False


def said_of(field: Field, spelled: str) -> Said:
    """Return what the ledger's CSV spells, as the report shows it."""
    if not spelled:
        return Said(field.label, NOTHING, is_blank=True)
    match field:
        case TextField():
            return Said(field.label, spelled, is_prose=True)
        case ChoiceField():
            meanings = {choice.value: choice.meaning for choice in field.choices}
            return Said(field.label, spelled, meaning=meanings.get(spelled, ""))
        case NumberField() | DateField():
            return Said(field.label, _plain(field, spelled))


def _plain(field: NumberField | DateField, spelled: str) -> str:
    try:
        if isinstance(field, DateField):
            return japanese_date(date.fromisoformat(spelled))
        return _number(field, Decimal(spelled))
    except (ValueError, InvalidOperation):
        return spelled  # answered on an older issue of the form, which asked for something else


def _number(field: NumberField, number: Decimal) -> str:
    unit = "" if field.unit in field.label else field.unit
    return f"{number:,.{decimal_places(field, number)}f}{unit}"
