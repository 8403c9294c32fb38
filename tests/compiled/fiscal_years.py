"""A plan after a reorganisation, and its fiscal years as text tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from tests.small import NOW, PLAN, answer
from tests.tables import rows
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.years.past import PastYear, past_year
from workflow.model.fields.base import Choice
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.fields.text import TextField
from workflow.model.plan import AnswerRule, Assignment, Department, Item, Plan
from workflow.model.returns import Source

RATING = ChoiceField(
    key="rating",
    label="評価",
    required=True,
    ordered=True,
    choices=(Choice("Ａ", "順調"), Choice("Ｂ", "遅延"), Choice("Ｃ", "未着手")),
)
WAY = ChoiceField(key="way", label="方針", choices=(Choice("継続"), Choice("改善")))
PROGRESS = TextField(key="progress", label="取組状況")
FORM = Form((PROGRESS, WAY, RATING))

HEADER = (
    "年度(西暦)", "整理番号", "施策", "取組", "計画書ページ", "担当課",
    "取組状況", "方針", "評価", "回答状況", "回答ファイル",
)  # fmt: skip

DEPARTMENTS = (
    Department("K", "地域共生課", formerly=("福祉政策課",)),
    Department("F", "福祉課", formerly=("高齢福祉課", "障害福祉課")),
    Department("W", "子育て・若者課"),
    Department("D", "防災課"),
)


def plan_of(items: str, form: Form = FORM) -> Plan:
    """Return a plan of a table: 整理番号 | title | department codes | each or nothing."""
    return replace(
        PLAN,
        coordinator="K",
        departments=DEPARTMENTS,
        items=tuple(
            Item(
                number,
                ("一",),
                title,
                tuple(codes.split()),
                answer=AnswerRule.EACH if rule else AnswerRule.ANY,
            )
            for number, title, codes, rule in rows(items)
        ),
        form=form,
        matrices=(),
    )


def ledger_bytes(
    year: int, lines: Sequence[Sequence[str]], header: Sequence[str] = HEADER
) -> bytes:
    """Return a ledger CSV as it lies in a folder."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([header, *([str(year), *line] for line in lines)])
    return stream.getvalue().encode("utf-8-sig")


def past(table: str, year: int = 2022, form: Form | None = FORM) -> PastYear:
    """Return a year of a table: 整理番号 | title | 担当課 | 取組状況 | 方針 | 評価 | status."""
    lines = [
        (number, "一", title, "", owner, *texts, status or "回答済", "a.xlsx")
        for number, title, owner, *texts, status in rows(table)
    ]
    return past_year(year, ledger_bytes(year, lines), form)


def ledger_of(plan: Plan, table: str, year: int = 2023) -> Ledger:
    """Return this year of a table: 整理番号/code | 取組状況 | 方針 | 評価; unnamed is 未提出."""
    answered = {line[0]: line[1:] for line in rows(table)}
    entries = tuple(_entry(a, answered.get(_name(a))) for a in plan.assignments())
    return build_ledger(plan, year, entries)


def _name(assignment: Assignment) -> str:
    return f"{assignment.item.id}/{''.join(d.code for d in assignment.departments)}"


def _entry(assignment: Assignment, texts: list[str] | None) -> Entry:
    if texts is None:
        return Entry(assignment, AnswerStatus.MISSING, None)
    values: dict[str, Value] = {
        field.key: text for field, text in zip((PROGRESS, WAY, RATING), texts, strict=True) if text
    }
    source = Source("a.xlsx", "進捗状況", 5, "0", NOW)
    given = answer(assignment.item.id, assignment.departments[0].code, values, source)
    return Entry(assignment, AnswerStatus.ANSWERED, given)


REORGANISED = plan_of("""
    1-1 | 見守り | K   |
    1-2 | 声かけ | F   |
    2-1 | 相談   | F   | each
    2-2 | 訓練   | D   |
    3-1 | 学習   | W D |
    3-2 | 広報   | K   |
    3-3 | 避難   | D   |
    4-1 | 居場所 | W D | each
    4-2 | 啓発   | W D | each
""")

LAST_YEAR = """
    1-1 | 見守り | 福祉政策課                | 見た。   | 継続 | Ｂ |
    1-2 | 声かけ | 高齢福祉課                | かけた。 | 継続 | Ａ |
    2-1 | 相談   | 高齢福祉課                | 聞いた。 | 継続 | Ａ |
    2-1 | 相談   | 障害福祉課                | 答えた。 | 改善 | Ｃ |
    2-2 | 訓練   | 福祉政策課                | した。   | 継続 | Ａ |
    3-1 | 学習   | 子育て・若者課・福祉政策課 | 学んだ。 | 継続 | Ａ |
    9-9 | 祭り   | 防災課                    | 祝った。 | 継続 | Ｂ |
    4-1 | 居場所 | 子育て・若者課            |          |      |    | 未提出
    4-1 | 居場所 | 福祉政策課                | 開いた。 | 継続 | Ａ |
    4-2 | 啓発   | 子育て・若者課・防災課    | 配った。 | 継続 | Ａ |
"""

THIS_YEAR = """
    1-1/K  | 見た。   | 改善 | Ａ
    1-2/F  | 回った。 | 継続 | Ｂ
    2-1/F  | 受けた。 | 継続 | Ｂ
    2-2/D  | 走った。 | 継続 | Ａ
    3-1/WD | 学んだ。 | 継続 | Ａ
    3-2/K  | 載せた。 | 継続 | Ａ
    4-1/W  | 開けた。 | 継続 | Ａ
    4-2/W  | 配った。 | 改善 | Ｃ
    4-2/D  | 貼った。 | 継続 | Ａ
"""
