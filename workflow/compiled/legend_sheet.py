"""凡例: what every word, value and time in the workbook means, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from workflow import VERSION
from workflow.compiled.ledger import STATUS_LABEL
from workflow.model import Outcome, Plan
from workflow.table_sheet import TableStyles, write_values
from workflow.templates.register import Register

LEGEND_SHEET = "凡例"

_STATUSES = (
    ("回答済", "採用した回答があります。"),
    ("未提出", "回答が届いていないか、この取組内容の行が空欄です。"),
    ("差戻し中", "届いた回答に直すところがあり、訂正を待っています。値は台帳に載せていません。"),
)
_OUTCOMES = {
    Outcome.ACCEPTED: "回答を台帳に載せました。",
    Outcome.ACCEPTED_WITH_WARNINGS: "回答を台帳に載せましたが、確かめたほうがよい点があります。",
    Outcome.SENT_BACK: "直すところがあります。誤りのない行は台帳に載せました。",
    Outcome.SUPERSEDED: "同じ課の新しい回答があるため、使いませんでした。",
    Outcome.DUPLICATE: "ほかのファイルとまったく同じ内容のため、使いませんでした。",
    Outcome.NOT_A_RETURN: "調査票の回答ではありません。",
    Outcome.UNREADABLE: "開けないか、壊れているため、読み取れませんでした。",
}
_COLUMNS = (("区分", 22), ("語", 26), ("意味", 90))


def write_legend(book: Workbook, sheet: Worksheet, plan: Plan, register: Register) -> None:
    """Write the legend of a round."""
    rows = [
        *_choices(plan),
        *((STATUS_LABEL, word, meaning) for word, meaning in _STATUSES),
        *(("受付結果", outcome.label, meaning) for outcome, meaning in _OUTCOMES.items()),
        *_conventions(plan),
        *_origins(register),
    ]
    write_values(sheet, TableStyles(book), _COLUMNS, rows)


def _choices(plan: Plan) -> Iterator[tuple[str, str, str]]:
    for field in plan.form.choice_fields:
        for choice in field.choices:
            yield field.label, choice.value, choice.meaning or "（説明はありません。）"


def _conventions(plan: Plan) -> Iterator[tuple[str, str, str]]:
    yield "表記", "日時", "すべて日本時間です。"
    yield "表記", "空欄", "値がないことを表します。ゼロや「なし」とは違います。"
    yield (
        "表記",
        "共同の取組",
        "複数の課が担当する取組は、担当課の名前を「・」でつないで一行にしています。"
        "回答が分かれたときは、計画で先に書かれた課の回答を載せ、指摘一覧に示します。",
    )
    yield "集計", "集計表の数字", "台帳シートを数える式です。台帳の絞り込みで内訳を確かめられます。"
    yield "計画", "取組内容の数", f"{len(plan.items)}件です。"


def _origins(register: Register) -> Iterator[tuple[str, str, str]]:
    yield "作成", "ツールの版", VERSION
    for issue in register.current():
        yield "調査票", str(issue.number), f"{issue.file}（SHA-256 {issue.sha256}）"
