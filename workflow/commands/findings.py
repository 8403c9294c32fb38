"""findings: the catalogue of findings, on the screen or as a section of the manual."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from workflow.commands.command import CLEAN, Command
from workflow.model.catalogue import Code
from workflow.model.errors import WorkspaceError
from workflow.storage.files import write_file
from workflow.terminal.output import say

SECTION_START = (
    "<!-- 指摘の一覧：ここから（python run.py findings --update README.ja.md が書きます） -->"
)
SECTION_END = "<!-- 指摘の一覧：ここまで -->"

_GROUPS = {
    "PLAN": "計画",
    "KNOWN": "既知の値",
    "OWN": "様式ひな形",
    "IMPORT": "表の取り込み",
    "FILE": "届いたファイル",
    "JOURNAL": "届いたファイル",
    "FORM": "だれの様式か",
    "ROUND": "回",
    "COLUMN": "行と列",
    "SHEET": "行と列",
    "ROW": "行と列",
    "PLACE": "行と列",
    "CARD": "行と列",
    "LABEL": "行と列",
    "PRINTED": "行と列",
    "VALUE": "記入された値",
    "INDICATOR": "指標",
    "RETURN": "回答のまとめ",
    "ANSWER": "回答のまとめ",
    "JOINT": "回答のまとめ",
    "ITEM": "回答のまとめ",
    "DECISION": "確認の記録",
    "NOTES": "回答のまとめ",
    "VERIFY": "照合（verify）",
}
"""The group of a code, by the first word of its name."""

_WORDS = {
    "area": "範囲",
    "items": "整理番号",
    "mark": "印",
    "nearest": "近い印",
    "rate": "率",
    "grade": "判定",
    "after": "あとの内容",
    "at": "その日",
    "before": "前の内容",
    "cell": "セル",
    "cells": "セルの範囲",
    "character": "文字",
    "characters": "文字",
    "choices": "選択肢",
    "bounds": "範囲",
    "column": "項目",
    "count": "数",
    "current": "今の様式番号",
    "department": "課",
    "departments": "課",
    "expected": "正しいもの",
    "extension": "拡張子",
    "field": "項目",
    "example": "例",
    "found": "実際",
    "first": "最初",
    "heading": "見出し",
    "kind": "種類",
    "known": "整理番号",
    "label": "項目",
    "last": "最後",
    "files": "数",
    "labels": "項目",
    "limit": "限度",
    "maximum": "最大",
    "menu": "操作",
    "minimum": "最小",
    "name": "名前",
    "number": "様式番号",
    "numbers": "様式番号",
    "guess": "元の番号",
    "one": "一つ",
    "other": "もう一つ",
    "others": "ほかの列",
    "origin": "場所",
    "ours": "こちらの回答",
    "pictures": "数",
    "pairs": "書き方→読み取り",
    "point": "番号",
    "problem": "問題",
    "program": "プログラム",
    "reason": "理由",
    "sheets": "シート",
    "received": "受付日",
    "right": "正しい拡張子",
    "role": "使い方",
    "round": "回",
    "rounds": "回",
    "row": "行",
    "rows": "行",
    "rule": "書き方の決まり",
    "newer": "新しい回答",
    "seconds": "秒数",
    "shown": "表示",
    "stored": "保存された値",
    "stamped": "様式番号の課",
    "theirs": "もう一つの回答",
    "total": "全部の数",
    "unit": "決められた単位で",
    "used": "採った課",
    "value": "値",
    "versions": "食い違う記入",
    "what": "もの",
    "why": "わけ",
    "year": "年度",
}
"""What stands where a message names something of the case at hand."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--update",
        type=Path,
        metavar="説明書",
        help="画面に出さずに、説明書（README.ja.md）の中の一覧を書き直します。",
    )


def _run(arguments: Namespace) -> int:
    manual: Path | None = arguments.update
    if manual is None:
        say(as_text())
        return CLEAN
    try:
        write_file(manual, with_section(manual.read_text("utf-8")).encode())
    except (OSError, ValueError):
        raise WorkspaceError(f"「{manual}」に指摘の一覧を書く場所が見つかりません。") from None
    say(f"指摘の一覧を書き直しました：{manual}")
    return CLEAN


COMMAND = Command(
    name="findings",
    summary="指摘の一覧（意味と対応）を示します。",
    arguments=_arguments,
    run=_run,
)


def meaning(code: Code) -> str:
    """Return a code's message with 〈words〉 for what a case fills in."""
    return _shown(code.message)


def remedy(code: Code) -> str:
    """Return a code's remedy with 〈words〉 for what a case fills in."""
    return _shown(code.remedy)


def as_text() -> str:
    """Return the catalogue for the screen."""
    return "\n".join(_text_lines())


def as_markdown() -> str:
    """Return the catalogue as the section of the manual between its two marks."""
    return "\n".join((SECTION_START, *_markdown_lines(), SECTION_END))


def with_section(manual: str) -> str:
    """Return a manual with its section of findings written anew.

    Raises ValueError when the two marks do not stand in it, each once and in order.
    """
    head, start, rest = manual.partition(SECTION_START)
    _, end, tail = rest.partition(SECTION_END)
    if not (start and end) or SECTION_START in tail or SECTION_END in tail:
        raise ValueError(SECTION_START)
    return head + as_markdown() + tail


def _grouped() -> Iterator[tuple[str, list[Code]]]:
    order = list(dict.fromkeys(_GROUPS.values()))
    codes = sorted(Code, key=lambda code: order.index(_group(code)))
    yield from ((name, list(members)) for name, members in groupby(codes, key=_group))


def _group(code: Code) -> str:
    return _GROUPS[code.name.partition("_")[0]]


def _shown(text: str) -> str:
    return text.format_map({name: _Word(word) for name, word in _WORDS.items()})


class _Word(str):
    """What stands for a detail, however the detail itself would be shown."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return "〈" + self + "〉"


def _text_lines() -> Iterator[str]:
    for name, codes in _grouped():
        yield f"■ {name}"
        for code in codes:
            yield f"{code.name}（{code.severity.label}）"
            yield f"　意味：{meaning(code)}"
            yield f"　対応：{remedy(code)}"
        yield ""


def _markdown_lines() -> Iterator[str]:
    for name, codes in _grouped():
        yield from ("", f"### {name}", "", "| コード | 重さ | 意味 | 対応 |", "|---|---|---|---|")
        for code in codes:
            cells = (f"`{code.name}`", code.severity.label, meaning(code), remedy(code))
            yield "| " + " | ".join(cell.replace("|", "｜") for cell in cells) + " |"
    yield ""
