"""A JSON Schema as a function that tells, many times faster than jsonschema, what plainly keeps it.

jsonschema has the last word: it says what is wrong, and is asked about whatever is not plain. So
what is unknown here costs time and never lets anything through.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

Glance = Callable[[Any], bool]
Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_REMARKS = {"$schema", "title", "description"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def at_a_glance(schema: Schema | bool) -> Glance:
    """Return a function that says whether a value plainly keeps a schema; no may mean perhaps."""
    if not isinstance(schema, Mapping):
        return _always if schema is True else _never
    words = schema.keys() - _REMARKS
    if not words <= _CHECKS.keys():
        return _never
    # Some words share a check; a set would not keep them in their order.
    makers = dict.fromkeys(_CHECKS[word] for word in schema if word in words)
    return _all(make(schema) for make in makers)


def _all(checks: Iterable[Glance]) -> Glance:
    nothing: Glance = _always
    return reduce(_both, checks, nothing)


def _both(first: Glance, second: Glance) -> Glance:
    return second if first is _always else lambda value: first(value) and second(value)


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False


def _type(schema: Schema) -> Glance:
    types = _TYPES.get(schema["type"], ())
    return lambda value: type(value) in types


def _enum(schema: Schema) -> Glance:
    return _one_of(schema["enum"])


def _const(schema: Schema) -> Glance:
    return _one_of([schema["const"]])


def _one_of(allowed: Sequence[object]) -> Glance:
    types = {type(value) for value in allowed}
    if not types <= {str, int}:
        return _never
    return lambda value: type(value) in types and value in allowed


def _length(schema: Schema) -> Glance:
    """Bound a text however its letters are counted: some take one for two."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", sys.maxsize)

    def is_within(text: object) -> bool:
        if type(text) is not str or not least <= len(text) <= most:
            return False
        return 2 * len(text) <= most or max(text) <= "\uffff"

    return is_within


def _pattern(schema: Schema) -> Glance:
    pattern = schema["pattern"]
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return _never
    fits = re.compile(pattern).fullmatch
    return lambda text: type(text) is str and fits(text) is not None


def _format(schema: Schema) -> Glance:
    return _is_day if schema["format"] == "date" else _never


def _is_day(text: object) -> bool:
    if type(text) is not str or not _DAY.fullmatch(text):
        return False
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _first_day(schema: Schema) -> Glance:
    first = schema["formatMinimum"]
    return lambda day: type(day) is str and day >= first


def _last_day(schema: Schema) -> Glance:
    last = schema["formatMaximum"]
    return lambda day: type(day) is str and day <= last


def _minimum(schema: Schema) -> Glance:
    least = schema["minimum"]
    return lambda number: type(number) in _TYPES["number"] and number >= least


def _maximum(schema: Schema) -> Glance:
    most = schema["maximum"]
    return lambda number: type(number) in _TYPES["number"] and number <= most


def _multiple(schema: Schema) -> Glance:
    step = schema["multipleOf"]
    return lambda number: type(number) is type(step) is Decimal and not number % step


def _items(schema: Schema) -> Glance:
    check = at_a_glance(schema["items"])
    return lambda values: type(values) is list and all(map(check, values))


def _fewest(schema: Schema) -> Glance:
    fewest = schema["minItems"]
    return lambda values: type(values) is list and len(values) >= fewest


def _most(schema: Schema) -> Glance:
    most = schema["maxItems"]
    return lambda values: type(values) is list and len(values) <= most


def _members(schema: Schema) -> Glance:
    checks = {key: at_a_glance(part) for key, part in schema.get("properties", {}).items()}
    others = at_a_glance(schema.get("additionalProperties", True))

    def are_fine(value: object) -> bool:
        if type(value) is not dict:
            return False
        return all(checks.get(key, others)(member) for key, member in value.items())

    return are_fine


def _names(schema: Schema) -> Glance:
    check = at_a_glance(schema["propertyNames"])
    return lambda value: type(value) is dict and all(map(check, value))


def _required(schema: Schema) -> Glance:
    keys = frozenset(schema["required"])
    return lambda value: type(value) is dict and keys <= value.keys()


def _all_of(schema: Schema) -> Glance:
    return _all(map(at_a_glance, schema["allOf"]))


def _when(schema: Schema) -> Glance:
    """Apply a schema where one member has one of some texts; no other condition is plain."""
    condition = schema["if"]
    keys = condition.get("required", ())
    if condition.keys() != {"required", "properties"} or len(keys) != 1:
        return _never
    told = condition["properties"].get(keys[0], {})
    values = told.get("enum") or [told.get("const")]
    if condition["properties"].keys() != set(keys) or len(told) != 1 or not _are_texts(values):
        return _never
    check = at_a_glance(schema.get("then", True))
    return lambda value: type(value) is dict and (value.get(keys[0]) not in values or check(value))


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values)


_CHECKS: Mapping[str, Callable[[Schema], Glance]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minLength": _length,
    "maxLength": _length,
    "pattern": _pattern,
    "format": _format,
    "formatMinimum": _first_day,
    "formatMaximum": _last_day,
    "minimum": _minimum,
    "maximum": _maximum,
    "multipleOf": _multiple,
    "items": _items,
    "minItems": _fewest,
    "maxItems": _most,
    "properties": _members,
    "additionalProperties": _members,
    "propertyNames": _names,
    "required": _required,
    "allOf": _all_of,
    "if": _when,
    "then": lambda _: _always,  # read with its condition
}
