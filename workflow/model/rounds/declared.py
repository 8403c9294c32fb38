"""Rounds 回 within a fiscal year: each asks some fields of somebody, on the items of the plan.

A year of a plan that declares none is one round, and has no name but its year.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from workflow.model.years import day_from_json, era_year, full_year
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal year, or one round of it: what files and titles are called after."""

    year: int
    round: str = ""

    @property
    def in_names(self) -> str:
        """The period as part of the name of a file.

        >>> Period(2024).in_names, Period(2024, "二次評価").in_names
        ('令和6年度', '令和6年度_二次評価')
        """
        return "_".join(filter(None, (era_year(self.year), self.round)))

    @property
    def folder(self) -> str:
        """The folder of the period in each of those that people see, with slashes.

        >>> Period(2024).folder, Period(2024, "二次評価").folder
        ('2024', '2024/二次評価')
        """
        return "/".join(filter(None, (str(self.year), self.round)))

    @property
    def full(self) -> str:
        """The period with its western year.

        >>> Period(2024, "二次評価").full
        '令和6年度（2024年度） 二次評価'
        """
        return " ".join(filter(None, (full_year(self.year), self.round)))

    @property
    def options(self) -> str:
        """What a command is told to mean this period.

        >>> Period(2024).options, Period(2024, "二次評価").options
        ('--year 2024', '--year 2024 --round 二次評価')
        """
        named = f"--round {self.round}" if self.round else ""
        return " ".join(filter(None, (f"--year {self.year}", named)))

    def __str__(self) -> str:
        return " ".join(filter(None, (era_year(self.year), self.round)))


class Respondent(StrEnum):
    """Who answers in a round: each item's departments, its reviewers, or some people, all items."""

    DEPARTMENT = "department"
    REVIEWER = "reviewer"
    PEOPLE = "people"


class CombineRule(StrEnum):
    """How the answers of several people to one item become one."""

    AVERAGE = "average"
    VOTE = "vote"


class Ties(StrEnum):
    """What comes of a tie, or of an average in the middle between two choices."""

    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Combine:
    """The declared rule by which several answers to one item become one."""

    rule: CombineRule
    ties: Ties = Ties.BETTER

    @property
    def word(self) -> str:
        """What people call it."""
        return COMBINE_WORDS[self.rule, self.ties]


COMBINE_WORDS: Mapping[tuple[CombineRule, Ties], str] = {
    (CombineRule.AVERAGE, Ties.BETTER): "平均（中間は上位）",
    (CombineRule.AVERAGE, Ties.WORSE): "平均（中間は下位）",
    (CombineRule.AVERAGE, Ties.OPEN): "平均（中間は空欄）",
    (CombineRule.VOTE, Ties.BETTER): "多数決（同数は上位）",
    (CombineRule.VOTE, Ties.WORSE): "多数決（同数は下位）",
    (CombineRule.VOTE, Ties.OPEN): "多数決（同数は空欄）",
}
"""Every rule there is, by what people call it. An average is the choice nearest to it."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews: the code of a person, and of which department or level text; "" is of all."""

    of: str
    code: str


@dataclass(frozen=True, slots=True)
class DeclaredRound:
    """One round as the plan declares it. Its number is its place from 1; fields are keys.

    Of names the round that it follows, "" for none. People answer all items, each of them;
    reviewers the items of their department or level. Combine makes one of several answers.
    """

    name: str
    number: int
    fields: tuple[str, ...]
    deadline: date | None = None
    respondent: Respondent = Respondent.DEPARTMENT
    people: tuple[str, ...] = ()
    reviewers: tuple[Reviewer, ...] = ()
    of: str = ""
    combine: Combine | None = None
    indicators: bool = False
    correction_deadline: date | None = None

    @classmethod
    def from_json(cls, number: int, plain: Mapping[str, Any]) -> DeclaredRound:
        """Return the round of a checked declaration, as in plan.json."""
        asked = plain.get("respondent", Respondent.DEPARTMENT.value)
        people = () if isinstance(asked, str) else tuple(asked)
        combine = plain.get("combine")
        return cls(
            name=_as_folder(plain["name"]),
            number=number,
            fields=tuple(plain["fields"]),
            deadline=day_from_json(plain.get("deadline")),
            respondent=Respondent.PEOPLE if people else Respondent(asked),
            people=people,
            reviewers=tuple(Reviewer(r.get("of", ""), r["code"]) for r in _reviewers(plain)),
            of=_as_folder(plain.get("of", "")),
            combine=_combine(combine) if combine else None,
            indicators=plain.get("indicators", False),
            correction_deadline=day_from_json(plain.get("correction_deadline")),
        )


def _reviewers(plain: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = plain.get("reviewers", ())
    return found


def _combine(plain: Mapping[str, str]) -> Combine:
    return Combine(CombineRule(plain["rule"]), Ties(plain.get("ties", Ties.BETTER)))


def _as_folder(name: str) -> str:
    """Return a name as every system keeps it: on some, が is two characters."""
    return unicodedata.normalize("NFC", name)


def rounds_before(rounds: Sequence[DeclaredRound], name: str) -> tuple[DeclaredRound, ...]:
    """Return the rounds that one rests on, the first first, and itself last."""
    by_name = {one.name: one for one in rounds}
    chain: list[DeclaredRound] = []
    at = by_name.get(name)
    while at is not None and at not in chain:
        chain.insert(0, at)
        at = by_name.get(at.of)
    return tuple(chain)


def reviewers_of(
    one: DeclaredRound, levels: Sequence[str], departments: Sequence[str]
) -> tuple[str, ...]:
    """Return who reviews an item: what is named for its lowest level, its departments or for all.

    What is said of a level goes before what is said of a department.
    """
    for wanted in (*((level,) for level in reversed(levels)), departments, ("",)):
        found = dict.fromkeys(r.code for r in one.reviewers if r.of in wanted)
        if found:
            return tuple(found)
    return ()
