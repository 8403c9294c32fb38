"""plan.xlsx, declared once: which cell spells which part of plan.json. Reader and writer follow it.

計画 has one setting per row; the other three sheets are tables with one header row. The level
columns of 取組内容 are the plan's own, so that table is made from the level names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.model.fields.form import TYPES
from workflow.plan.book.columns import Table
from workflow.plan.book.settings import PLAN_SHEET, SETTINGS, TYPE_WORDS
from workflow.plan.document import keys, parent

FLAG_WORDS: Mapping[bool, str] = MappingProxyType({True: "はい", False: "いいえ"})
ANSWER_WORDS = MappingProxyType({"any": "いずれかの課", "each": "それぞれの課"})
_TYPES = sorted(TYPES, key=lambda kind: bool(kind.plan_details))
"""What goes on in the rows below stands last, beside the columns for that."""

REVIEWER_LABEL = "確認する人"
ROUND_SHEET = "回"

DEPARTMENTS = Table(
    sheet="担当課",
    pointer="/departments",
    intro="回答する課の一覧です。一行に一つの課を記入してください。",
    columns=(
        PlanColumn(
            label="コード",
            key="/code",
            kind=Kind.LATIN,
            width=8,
            hint="半角の英数字で短く付け、年度が替わっても変えません。",
            example="FUKUSHI",
            named_by="担当課名",
        ),
        PlanColumn(
            label="担当課名",
            key="/name",
            width=15,
            hint="調査票に載る名前です。",
            example="福祉政策課",
        ),
        PlanColumn(
            label="旧名・旧コード",
            key="/formerly",
            kind=Kind.LINES,
            width=15,
            hint="機構改革の前の課の名前やコードです。二つ以上は改行（Alt＋Enter）で区切ります。",
            example="福祉課",
        ),
        PlanColumn(
            label="庁外",
            key="/external",
            kind=Kind.FLAG,
            width=6,
            hint="庁外の団体は「はい」にします。",
        ),
        PlanColumn(
            label="メール",
            key="/email",
            kind=Kind.LATIN,
            width=17,
            hint="依頼や催促の宛先です。",
            example="fukushi@example.jp",
        ),
        PlanColumn(
            label=REVIEWER_LABEL,
            key="/reviewer",
            kind=Kind.PERSON,
            width=12,
            hint="シート「回」で「確認する人」に尋ねる回に、この課の取組を確認する人です。"
            "この表の名前かコードで書きます。",
            example="福祉政策課長",
            optional=True,
            is_rare=True,
        ),
    ),
)

CONDITION_FIELDS = ("/required_when/field", "/when/field")
"""Columns that name a field: by its label, or by its key."""

FIELDS = Table(
    sheet="様式",
    pointer="/form/fields",
    intro="担当課に記入してもらう項目の一覧です。一行に一つの項目を記入し、"
    "選択肢は二つ目から下の行に続けてください（左の列は空欄のままにします）。",
    columns=(
        PlanColumn(
            label="キー",
            key="/key",
            width=6,
            hint="半角の英小文字の名前です。年度が替わっても変えません。",
            example="progress",
        ),
        PlanColumn(
            label="項目名",
            key="/label",
            width=7.5,
            hint="調査票の見出しになります。",
            example="取組状況",
        ),
        PlanColumn(
            label="種類",
            key="/type",
            words=TYPE_WORDS,
            width=4.5,
            hint=f"{'・'.join(TYPE_WORDS.values())}から選びます。",
        ),
        PlanColumn(
            label="必須",
            key="/required",
            kind=Kind.FLAG,
            width=4.5,
            hint="必ず記入する項目は「はい」にします。",
        ),
        PlanColumn(
            label="記入の説明",
            key="/help",
            kind=Kind.PROSE,
            width=15,
            hint="担当課に見せる説明です。",
        ),
        PlanColumn(
            label="条件の項目",
            key="/required_when/field",
            width=6,
            hint="ある項目の答えによって必須にするとき、その項目の項目名を記入します。",
        ),
        PlanColumn(
            label="条件の値",
            key="/required_when/in",
            kind=Kind.LINES,
            width=6,
            hint="必須になる答えです。二つ以上は改行で区切ります。",
        ),
        *dict.fromkeys(column for kind in _TYPES for column in kind.plan_columns),
    ),
    detail_key="/choices",
    details=tuple(column for kind in _TYPES for column in kind.plan_details),
)


def item_table(levels: tuple[str, ...]) -> Table:
    """Return the sheet 取組内容 for these levels; the last one names the item itself."""
    above = tuple(
        PlanColumn(
            label=name,
            key=f"/path/{depth}",
            kind=Kind.HEADING,
            width=12,
            hint="シート「計画」の階層です。結合しても、初めの行だけに書いてもかまいません。",
            blank="",
        )
        for depth, name in enumerate(levels[:-1])
    )
    return Table(
        sheet="取組内容",
        pointer="/items",
        lists=("path", "departments"),
        levels=above,
        intro="計画の取組内容の一覧です。一行に一件を記入してください。",
        columns=(
            PlanColumn(
                label="整理番号",
                key="/id",
                width=5.5,
                hint="一件ごとの番号です。年度が替わっても変えません。",
                example="1-1",
            ),
            *above,
            PlanColumn(
                label=levels[-1],
                key="/title",
                kind=Kind.HEADING,
                width=18.5,
                hint="取組内容です。255字まで書けます。",
            ),
            PlanColumn(
                label="計画書ページ",
                key="/pages",
                kind=Kind.PAGES,
                width=5.5,
                hint="計画書の中のページです。",
                example="44-45",
            ),
            PlanColumn(
                label="担当課",
                key="/departments",
                kind=Kind.DEPARTMENTS,
                width=7,
                hint="担当課のコードか担当課名です。一覧から選べます。二つ以上は、改行（Alt＋Enter）か"
                "「、」で区切って書きます。",
                example="FUKUSHI、KIKI",
            ),
            PlanColumn(
                label="回答の求め方",
                key="/answer",
                words=ANSWER_WORDS,
                width=7,
                hint="担当課が二つ以上のとき、一つの回答でよいか、それぞれ必要かです。",
            ),
        ),
    )


ITEM_SHEET = item_table(("",)).sheet
SHEETS = (PLAN_SHEET, DEPARTMENTS.sheet, ITEM_SHEET, FIELDS.sheet)
"""The sheets that every plan has, in their order."""


def sheet_order(name: str) -> int:
    """Return the place of a sheet; one that not every plan has stands behind them."""
    return SHEETS.index(name) if name in SHEETS else len(SHEETS)


def _labels() -> dict[str, str]:
    labels = {
        "/plan": "計画",
        "/plan/municipality": "市区町村",
        "/form": "様式",
        "/form/fields/*/required_when": "条件の項目",
        "/items/*/path": "階層",
        "/checks/*/when": "確認の条件の項目",
        "/known_values": "既知の値の表",
        "/indicators": "指標",
        "/indicators/*/id": "指標番号",
        "/indicators/*/item": "整理番号",
        "/indicators/*/name": "指標",
        "/indicators/*/unit": "単位",
        "/indicators/*/direction": "めざす方向",
        "/indicators/*/kind": "実績の数え方",
        "/indicators/*/base": "基準値",
        "/indicators/*/base/year": "基準年度",
        "/indicators/*/base/value": "基準値",
        "/indicators/*/targets": "目標値",
        "/indicators/*/actuals": "実績値",
        "/indicators/*/rate": "達成率の求め方",
        "/indicators/*/grading": "判定の区分",
        "/indicators/*/decimals": "小数の桁数",
        "/indicators/*/required": "実績値は必須",
        "/indicators/*/remark": "備考欄",
        "/indicators/*/help": "記入の説明",
        "/rounds": "回",
        "/rounds/*/name": "回の名前",
        "/rounds/*/fields": "項目",
        "/rounds/*/deadline": "回答期限",
        "/rounds/*/correction_deadline": "再提出期限",
        "/rounds/*/respondent": "回答する人",
        "/rounds/*/of": "もとになる回",
        "/rounds/*/combine": "まとめ方",
        "/rounds/*/combine/rule": "まとめ方",
        "/rounds/*/combine/ties": "まとめ方",
        "/rounds/*/indicators": "指標",
        "/rounds/*/reviewers": REVIEWER_LABEL,
        "/rounds/*/reviewers/*/of": "対象",
        "/rounds/*/reviewers/*/code": REVIEWER_LABEL,
    }
    labels |= {setting.pointer: setting.label for setting in SETTINGS}
    labels |= {f"{s.pointer}/*{part.key}": part.label for s in SETTINGS for part in s.parts}
    for table in (DEPARTMENTS, item_table(("取組内容",)), FIELDS):
        labels[table.pointer] = table.sheet
        labels |= {f"{table.pointer}/*{c.key}": c.label for c in table.columns}
        labels |= {f"{table.pointer}/*{table.detail_key}/*{c.key}": c.label for c in table.details}
    labels[f"{FIELDS.pointer}/*{FIELDS.detail_key}"] = FIELDS.details[0].label
    return labels


_LABELS = _labels()


def label_of(pointer: str) -> str:
    """Return what people call the part of a plan at a pointer: its column, setting or sheet.

    An entry of a list is called like the list; an unknown key is its own name.
    """
    parts = keys(pointer)
    pattern = "".join(f"/{'*' if part.isdecimal() else part}" for part in parts)
    while pattern.endswith("/*") and pattern not in _LABELS:
        pattern = parent(pattern)
    return _LABELS.get(pattern, parts[-1] if parts else "計画")
