"""What a template is filled with before it is sent: answers, corrections and questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from workflow.model.fields.declarations import Value
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing a department is asked to put right.

    The item is blank for what is wrong with the file as a whole, key and label of the field also
    for what is wrong with a whole row.
    """

    item: str
    field_key: str
    label: str
    problem: str
    remedy: str

    @property
    def cell(self) -> tuple[str, str]:
        """The item and the key: together they name a cell of the form."""
        return self.item, self.field_key


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a department is asked to explain, by the number of its point; nothing is wrong."""

    number: int
    item: str
    field_key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is written with: answers by item and key, and what to correct in them.

    Made_from are the digests of the returns these answers come from, or came after; respondent is
    who filled the last one in, as they wrote it.
    """

    answers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    questions: tuple[Question, ...] = ()
    made_from: tuple[str, ...] = ()
    as_of: datetime | None = None
    respondent: str = ""

    def value(self, item: str, key: str) -> Value | None:
        """Return what stands in a cell; None when it is empty."""
        return self.answers.get(item, {}).get(key)

    @property
    def marked(self) -> frozenset[tuple[str, str]]:
        """The cells to correct, by item and key."""
        return frozenset(c.cell for c in self.corrections if c.item and c.field_key)
