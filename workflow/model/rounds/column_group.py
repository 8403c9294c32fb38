"""The form of a whole year: whose answers each of its fields holds, where a year has rounds.

Every round asks in columns of its own, and where it asks several people, so does each of them.
"""

from __future__ import annotations

from workflow.model.rounds.declared import Combine, CombineRule
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """The columns of one round in a year, or of one person it asks.

    Index is that of its entries beside those of the others; group 0 has the columns without a name.
    Keys pair those of the year's form with those of the round's. Person is who is asked, or which
    of several, "" where there is one alone; names_respondent says that each row may have another.
    Measures says that it asks for the indicators too.
    """

    index: int = 0
    round: str = ""
    number: int = 0
    person: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    names_respondent: bool = False
    measures: bool = False

    @property
    def is_further(self) -> bool:
        """Whether it is that of a second one, or a later, whom only some rows have."""
        return self.names_respondent and bool(self.person)

    @property
    def label(self) -> str:
        """What the columns are called.

        >>> ColumnGroup(1, "委員意見", person="甲委員").label
        '委員意見（甲委員）'
        """
        return with_person(self.round, self.person)

    def column(self, label: str) -> str:
        """Return what a column is called that every group has.

        >>> ColumnGroup(1, "二次評価").column("回答状況"), ColumnGroup().column("回答状況")
        ('二次評価：回答状況', '回答状況')
        """
        return f"{self.label}：{label}" if self.index else label


WHOLE = ColumnGroup()
"""The one group of a plan without rounds."""


@dataclass(frozen=True, slots=True)
class Combined:
    """A field of the year that nobody answers: what the answers of several come to by a rule."""

    key: str
    keys: tuple[str, ...]
    rule: Combine
    round: str

    @property
    def word(self) -> str:
        """What the one made of several is called."""
        return "平均" if self.rule.rule is CombineRule.AVERAGE else "多数決"


def with_person(text: str, person: str) -> str:
    """Return a label that says whose it is, where it is one person's.

    >>> with_person("委員評価", "甲委員"), with_person("二次評価", "")
    ('委員評価（甲委員）', '二次評価')
    """
    return f"{text}（{person}）" if person else text
