"""A year of several rounds, played: issued, answered by whoever is asked, collected, made final.

Each round begins a month after the one before it; no moment comes from the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.city import COLLECTED_AT, ISSUED_AT, RECEIVED_AT, City
from tests.engine import HERE
from tests.fillers.by_openpyxl import fill as fill_with_openpyxl
from tests.fillers.libreoffice import run_jobs
from tests.fillers.xml_patch import fill as fill_as_excel
from tests.fillers.xml_patch import located
from tests.rounds.examples import plan_of
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.model.fields.base import Field
from workflow.model.plan import AnswerRule, Item, Plan
from workflow.rounds.collected import Collected

YEAR = 2024
_MONTH = timedelta(days=31)

Answers = Mapping[str, Mapping[str, str | float]]
"""整理番号 → label → what is written."""


@dataclass(frozen=True)
class PlayedYear:
    """A city with one of the example plans, in a year that begins with nothing issued."""

    city: City
    year: int = YEAR

    @classmethod
    def of_example(cls, name: str, home: Path) -> PlayedYear:
        return cls(City.with_plan(home, plan_of(name)))

    @property
    def names(self) -> tuple[str, ...]:
        """The rounds, in the order of the plan."""
        return tuple(one.name for one in self.city.plan.rounds)

    def at(self, name: str) -> City:
        """Return the city as one round sees it."""
        return City(self.city.workspace.in_round(name))

    def plan(self, name: str) -> Plan:
        return self.city.plan.in_round(name)

    def asked(self, name: str) -> tuple[str, ...]:
        """Return the codes of those who answer in a round."""
        plan = self.plan(name)
        return tuple(d.code for d in plan.departments if plan.items_of(d.code))

    def issue(self, name: str) -> None:
        self.at(name).generate(self.year, ISSUED_AT + self._since(name))

    def answer(self, name: str, codes: Iterable[str] = (), changed: Answers | None = None) -> None:
        """Let some people answer as Excel would save it, or all who are asked."""
        for code, template, target in self._papers(name, codes):
            texts = merged(answers_of(self.plan(name), code), changed or {})
            fill_as_excel(template, target, texts, RECEIVED_AT + self._since(name))

    def answer_with_openpyxl(self, name: str, codes: Iterable[str]) -> None:
        for code, template, target in self._papers(name, codes):
            texts = answers_of(self.plan(name), code)
            fill_with_openpyxl(template, target, texts, RECEIVED_AT + self._since(name))

    def answer_with_libreoffice(self, name: str, codes: Iterable[str]) -> None:
        run_jobs(
            [
                {
                    "do": "fill",
                    "source": str(template),
                    "target": str(target),
                    "cells": located(template, answers_of(self.plan(name), code)),
                }
                for code, template, target in self._papers(name, codes)
            ]
        )

    def collect(self, name: str) -> Collected:
        return self.at(name).collect(self.year, COLLECTED_AT + self._since(name))

    def reopen(self, name: str, reason: str) -> Collected:
        now = COLLECTED_AT + self._since(name) + timedelta(days=2)
        return collect(self.at(name).workspace, self.year, now, HERE, reason)

    def finalize(self, name: str = "") -> Collected:
        """Make a round final, or the whole year."""
        city = self.at(name) if name else self.city
        now = COLLECTED_AT + self._since(name or self.names[-1]) + timedelta(days=1)
        return finalize(city.workspace, self.year, now, HERE)

    def play(self, name: str) -> Collected:
        """Issue a round, have it answered by all, collect it and make it final."""
        self.issue(name)
        self.answer(name)
        self.collect(name)
        return self.finalize(name)

    def returned(self, name: str, code: str) -> Path:
        """Return where a return of a round lies."""
        return self.city.returned(f"{name}/{code}.xlsx", self.year)

    def _papers(self, name: str, codes: Iterable[str]) -> Iterator[tuple[str, Path, Path]]:
        city = self.at(name)
        for code in tuple(codes) or self.asked(name):
            yield code, city.template(code, self.year), self.returned(name, code)

    def _since(self, name: str) -> timedelta:
        return self.names.index(name) * _MONTH + timedelta(days=365 * (self.year - 2023))


def answers_of(plan: Plan, code: str) -> dict[str, dict[str, str | float]]:
    """Return what somebody answers in the round of a plan: of every item, all that is asked.

    Of an item that one answer is enough for, the first who is asked answers it.
    """
    items = plan.items_of(code)
    return {
        item.id: {field.label: _answer(plan, code, item, field) for field in plan.form.fields}
        for item in items
        if item.answer is AnswerRule.EACH or item.asked[0] == code
    }


def _answer(plan: Plan, code: str, item: Item, field: Field) -> str | float:
    place = [one.id for one in plan.items].index(item.id)
    if field.is_prose:
        return f"【例】{field.label}（{item.id}、{plan.department(code).name}）"
    if field.is_number:
        return 10 * (place + 1)
    # Those who look later look closer: every third item comes out a step lower than before.
    step = plan.round.number if plan.round and field.is_rating else 0
    lower = (place + step + len(code)) % 3 == 0
    return field.options[1 if lower else 0].value


def merged(answers: Answers, changed: Answers) -> dict[str, dict[str, str | float]]:
    """Return answers with some of them changed."""
    return {item: {**values, **changed.get(item, {})} for item, values in answers.items()}


def column(rows: Sequence[Mapping[str, str]], label: str) -> dict[str, str]:
    """Return what a column of a ledger's CSV says, by 整理番号."""
    return {row["整理番号"]: row[label] for row in rows}
