from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.cached_values import spoil_cached_values
from tests.compiled.rounds import (
    ANSWERED,
    MISSING,
    SENT_BACK,
    answered,
    compilation,
    round_plan,
    workbook_bytes,
)
from tests.fillers.libreoffice import run_jobs
from tests.programs import needs_libreoffice
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.summaries.matrix import CountedMatrix, count
from workflow.model.fields.base import Choice
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.form import Form
from workflow.model.plan import Matrix, Plan

GRADES = ("Ａ", "Ｂ", "Ｃ")


def counted(
    plan: Plan, ratings: list[str | AnswerStatus | None], matrix: Matrix
) -> dict[str, dict[str, int]]:
    """Return row → column → count of one matrix."""
    plan = replace(plan, matrices=(matrix,))
    (found,) = count(plan, build_ledger(plan, 2023, answered(plan, ratings)))
    return as_table(found)


def as_table(matrix: CountedMatrix) -> dict[str, dict[str, int]]:
    labels = [bucket.label for bucket in matrix.columns]
    return {
        bucket.label: dict(zip(labels, row, strict=True))
        for bucket, row in zip(matrix.rows, matrix.counts, strict=True)
    }


def test_ratings_are_counted_under_their_headings() -> None:
    plan = round_plan(["一", "二"], ["甲課", "乙課"], GRADES)
    table = counted(plan, ["Ａ", "Ｂ", "Ａ", MISSING], Matrix("施策", "rating"))
    zero = {"Ａ": 0, "Ｂ": 0, "Ｃ": 0, "差戻し中": 0, "未提出": 0}
    assert table == {
        "一": zero | {"Ａ": 1, "Ｂ": 1},
        "二": zero | {"Ａ": 1, "未提出": 1},
    }


def test_axes_may_be_of_any_kind() -> None:
    plan = round_plan(["一", "二"], ["甲課", "乙課"], GRADES)
    ratings: list[str | AnswerStatus | None] = ["Ａ", SENT_BACK]
    by_department = counted(plan, ratings, Matrix("担当課", "施策"))
    assert by_department == {"甲課": {"一": 1, "二": 1}, "乙課": {"一": 1, "二": 1}}
    by_rating = counted(plan, ratings, Matrix("rating", "担当課"))
    assert by_rating["Ａ"] == {"甲課": 2, "乙課": 0}
    assert by_rating["差戻し中"] == {"甲課": 0, "乙課": 2}
    twice = counted(plan, ratings, Matrix("rating", "rating"))
    assert {row: n for row, counts in twice.items() for n in counts.values() if n} == {
        "Ａ": 2,
        "差戻し中": 2,
    }


@pytest.mark.parametrize(("required", "columns"), [(True, 5), (False, 6)])
def test_an_optional_choice_has_a_column_for_none(required: bool, columns: int) -> None:
    plan = round_plan(["一"], ["甲課", "乙課", "丙課"], GRADES, required)
    ratings: list[str | AnswerStatus | None] = ["Ａ"] if required else ["Ａ", None, MISSING]
    table = counted(plan, ratings, Matrix("施策", "rating"))
    assert len(table["一"]) == columns
    assert table["一"].get("記入なし") == (None if required else 1)
    assert sum(table["一"].values()) == 3


def test_what_an_older_form_allowed_or_did_not_ask_is_counted_too() -> None:
    plan = round_plan(["一"], ["甲課", "乙課", "丙課"], GRADES)
    table = counted(plan, ["Ａ", "Ｄ", None], Matrix("施策", "rating"))
    assert (table["一"]["Ａ"], table["一"]["Ｄ"], table["一"]["記入なし"]) == (1, 1, 1)
    assert sum(table["一"].values()) == 3


def test_a_status_is_not_taken_for_a_choice_of_the_same_name() -> None:
    plan = round_plan(["一"], ["甲課", "乙課", "丙課"], ["未提出", "記入なし"], required=False)
    (matrix,) = count(
        replace(plan, matrices=(Matrix("施策", "rating"),)),
        build_ledger(plan, 2023, answered(plan, ["未提出", MISSING, None])),
    )
    assert [bucket.label for bucket in matrix.columns] == [
        "未提出",
        "記入なし",
        "記入なし",
        "差戻し中",
        "未提出",
    ]
    assert matrix.counts == ((1, 0, 1, 0, 1),)


