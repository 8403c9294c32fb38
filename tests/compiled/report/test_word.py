"""The Word report: any text arrives as it is, and a template of the city's own is used as it is."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.compiled.report.contents import content
from tests.compiled.report.reading import items_in_page, items_in_word
from tests.small import NOW, PLAN, PROGRESS
from workflow.compiled.report.pages import report_pages
from workflow.compiled.report.word import word_report
from workflow.compiled.report.word_template import template_document
from workflow.model.errors import WorkspaceError
from workflow.model.fields.form import Form
from workflow.model.plain_text import legible
from workflow.model.plan import Item, Plan

LAYOUTS = ("門真型", "一覧型", "縦型")
template_of = cache(template_document)
"""The template of a layout, made once."""
NAME = "報告書ひな形.docx"

awkward = st.sampled_from(
    [
        "{{ 計画名 }}", "{% for x in 本文 %}", "{{", "}}", "{#", "{_{", "}_}", "{_%", "%_}", "{%-",
        "{%p if 確定 %}", "{%tr endfor %}", "{{r 目次 }}", "<w:t>", "</w:t></w:r></w:p>", "<w:p>",
        "&amp;", "&#13;", "\a", "\f", "\v", "\n", "\r\n", "\r", "\t", "  ", "　", "\x00", "\x1f",
        "\ufffe", "\uffff", "\x85", "\u2028", "“", "’", "𠮷", "葛\U000e0100", "]]>", "\u202e",
    ]
)  # fmt: skip
texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | awkward).map(
    "".join
)


def small_plan(title: str = "取組", items: int = 2) -> Plan:
    made = tuple(Item(str(n), ("章",), title, ("A",)) for n in range(1, items + 1))
    return replace(PLAN, items=made, form=Form((PROGRESS,)), matrices=())


def shown(text: str) -> str:
    """Return a text as Word shows it: what cannot be shown is replaced, the rest is untouched."""
    return legible(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


@settings(max_examples=6)
@given(st.lists(texts.filter(bool), min_size=8, max_size=8))
@example(["{_{ 計画名 }_}", "\n\n 前後 \n\t\n", " ", "\n", "あ" * 32767, "\x00\a\f", "一", "二"])
def test_any_text_arrives_as_it_is(written: list[str]) -> None:
    """Many texts in one report: it is the report that costs."""
    made = content([{"取組状況": text} for text in written], small_plan(items=len(written)))
    for layout in LAYOUTS:
        in_word = items_in_word(word_report(template_of(layout), NAME, made), layout)
        assert [i.answers[0]["取組状況"] for i in in_word] == [shown(text) for text in written]
    page = report_pages(made)["報告書/page-1.html"]
    assert [i.answers[0]["取組状況"] for i in items_in_page(page)] == [legible(t) for t in written]


def test_the_plan_may_hold_tags_too() -> None:
    plan = replace(small_plan("{{ 団体名 }} & <b>"), title="{% endfor %}")
    (first, _) = items_in_word(word_report(template_of("門真型"), NAME, content([{}, {}], plan)))
    assert first.title == "{{ 団体名 }} & <b>"


def test_the_same_content_gives_the_same_bytes() -> None:
    made = content([{"取組状況": "した。"}] * 2, small_plan())
    once, again = (word_report(template_document("門真型"), NAME, made) for _ in range(2))
    assert once == again
    later = replace(made, stage=replace(made.stage, as_of=NOW + timedelta(days=1)))
    assert word_report(template_of("門真型"), NAME, later) != once


def test_a_provisional_report_says_so_and_a_final_one_does_not() -> None:
    for is_final in (True, False):
        made = content([{}, {}], small_plan(), is_final=is_final)
        report = Document(io.BytesIO(word_report(template_of("門真型"), NAME, made)))
        text = "\n".join(p.text for p in report.paragraphs)
        assert ("暫定版" in text) is not is_final


ANSWER = {"取組状況": "した。", "評価": "Ａ", "決算額": "1234.5", "完了日": "2023-04-08"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_reply_to_a_joint_item_is_shown_and_what_is_open_says_so(layout: str) -> None:
    made = content([ANSWER] * 3 + [{}, ANSWER, {}])
    found = items_in_word(word_report(template_of(layout), NAME, made), layout)
    replies = [(i.id, answer) for i in found for answer in i.answers]
    assert [item for item, _ in replies] == ["1-1", "1-2", "2-1", "2-2", "2-2", "3-1"]
    assert [answer["担当課"] for _, answer in replies][2:5] == ["乙課・甲課", "甲課", "乙課"]
    for (_, answer), reply in zip(
        replies, [r for b in made.all_blocks for r in b.replies], strict=True
    ):
        if reply.is_answered:
            assert answer["決算額"] == "1,234.5千円"
            assert answer["評価"].startswith("Ａ　")
        else:
            assert answer["回答状況"] == f"{reply.standing}　{reply.explanation}"


def test_last_years_rating_stands_beside_this_years_and_the_chart_shows_both() -> None:
    now, before = [ANSWER | {"評価": "Ｂ"}] * 6, [ANSWER] * 5 + [{}]
    made = content(now, past=before)
    report = word_report(template_of("門真型"), NAME, made)
    ratings = [answer["評価"] for i in items_in_word(report) for answer in i.answers]
    assert [text.endswith("（令和4年度はＡ）") for text in ratings] == [True] * 5 + [False]
    with zipfile.ZipFile(io.BytesIO(report)) as package:
        chart = package.read("word/charts/chart1.xml").decode()
    assert re.findall("<c:v>([^<]*)</c:v>", chart)[:5] == [
        "Ａ",
        "令和4年度",
        "令和5年度",
        "5",
        "Ｂ",
    ]


def test_a_city_that_shows_no_chart_gets_none() -> None:
    plain = Document()
    plain.add_paragraph("{{ 計画名 }}")
    stored = io.BytesIO()
    plain.save(stored)
    report = word_report(stored.getvalue(), NAME, content([ANSWER] * 6))
    assert not [name for name in zipfile.ZipFile(io.BytesIO(report)).namelist() if "chart" in name]


def filled(*paragraphs: str | tuple[str, ...]) -> str:
    """Return the text of a template with some paragraphs, each of one or several runs, filled."""
    document = Document()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for text in (runs,) if isinstance(runs, str) else runs:
            paragraph.add_run(text).bold = len(paragraph.runs) % 2 == 0
    stored = io.BytesIO()
    document.save(stored)
    made = content([{"取組状況": "した。"}, {}], small_plan())
    report = Document(io.BytesIO(word_report(stored.getvalue(), NAME, made)))
    return "\n".join(p.text for p in report.paragraphs)


def test_a_tag_that_word_split_into_runs_is_read() -> None:
    assert filled(("{", "{ 計", "画名", " }", "}です")) == "小さな計画です"


@pytest.mark.parametrize(
    ("paragraphs", "near"),
    [
        (["前書き", "{{ 予算 }}"], "予算"),
        (["{%p for 部 in 本文 %}", "{{ 部.しめきり }}", "{%p endfor %}"], "しめきり"),
        (["{{ 計画名 }"], "計画名"),
        (["{% もし 確定 %}", "{% endif %}"], "もし"),
        (["{%p for 部 in 本文 %}", "終わらない"], ""),
        (["{{ 計画名.__class__.__mro__ }}"], "__"),
        (["{{ 計画名 + 1 }}"], "計画名"),
        (["{{ 1 / 0 }}"], "1 / 0"),
        (["あ{%p endfor %}"], ""),
    ],
)
def test_what_is_wrong_with_a_template_is_one_sentence_with_its_place(
    paragraphs: list[str], near: str
) -> None:
    with pytest.raises(WorkspaceError) as caught:
        filled(*paragraphs)
    message = str(caught.value)
    assert message.startswith(f"報告書のひな形（{NAME}）は使えません。")
    assert near in message
    assert "\n" not in message


@pytest.mark.parametrize("template", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"<html>"])
def test_what_is_no_word_document_is_reported_plainly(template: bytes) -> None:
    with pytest.raises(WorkspaceError, match="Wordの文書"):
        word_report(template, NAME, content([{}, {}], small_plan()))


def test_nobody_whom_word_names_in_a_template_is_published() -> None:
    document = Document(io.BytesIO(template_of("門真型")))
    properties = document.core_properties
    properties.author = properties.last_modified_by = "福祉 花子"
    paragraph = document.add_paragraph("あ")
    run = paragraph.add_run("い")
    document.add_comment(run, "う", author="福祉 花子", initials="花")
    inserted = OxmlElement("w:ins", attrs={qn("w:id"): "9", qn("w:author"): "福祉 花子"})
    paragraph._p.append(inserted)
    inserted.append(run._r)
    saved = io.BytesIO()
    document.save(saved)
    company = "<Manager>福祉 花子</Manager><Company>福祉</Company></Properties>".encode()
    made = word_report(
        with_part(
            saved.getvalue(), "docProps/app.xml", lambda c: c.replace(b"</Properties>", company)
        ),
        NAME,
        content([{}, {}], small_plan()),
    )
    parts = zipfile.ZipFile(io.BytesIO(made))
    whole = b"".join(parts.read(name) for name in parts.namelist())
    assert "福祉".encode() not in whole
    assert b"<Company" not in whole
    assert [p.text for p in Document(io.BytesIO(made)).paragraphs][-1] == "あ"
    assert "い" in parts.read("word/document.xml").decode()


def with_part(package: bytes, name: str, changed: Callable[[bytes], bytes]) -> bytes:
    """Return a package with one part changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as parts, zipfile.ZipFile(target, "w") as again:
        assert changed(parts.read(name)) != parts.read(name)
        for part in parts.namelist():
            again.writestr(part, changed(parts.read(part)) if part == name else parts.read(part))
    return target.getvalue()
