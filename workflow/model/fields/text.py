"""text 文章: prose, kept as it was written."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self
from unicodedata import is_normalized

from workflow.model.catalogue import Code
from workflow.model.cells import MAX_CELL_TEXT, folded, may_fold_to
from workflow.model.fields.base import Field, Parsed
from workflow.model.fields.checks import Check, SameText, as_text
from workflow.model.fields.declarations import (
    CellRules,
    Kind,
    PlanColumn,
    ShownAnswer,
    Takes,
    Value,
)
from workflow.model.findings import Violation
from workflow.model.raw import TEXT, RawCell
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_BROKEN = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd"
_BREAKS = "\x0b\x0c\x85\u2028\u2029"
"""Breaks of lines other than Excel's own: Word's, a page's, and those of other systems."""
_ODD_CHARACTERS = {
    Code.VALUE_PRIVATE_CHARACTER: lazy_pattern(f"[{_PRIVATE}]"),
    Code.VALUE_BROKEN_CHARACTER: lazy_pattern(f"[{_BROKEN}]"),
}
_LINE_BREAK = lazy_pattern(f"[{_BREAKS}]")
_ANY_OF_THEM = lazy_pattern(f"[{_PRIVATE}{_BROKEN}{_BREAKS}]")
_DITTO_WORDS = ("同上", "〃", "同左", "上に同じ", "上と同じ", "上記のとおり", "々")
_NOTHING_WORDS = ("なし", "無し", "無", "特になし", "特に無し", "-", "ー", "―")
_DITTO, _NOTHING = {folded(word) for word in _DITTO_WORDS}, {folded(w) for w in _NOTHING_WORDS}
_LONGEST_PHRASE = max(map(len, _DITTO | _NOTHING))

_MOST_LINES = 32
"""Lines of prose that a row of Excel shows, at the size of text on a template, with a few to
spare for where lines break."""
_LEAST_WIDTH, _MOST_WIDTH = 12.0, 34.0
"""Full-width characters of a column of prose."""


def _phrase(text: str) -> str:
    """Return a short text folded, for comparison; blank for one too long for that."""
    return folded(text) if may_fold_to(text, _LONGEST_PHRASE) else ""


def _is_one_of(cell: str, words: Iterable[str]) -> str:
    """Return a formula: whether a cell holds one of some words, whatever their width."""
    plain = f'ASC(TRIM(SUBSTITUTE({cell},"　","")))'
    return "OR(" + ",".join(f"{plain}=ASC({as_text(word)})" for word in words) + ")"