names = st.lists(
    st.text("ＡＢab12*?~=<>. 　", min_size=1, max_size=3), min_size=1, max_size=4, unique=True
)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Plan, Ledger]:
    choices = draw(names)
    plan = round_plan(draw(names), draw(names), choices, draw(st.booleans()))
    ratings = st.sampled_from([*choices, "前の様式", None, MISSING, SENT_BACK])
    drawn = draw(st.lists(ratings, min_size=1, max_size=20))
    return plan, build_ledger(plan, 2023, answered(plan, drawn))


@settings(max_examples=40)
@given(ledgers())
def test_every_assignment_is_counted_once_where_it_belongs(made: tuple[Plan, Ledger]) -> None:
    plan, ledger = made
    for matrix in count(plan, ledger):
        assert matrix.total == len(plan.assignments())
        for buckets, sums, axis in (
            (matrix.rows, [sum(row) for row in matrix.counts], matrix.declared.rows),
            (
                matrix.columns,
                [sum(c) for c in zip(*matrix.counts, strict=True)],
                matrix.declared.columns,
            ),
        ):
            expected = expected_sums(ledger, axis)
            assert {b.conditions: n for b, n in zip(buckets, sums, strict=True) if n} == expected


def expected_sums(ledger: Ledger, axis: str) -> Counter[tuple[tuple[str, str], ...]]:
    """Count the entries themselves, by what their bucket must ask for."""
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for entry in ledger.entries:
        if axis == "施策":
            found[("施策", entry.assignment.item.path[0]),] += 1
        elif axis == "担当課":
            found[("担当課", entry.assignment.department_label),] += 1
        elif entry.status is ANSWERED and entry.answer:
            rating = str(entry.answer.values.get("rating", ""))
            found[("評価", rating), ("回答状況", "回答済")] += 1
        else:
            found[("回答状況", entry.status.value),] += 1
    return found


def test_a_choice_field_nobody_reads_aloud_is_an_axis_by_its_key() -> None:
    plan = round_plan(["一"], ["甲課"], GRADES)
    other = ChoiceField(key="way", label="方針", required=True, choices=(Choice("継続"),))
    plan = replace(plan, form=Form((*plan.form.fields, other)))
    table = counted(plan, [MISSING], Matrix("way", "rating"))
    assert list(table) == ["継続", "差戻し中", "未提出"]
    assert table["未提出"]["未提出"] == 1


AWKWARD = [
    "*", "?", "~", "~*", "a*", "ab", "abc", "a?c", "*課", "=", "=1+1", "=甲",
    "<5", ">5", "<>", ">=", "<>甲", "1", "5", "10", "1.5", "007", "7", "-3",
    "50%", "1,000", "1E5", "1-1", "2024/5/1", "12:00", "TRUE", "#N/A", "'引用", '"引用"', "a&b",
    "(a)", "[a]", "^a$", "a.c", ".*", "{1}", "Ａ", "１", "ア", "ｱ", "あ",
]  # fmt: skip


@needs_libreoffice
def test_formulas_recalculate_to_what_was_counted(tmp_path: Path) -> None:
    jobs: list[dict[str, str]] = []
    for start in range(0, len(AWKWARD), 12):
        labels = AWKWARD[start : start + 12]
        plan = round_plan(labels, labels[:3], labels, required=False)
        ratings: list[str | AnswerStatus | None] = [*labels, MISSING, SENT_BACK, None]
        made = compilation(plan, answered(plan, ratings))
        book, spoilt = tmp_path / f"{start}.xlsx", tmp_path / f"{start}-spoilt.xlsx"
        book.write_bytes(workbook_bytes(made))
        spoil_cached_values(book, spoilt)
        jobs.append({"do": "recalculate", "source": str(spoilt), "book": str(book)})
    wrong = []
    for job, answer in zip(jobs, run_jobs(jobs), strict=True):
        cached, formulas = (
            load_workbook(job["book"], data_only=d)["集計表"] for d in (True, False)
        )
        for row, cells in enumerate(formulas.iter_rows()):
            for cell in (c for c in cells if c.data_type == "f"):
                value = answer["集計表"][row][cells.index(cell)]
                expected = cached[cell.coordinate].value
                wrong += [(cell.value, value, expected)] if value != expected else []
    assert wrong == []
