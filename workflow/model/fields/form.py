"""The form: its fields, the registry of their types, its JSON, and what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from workflow.model.catalogue import Code, Severity
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Before, Check, RowCells, Values, is_empty
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.declarations import Value
from workflow.model.fields.mark import MarkField
from workflow.model.fields.number import NumberField
from workflow.model.fields.rules import DeclaredCheck
from workflow.model.fields.text import TextField
from workflow.model.fields.waiver import BesideReason, NoReason, Waiver, waiver_of
from workflow.model.findings import Violation
from workflow.python.dataclass import dataclass

TYPES: tuple[type[Field], ...] = (TextField, ChoiceField, NumberField, DateField, MarkField)
"""Every field type, in the order in which people read of them. A new one is added here."""

TYPES_BY_NAME: Mapping[str, type[Field]] = {kind.type_name: kind for kind in TYPES}


@dataclass(frozen=True, slots=True)
class Unexplained(Check):
    """A rating below last year's, while the field that would explain it is blank."""

    key: str
    label: str
    rating: Field

    @property
    def severity(self) -> Severity:
        """A doubt."""
        return Code.VALUE_LOWERED_UNEXPLAINED.severity

    @property
    def sentence(self) -> str:
        """To say why."""
        rating = self.rating.label
        return f"「{rating}」が前年度より下がりましたが、「{self.label}」が空いています。"

    def formula(self, row: RowCells) -> str:
        """Compare the places of both ratings in the list, which is in order."""
        listed, key = row.lists[self.rating.key], self.rating.key
        now, then = (f"MATCH({cells[key]},{listed},0)" for cells in (row.now, row.before))
        is_lower = f"IFERROR({now}>{then},FALSE)"
        return f"{row.has_before}*({is_empty(row.now[self.key])})*{is_lower}"

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return that the rating fell and nothing says why."""
        if self.key in values:
            return None
        then, now = before.get(self.rating.key, ""), str(values.get(self.rating.key, ""))
        rank_then, rank_now = self.rating.rank(then), self.rating.rank(now)
        if rank_then is None or rank_now is None or rank_now <= rank_then:
            return None
        details = {"other": self.rating.key, "before": then, "after": now}
        return Violation(self.key, Code.VALUE_LOWERED_UNEXPLAINED, details)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields asked of every item, in the order of their columns, and the rules between them."""

    fields: tuple[Field, ...]
    declared: tuple[DeclaredCheck, ...] = ()

    def field(self, key: str) -> Field:
        """Return the field with this key; KeyError if the form has none."""
        for candidate in self.fields:
            if candidate.key == key:
                return candidate
        raise KeyError(key)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the fields by their keys."""
        return {field.key: field.label for field in self.fields}

    @property
    def choice_fields(self) -> tuple[Field, ...]:
        """The fields answered from a list."""
        return tuple(f for f in self.fields if f.is_listed)

    @property
    def checks(self) -> tuple[Check, ...]:
        """What is asked of a whole answer: what the plan declares, then what is always asked."""
        own = (check for field in self.fields for check in field.checks())
        return (*self.declared, *own, *self._unexplained(), *self._about_reason())

    def without(self, keys: Collection[str]) -> Form:
        """Return the form without some fields, and without the rules that look at them."""
        fields = tuple(field for field in self.fields if field.key not in keys)
        rules = (rule for rule in self.declared if not rule.labels.keys() & set(keys))
        waiver = waiver_of(fields)
        return Form(fields, tuple(replace(rule, waiver=waiver) for rule in rules))

    @property
    def answer_fields(self) -> tuple[Field, ...]:
        """The fields that hold an answer: all but the one that says why there is none."""
        return tuple(field for field in self.fields if not field.waives)

    @property
    def waiver(self) -> Waiver | None:
        """What may say that there is nothing to report, where the form has it."""
        return waiver_of(self.fields)

    def is_waived(self, values: Mapping[str, Value]) -> bool:
        """Whether an answer needs nothing more: it says why there is nothing to report."""
        waiver = self.waiver
        return waiver is not None and waiver.holds(values)

    def says_nothing(self, values: Mapping[str, Value]) -> bool:
        """Whether an answer says why there is nothing to report, and no more."""
        return len(values) == 1 and self.is_waived(values)

    def _about_reason(self) -> Iterator[Check]:
        if waiver := self.waiver:
            yield NoReason(waiver.field.key, waiver)
            yield BesideReason(waiver.field.key, waiver)

    def _unexplained(self) -> Iterator[Check]:
        prose = (field for field in self.answer_fields if field.is_prose)
        explaining = next(filter(_explains, prose), None)
        for rating in self.fields if explaining and not explaining.required else ():
            if rating.is_rating:
                assert explaining
                yield Unexplained(explaining.key, explaining.label, rating)

    def violations(self, values: Mapping[str, Value]) -> list[Violation]:
        """Return what is wrong with an answer, at most one thing a field, in the form's order.

        Values are by field key; what is not there is blank.
        """
        found = []
        is_waived = self.is_waived(values)
        for field in self.fields:
            value = values.get(field.key)
            if value is not None:
                violation = field.check(value)
            elif (field.required or field.required_when) and not is_waived:
                violation = self._missing(field, values)
            else:
                continue
            if violation is not None:
                found.append(violation)
        return found

    def _missing(self, field: Field, values: Mapping[str, Value]) -> Violation | None:
        """Return that a blank field is required, anyway or by its condition."""
        condition = field.required_when
        if field.required:
            return Violation(field.key, Code.VALUE_REQUIRED)
        if condition is None or values.get(condition.field) not in condition.values:
            return None
        details = {"other": condition.field, "value": str(values[condition.field])}
        return Violation(field.key, Code.VALUE_REQUIRED_WHEN, details)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of one answer: field keys to values, no blanks."""
        conditions = [_required_when(field) for field in self.fields if field.required_when]
        needed: dict[str, Any] = {"required": [f.key for f in self.fields if f.required]}
        needed |= {"allOf": conditions} if conditions else {}
        if waiver := self.waiver:
            needed = {"if": {"not": {"required": [waiver.field.key]}}, "then": needed}
        return {
            "type": "object",
            "properties": {field.key: field.json_schema() for field in self.fields},
            "additionalProperties": False,
        } | needed


