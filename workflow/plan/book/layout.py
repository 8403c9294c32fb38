"""plan.xlsx, declared once: which cell spells which part of plan.json. Reader and writer follow it.

計画 has one setting per row; the other three sheets are tables with one header row. The level
columns of 取組内容 are the plan's own, so that table is made from the level names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workflow.model.catalogue import Severity
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.model.fields.form import TYPES
from workflow.plan.book.columns import Setting, Spread, Table
from workflow.plan.document import keys, parent

PLAN_SHEET = "計画"
SETTING_LABEL, VALUE_LABEL, HINT_LABEL = "設定", "値", "説明"
PLAN_INTRO = "計画全体の設定です。「値」の列に記入してください。使わない設定は空欄のままにします。"


FLAG_WORDS: Mapping[bool, str] = MappingProxyType({True: "はい", False: "いいえ"})
ANSWER_WORDS = MappingProxyType({"any": "いずれかの課", "each": "それぞれの課"})
TYPE_WORDS = MappingProxyType({kind.type_name: kind.type_word for kind in TYPES})
_TYPES = sorted(TYPES, key=lambda kind: bool(kind.plan_details))
"""What goes on in the rows below stands last, beside the columns for that."""

PAPER_WORDS = MappingProxyType({"A4": "A4", "A3": "A3"})
LAYOUT_WORDS = MappingProxyType({name: name for name in ("門真型", "一覧型", "縦型")})

KNOWN_WORDS = MappingProxyType({name: TYPE_WORDS[name] for name in ("number", "text")})
SEVERITY_WORDS = MappingProxyType({severity.value: severity.label for severity in Severity})
_AXIS_HINT = "階層の名前、担当課、選択の項目の項目名のどれかです。"

SETTINGS = (
    Setting(label="計画名", pointer="/plan/title", hint="調査票や台帳の表題になります。"),
    Setting(label="市区町村名", pointer="/plan/municipality/name", hint="団体の名前です。"),
    Setting(
        label="市区町村コード",
        pointer="/plan/municipality/code",
        kind=Kind.CITY,
        hint="全国地方公共団体コード（数字6桁）です。",
        example="272230",
        named_by="市区町村名",
    ),
    Setting(
        label="とりまとめ課",
        pointer="/plan/coordinator",
        kind=Kind.DEPARTMENT,
        hint="回答を集める課です。シート「担当課」のコードか担当課名で記入します。",
    ),
    Setting(
        label="回答期限",
        pointer="/plan/deadline",
        kind=Kind.DAY,
        hint="2024/5/31や令和6年5月31日のように記入します。空欄でもかまいません。",
    ),
    Setting(
        label="問い合わせ先",
        pointer="/plan/contact",
        kind=Kind.PROSE,
        hint="調査票に載せる連絡先です。改行できます。",
    ),
    Setting(
        label="用紙",
        pointer="/plan/paper",
        words=PAPER_WORDS,
        hint="調査票の用紙です。空欄ならA4になります。",
    ),
    Setting(
        label="シート保護のパスワード",
        pointer="/plan/lock_password",
        kind=Kind.PROSE,
        hint="調査票の保護を解くための言葉です。空欄ならパスワードなしで保護します。",
    ),
    Setting(
        label="開くためのパスワード",
        pointer="/plan/open_passwords",
        kind=Kind.PROSE,
        spread=Spread.ACROSS,
        hint="担当課がファイルに付けることのあるパスワードです。右へ並べて記入します。",
    ),
    Setting(
        label="階層",
        pointer="/levels",
        spread=Spread.ACROSS,
        hint="計画の段の名前を、上から順に右へ並べます。最後が一件ごとの取組内容です。",
    ),
    Setting(
        label="集計表",
        pointer="/matrices",
        spread=Spread.ROWS,
        parts=tuple(
            PlanColumn(label=f"集計表の{what}", key=key, hint=_AXIS_HINT, width=8)
            for what, key in (("行", "/rows"), ("列", "/columns"))
        ),
        hint="行にするもの、列にするものの順です。階層の名前、担当課、選択の項目の項目名を使います。"
        "増やすときは、下に行を挿入し、ここと同じ「集計表」の設定を並べます。",
    ),
    Setting(
        label="上限",
        pointer="/plan/limits",
        kind=Kind.NUMBER,
        spread=Spread.NAMED,
        blank="",
        hint="受け付けるファイルの大きさなどの上限を変えるときに、名前と数を右へ並べて記入します。"
        "名前は README.ja.md の「読むときの上限」にあります。",
    ),
    Setting(
        label="書式の版",
        pointer="/version",
        kind=Kind.NUMBER,
        hint="このファイルの書き方の版です。変えないでください。",
    ),
    Setting(
        label="報告書の体裁",
        pointer="/plan/report_layout",
        words=LAYOUT_WORDS,
        hint="公表する報告書の並べ方です。門真型は取組ごとのまとまりを1ページに2、3件、一覧型は横長の表、"
        "縦型は1件ごとの表です。空欄なら門真型になります。",
    ),
    Setting(
        label="再提出期限",
        pointer="/plan/correction_deadline",
        kind=Kind.DAY,
        hint="差し戻した調査票を直して出す期限です。空欄なら、差戻し用の調査票に期限を書きません。",
    ),
    Setting(
        label="確認の決まり",
        pointer="/checks",
        spread=Spread.ROWS,
        parts=(
            PlanColumn(
                label="確認の決まり",
                key="/rule",
                width=16,
                hint="項目のキーか「項目名」を、<=、=、+、* などでつなぎます。"
                "項目を一つだけ書くと、空いていないことです。",
                example="actual <= target * 2",
            ),
            PlanColumn(
                label="確認の重さ",
                key="/severity",
                words=SEVERITY_WORDS,
                width=8,
                hint="要修正・要確認・参考から選びます。空欄なら要確認です。",
            ),
            PlanColumn(
                label="確認の条件の項目",
                key="/when/field",
                width=8,
                hint="ある項目の答えのときだけ確かめるとき、その項目の項目名です。",
            ),
            PlanColumn(
                label="確認の条件の値",
                key="/when/in",
                kind=Kind.LINES,
                width=8,
                hint="確かめるときの答えです。二つ以上は改行で区切ります。",
            ),
            PlanColumn(
                label="確認の文",
                key="/message",
                width=8,
                hint="担当課に見せる文です。空欄なら、決まりから作ります。",
            ),
        ),
        hint="項目どうしの決まりを、調査票で知らせ、集めるときに確かめます。右へ、決まり、"
        "重さ（要修正・要確認・参考）、条件の項目、条件の値、担当課に見せる文の順です（決まりのほかは空欄でもかまいません）。"
        "増やすときは、下に行を挿入し、「確認の決まり」を並べます。",
        example="actual <= target * 2",
    ),
    Setting(
        label="市の様式",
        pointer="/plan/own_form",
        hint="市が使ってきた様式に印を付けたブックです。この計画と同じ場所に置いたファイルの名前を記入します。"
        "空欄なら、様式ひな形.xlsx があれば、それを使います。",
        example="施策評価シート.xlsx",
        is_rare=True,
    ),
    Setting(
        label="既知の値の表",
        pointer="/known_values/file",
        hint="予算額など、市がすでに知っている値の表です。この計画と同じ場所に置いたファイルの名前を"
        "記入します。",
        example="予算.xlsx",
        is_rare=True,
    ),
    Setting(
        label="既知の値のシート",
        pointer="/known_values/sheet",
        hint="その表のシートの名前です。見出しのあるシートが一つなら、空欄でもかまいません。",
        is_rare=True,
    ),
    Setting(
        label="既知の値",
        pointer="/known_values/columns",
        spread=Spread.ROWS,
        parts=(
            PlanColumn(
                label="既知の値",
                key="/label",
                width=16,
                hint="調査票と台帳の見出しになります。",
                example="予算額",
            ),
            PlanColumn(label="既知の値の単位", key="/unit", width=8, hint="数値の単位です。"),
            PlanColumn(
                label="既知の値の列",
                key="/heading",
                width=8,
                hint="その表での見出しです。同じ名前なら空欄でもかまいません。",
            ),
            PlanColumn(
                label="既知の値の種類",
                key="/type",
                words=KNOWN_WORDS,
                width=8,
                hint="数値か文章です。空欄なら数値です。",
            ),
            PlanColumn(
                label="既知の値の小数の桁数",
                key="/decimals",
                kind=Kind.NUMBER,
                width=8,
                hint="空欄なら、表のとおりです。",
            ),
        ),
        hint="調査票に変えられない形で載せ、台帳にも載せる値です。右へ、名前、単位、その表での見出し、"
        "種類（数値・文章）、小数の桁数の順です（名前のほかは空欄でもかまいません）。"
        "増やすときは、下に行を挿入し、「既知の値」を並べます。",
        example="予算額",
        is_rare=True,
    ),
)

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
