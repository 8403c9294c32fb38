"""choice 選択: one value of a declared list; and what any field answered from a list shares."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Self

from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.fields.base import NOT_COMPARABLE, Choice, Field, Parsed
from workflow.model.fields.declarations import (
    CellRules,
    Kind,
    PlanColumn,
    ShownAnswer,
    Takes,
    Value,
)
from workflow.model.findings import Violation
from workflow.model.raw import RawCell
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedField(Field):
    """A field answered from a list."""

    is_listed: ClassVar[bool] = True
    ledger_width: ClassVar[float] = 6.5
    comparison_width: ClassVar[float] = 5.0
    print_align: ClassVar[str] = "center"

    @property
    @abstractmethod
    def options(self) -> tuple[Choice, ...]:
        """The values that are stored, in their order."""

    @property
    def cell_rules(self) -> CellRules:
        """A cell as wide as the longest value, with a dropdown."""
        longest = max(len(choice.value) for choice in self.dropdown)
        return CellRules(
            width=max(5.0, min(12.0, longest + 1.5)),
            takes=Takes.LISTED,
            number_format="@",  # keeps Excel from turning "1-1" into a day
            instruction="▼を押して一覧から選んでください。",
            align="center",
        )

    def wrong_when(self, cell: str, listed: str) -> Iterator[str]:
        """Yield a formula for a value that is not on the list."""
        yield f'AND({cell}<>"",ISNA(MATCH({cell},{listed},0)))'

    def _parse(self, cell: RawCell) -> Parsed:
        text = cell.shown
        if any(choice.value == text for choice in self.options):
            return self._adjusted(cell, text, text)
        value = spellings(self.options).get(folded(text))
        return Parsed(text) if value is None else self._adjusted(cell, value, value)

    def check(self, value: Value) -> Violation | None:
        """Return a value that is not on the list."""
        for choice in self.options:
            if choice.value == value:
                return None
        choices = tuple(choice.value for choice in self.dropdown)
        return self._violation(Code.VALUE_NOT_A_CHOICE, value=str(value), choices=choices)

    def _value_schema(self) -> dict[str, Any]:
        return {"enum": [choice.value for choice in self.options]}

    @classmethod
    def table_schema(cls, fields: Sequence[Self]) -> dict[str, Any]:
        """Return a string with every value that any form allows, and what it means."""
        choices: dict[str, Choice] = {}
        for choice in (choice for field in fields for choice in field.options):
            choices.setdefault(choice.value, choice)
        return {
            "type": "string",
            "categories": [
                {"value": choice.value} | ({"label": choice.meaning} if choice.meaning else {})
                for choice in choices.values()
            ],
            **({"categoriesOrdered": True} if fields[0].is_rating else {}),
            "constraints": {"enum": list(choices)},
        }

    def print_width(self, values: Iterable[object]) -> float:
        """Return a width for the longest value, and for the heading in several lines."""
        longest = max(len(choice.value) for choice in self.options)
        heading = min(5.0, len(self.label) + 0.3)
        return max(3.5, heading, min(8.0, longest + 0.8))

    def differences(self, before: Field | None, *, is_known: bool) -> Iterator[str]:
        """Yield what is not asked as before: another kind of field, other values or meanings."""
        label = self.label
        if not is_known:
            yield (
                f"前年度の様式の記録がないため、{label}の選択肢が前年度と同じかどうかを"
                f"確かめられません。{NOT_COMPARABLE}"
            )
        elif before is None:
            yield f"前年度には「{label}」という項目がありません。"
        elif not before.is_listed:
            then = f"前年度の「{before.label}」は、選択肢から選ぶ項目ではありません。"
            yield f"{then}{NOT_COMPARABLE}"
        else:
            yield from self._other_values(before)
            yield from self._other_meanings(before)
            if before.is_rating is not self.is_rating:
                then = "順序のある" if before.is_rating else "順序のない"
                yield f"{label}は、前年度は{then}選択肢でした。{NOT_COMPARABLE}"

    def _other_values(self, before: Field) -> Iterator[str]:
        then, today = (tuple(c.value for c in field.options) for field in (before, self))
        if then != today:
            what = "選択肢の順序" if sorted(then) == sorted(today) else "選択肢"
            years = f"前年度：{'、'.join(then)}／今年度：{'、'.join(today)}"
            yield f"{self.label}の{what}が前年度と違います（{years}）。{NOT_COMPARABLE}"

    def _other_meanings(self, before: Field) -> Iterator[str]:
        meanings = {choice.value: choice.meaning for choice in before.options}
        for choice in self.options:
            meaning = meanings.get(choice.value, choice.meaning)
            if meaning != choice.meaning:
                what = f"{self.label}の「{choice.value}」の意味"
                years = f"前年度：{_or_none(meaning)}／今年度：{_or_none(choice.meaning)}"
                yield f"{what}が前年度と違います（{years}）。{NOT_COMPARABLE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(ListedField):
    """One of the declared choices; ordered means from best to worst."""

    choices: tuple[Choice, ...]
    ordered: bool = False

    type_name: ClassVar[str] = "choice"
    type_word: ClassVar[str] = "選択"
    plan_columns: ClassVar[tuple[PlanColumn, ...]] = (
        PlanColumn(
            label="評価の順",
            key="/ordered",
            kind=Kind.FLAG,
            width=4.5,
            hint="選択肢が良い順に並ぶときは「はい」にします。",
        ),
    )
    plan_details: ClassVar[tuple[PlanColumn, ...]] = (
        PlanColumn(
            label="選択肢", key="/value", width=5.5, hint="選択のときだけ、一行に一つ記入します。"
        ),
        PlanColumn(
            label="意味", key="/meaning", kind=Kind.PROSE, width=14, hint="選択肢の説明です。"
        ),
        PlanColumn(
            label="別の書き方",
            key="/aliases",
            kind=Kind.LINES,
            width=6.5,
            hint="同じ答えとみなす書き方です。二つ以上は改行で区切ります。",
            example="良",
        ),
    )

    @classmethod
    def _own_from_json(cls, parts: Mapping[str, Any]) -> dict[str, Any]:
        choices = (
            Choice(c["value"], c.get("meaning", ""), tuple(c.get("aliases", ())))
            for c in parts["choices"]
        )
        return {"choices": tuple(choices)}

    def _own_as_json(self) -> dict[str, Any]:
        ordered = {"ordered": True} if self.ordered else {}
        return {"choices": [_as_json(choice) for choice in self.choices]} | ordered

    @classmethod
    def declared_words(cls, declaration: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        """Return the value and the aliases of each choice."""
        return tuple(
            (f"/choices/{n}/value", *(f"/choices/{n}/aliases/{m}" for m in range(len(aliases))))
            for n, aliases in enumerate(map(_declared_aliases, _declared_choices(declaration)))
        )

    @classmethod
    def declared_values(cls, declaration: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the values of the choices, as far as they are texts."""
        choices = (c for c in _declared_choices(declaration) if isinstance(c, Mapping))
        values = (choice.get("value") for choice in choices)
        return tuple(value for value in values if isinstance(value, str))

    @property
    def options(self) -> tuple[Choice, ...]:
        """The declared choices."""
        return self.choices

    @property
    def is_rating(self) -> bool:
        """Whether the plan says that the choices are in order."""
        return self.ordered

    @property
    def outline(self) -> str:
        """The values."""
        return "・".join(choice.value for choice in self.choices)

    @property
    def limits(self) -> str:
        """That the choices are in order, where they are."""
        return "良い順に並べています。" if self.ordered else ""

    def _in_words(self, stored: str) -> ShownAnswer:
        meanings = {choice.value: choice.meaning for choice in self.choices}
        return ShownAnswer(self.label, stored, meaning=meanings.get(stored, ""))

    def rank(self, stored: str) -> int | None:
        """Return the place of a value on an ordered scale; None where it is not on it."""
        values = [choice.value for choice in self.choices] if self.ordered else []
        return values.index(stored) if stored in values else None


@lru_cache(maxsize=256)
def spellings(choices: tuple[Choice, ...]) -> Mapping[str, str]:
    """Return which value each accepted spelling, folded, stands for."""
    aliases = {folded(alias): choice.value for choice in choices for alias in choice.aliases}
    return aliases | {folded(choice.value): choice.value for choice in choices}


def _declared_choices(declaration: Mapping[str, Any]) -> list[Any]:
    choices = declaration.get("choices")
    return choices if isinstance(choices, list) else []


def _declared_aliases(choice: object) -> list[Any]:
    aliases = choice.get("aliases") if isinstance(choice, Mapping) else None
    return aliases if isinstance(aliases, list) else []


def _as_json(choice: Choice) -> dict[str, Any]:
    declared: dict[str, Any] = {"value": choice.value}
    declared |= {"meaning": choice.meaning} if choice.meaning else {}
    return declared | ({"aliases": list(choice.aliases)} if choice.aliases else {})


def _or_none(meaning: str) -> str:
    return meaning or "説明なし"
