"""What every field type declares and can be asked. The types themselves stand beside this module.

Nobody asks a field which type it is: what differs between types is a method or a property here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, Self

from workflow.model.catalogue import Code
from workflow.model.cells import plain_number
from workflow.model.fields.checks import Check, is_empty
from workflow.model.fields.declarations import CellRules, PlanColumn, ShownAnswer, Value
from workflow.model.findings import Detail, Violation
from workflow.model.raw import FORMULA, TEXT, CellKind, RawCell
from workflow.python.dataclass import dataclass

_UNREADABLE = {CellKind.ERROR: Code.VALUE_IS_ERROR, CellKind.MALFORMED: Code.VALUE_MALFORMED}

NOT_COMPARABLE = "件数の増減を、そのまま比べることはできません。"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is required when another field, answered from a list, has one of these values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a list, with what it means and other accepted spellings."""

    value: str
    meaning: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a cell says, and what is to be said of it; None is for nothing that can be used."""

    value: Value | None
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(ABC):
    """What every field of the form declares. Labels are unique within a form."""

    key: str
    label: str
    required: bool = False
    help: str = ""
    required_when: Condition | None = None

    type_name: ClassVar[str]
    """What the type is called in plan.json and the register."""

    type_word: ClassVar[str]
    """What people call the type, in plan.xlsx and in the legend."""

    plan_columns: ClassVar[tuple[PlanColumn, ...]] = ()
    """The columns of plan.xlsx of this type alone, or of few types."""

    plan_details: ClassVar[tuple[PlanColumn, ...]] = ()
    """The columns of plan.xlsx that go on in the rows below the field's own."""

    value_type: ClassVar[type[object]] = str
    """What a value is in Python; in Parquet, the type of a column that nobody filled."""

    is_prose: ClassVar[bool] = False
    """Whether people write sentences; prose gets the room that is left."""

    is_listed: ClassVar[bool] = False
    """Whether it is answered from a list; only then it has options."""

    is_number: ClassVar[bool] = False
    """Whether a value is a figure, aligned by its digits."""

    ledger_width: ClassVar[float]
    """The width of the ledger's column, in full-width characters."""

    comparison_width: ClassVar[float] = 8.0
    """The width of the columns of 前年度比較, in full-width characters."""

    print_align: ClassVar[str] = ""
    """How a value stands in the list for paper: centred, or as Excel puts it."""

    # The declaration in plan.json and register.json.

    @classmethod
    def from_json(cls, declaration: Mapping[str, Any]) -> Self:
        """Return the field of a checked declaration. KeyError or TypeError when it is none."""
        parts = {name: part for name, part in declaration.items() if name != "type"}
        if "required_when" in parts:
            condition = parts["required_when"]
            parts["required_when"] = Condition(condition["field"], tuple(condition["in"]))
        return cls(**(parts | cls._own_from_json(parts)))

    def as_json(self) -> dict[str, Any]:
        """Return the declaration; what has its default value is left out."""
        declared: dict[str, Any] = {"key": self.key, "label": self.label, "type": self.type_name}
        declared |= {"required": True} if self.required else {}
        declared |= {"help": self.help} if self.help else {}
        if self.required_when:
            condition = self.required_when
            declared["required_when"] = {"field": condition.field, "in": list(condition.values)}
        return declared | self._own_as_json()

    @classmethod
    def _own_from_json(cls, parts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parts of a declaration that JSON spells otherwise than Python."""
        return {}

    @abstractmethod
    def _own_as_json(self) -> dict[str, Any]:
        """Return what this type alone declares."""

    @classmethod
    def declared_words(cls, declaration: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        """Return where an unchecked declaration spells each answer, as JSON pointers below it.

        No word of one answer may be read as another's.
        """
        return ()

    @classmethod
    def declared_values(cls, declaration: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the values of a list that an unchecked declaration names; none of other types."""
        return ()

    # The list of values, of a field that is answered from one.

    @property
    def options(self) -> tuple[Choice, ...]:
        """The values that are stored, in their order; none where anything may be written."""
        return ()

    @property
    def dropdown(self) -> tuple[Choice, ...]:
        """What people choose from in a cell, with its meaning."""
        return self.options

    @property
    def is_rating(self) -> bool:
        """Whether the options are in order, from best to worst."""
        return False

    @property
    def blank_label(self) -> str:
        """What an empty cell of an answered row is called."""
        return "記入なし"

    # Nothing to report: one field of a form may say why, and waives the others.

    @property
    def waives(self) -> bool:
        """Whether it says why there is nothing to report, so that no other field is required."""
        return False

    def is_no_reason(self, value: Value) -> bool:
        """Whether a value that should say why there is nothing to report says nothing itself."""
        return False

    def no_reason_when(self, cell: str) -> str:
        """Return the same of a cell as an Excel formula, without "="."""
        return "FALSE"

    def filled_when(self, cell: str) -> str:
        """Return an Excel formula, without "=": whether a cell holds an answer."""
        return f"NOT({is_empty(cell)})"

    def as_combined(self) -> Self:
        """Return the field as one that nobody answers: what several answers to it come to."""
        return replace(self, required=False, required_when=None)

    @property
    def adds_up_to(self) -> str:
        """What the answers of several rounds of a year come to together, "" where nothing."""
        return ""

    @property
    def counted_in(self) -> str:
        """The unit of a figure, "" where there is none."""
        return ""

    # The template.

    @property
    @abstractmethod
    def cell_rules(self) -> CellRules:
        """How the field's cells look on a template, and what Excel takes in them."""

    @abstractmethod
    def wrong_when(self, cell: str, listed: str) -> Iterator[str]:
        """Yield Excel formulas, without "=", one of which is true when a cell is to be put right.

        Cell is its reference; listed is the range in which the dropdown's values stand.
        """

    # The answer in a cell, and whether it keeps to the declaration.

    def parse_cell(self, cell: RawCell) -> Parsed:
        """Return the value of a non-blank cell; what cannot be read stays text, for `check`."""
        if cell.is_picture:
            return Parsed(None, (self._violation(Code.VALUE_IS_PICTURE),))
        if cell.kind is FORMULA:
            return self._unseen(cell, self._parse_formula(cell))
        if cell.kind is not TEXT and cell.kind in _UNREADABLE:
            return Parsed(None, (self._violation(_UNREADABLE[cell.kind], value=cell.text),))
        parsed = self._parse(cell)
        return self._unseen(cell, parsed) if cell.look else parsed

    def _unseen(self, cell: RawCell, parsed: Parsed) -> Parsed:
        """Return what was parsed, and that nobody sees it in the cell, or may not, if so."""
        if parsed.value is None:
            return parsed
        if cell.look and cell.look.may_differ:
            unclear = self._violation(Code.VALUE_LOOK_UNCLEAR, value=cell.text)
            parsed = Parsed(parsed.value, (unclear, *parsed.violations))
        if not cell.is_unseen:
            return parsed
        unseen = self._violation(Code.VALUE_UNSEEN, value=cell.text)
        return Parsed(parsed.value, (unseen, *parsed.violations))

    def _parse_formula(self, cell: RawCell) -> Parsed:
        if cell.cached is None or cell.cached.is_blank:
            return Parsed(None, (self._violation(Code.VALUE_IS_FORMULA),))
        result = self.parse_cell(cell.cached)
        if result.value is None:
            return result
        from_formula = self._violation(Code.VALUE_FROM_FORMULA, value=cell.cached.text)
        return Parsed(result.value, (from_formula, *result.violations))

    @abstractmethod
    def _parse(self, cell: RawCell) -> Parsed:
        """Return the value of a cell that holds no formula, no error and no picture."""

    def _adjusted(self, cell: RawCell, value: Value, after: str) -> Parsed:
        """Return a value that stands in a cell in another spelling than its own, and say so."""
        stored, shown = cell.text, cell.shown
        if stored != shown:
            otherwise = self._violation(
                Code.VALUE_SHOWN_OTHERWISE, shown=shown, stored=stored, after=after
            )
            return Parsed(value, (otherwise,))
        if stored == after:
            return Parsed(value)
        return Parsed(value, (self._violation(Code.VALUE_ADJUSTED, before=stored, after=after),))

    @abstractmethod
    def check(self, value: Value) -> Violation | None:
        """Return what is wrong with a parsed value, the first thing only; None when it is fine."""

    @property
    def bounds(self) -> str:
        """Which values keep to the bounds, as one names them; blank where there are none."""
        return ""

    @property
    def bounds_sentence(self) -> str:
        """Which values keep to the bounds, as a sentence of the form."""
        return f"{self.bounds}です。" if self.bounds else ""

    def doubt(self, value: Value, year: int) -> Violation | None:
        """Return why a sound value is unlikely in a fiscal year; None where it is not."""
        return None

    def doubtful_when(self, cell: str, year: int) -> Iterator[str]:
        """Yield Excel formulas, one of which is true while a value would be asked about."""
        return iter(())

    def checks(self) -> Iterator[Check]:
        """Yield what is asked of the value beside last year's."""
        return iter(())

    def _violation(self, code: Code, **details: Detail) -> Violation:
        return Violation(self.key, code, details)

    # The value in JSON: answers.schema.json, and the ledger held against it.

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of a value."""
        about = {"title": self.label} | ({"description": self.help} if self.help else {})
        return about | self._value_schema()

    @abstractmethod
    def _value_schema(self) -> dict[str, Any]:
        """Return what a value must be, as JSON Schema."""

    def as_instance(self, stored: str) -> object:
        """Return the JSON value of what the ledger's CSV spells, blanks excepted."""
        return stored

    # The ledger for machines.

    @classmethod
    @abstractmethod
    def table_schema(cls, fields: Sequence[Self]) -> dict[str, Any]:
        """Return the type of a data package's column: what several forms agree on."""

    @property
    def description(self) -> str:
        """What is said of the column to whoever uses the data."""
        return self.help

    # For readers: plan, legend, report and paper.

    @property
    @abstractmethod
    def outline(self) -> str:
        """What is asked, in a few words."""

    @property
    def limits(self) -> str:
        """What bounds the values, in sentences of the legend; blank when nothing is to be said."""
        return ""

    def in_report(self, stored: str) -> ShownAnswer:
        """Return an answer as the report shows it, given what the ledger's CSV spells."""
        if not stored:
            blank = f"（{self.blank_label}）"
            return ShownAnswer(self.label, blank, is_prose=self.is_prose, is_blank=True)
        return self._in_words(stored)

    def _in_words(self, stored: str) -> ShownAnswer:
        return ShownAnswer(self.label, stored)

    @property
    def heading(self) -> str:
        """The heading of its column, on the form as in the ledger."""
        return self.label

    @abstractmethod
    def print_width(self, values: Iterable[object]) -> float:
        """Return the full-width characters of the column on paper, given all that stands in it."""

    def decimal_places(self, number: Decimal) -> int:
        """Return how many decimals a number is shown with."""
        return len(plain_number(number).partition(".")[2])

    # Two years side by side.

    def in_todays_unit(self, stored: str, before: Field) -> str:
        """Return a text of the ledger, answered to the field of an earlier form, in this unit."""
        return stored

    def is_same(self, before: str, after: str) -> bool:
        """Whether two texts of the ledger say the same."""
        return before == after

    def rank(self, stored: str) -> int | None:
        """Return the place of a value on the scale, 0 for the best; None where there is none."""
        return None

    def in_sentence(self, stored: str) -> str:
        """Return a text of the ledger as it stands among other words; blank may stay blank."""
        return stored

    def differences(self, before: Field | None, *, is_known: bool) -> Iterator[str]:
        """Yield why the counts of this year's answers cannot be compared with those of before.

        Before is the field of the earlier form that asked the same; is_known says that this form
        is still there. What is not answered from a list can always be put side by side.
        """
        return iter(())