def _named(characters: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(f"U+{ord(c):04X}" for c in sorted({*characters.findall(text)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(Field):
    """Prose of at most max_length characters (Excel holds 32,767 in one cell).

    Nothing_to_report says that whoever has nothing to report says why here, and nothing else.
    """

    max_length: int = MAX_CELL_TEXT
    nothing_to_report: bool = False

    type_name: ClassVar[str] = "text"
    type_word: ClassVar[str] = "文章"
    plan_columns: ClassVar[tuple[PlanColumn, ...]] = (
        PlanColumn(
            label="文字数の上限",
            key="/max_length",
            kind=Kind.NUMBER,
            width=4.5,
            hint="文章のときだけ使います。",
        ),
        PlanColumn(
            label="報告なしの理由",
            key="/nothing_to_report",
            kind=Kind.FLAG,
            width=5,
            hint="文章のときだけ使います。「はい」の項目に理由を書いた取組は「報告なし」になり、"
            "ほかの項目は記入しなくてよくなります。一つの項目だけに使えます。",
            optional=True,
        ),
    )
    is_prose: ClassVar[bool] = True
    ledger_width: ClassVar[float] = 28
    comparison_width: ClassVar[float] = 28.0

    @classmethod
    def _own_from_json(cls, parts: Mapping[str, Any]) -> dict[str, Any]:
        return {"max_length": int(parts["max_length"])} if "max_length" in parts else {}

    def _own_as_json(self) -> dict[str, Any]:
        waives = {"nothing_to_report": True} if self.nothing_to_report else {}
        return {"max_length": self.max_length} | waives

    @property
    def waives(self) -> bool:
        """As declared."""
        return self.nothing_to_report

    def is_no_reason(self, value: Value) -> bool:
        """Whether a text says only that there is nothing."""
        return _phrase(str(value)) in _NOTHING

    def no_reason_when(self, cell: str) -> str:
        """Return a short formula that looks the text up among the words for nothing."""
        words = as_text(f"|{'|'.join(_NOTHING_WORDS)}|")
        plain = f'ASC(TRIM(SUBSTITUTE({cell},"　","")))'
        return f'ISNUMBER(FIND("|"&{plain}&"|",ASC({words})))'

    @property
    def cell_rules(self) -> CellRules:
        """A cell in which the longest text fits the highest row of Excel, where that can be."""
        return CellRules(
            width=max(_LEAST_WIDTH, min(_MOST_WIDTH, math.ceil(self.max_length / _MOST_LINES))),
            takes=Takes.TEXT,
            maximum=self.max_length,
            # Text format keeps Excel from turning "1-1", "007" or "=..." into something else.
            number_format="@",
            instruction=self._instruction,
        )

    @property
    def _instruction(self) -> str:
        how = f"{self.max_length:,}字以内で記入してください。"
        if not self.nothing_to_report:
            return how
        only = "今年度は報告することがないときだけ、その理由を"
        return f"{only}{how}そのときは、ほかの項目は空欄のままでかまいません。"

    def wrong_when(self, cell: str, listed: str) -> Iterator[str]:
        """Yield a formula for a text too long, and for one that only points to another."""
        yield f"LEN({cell})>{self.max_length}"
        yield _is_one_of(cell, _DITTO_WORDS)

    def doubtful_when(self, cell: str, year: int) -> Iterator[str]:
        """Yield a formula for a text that says that there is nothing to say."""
        if not self.nothing_to_report:
            yield _is_one_of(cell, _NOTHING_WORDS)

    def checks(self) -> Iterator[Check]:
        """Yield whether it is last year's text."""
        yield SameText(self.key)

    def _parse(self, cell: RawCell) -> Parsed:
        text = cell.shown
        shown = self._adjusted(cell, text, text)
        if cell.kind is TEXT:
            parsed = self._parse_prose(text)
            return Parsed(parsed.value, (*shown.violations, *parsed.violations))
        kind = cell.kind.value
        converted = self._violation(Code.VALUE_CONVERTED, kind=kind, value=text)
        return Parsed(text, (converted, *shown.violations))

    def _parse_prose(self, text: str) -> Parsed:
        """Keep prose as written; only what a program took apart or spelled oddly is put right."""
        if is_normalized("NFC", text) and not _ANY_OF_THEM.search(text):
            return Parsed(text)  # as nearly every text is
        found = []
        if _LINE_BREAK.search(text):
            characters = _named(_LINE_BREAK, text)
            text = _LINE_BREAK.sub("\n", text)
            found.append(self._violation(Code.VALUE_LINE_BREAK, characters=characters))
        if not is_normalized("NFC", text) and is_normalized("NFD", text):
            text = unicodedata.normalize("NFC", text)
            found.append(self._violation(Code.VALUE_COMPOSED))
        for code, odd in _ODD_CHARACTERS.items():
            if characters := _named(odd, text):
                found.append(self._violation(code, characters=characters))
        return Parsed(text, tuple(found))

    def check(self, value: Value) -> Violation | None:
        """Return a text that is too long, or says only that another says it.

        Characters are counted, so 𠮷 counts one.
        """
        text = str(value)
        if _phrase(text) in _DITTO:
            return self._violation(Code.VALUE_DITTO, value=text.strip())
        if len(text) <= self.max_length:
            return None
        return self._violation(Code.VALUE_TOO_LONG, limit=self.max_length, found=len(text))

    def doubt(self, value: Value, year: int) -> Violation | None:
        """Return a text that says that there is nothing to say."""
        text = str(value)
        if self.nothing_to_report or _phrase(text) not in _NOTHING:
            return None
        return self._violation(Code.VALUE_NOTHING, value=text.strip())

    def _value_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.max_length}

    @classmethod
    def table_schema(cls, fields: Sequence[Self]) -> dict[str, Any]:
        """Return a string, as long as the most patient form allows."""
        longest = max(field.max_length for field in fields)
        return {"type": "string", "constraints": {"maxLength": longest}}

    @property
    def outline(self) -> str:
        """How long the prose may be."""
        return f"{self.max_length:,}字までの文章"

    @property
    def limits(self) -> str:
        """How long the prose may be, as a sentence."""
        return f"{self.max_length:,}字までです。"

    def _in_words(self, stored: str) -> ShownAnswer:
        return ShownAnswer(self.label, stored, is_prose=True)

    def print_width(self, values: Iterable[object]) -> float:
        """Return the least width; prose shares what is left of the page."""
        return 9.0
