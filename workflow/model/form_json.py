"""The form's spelling in JSON, the same in plan.json and in register.json, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from workflow.model.plan import (
    Choice,
    ChoiceField,
    Condition,
    DateField,
    Field,
    Form,
    NumberField,
    TextField,
)

_TYPES: dict[str, type[Field]] = {
    "text": TextField,
    "choice": ChoiceField,
    "number": NumberField,
    "date": DateField,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


def type_name(field: Field) -> str:
    """Return text, choice, number or date."""
    return _NAMES[type(field)]


def form_from_json(spelled: list[dict[str, Any]]) -> Form:
    """Return the form of a checked list of field declarations."""
    return Form(tuple(_field_from_json(declaration) for declaration in spelled))


def form_as_json(form: Form) -> list[dict[str, Any]]:
    """Return the field declarations of a form; what has its default value is left out."""
    return [_field_as_json(field) for field in form.fields]


def _field_from_json(declaration: Mapping[str, Any]) -> Field:
    parts = dict(declaration)
    cls = _TYPES[parts.pop("type")]
    if "required_when" in parts:
        condition = parts["required_when"]
        parts["required_when"] = Condition(condition["field"], tuple(condition["in"]))
    if cls is ChoiceField:
        parts["choices"] = tuple(
            Choice(c["value"], c.get("meaning", ""), tuple(c.get("aliases", ())))
            for c in parts["choices"]
        )
    for count in ("max_length", "decimals"):
        if count in parts:
            parts[count] = int(parts[count])
    for bound in ("minimum", "maximum"):
        if bound in parts:
            parts[bound] = _bound_from_json(parts[bound])
    return cls(**parts)


def _field_as_json(field: Field) -> dict[str, Any]:
    spelled: dict[str, Any] = {"key": field.key, "label": field.label, "type": type_name(field)}
    spelled |= {"required": True} if field.required else {}
    spelled |= {"help": field.help} if field.help else {}
    if field.required_when:
        spelled["required_when"] = {
            "field": field.required_when.field,
            "in": list(field.required_when.values),
        }
    return spelled | _type_as_json(field)


def _type_as_json(field: Field) -> dict[str, Any]:
    match field:
        case TextField():
            return {"max_length": field.max_length}
        case ChoiceField():
            ordered = {"ordered": True} if field.ordered else {}
            return {"choices": [_choice_as_json(c) for c in field.choices]} | ordered
        case NumberField():
            bounds = {"minimum": field.minimum, "maximum": field.maximum}
            numbers = {k: _json_number(v) for k, v in bounds.items() if v is not None}
            unit = {"unit": field.unit} if field.unit else {}
            decimals = {} if field.decimals is None else {"decimals": field.decimals}
            return unit | numbers | decimals
        case DateField():
            days = {"minimum": field.minimum, "maximum": field.maximum}
            return {k: v.isoformat() for k, v in days.items() if v is not None}


def _choice_as_json(choice: Choice) -> dict[str, Any]:
    spelled: dict[str, Any] = {"value": choice.value}
    spelled |= {"meaning": choice.meaning} if choice.meaning else {}
    return spelled | ({"aliases": list(choice.aliases)} if choice.aliases else {})


def _bound_from_json(bound: str | float) -> date | Decimal:
    if isinstance(bound, str):
        return date.fromisoformat(bound)
    # A whole number is one, however it is spelled; str keeps 0.1 what it says.
    return Decimal(int(bound)) if float(bound).is_integer() else Decimal(str(bound))


def _json_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
