"""The JSON Schema of one answer, built from the form, and what its errors mean as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workflow.model.findings import Code
from workflow.model.plan import ChoiceField, DateField, Field, Form, NumberField, TextField, Value
from workflow.model.schema_glance import at_a_glance

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Objection = tuple[str, Code, dict[str, str]]
"""A field key, what is wrong with its value, and the details of the message."""

Objector = Callable[[Mapping[str, Value]], Sequence[Objection]]
"""Gives what is wrong with an answer, in the order of the form."""


def answer_schema(form: Form) -> dict[str, Any]:
    """Return the schema (draft 2020-12) of one answer: field keys to values, blanks left out.

    Days are ISO texts; formatMinimum and formatMaximum bound them, as in ajv's vocabulary.
    """
    conditions = [_required_when(field) for field in form.fields if field.required_when]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {field.key: _property(field) for field in form.fields},
        "additionalProperties": False,
        "required": [field.key for field in form.fields if field.required],
    } | ({"allOf": conditions} if conditions else {})


@lru_cache(maxsize=32)
def objector(form: Form) -> Objector:
    """Return a function that gives what the schema finds wrong with an answer to a form."""
    is_fine = at_a_glance(answer_schema(form))

    def objected(values: Mapping[str, Value]) -> tuple[Objection, ...]:
        instance: dict[str, Any] = {
            k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()
        }
        return () if is_fine(instance) else tuple(_objections(form, instance))

    return objected


def _objections(form: Form, instance: Mapping[str, Any]) -> Iterator[Objection]:
    """Yield what is wrong with an answer, in the order of the form, at most once for each field."""
    order = [field.key for field in form.fields]
    found = [_objection(form, error, instance) for error in _validator(form).iter_errors(instance)]
    seen: set[str] = set()
    for objection in sorted(found, key=lambda o: order.index(o[0])):
        if objection[0] not in seen:
            seen.add(objection[0])
            yield objection


def _property(field: Field) -> dict[str, Any]:
    match field:
        case TextField():
            return {"type": "string", "minLength": 1, "maxLength": field.max_length}
        case ChoiceField():
            return {"enum": [choice.value for choice in field.choices]}
        case NumberField():
            bounds = {"minimum": field.minimum, "maximum": field.maximum}
            steps = {} if field.decimals is None else {"multipleOf": _step(field.decimals)}
            return {"type": "number"} | _given(bounds) | steps
        case DateField():
            days = {"formatMinimum": field.minimum, "formatMaximum": field.maximum}
            bounds_as_text = {k: day.isoformat() for k, day in days.items() if day}
            return {"type": "string", "format": "date"} | bounds_as_text


def _step(decimals: int) -> Any:  # noqa: ANN401 - Decimal where the schema language says number
    from decimal import Decimal

    return Decimal(1).scaleb(-decimals)


def _given(bounds: Mapping[str, Any]) -> dict[str, Any]:
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _required_when(field: Field) -> dict[str, Any]:
    condition = field.required_when
    assert condition is not None
    return {
        "if": {
            "properties": {condition.field: {"enum": list(condition.values)}},
            "required": [condition.field],
        },
        "then": {"required": [field.key]},
    }


@lru_cache(maxsize=32)
def _validator(form: Form) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def earliest(_: Validator, bound: str, day: object, __: object) -> Iterator[ValidationError]:
        if isinstance(day, str) and day < bound:
            yield ValidationError(f"{day} < {bound}")

    def latest(_: Validator, bound: str, day: object, __: object) -> Iterator[ValidationError]:
        if isinstance(day, str) and day > bound:
            yield ValidationError(f"{day} > {bound}")

    def required(
        _: Validator, keys: list[str], answer: object, __: object
    ) -> Iterator[ValidationError]:
        """As the standard's own, but that each error names its one field as its value."""
        for key in keys:
            if isinstance(answer, dict) and key not in answer:
                yield ValidationError(f"{key} is required", validator_value=[key])

    keywords = {"required": required, "formatMinimum": earliest, "formatMaximum": latest}
    kind = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    validator: Validator = kind(
        answer_schema(form), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return validator


_CODES = {
    "maxLength": Code.VALUE_TOO_LONG,
    "enum": Code.VALUE_NOT_A_CHOICE,
    "type": Code.VALUE_NOT_A_NUMBER,
    "format": Code.VALUE_NOT_A_DATE,
    "minimum": Code.VALUE_TOO_SMALL,
    "formatMinimum": Code.VALUE_TOO_SMALL,
    "maximum": Code.VALUE_TOO_LARGE,
    "formatMaximum": Code.VALUE_TOO_LARGE,
    "multipleOf": Code.VALUE_DECIMALS,
}


def _objection(form: Form, error: ValidationError, instance: Mapping[str, Any]) -> Objection:
    if error.validator == "required":
        return _missing(form, error, instance)
    field = form.field(str(error.absolute_path[0]))
    value, limit = error.instance, error.validator_value
    details = {"value": str(value), "limit": str(limit)}
    match field:
        case TextField():
            details["found"] = str(len(str(value)))
        case ChoiceField():
            details["choices"] = "、".join(choice.value for choice in field.choices)
        case NumberField(decimals=decimals) if error.validator == "multipleOf":
            details["limit"] = str(decimals)
    return field.key, _CODES[str(error.validator)], details


def _missing(form: Form, error: ValidationError, instance: Mapping[str, Any]) -> Objection:
    required: Any = error.validator_value
    field = form.field(required[0])
    condition = field.required_when
    if condition is None or "then" not in error.absolute_schema_path:
        return field.key, Code.VALUE_REQUIRED, {"label": field.label}
    details = {
        "label": field.label,
        "other": form.field(condition.field).label,
        "value": str(instance[condition.field]),
    }
    return field.key, Code.VALUE_REQUIRED_WHEN, details
