"""A small plan with every kind of field and joint item, built directly, and what goes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.tables import rows
from workflow.model.catalogue import Code
from workflow.model.fields.base import Choice, Condition
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField
from workflow.model.findings import Finding, Location
from workflow.model.plan import AnswerRule, Department, Item, Matrix, Municipality, Plan
from workflow.model.returns import Answer, Outcome, Return, Source
from workflow.model.years import JST
from workflow.templates.lay_out import issued_items
from workflow.templates.register import FormNumber, Issue, IssuedForm, Register

NOW = datetime(2024, 4, 15, 9, 0, tzinfo=JST)

PROGRESS = TextField(
    key="progress", label="取組状況", required=True, max_length=10, help="実績を。"
)
RATING = ChoiceField(
    key="rating",
    label="評価",
    required=True,
    ordered=True,
    choices=(Choice("Ａ", "順調", ("良",)), Choice("Ｂ", "遅延"), Choice("Ｃ", "未着手")),
)
COST = NumberField(
    key="cost",
    label="決算額",
    unit="千円",
    minimum=Decimal(0),
    maximum=Decimal(1000),
    decimals=1,
)
DONE = DateField(key="done", label="完了日", minimum=date(2023, 4, 1), maximum=date(2024, 3, 31))
REASON = TextField(
    key="reason", label="理由", max_length=200, required_when=Condition("rating", ("Ｂ", "Ｃ"))
)
FORM = Form((PROGRESS, RATING, COST, DONE, REASON))

PLAN = Plan(
    title="小さな計画",
    municipality=Municipality("門真市", "272230"),
    coordinator="A",
    levels=("施策", "取組"),
    departments=(
        Department("A", "甲課"),
        Department("B", "乙課"),
        Department("C", "丙課", formerly=("OLD",)),
    ),
    items=(
        Item("1-1", ("一",), "見守り", ("A",), pages="10"),
        Item("1-2", ("一",), "声かけ", ("A",)),
        Item("2-1", ("二",), "訓練", ("B", "A")),
        Item("2-2", ("二",), "啓発", ("A", "B"), answer=AnswerRule.EACH),
        Item("3-1", ("三",), "支援", ("C",)),
    ),
    form=FORM,
    matrices=(Matrix("施策", "rating"), Matrix("担当課", "rating")),
    deadline=date(2024, 5, 31),
    contact="内線1",
)


def issue(department: str, count: int = 1, year: int = 2023, plan: Plan = PLAN) -> Issue:
    """Return the issue a department was given, without its workbook."""
    owner = plan.department(department)
    number = FormNumber(plan.municipality.code, year, department, count)
    return Issue(
        number=number,
        department_name=owner.name,
        file=f"{department}.xlsx",
        digest=f"{department}{count}",
        sha256=f"{department}{count}",
        issued_at=NOW,
        tool_version="0",
        form=IssuedForm(plan.levels, plan.form),
        items=issued_items(plan, owner),
    )


def with_other_pages(issued: Issue) -> Issue:
    """Return an issue that asks the same items for other pages of the plan."""
    return replace(issued, items=tuple(replace(i, pages=f"{i.pages}外") for i in issued.items))


def register(plan: Plan = PLAN, year: int = 2023) -> Register:
    """Return the register after every department of a plan was given its first issue."""
    asked = [d.code for d in plan.departments if plan.items_of(d.code)]
    return Register(year, tuple(issue(code, year=year, plan=plan) for code in asked))


def returns(table: str) -> tuple[Return, ...]:
    """Return the returns of a text table: path | department | hour | outcome | answers.

    An answer is 整理番号=評価, with ! behind it when it was rejected. A hash and a word behind
    the path stand for the content, for files that are copies of each other.
    """
    return tuple(_return(*line) for line in rows(table))


def _return(path: str, department: str, hour: str, outcome: str, rated_items: str) -> Return:
    path, _, content = path.partition("#")
    received = NOW + timedelta(hours=int(hour))
    answers = []
    for row, rated in enumerate(rated_items.split(), start=5):
        item, _, rating = rated.partition("=")
        source = Source(path, "進捗状況", row, content or path, received)
        given = answer(item, department, {"rating": rating.rstrip("!")}, source)
        answers.append(replace(given, rejected=rating.endswith("!")))
    return Return(
        file=path,
        sha256=content or path,
        size=1,
        received=received,
        outcome=Outcome(outcome),
        department=department,
        answers=tuple(answers),
        findings=tuple(_wrong(a) for a in answers if a.rejected),
    )


def _wrong(answer: Answer) -> Finding:
    location = Location(file=answer.source.file, item=answer.item, field_key=RATING.key)
    details = {"value": str(answer.values["rating"]), "choices": "Ａ、Ｂ、Ｃ"}
    return Finding(Code.VALUE_NOT_A_CHOICE, location, details)


def answer(item: str, department: str, values: dict[str, Value], source: Source) -> Answer:
    """Return an accepted answer as if its cells held just what its values say."""
    return Answer(
        item=item,
        department=department,
        values=values,
        written={key: str(value) for key, value in values.items()},
        cells=dict.fromkeys(values, f"F{source.row}"),
        source=source,
    )


def with_formerly(plan: Plan, code: str, *formerly: str) -> Plan:
    """Return a plan in which a department has old names or codes."""
    changed = (replace(d, formerly=formerly) if d.code == code else d for d in plan.departments)
    return replace(plan, departments=tuple(changed))
