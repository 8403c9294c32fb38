"""Earlier rounds of a year 前の回: what was answered in them, as a later round's form shows it.

It stands locked on the form, in columns like those of known values: a column for each field of an
earlier round, and one that says who answered and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from workflow.model.cells import MAX_CELL_TEXT
from workflow.model.fields.base import Field
from workflow.model.fields.text import TextField
from workflow.model.years import japanese_date
from workflow.python.dataclass import dataclass

WHO_LABEL = "回答者・受領日"
"""Names the column, and the mark, that says of an earlier round who answered and when."""
UNANSWERED = "未回答"
"""What stands for an answer that is missing, or that was sent back."""

_PROVISIONAL = "（暫定）"
_NOTHING = "（報告なし）"
_PREFIX, _BETWEEN = "前の回", ":"
_PROSE = MAX_CELL_TEXT - 1
"""The length of a column of sentences; one of anything else is not bounded."""
_CUT = "…（長いため、ここまで）"


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """What one respondent, or several together, said of an item; received is None for nothing.

    Texts are as the form shows them, by the keys of the fields. That there is nothing to report
    may have been said by the respondent, or decided without anything received.
    """

    name: str
    codes: frozenset[str]
    received: date | None
    texts: Mapping[str, str]
    is_nothing: bool = False

    def text(self, key: str) -> str:
        """Return what was answered to a field."""
        return self.texts.get(key, "") if self.is_given else UNANSWERED

    @property
    def is_given(self) -> bool:
        """Whether the item is done with: answered, or without anything to report."""
        return self.received is not None or self.is_nothing

    @property
    def who(self) -> str:
        """Who answered, and when it was received."""
        if not self.is_given:
            return UNANSWERED
        on = f"、{japanese_date(self.received)}" if self.received else ""
        return f"{self.name}{on}{_NOTHING if self.is_nothing else ''}"


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """An earlier round: its fields, and the answers to each item by its id."""

    name: str
    fields: tuple[Field, ...]
    answers: Mapping[str, tuple[EarlierAnswer, ...]]
    is_final: bool = True

    @property
    def columns(self) -> Iterator[Field]:
        """The columns in which a later form shows it."""
        for field in self.fields:
            column = earlier_column(self.name, field.key, field.label)
            yield replace(column, max_length=_PROSE) if field.is_prose else column
        stage = "" if self.is_final else _PROVISIONAL
        yield earlier_column(self.name, "", f"{WHO_LABEL}{stage}")

    def texts(self, item: str, respondent: str) -> Iterator[str]:
        """Yield what the columns say of an item on the form of a respondent.

        Who answered for himself reads his own answer; others read the answers of all.
        """
        found = self.answers.get(item, ())
        own = [answer for answer in found if respondent in answer.codes]
        answers = own or found
        for field in self.fields:
            yield _side_by_side([(answer.name, answer.text(field.key)) for answer in answers])
        yield _cut("\n".join(_who(answers)))


def earlier_column(name: str, key: str, label: str) -> TextField:
    """Return the column of a field of an earlier round; key is blank for who answered and when."""
    return TextField(key=_BETWEEN.join((_PREFIX, name, key)), label=f"{name}：{label}")


def earlier_column_from_json(declared: Mapping[str, str]) -> Field:
    """Return a column as a register spells it."""
    key = _BETWEEN.join((_PREFIX, declared["round"], declared["key"]))
    column = TextField(key=key, label=declared["label"])
    return replace(column, max_length=_PROSE) if "prose" in declared else column


def earlier_column_as_json(column: Field) -> dict[str, Any]:
    """Return a column as a register spells it."""
    _, name, key = column.key.split(_BETWEEN, 2)
    declared = {"round": name, "key": key, "label": column.label}
    return declared | ({"prose": True} if holds_prose(column) else {})


def holds_prose(column: Field) -> bool:
    """Whether a column of an earlier round shows sentences, which need room."""
    return isinstance(column, TextField) and column.max_length == _PROSE


def says_who(column: Field) -> bool:
    """Whether a column of an earlier round says who answered, and when."""
    return column.key.endswith(_BETWEEN)


def round_of(column: Field) -> str:
    """Return the name of the earlier round that a column is of."""
    return column.key.split(_BETWEEN, 2)[1]


def plain_label(column: Field) -> str:
    """Return how people name a column that nobody answers, whether its round is final or not.

    >>> plain_label(earlier_column("一次評価", "", f"{WHO_LABEL}（暫定）"))
    '一次評価：回答者・受領日'
    """
    is_earlier = is_of_earlier_round(column.key)
    return column.label.removesuffix(_PROVISIONAL) if is_earlier else column.label


def rounds_shown(columns: Iterable[Field]) -> tuple[tuple[str, bool], ...]:
    """Return the earlier rounds that some columns show, and whether each is still provisional."""
    found = []
    for column in columns:
        if is_of_earlier_round(column.key):
            _, name, key = column.key.split(_BETWEEN, 2)
            found += [] if key else [(name, column.label.endswith(_PROVISIONAL))]
    return tuple(found)


def is_of_earlier_round(key: str) -> bool:
    """Whether a column shows what an earlier round answered."""
    return key.startswith(f"{_PREFIX}{_BETWEEN}")


def earlier_columns(rounds: Iterable[EarlierRound]) -> tuple[Field, ...]:
    """Return the columns of some earlier rounds, in their order."""
    return tuple(column for one in rounds for column in one.columns)


def earlier_texts(rounds: Iterable[EarlierRound], item: str, respondent: str) -> tuple[str, ...]:
    """Return what these columns say of an item on the form of a respondent."""
    return tuple(text for one in rounds for text in one.texts(item, respondent))


def _side_by_side(answers: Sequence[tuple[str, str]]) -> str:
    """Return what several answered, each on lines of his own; of one it needs no name."""
    if len(answers) == 1:
        return _cut(answers[0][1])
    if not answers:
        return UNANSWERED
    return _cut("\n".join(f"{name}：{text}" for name, text in answers if text))


def _who(answers: Sequence[EarlierAnswer]) -> Iterator[str]:
    several = len(answers) > 1
    for answer in answers:
        yield answer.who if answer.is_given or not several else f"{answer.name}：{UNANSWERED}"
    if not answers:
        yield UNANSWERED


def _cut(text: str) -> str:
    """Return a text that fits a cell."""
    if len(text) <= MAX_CELL_TEXT:
        return text
    return text[: MAX_CELL_TEXT - len(_CUT)] + _CUT
