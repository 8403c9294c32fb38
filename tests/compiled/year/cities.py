"""A small plan with rounds of every kind, and its rounds as they end, without files.

一次評価 asks the departments, 課長確認 the reviewer of each, 委員意見 two people, 対応方針 the
departments again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.small import NOW, PLAN, RATING, answer, register
from workflow.compiled.merging.merge import merge
from workflow.compiled.round import Round
from workflow.compiled.year.united import united
from workflow.model.fields.form import Form
from workflow.model.fields.text import TextField
from workflow.model.plan import Department, Matrix, Plan
from workflow.model.returns import Outcome, Return, Source
from workflow.model.rounds.declared import Combine, CombineRule, DeclaredRound, Respondent, Ties

FIRST, CHECK, PANEL, POLICY = "一次評価", "課長確認", "委員意見", "対応方針"
SELF, OWN, VIEW, NEXT = "self", "own", "view", "next"

ROUNDS = (
    DeclaredRound(FIRST, 1, (SELF,)),
    DeclaredRound(CHECK, 2, (OWN,), respondent=Respondent.REVIEWER, of=FIRST),
    DeclaredRound(
        PANEL,
        3,
        (VIEW,),
        respondent=Respondent.PEOPLE,
        people=("P", "Q"),
        of=CHECK,
        combine=Combine(CombineRule.AVERAGE, Ties.BETTER),
    ),
    DeclaredRound(POLICY, 4, (NEXT,), of=PANEL),
)
YEAR_PLAN = replace(
    PLAN,
    departments=(
        *(replace(d, reviewer=f"R{d.code}") for d in PLAN.departments),
        *(Department(f"R{d.code}", f"{d.name}長") for d in PLAN.departments),
        Department("P", "甲委員", external=True),
        Department("Q", "乙委員", external=True),
    ),
    form=Form(
        (
            replace(RATING, key=SELF, label="自己評価"),
            replace(RATING, key=OWN, label="課長の評価"),
            replace(RATING, key=VIEW, label="委員評価"),
            TextField(key=NEXT, label="対応方針"),
        )
    ),
    matrices=(Matrix("施策", SELF),),
    rounds=ROUNDS,
)

Answers = Mapping[str, Mapping[str, str]]
"""Who answered what about which item: code → item → answer."""


def round_of(name: str, answers: Answers, plan: Plan = YEAR_PLAN) -> Round:
    """Return a round in which each of some people sent one file with these answers."""
    scoped = plan.in_round(name)
    key = scoped.form.fields[0].key
    return merge(scoped, register(scoped), [_file(name, key, *one) for one in answers.items()])


def _file(name: str, key: str, code: str, answers: Mapping[str, str]) -> Return:
    file = f"{name}/{code}.xlsx"
    found = []
    for row, (item, value) in enumerate(answers.items(), start=5):
        source = Source(file, "進捗状況", row, f"{name}{code}", NOW)
        found.append(answer(item, code, {key: value} if value else {}, source))
    return Return(
        file=file,
        sha256=f"{name}{code}",
        size=1,
        received=NOW,
        outcome=Outcome.ACCEPTED,
        department=code,
        answers=tuple(found),
    )


ALL_FIRST: Answers = {
    "A": {"1-1": "Ａ", "1-2": "Ｂ", "2-1": "Ａ", "2-2": "Ａ"},
    "B": {"2-1": "Ａ", "2-2": "Ｂ"},
    "C": {"3-1": "Ｃ"},
}
ALL_CHECK: Answers = {
    "RA": {"1-1": "Ｂ", "1-2": "Ｂ", "2-1": "Ａ", "2-2": "Ｃ"},
    "RB": {"2-1": "Ｂ", "2-2": "Ｂ"},
}
ALL_PANEL: Answers = {
    "P": {"1-1": "Ａ", "1-2": "Ｃ", "2-1": "Ｂ", "2-2": "Ａ", "3-1": "Ｂ"},
    "Q": {"1-1": "Ｂ", "1-2": "Ｃ", "2-1": "Ｂ", "2-2": "Ｃ"},
}


def year_of(*parts: Round, plan: Plan = YEAR_PLAN) -> Round:
    """Return the year some rounds make."""
    return united(plan, parts)
