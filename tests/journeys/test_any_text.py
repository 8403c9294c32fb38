"""Whatever text Excel can hold comes through generate → fill → collect → 台帳 → CSV unchanged."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.city import City, codes
from workflow.model.cells import MAX_CELL_TEXT, decoded, folded, is_nothing_to_see

LABELS = ("取組状況", "課題・改善点")
ITEMS = 6

SMALL_PLAN: dict[str, Any] = {
    "version": 1,
    "plan": {
        "title": "小さな計画",
        "municipality": {"name": "門真市", "code": "272230"},
        "coordinator": "A",
    },
    "levels": ["施策", "取組"],
    "departments": [{"code": "A", "name": "甲課"}],
    "items": [
        {"id": f"{n}", "path": ["一"], "title": f"取組{n}", "departments": ["A"]}
        for n in range(1, ITEMS + 1)
    ],
    "form": {
        "fields": [
            {
                "key": f"text_{n}",
                "label": label,
                "type": "text",
                "required": True,
                "max_length": MAX_CELL_TEXT,
            }
            for n, label in enumerate(LABELS)
        ]
    },
}

any_character = st.characters(exclude_categories=["Cs"])
awkward = st.sampled_from(
    [
        "=1+1", "+SUM(A1)", "-2", "@x", "007", "1-1", "TRUE", "#N/A", "NA", "null", "1E5",
        "\n", "\r\n", "\t", "　", " ", "_x000D_", "_x005F_", "_x", "𠮷", "葛\U000e0100", "👨‍👩‍👧",
        "①Ⅱ㈱", "か\u3099", "～〜", "\ue000", '"', "'", ",", "<b>&amp;", "]]>", "\x00", "\x1f",
        "<r>", "</r>", "x0041_x0042_", "\x85", "\u2028", "\ufeff", "\ufffe", "\uffff", "終わり ",
    ]
)  # fmt: skip
texts = st.lists(st.text(any_character, max_size=40) | awkward, min_size=1, max_size=8).map("".join)


DITTO = {"同上", "〃", "同左", "々"}
BREAKS = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), "\n")
NOTED = {
    "VALUE_COMPOSED",
    "VALUE_NOTHING",
    "VALUE_PRIVATE_CHARACTER",
    "VALUE_BROKEN_CHARACTER",
    "VALUE_LINE_BREAK",
}


def fits(text: str) -> bool:
    """Whether a text is an answer (not blank, not ditto) and Excel can hold it in one cell."""
    is_answer = not is_nothing_to_see(text) and folded(text) not in DITTO
    return is_answer and len(text.encode("utf-16-le")) // 2 <= MAX_CELL_TEXT


def stored(text: str) -> str:
    """Return a text as it is kept: unchanged but for odd line breaks and what macOS took apart."""
    text = text.translate(BREAKS)
    taken_apart = text == unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", text) if taken_apart else text


@settings(max_examples=30)
@given(st.lists(texts.filter(fits), min_size=2 * ITEMS, max_size=2 * ITEMS))
@example(
    [
        *("あ" * MAX_CELL_TEXT, "\n" * 500 + "末", "=1", "0001", " 前後 ", "𠮷" * 16383),
        *("<r><t>太字</t></r>", "_x0041_x0042_", "_x005F_x0041_", "x005F_", "_x000D_\n", "\r末"),
    ]
)
def test_text_comes_through_unchanged(written: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        city = City.with_plan(Path(folder), SMALL_PLAN)
        city.generate()
        sent = {
            str(n + 1): dict(zip(LABELS, written[2 * n : 2 * n + 2], strict=True))
            for n in range(ITEMS)
        }
        city.send_back("A", sent)
        collected = city.collect()
        assert set(codes(collected)) <= NOTED
        kept = {
            item: {k: stored(text) for k, text in values.items()} for item, values in sent.items()
        }
        for row in city.ledger():
            assert {label: decoded(row[label]) for label in LABELS} == kept[row["整理番号"]]
        for by_csv in city.ledger_csv():
            assert {label: by_csv[label] for label in LABELS} == kept[by_csv["整理番号"]]
