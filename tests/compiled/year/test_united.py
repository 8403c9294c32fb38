"""Several rounds as one: what each says of a row stands beside the others, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.compiled.year.cities import (
    ALL_CHECK,
    ALL_FIRST,
    ALL_PANEL,
    CHECK,
    FIRST,
    NEXT,
    PANEL,
    POLICY,
    SELF,
    YEAR_PLAN,
    round_of,
    year_of,
)
from tests.small import COST
from workflow.compiled.indicators import indicator_table
from workflow.compiled.ledger import build_ledger
from workflow.compiled.merging.entries import Entry
from workflow.compiled.round import Round
from workflow.compiled.summaries.matrix import count
from workflow.compiled.year.between import rating_changes
from workflow.compiled.year.cumulative import measures
from workflow.model.fields.form import Form
from workflow.model.indicators.indicator import Indicator
from workflow.model.returns import Answer
from workflow.model.rounds.declared import DeclaredRound

YEAR = year_of(round_of(FIRST, ALL_FIRST), round_of(CHECK, ALL_CHECK), round_of(PANEL, ALL_PANEL))
LEDGER = build_ledger(YEAR.plan, 2023, YEAR.entries)


def column(label: str) -> list[object]:
    """Return what stands in a column of the ledger."""
    return [row[LEDGER.index(label)] for row in LEDGER.rows]


def test_a_row_holds_what_every_round_says() -> None:
    """Departments, the reviewer of each, every person and what theirs comes to, side by side."""
    assert column("整理番号") == ["1-1", "1-2", "2-1", "2-2", "2-2", "3-1"]
    assert column("自己評価") == ["Ａ", "Ｂ", "Ａ", "Ａ", "Ｂ", "Ｃ"]
    assert column("課長の評価") == ["Ｂ", "Ｂ", "Ｂ", "Ｃ", "Ｂ", None]
    assert column("課長の評価（2人目）") == [None, None, "Ａ", None, None, None]
    assert column("委員評価（甲委員）") == ["Ａ", "Ｃ", "Ｂ", "Ａ", "Ａ", "Ｂ"]
    assert column("委員評価（乙委員）") == ["Ｂ", "Ｃ", "Ｂ", "Ｃ", "Ｃ", None]
    assert column("委員評価（平均）") == ["Ａ", "Ｃ", "Ｂ", "Ｂ", "Ｂ", "Ｂ"]


def test_every_round_has_its_status_and_source() -> None:
    """The first round has the plain columns, the others are named."""
    assert column("回答状況") == ["回答済"] * 6
    assert column("課長確認：回答状況") == ["回答済"] * 5 + ["未提出"]
    assert column("課長確認（2人目）：回答状況")[2] == "回答済"
    assert column("課長確認（2人目）：回答状況")[0] == "尋ねていない"
    assert column("委員意見（乙委員）：回答状況") == ["回答済"] * 5 + ["未提出"]
    assert column("回答ファイル")[0] == "一次評価/A.xlsx"
    assert column("課長確認：回答ファイル")[0] == "課長確認/RA.xlsx"
    assert column("課長確認：回答者") == ["甲課長", "甲課長", "乙課長", "甲課長", "乙課長", None]


def test_what_was_changed_is_listed_with_who_changed_it() -> None:
    """Every rating beside that of the round before; what several came to is theirs together."""
    changes = [
        (LEDGER.entries[c.entry].assignment.item.id, c.before, c.after, c.change.value, c.by)
        for c in rating_changes(YEAR.plan, LEDGER)
        if c.round_after == CHECK
    ]
    assert changes == [
        ("1-1", "Ａ", "Ｂ", "下がった", "甲課長"),
        ("2-1", "Ａ", "Ｂ", "下がった", "乙課長"),
        ("2-2", "Ａ", "Ｃ", "下がった", "甲課長"),
    ]
    of_panel = [c for c in rating_changes(YEAR.plan, LEDGER) if c.round_after == PANEL]
    assert {c.by for c in of_panel} == {"甲委員・乙委員の平均"}


def test_ratings_of_two_rounds_make_a_matrix() -> None:
    """Its counts are those of the rows, and its totals all of them."""
    matrix = next(m for m in count(YEAR.plan, LEDGER) if m.title == "自己評価 × 課長の評価")
    labels = [bucket.label for bucket in matrix.rows], [bucket.label for bucket in matrix.columns]
    counted = {
        (down, across): matrix.counts[r][c]
        for r, down in enumerate(labels[0])
        for c, across in enumerate(labels[1])
        if matrix.counts[r][c]
    }
    assert counted == {
        ("Ａ", "Ｂ"): 2,
        ("Ａ", "Ｃ"): 1,
        ("Ｂ", "Ｂ"): 2,
        ("Ｃ", "未提出"): 1,
    }
    assert matrix.total == len(LEDGER.entries)


def test_nothing_that_was_answered_is_lost() -> None:
    """Every answer that counts in a round stands there, also of an item the plan has no more."""
    parts = round_of(FIRST, ALL_FIRST), round_of(CHECK, ALL_CHECK), round_of(PANEL, ALL_PANEL)
    later = replace(YEAR_PLAN, items=YEAR_PLAN.items[1:])
    year = year_of(*parts, plan=later)
    ledger = build_ledger(year.plan, 2023, year.entries)
    shown = {
        (asked.answer.source, asked.answer.item)
        for row in ledger.entries
        for asked in row.every
        if asked.answer
    }
    counting = (entry.answer for part in parts for entry in part.entries if entry.answer)
    assert shown == {(answer.source, answer.item) for answer in counting}
    assert ledger.value(-1, "整理番号") == "1-1"
    assert tuple(entry.assignment for entry in ledger.entries) == year.plan.assignments()


def test_a_round_may_stand_alone() -> None:
    """After the first round a year is its ledger, with nothing of what was not collected yet."""
    year = year_of(round_of(FIRST, ALL_FIRST))
    labels = [c.label for c in build_ledger(year.plan, 2023, year.entries).columns]
    assert "課長の評価" not in labels
    assert not [label for label in labels if "：" in label]


def test_numbers_of_the_rounds_are_added_up() -> None:
    """Each round's value and what it has come to; a blank does not end the sum."""
    halves = tuple(
        replace(COST, key=f"half{n}", label=f"{n}期の件数", unit="件", adds_to="件数")
        for n in (1, 2, 3)
    )
    plan = replace(
        YEAR_PLAN,
        form=Form(halves),
        matrices=(),
        rounds=tuple(DeclaredRound(f"{n}期", n, (f"half{n}",)) for n in (1, 2, 3)),
    )
    answers = ({"1-1": "5", "1-2": "1"}, {"1-1": "", "1-2": "2"}, {"1-1": "7", "1-2": "3"})
    parts = [round_of(f"{n}期", {"A": one}, plan) for n, one in enumerate(answers, start=1)]
    year = year_of(*map(_as_numbers, parts), plan=plan)
    found = {m.item: m for m in measures(year.plan, year.entries)}
    assert [one.value for one in found["1-1"].rounds] == [Decimal(5), None, Decimal(7)]
    assert found["1-1"].running == (Decimal(5), Decimal(5), Decimal(12))
    assert found["1-2"].running == (Decimal(1), Decimal(3), Decimal(6))
    assert (found["1-1"].name, found["1-1"].unit) == ("件数", "件")


