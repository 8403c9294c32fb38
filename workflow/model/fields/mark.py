"""mark ○印: a sign where something applies, and nothing where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.fields.base import Choice, Parsed
from workflow.model.fields.checks import as_text, is_empty
from workflow.model.fields.choice import ListedField
from workflow.model.fields.declarations import PlanColumn, ShownAnswer
from workflow.model.raw import RawCell
from workflow.python.dataclass import dataclass

# A zero and the letter O may be meant for either sign: better to ask.
_MARKED = frozenset(
    map(folded, ("○", "〇", "◯", "●", "✓", "✔", "☑", "レ", "1", "はい", "有", "TRUE"))
)
_BLANK = frozenset(
    map(folded, ("－", "ー", "―", "×", "✕", "✖", "✗", "✘", "☐", "いいえ", "無", "なし", "FALSE"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkField(ListedField):
    """Marked or not: the word for a mark is what is stored, and a blank says that there is none.

    Blank is the word for that where people choose or read it. A mark is never required.
    """

    marked: str = "○"
    blank: str = "－"

    type_name: ClassVar[str] = "mark"
    type_word: ClassVar[str] = "○印"
    plan_columns: ClassVar[tuple[PlanColumn, ...]] = (
        PlanColumn(
            label="印の言葉",
            key="/marked",
            width=4.5,
            hint="○印のときだけ使います。空欄なら「○」です。",
            optional=True,
        ),
        PlanColumn(
            label="印のないときの言葉",
            key="/blank",
            width=5,
            hint="○印のときだけ使います。空欄なら「－」です。",
            optional=True,
        ),
    )

    def _own_as_json(self) -> dict[str, Any]:
        words = {"marked": (self.marked, "○"), "blank": (self.blank, "－")}
        return {name: word for name, (word, usual) in words.items() if word != usual}

    @classmethod
    def declared_words(cls, declaration: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        """Return the words for a mark and for none."""
        return ("/marked",), ("/blank",)

    @classmethod
    def declared_values(cls, declaration: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the word for a mark."""
        marked = declaration.get("marked", "○")
        return (marked,) if isinstance(marked, str) else ()

    @property
    def options(self) -> tuple[Choice, ...]:
        """The word for a mark: nothing else is stored."""
        return (Choice(self.marked),)

    @property
    def dropdown(self) -> tuple[Choice, ...]:
        """The word for a mark, and the one for none."""
        return (
            Choice(self.marked, "あてはまります。"),
            Choice(self.blank, "あてはまりません。空欄も同じ意味です。"),
        )

    @property
    def blank_label(self) -> str:
        """The word for no mark."""
        return self.blank

    def _parse(self, cell: RawCell) -> Parsed:
        text = folded(cell.shown)
        if cell.shown == self.marked or text == folded(self.marked):
            return self._adjusted(cell, self.marked, self.marked)
        if text == folded(self.blank):
            return Parsed(None)
        if text in _MARKED:
            return self._adjusted(cell, self.marked, self.marked)
        if text in _BLANK:
            noted = self._violation(Code.VALUE_ADJUSTED, before=cell.shown, after=self.blank)
            return Parsed(None, (noted,))
        return Parsed(cell.shown)

    def filled_when(self, cell: str) -> str:
        """Return a formula; the word for no mark is no answer."""
        return f"AND(NOT({is_empty(cell)}),{cell}<>{as_text(self.blank)})"

    @property
    def outline(self) -> str:
        """Both words."""
        return f"「{self.marked}」か空欄"

    @property
    def limits(self) -> str:
        """What a blank of the ledger means."""
        return f"台帳では、あてはまらないものは空欄です（{self.blank}）。"

    def in_report(self, stored: str) -> ShownAnswer:
        """Return one of both words."""
        return ShownAnswer(self.label, self.in_sentence(stored), is_blank=not stored)

    def in_sentence(self, stored: str) -> str:
        """Return one of both words."""
        return stored or self.blank
