"""What earlier rounds answered, on the form of a later one: columns, texts, register, changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.small import COST, NOW, PLAN, PROGRESS, RATING
from tests.small import issue as issued
from workflow.excel.measures import lines_of, most_lines
from workflow.excel.page import Page, latest_together, pages_across
from workflow.model.fields.declarations import FONT_SIZE
from workflow.model.plan import Plan
from workflow.model.rounds.earlier import EarlierAnswer, EarlierRound
from workflow.storage.workspace import REGISTER_NAME
from workflow.templates.lay_out import issued_form, issued_items, lay_out
from workflow.templates.layout import ColumnKind, Layout
from workflow.templates.register import FormNumber, Register
from workflow.templates.register_file import load_register, register_as_bytes

OCTOBER = date(2023, 10, 3)
LONG = "窓口での相談から訪問までを一つの流れにした。" * 45


def earlier_answer(code: str, name: str, **texts: str) -> EarlierAnswer:
    return EarlierAnswer(name, frozenset({code}), OCTOBER, texts)


def answered(*, is_final: bool = True) -> Plan:
    """Return the small plan, resting on a round with every kind of answer."""
    answers = {
        "1-1": (
            earlier_answer("A", "甲課", progress="＝見守りを始めた", rating="Ａ", cost="1,200千円"),
        ),
        "1-2": (EarlierAnswer("甲課", frozenset({"A"}), None, {}),),
        "2-1": (earlier_answer("B", "乙課", progress=LONG, rating="Ｂ"),),
        "2-2": (
            earlier_answer("A", "甲課", progress="広報", rating="Ａ"),
            earlier_answer("B", "乙課", progress="", rating="Ｃ"),
        ),
    }
    first = EarlierRound("上半期", (PROGRESS, RATING, COST), answers, is_final)
    return replace(PLAN, earlier=(first,))


def form_of(plan: Plan, code: str) -> Layout:
    number = FormNumber("272230", 2023, code, 1)
    return lay_out(plan, plan.department(code), number, NOW, {})


def shown(layout: Layout) -> dict[str, dict[str, str]]:
    """Return what each item shows of earlier rounds, by heading."""
    columns = [c for c in layout.columns if c.kind is ColumnKind.KNOWN]
    return {row.item.id: {c.label: row.texts[c.index - 1] for c in columns} for row in layout.rows}


def test_a_later_form_shows_what_was_answered_by_whom_and_when() -> None:
    rows = shown(form_of(answered(), "A"))
    assert rows["1-1"] == {
        "上半期：取組状況": "＝見守りを始めた",
        "上半期：評価": "Ａ",
        "上半期：決算額": "1,200千円",
        "上半期：回答者・受領日": "甲課、令和5年10月3日",
    }
    assert set(rows["1-2"].values()) == {"未回答"}
    assert rows["2-1"]["上半期：回答者・受領日"] == "乙課、令和5年10月3日"


def test_who_answered_for_himself_reads_his_own_answer_and_others_that_of_all() -> None:
    plan = answered()
    own = shown(form_of(plan, "B"))["2-2"]
    assert (own["上半期：評価"], own["上半期：回答者・受領日"]) == ("Ｃ", "乙課、令和5年10月3日")
    asked = replace(
        plan, items=tuple(replace(i, departments=("C",)) for i in plan.items if i.id == "2-2")
    )
    everybody = shown(form_of(asked, "C"))["2-2"]
    assert everybody == {
        "上半期：取組状況": "甲課：広報",
        "上半期：評価": "甲課：Ａ\n乙課：Ｃ",
        "上半期：決算額": "",
        "上半期：回答者・受領日": "甲課、令和5年10月3日\n乙課、令和5年10月3日",
    }


def test_a_round_that_is_not_final_is_marked_as_provisional_and_changes_no_content() -> None:
    final, open_ = (form_of(answered(is_final=is_final), "A") for is_final in (True, False))
    assert "上半期：回答者・受領日（暫定）" in shown(open_)["1-1"]
    assert final.digest == open_.digest
    before = replace(issued("A"), form=open_.form, items=tuple(r.item for r in open_.rows))
    now = answered()
    changes = before.earlier_differences(issued_form(now), issued_items(now, now.department("A")))
    assert changes == ()


def test_the_longest_answer_fits_the_highest_row_and_its_column_is_the_widest() -> None:
    layout = form_of(answered(), "B")
    widths = {c.label: c.width for c in layout.columns if c.kind is ColumnKind.KNOWN}
    assert widths["上半期：取組状況"] > 20 > 9 > widths["上半期：評価"]
    assert widths["上半期：回答者・受領日"] == 7
    assert lines_of(LONG, widths["上半期：取組状況"]) <= most_lines(FONT_SIZE)


def test_the_register_keeps_what_was_shown_and_tells_what_changed(tmp_path: Path) -> None:
    plan = answered()
    owner = plan.department("A")
    issue = replace(issued("A"), form=issued_form(plan), items=issued_items(plan, owner))
    (tmp_path / REGISTER_NAME).write_bytes(register_as_bytes(Register(2023, (issue,))))
    (kept,) = load_register(tmp_path, 2023).issues
    assert kept == issue

    (first,) = plan.earlier
    corrected = {
        **first.answers,
        "1-1": (earlier_answer("A", "甲課", progress="直した", rating="Ｂ"),),
    }
    later = replace(plan, earlier=(replace(first, answers=corrected),))
    asked, items = issued_form(later), issued_items(later, owner)
    assert kept.earlier_differences(asked, items) == (
        "取組1-1の「上半期：取組状況」が変わった",
        "取組1-1の「上半期：評価」が変わった",
        "取組1-1の「上半期：決算額」が変わった",
    )
    assert kept.known_differences(asked, items) == ()
    assert kept.asks_as(replace(issue, form=asked, items=items))


def test_sentences_have_room_also_where_few_were_written() -> None:
    widths = {c.label: c.width for c in form_of(answered(), "A").columns}
    assert widths["上半期：取組状況"] >= 18


def test_what_is_to_fill_stands_on_one_page_with_the_latest_answers() -> None:
    page, widths = Page(), [60, 100, 150, 500, 500, 60, 80, 70, 200]
    assert pages_across(page, widths, 9, 3) == [4, 7]
    assert latest_together(page, widths, 9, 3, 5) == [4, 5]
    assert latest_together(page, widths, 9, 3, 4) == [4, 5]
    assert latest_together(page, widths[:5], 9, 3, 3) == pages_across(page, widths[:5], 9, 3)
