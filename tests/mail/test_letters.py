"""Letters: edited words count, values stay plain text, a slip is reported by file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small import PLAN, issue
from workflow.compiled.corrections import OutstandingRequests
from workflow.mail.letters import (
    LetterKind,
    LetterValue,
    Message,
    Occasion,
    distribution,
    filled_in,
    letter,
    load_letters,
    request,
)
from workflow.model.errors import WorkspaceError
from workflow.templates.filling import Correction

BOTH = OutstandingRequests(
    ("1-1", "2-1"), (Correction("1-2", "", "評価", "「良」は選択肢に\nありません。", "選んで。"),)
)


def filled_letter(text: str, **values: LetterValue) -> Message:
    return filled_in(letter("メール文面/催促.txt", text), values)


def ours(kind: LetterKind, values: dict[str, LetterValue]) -> Message:
    return filled_in(load_letters(Path("nowhere")).by_kind[kind], values)


def on(day: int, month: int = 5) -> Occasion:
    return Occasion(PLAN, 2023, date(2024, month, day))


def test_the_first_line_is_the_subject() -> None:
    assert filled_letter("件名：{{ 課名 }}へ\n\n本文\n", 課名="甲課") == Message("甲課へ", "本文\n")
    assert filled_letter("甲課へ\n本文", 課名="甲課") == Message("甲課へ", "本文\n")


@given(st.text())
def test_values_are_plain_text_on_the_subject_line(name: str) -> None:
    message = filled_letter("件名：[{{ 課名 }}]\n本文", 課名=name)
    assert message.body == "本文\n"
    assert len(message.subject.splitlines()) == 1
    assert "\u202e" not in message.subject


def test_what_looks_like_a_template_in_a_value_is_not_one() -> None:
    assert filled_letter("件名：{{ 課名 }}\n{{ 課名 }}", 課名="{{ 7*7 }}{% x %}") == Message(
        "{{ 7*7 }}{% x %}", "{{ 7*7 }}{% x %}\n"
    )


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("件名：あ\n\n{{ 課 }}\n", 3, "「課」"),
        ("件名：{{ 課 }}\n本文\n", 1, "「課」"),
        ("件名：あ\n{% for 一つ in 未提出 %}\n{{ 一つ.題 }}\n{% endfor %}", 3, "「題」"),
        ("件名：あ\n本文\n{{ 課名 \n}\n", 4, "組を"),
        ("件名：あ\n{% if 課名 %}\n", 2, "組を"),
        ("件名：あ\n\n{{ 課名 + 1 }}", 3, "失敗"),
        ("件名：あ\n\n{{ 課名.__class__.__mro__ }}", 3, "失敗"),
        ("件名：あ\n{% include '/etc/passwd' %}", 2, "失敗"),
        ("件名：\n本文", 1, "件名"),
        ("", 1, "件名"),
    ],
)
def test_a_slip_is_one_sentence_with_file_and_line(text: str, line: int, word: str) -> None:
    with pytest.raises(WorkspaceError) as slip:
        filled_letter(text, 課名="甲課", 未提出=[{"名前": "一"}])
    sentence = str(slip.value)
    assert sentence.startswith(f"「メール文面/催促.txt」の{line}行目は、")
    assert word in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_edited_letters_count_as_any_editor_saves_them(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "催促.txt").write_bytes("件名：直した\r\n本文です。\r\n".encode(encoding))
    letters = load_letters(tmp_path)
    assert {path.name for path in letters.new} == {"配布.txt", "修正依頼.txt", "確認依頼.txt"}
    message = filled_in(letters.by_kind[LetterKind.REMINDER], {})
    assert message == Message("直した", "本文です。\n")


def test_a_letter_in_no_encoding_is_reported(tmp_path: Path) -> None:
    (tmp_path / "催促.txt").write_bytes(b"\x81")
    with pytest.raises(WorkspaceError, match="催促"):
        load_letters(tmp_path)


def test_our_distribution_names_file_and_deadline() -> None:
    message = ours(
        LetterKind.DISTRIBUTION, distribution(on(1), PLAN.department("A"), issue("A", count=2))
    )
    assert "小さな計画" in message.subject
    for phrase in ("甲課\n", "A.xlsx", "令和6年5月31日（金）", "4件", "第2版", "内線1"):
        assert phrase in message.body
    assert "#}" not in message.body


@pytest.mark.parametrize(
    ("today", "expected"),
    [(on(28), "あと3日"), (on(31), "本日"), (on(2, month=6), "2日過ぎて")],
)
def test_our_reminder_counts_the_days(today: Occasion, expected: str) -> None:
    values = request(
        today, PLAN.department("A"), OutstandingRequests(("1-1", "2-1")), "A.xlsx", True
    )
    message = ours(LetterKind.REMINDER, values)
    assert expected in message.body
    assert (
        "・1-1　見守り\n・2-1　訓練（乙課と共同。どちらかの課のご回答で足ります）\n" in message.body
    )
    assert "書き足して" in message.body
    assert ("期限超過" in message.subject) == ("過ぎ" in expected)


def test_our_question_asks_and_blames_nobody() -> None:
    asked = (Correction("1-2", "", "評価", "本当に「Ａ」ですか。", "説明を書いて。"),)
    values = request(
        on(1), PLAN.department("A"), OutstandingRequests(("1-1",), (), asked), "A_差戻し.xlsx", True
    )
    message = ours(LetterKind.QUESTION, values)
    assert "お尋ね" in message.subject
    for phrase in (
        "・整理番号1-2（声かけ）の「評価」\n　　本当に「Ａ」ですか。\n",
        "・1-1　見守り\n",
        "A_差戻し.xlsx",
    ):
        assert phrase in message.body
    assert "直していただき" not in message.body
    both = OutstandingRequests((), BOTH.corrections, asked)
    message = ours(
        LetterKind.CORRECTION, request(on(1), PLAN.department("A"), both, "A_差戻し.xlsx", True)
    )
    assert "本当に「Ａ」ですか。\n　　→ 説明を書いて。" in message.body


@pytest.mark.parametrize("kind", LetterKind)
def test_a_person_is_addressed_as_one(kind: LetterKind) -> None:
    """Where a department has somebody answer, a reviewer answers; so does an edited letter say."""
    values = request(on(1), PLAN.department("A"), BOTH, "A_差戻し.xlsx", True)
    values |= {"件数": 2, "版": 1}
    heading = f"{PLAN.department('A').name}"
    ours_ = load_letters(Path("nowhere")).by_kind[kind]
    assert filled_in(ours_, values).body.startswith(f"{heading}\n　ご担当者様\n")
    assert filled_in(ours_, values, to_person=True).body.startswith(f"{heading}　様\n")


def test_our_request_for_correction_tells_each_place_and_what_is_missing() -> None:
    message = ours(
        LetterKind.CORRECTION, request(on(1), PLAN.department("A"), BOTH, "A_差戻し.xlsx", True)
    )
    for phrase in (
        "・整理番号1-2（声かけ）の「評価」\n　　「良」は選択肢に ありません。\n　　→ 選んで。\n",
        "・1-1　見守り\n",
        "A_差戻し.xlsx",
        "あと30日",
    ):
        assert phrase in message.body