def _as_numbers(part: Round) -> Round:
    def numbers(answer: Answer | None) -> Answer | None:
        if answer is None:
            return None
        return replace(answer, values={k: Decimal(str(v)) for k, v in answer.values.items()})

    return replace(part, entries=tuple(replace(e, held=numbers(e.answer)) for e in part.entries))


def test_an_indicator_counts_as_it_was_asked_last() -> None:
    """Each round that asks for it has its actual, the last one is graded, and none is added up."""
    visits = Indicator(id="1-1-a", item="1-1", name="訪問件数", unit="件")
    plan = replace(
        YEAR_PLAN,
        matrices=(),
        indicators=(visits,),
        rounds=(
            DeclaredRound(FIRST, 1, (SELF,), indicators=True),
            DeclaredRound(POLICY, 2, (NEXT,), of=FIRST, indicators=True),
        ),
    )
    actuals = {FIRST: Decimal(30), POLICY: Decimal(50)}
    parts = [
        _with_actual(round_of(name, {"A": {"1-1": text}}, plan), visits, actuals[name])
        for name, text in ((FIRST, "Ａ"), (POLICY, "続ける"))
    ]
    year = year_of(*parts, plan=plan)
    (found,) = (m for m in measures(year.plan, year.entries) if m.name == "訪問件数")
    assert [one.value for one in found.rounds] == [Decimal(30), Decimal(50)]
    assert found.running == (Decimal(30), Decimal(50))
    table = indicator_table(year.plan, 2023, year.entries)
    assert table
    assert [one.now.actual for one in table.series] == [Decimal(50)]


def _with_actual(part: Round, indicator: Indicator, actual: Decimal) -> Round:
    def given(entry: Entry) -> Entry:
        if entry.answer is None or entry.assignment.item.id != indicator.item:
            return entry
        values = {**entry.answer.values, indicator.key: actual}
        return replace(entry, held=replace(entry.answer, values=values))

    return replace(part, entries=tuple(map(given, part.entries)))