def form_from_json(
    declarations: Iterable[Mapping[str, Any]], checks: Iterable[Mapping[str, Any]] = ()
) -> Form:
    """Return the form of checked declarations of fields, as in plan.json and register.json.

    Raises KeyError, TypeError or ValueError when it is none.
    """
    fields = tuple(TYPES_BY_NAME[d["type"]].from_json(d) for d in declarations)
    return Form(fields, tuple(DeclaredCheck.from_json(check, fields) for check in checks))


def form_as_json(form: Form) -> list[dict[str, Any]]:
    """Return the field declarations of a form; what has its default value is left out."""
    return [field.as_json() for field in form.fields]


def checks_as_json(form: Form) -> dict[str, list[dict[str, Any]]]:
    """Return the checks that a form declares, under their name; nothing where there are none."""
    declared = [check.as_json() for check in form.declared]
    return {"checks": declared} if declared else {}


_EXPLAINS = ("課題", "理由", "改善", "要因")
"""In the label of a field in which a department says why something goes worse."""


def _explains(field: Field) -> bool:
    return any(word in field.label for word in _EXPLAINS)


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


# Whether two fiscal years ask so that the counts of their answers can be compared.


@dataclass(frozen=True, slots=True)
class ScaleDifference:
    """One way in which a field is not asked as last year, in words for everybody."""

    field: Field
    sentence: str


def scale_differences(before: Form | None, now: Form) -> tuple[ScaleDifference, ...]:
    """Return why this year's answers cannot be compared with last year's; empty if all can."""
    return tuple(
        ScaleDifference(field, sentence)
        for field in now.fields
        for sentence in _differences(field, before)
    )


def is_comparable(field: Field, before: Form | None) -> bool:
    """Whether a field was asked on the same scale in an earlier form; None is a form unknown."""
    return not any(_differences(field, before))


def on_the_scale_of(gathered: Form, today: Form) -> Form:
    """Return a form made of answers alone, on today's scale where that has all these answers.

    Nobody knows which other choices there were: of an A and a B no other scale can be told.
    """
    fields = (_on_the_scale_of(field, today) for field in gathered.fields)
    return replace(gathered, fields=tuple(fields))


def _on_the_scale_of(field: Field, today: Form) -> Field:
    asked = field_before(field, today)
    if asked is None or not (field.is_listed and asked.is_listed):
        return field
    given = {choice.value for choice in field.options}
    is_held = given <= {choice.value for choice in asked.options}
    return replace(asked, key=field.key, label=field.label) if is_held else field


def field_before(field: Field, before: Form) -> Field | None:
    """Return the field of an earlier form that asked the same: by key, or else by label."""
    same_key = (f for f in before.fields if f.key == field.key)
    same_label = (f for f in before.fields if f.label == field.label)
    return next(same_key, None) or next(same_label, None)


def _differences(field: Field, before: Form | None) -> Iterable[str]:
    asked = field_before(field, before) if before else None
    return field.differences(asked, is_known=before is not None)
