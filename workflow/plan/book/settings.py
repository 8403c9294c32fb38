"""The sheet 計画 of plan.xlsx, declared once: a setting per row, and words to choose from."""

from __future__ import annotations

from types import MappingProxyType

from workflow.model.catalogue import Severity
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.model.fields.form import TYPES
from workflow.plan.book.columns import Setting, Spread

PLAN_SHEET = "計画"
SETTING_LABEL, VALUE_LABEL, HINT_LABEL = "設定", "値", "説明"
PLAN_INTRO = "計画全体の設定です。「値」の列に記入してください。使わない設定は空欄のままにします。"
TYPE_WORDS = MappingProxyType({kind.type_name: kind.type_word for kind in TYPES})

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
