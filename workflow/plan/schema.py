"""plan.schema.json applied to a document: every error becomes a violation at its pointer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.model.catalogue import Code
from workflow.model.findings import Violation
from workflow.plan.book.layout import label_of
from workflow.plan.document import Node, as_text, child
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator
    from jsonschema_rs import Draft202012Validator  # 12 ms, for a plan that was edited

_SCHEMA = Path(__file__).with_name("plan.schema.json")
_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数値",
    "boolean": "「はい」か「いいえ」（true・false）",
    "array": "一覧（[ ]）",
    "object": "項目の組（{ }）",
}


@dataclass(frozen=True, slots=True)
class _Error:
    """One error of jsonschema: where, which keyword with which argument, and the value there."""

    pointer: str
    keyword: str
    argument: Any
    value: Any
    schema: Any


def schema_violations(document: Node) -> Iterator[Violation]:
    """Yield every violation of the schema."""
    if is_plainly_valid(document.value):
        return
    for error in _errors(document.value):
        pointer = ""
        for key in error.absolute_path:
            pointer = child(pointer, key)
        if "propertyNames" in error.absolute_schema_path:
            pointer = child(pointer, str(error.instance))
        failed = _Error(
            pointer, str(error.validator), error.validator_value, error.instance, error.schema
        )
        yield from _TRANSLATIONS.get(failed.keyword, _bad_value)(failed)


def is_plainly_valid(content: Any) -> bool:  # noqa: ANN401  any JSON at all
    """Return whether content keeps the schema for certain; False leaves it to `schema_violations`.

    jsonschema-rs tells many times faster than jsonschema and is imported in a tenth of the time,
    but has no words for what is wrong.
    """
    try:
        return _quick_validator().is_valid(content)
    except ValueError:  # it holds what JSON cannot: half a character, or no JSON value at all
        return False


@cache
def _quick_validator() -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator  # 21 ms, where a plan is read

    return Draft202012Validator(_stricter(whole_schema()), validate_formats=True)


_BLANKS_OF_PYTHON = "[\x1c-\x1f\x85]"
"""What Python takes for a blank, and regular expressions of JSON Schema do not."""

_ONE_UNIT_EACH = "^[^\U00010000-\U0010ffff]*$"


def _stricter(schema: Any) -> Any:  # noqa: ANN401  a schema
    """Return a schema without what the two programs read otherwise; it refuses that."""
    if isinstance(schema, list):
        return [_stricter(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _stricter(part) for key, part in schema.items()}
    more: list[Any] = list(strict.get("allOf", ()))
    if "maxLength" in schema:
        most = schema["maxLength"]
        more.append({"anyOf": [{"maxLength": most // 2}, {"pattern": _ONE_UNIT_EACH}]})
    if "pattern" in schema:
        more.append({"not": {"pattern": _BLANKS_OF_PYTHON}})
    if schema.get("format") == "date":
        more.append({"not": {"pattern": "^0000"}})  # no year of Python's
    return strict | ({"allOf": more} if more else {})


def needed_keys(*way: str) -> frozenset[str]:
    """Return the keys that what lies at the end of a way must have, or each entry of that list."""
    node: Mapping[str, Any] = whole_schema()
    for key in way:
        node = node["properties"][key]
        node = node.get("items", node)
    cases = [frozenset(case["then"].get("required", ())) for case in node.get("allOf", ())]
    in_every_case = frozenset.intersection(*cases) if cases else frozenset()
    return frozenset(node.get("required", ())) | in_every_case


def excel_length(text: str) -> int:
    """Return how many characters Excel counts: UTF-16 units, so 𠮷 counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _errors(content: Any) -> Iterator[ValidationError]:  # noqa: ANN401  any JSON at all
    return _validator().iter_errors(content)


@cache
def _validator() -> Validator:
    # 126 ms, for a plan that breaks the schema alone.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def max_length(_: object, limit: int, text: object, __: object) -> Iterator[ValidationError]:
        if isinstance(text, str) and excel_length(text) > limit:
            yield ValidationError("too long")

    def pattern(_: object, pattern: str, text: object, __: object) -> Iterator[ValidationError]:
        # Python's $ also stands before a last line end; that of JSON Schema does not.
        if isinstance(text, str) and not re.fullmatch(pattern, text):
            yield ValidationError("no match")

    keywords = {"maxLength": max_length, "pattern": pattern}
    kind = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    validator: Validator = kind(whole_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return validator


@cache
def whole_schema() -> Mapping[str, Any]:
    """Return the schema without references: to follow one takes as long as checking by it."""
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    whole: Mapping[str, Any] = _inlined(schema, schema.pop("$defs"))
    return whole


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401  a schema
    """Return a schema with every reference replaced by what it leads to; none leads to itself."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return _inlined(definitions[name], definitions)
    return {key: _inlined(part, definitions) for key, part in schema.items()}


def _missing(pointer: str) -> Violation:
    return Violation(pointer, Code.PLAN_MISSING_VALUE, {"name": label_of(pointer)})


def _missing_keys(error: _Error) -> Iterator[Violation]:
    for key in error.argument:
        if key not in error.value:
            yield _missing(child(error.pointer, key))


def _unknown_keys(error: _Error) -> Iterator[Violation]:
    for key in error.value:
        if key not in error.schema["properties"]:
            pointer = child(error.pointer, key)
            yield Violation(pointer, Code.PLAN_UNKNOWN_KEY, {"name": label_of(pointer)})


def _too_few(error: _Error) -> Iterator[Violation]:
    yield _missing(error.pointer)


def _too_long(error: _Error) -> Iterator[Violation]:
    details = {"found": excel_length(error.value), "limit": error.argument}
    yield Violation(error.pointer, Code.PLAN_TOO_LONG, details)


def _too_many(error: _Error) -> Iterator[Violation]:
    details = {"found": len(error.value), "limit": error.argument}
    yield Violation(error.pointer, Code.PLAN_TOO_MANY, details)


def _wrong_type(error: _Error) -> Iterator[Violation]:
    if error.value == "":
        yield _missing(error.pointer)
    else:
        details = {"value": as_text(error.value), "expected": _TYPES[error.argument]}
        yield Violation(error.pointer, Code.PLAN_WRONG_TYPE, details)


def _bad_value(error: _Error) -> Iterator[Violation]:
    if error.value == "":
        yield _missing(error.pointer)
    else:
        details = {"value": as_text(error.value), "rule": error.schema["description"]}
        yield Violation(error.pointer, Code.PLAN_BAD_VALUE, details)


_TRANSLATIONS: Mapping[str, Callable[[_Error], Iterator[Violation]]] = {
    "required": _missing_keys,
    "additionalProperties": _unknown_keys,
    "type": _wrong_type,
    "minItems": _too_few,
    "minLength": _too_few,
    "maxLength": _too_long,
    "maxItems": _too_many,
}
