"""The catalogue: one entry per thing that can be noticed, with its severity and its Japanese texts.

Messages name what people see: sheet, cell, 整理番号, 項目. What stands in braces is a detail of the
finding; after a colon stands how it is shown (see `wording`).
"""

from __future__ import annotations

from enum import Enum, StrEnum, unique
from functools import cached_property
from string import Formatter

LABEL = "label"
"""The one name in braces that is no detail: the label of the field where a finding stands."""


class Severity(StrEnum):
    """How much a finding weighs: an error sends the return back, a warning asks for a look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        """The severity in the coordinator's words."""
        return {"error": "要修正", "warning": "要確認", "info": "参考"}[self.value]


@unique
class Code(Enum):
    """One thing that can be noticed: severity, message (what is wrong) and remedy (what to do)."""

    # --- 計画 (plan.xlsx / plan.json)
    PLAN_MISSING_VALUE = (
        Severity.ERROR,
        "「{name}」が記入されていません。",
        "「{name}」を記入してください。",
    )
    PLAN_UNKNOWN_KEY = (
        Severity.ERROR,
        "ここに「{name}」は書けません。",
        "消すか、つづりや項目の種類が合っているか確かめてください。",
    )
    PLAN_REPEATED_KEY = (
        Severity.ERROR,
        "同じ波かっこの中に「{name}」が二度書かれています。",
        "正しいほうだけを残してください。",
    )
    PLAN_WRONG_TYPE = (
        Severity.ERROR,
        "「{value}」は{expected}ではありません。",
        "{expected}で記入してください。",
    )
    PLAN_BAD_VALUE = (
        Severity.ERROR,
        "「{value}」は使えません。",
        "{rule}",
    )
    PLAN_TOO_LONG = (
        Severity.ERROR,
        "文字数が上限を超えています（{found:count}字。上限は{limit:count}字）。",
        "{limit:count}字以内に短くしてください。",
    )
    PLAN_TOO_MANY = (
        Severity.ERROR,
        "数が上限を超えています（{found}個。上限は{limit}個）。",
        "{limit}個以内に減らしてください。",
    )
    PLAN_BAD_BANDS = (
        Severity.ERROR,
        "判定の区分が正しくありません（{reason}）。",
        "よいほうから順に、「100以上：Ａ」「80以上：Ｂ」「それ以外：Ｃ」のように、一行に一つずつ書いてください。",
    )
    PLAN_BAD_INDICATOR = (
        Severity.ERROR,
        "指標の決め方が正しくありません（{reason}）。",
        "めざす方向、基準値、目標値を見直してください。",
    )
    PLAN_ROUND_FIELD_UNKNOWN = (
        Severity.ERROR,
        "回「{round}」の項目「{value}」は、様式にありません。",
        "シート「様式」の項目名のとおりに記入してください（plan.json では項目のキーです）。",
    )
    PLAN_ROUND_FIELD_TWICE = (
        Severity.ERROR,
        "項目「{value}」を、回「{round}」と回「{other}」の両方で尋ねています。",
        "一つの項目は一つの回で尋ねます。どちらかの回から除くか、"
        "二回尋ねるときは、シート「様式」に項目を二つ作ってください（上半期の取組状況、下半期の取組状況など）。",
    )
    PLAN_ROUND_FIELD_NOWHERE = (
        Severity.ERROR,
        "項目「{value}」を尋ねる回がありません。",
        "シート「回」で、どれかの回の「項目」に加えてください。尋ねないときは、シート「様式」から除いてください。",
    )
    PLAN_ROUND_NAME = (
        Severity.ERROR,
        "「{value}」は、この道具のフォルダーや印の名前と重なるため、回の名前にできません。",
        "別の名前にしてください。",
    )
    PLAN_ROUND_UNKNOWN = (
        Severity.ERROR,
        "「{value}」という回は、シート「回」にありません。",
        "シート「回」にある回の名前を記入してください。",
    )
    PLAN_ROUND_ORDER = (
        Severity.ERROR,
        "回「{round}」のもとになる回が「{value}」ですが、それより前の回ではありません。",
        "もとになる回は、シート「回」で上の行にある回にするか、空欄にしてください。"
        "先に尋ねる回の行を上に移してもかまいません。",
    )
    PLAN_ROUND_NOBODY = (
        Severity.ERROR,
        "回「{round}」で確認する人が決まっていない取組が{count}件あります（{items}）。",
        "シート「担当課」の列「確認する人」か、シート「確認する人」で、その取組を確認する人を決めてください。"
        "対象を空欄にした行は、残りのすべての取組に当てはまります。",
    )
    PLAN_ROUND_REVIEWED = (
        Severity.ERROR,
        "「{value}」は、担当課でも、階層の見出しでもありません。",
        "担当課の名前かコード、または、シート「取組内容」の階層の見出しか取組内容のとおりに記入してください。",
    )
    PLAN_ROUND_DEADLINE = (
        Severity.ERROR,
        "回「{round}」の回答期限（{found}）が、もとになる回「{other}」の期限（{limit}）より前です。",
        "前の回が済んでから尋ねるように、どちらかの期限を直してください。",
    )
    PLAN_ROUND_UNITS = (
        Severity.ERROR,
        "「{value}」に足し上げる項目の単位が、そろっていません（{other}、{found}）。",
        "単位をそろえるか、別のものであれば、「足し上げ」の名前を分けてください。",
    )
    PLAN_ROUND_ACROSS = (
        Severity.ERROR,
        "「{value}」は、回「{round}」と回「{other}」の項目にまたがっています。",
        "必須の条件も確認の決まりも、同じ回に尋ねる項目だけで書いてください。",
    )
    PLAN_BAD_ROUND = (
        Severity.ERROR,
        "回「{round}」の決め方が正しくありません（{reason}）。",
        "シート「回」のこの行を見直してください。",
    )
    PLAN_DIRECTION_DOUBT = (
        Severity.INFO,
        "指標「{value}」は、最後の目標値が、基準値よりめざす方向の反対にあります。",
        "めざす方向が合っているか確かめてください。合っていれば、そのままでかまいません。",
    )
    PLAN_WORD_READ = (
        Severity.INFO,
        "「{name}」は、決まった言葉に直して読み取りました（{pairs}）。",
        "違うところがあれば、そのセルに正しい言葉を記入してください。",
    )
    PLAN_UNKNOWN_ITEM = (
        Severity.ERROR,
        "整理番号「{value}」の取組内容がありません。",
        "取組内容にある整理番号を記入してください。",
    )
    PLAN_CHARACTER = (
        Severity.ERROR,
        "Excelに保存できない文字（{character}）が入っています。",
        "その文字を消して、入力し直してください。",
    )
    PLAN_NOT_TEXT = (
        Severity.ERROR,
        "文字であるはずのセルに{kind}（{value}）が入っています。",
        "セルの表示形式を「文字列」にしてから、もう一度入力してください。",
    )
    PLAN_DATE_FOR_TEXT = (
        Severity.ERROR,
        "文字であるはずのセルが日付（{value}）になっています。「{guess}」のように入力したものを、"
        "Excelが日付に変えたと思われます。",
        "セルの表示形式を「文字列」にしてから、入力し直してください。",
    )
    PLAN_NUMBER_READ = (
        Severity.INFO,
        "「{name}」の数値は、文字として読み取りました。",
        "違うところがあれば、そのセルに正しい値を記入してください。",
    )
    PLAN_DEPARTMENT_READ = (
        Severity.INFO,
        "「{name}」の課は、担当課のコードとして読み取りました（{pairs}）。",
        "違うところがあれば、そのセルに正しいコードを記入してください。",
    )
    PLAN_DAY_READ = (
        Severity.INFO,
        "「{name}」は、日付として読み取りました（{pairs}）。",
        "違うときは、2024/5/31のように記入してください。",
    )
    PLAN_SPELLING_READ = (
        Severity.INFO,
        "「{name}」は、改行や全角の英数字を直して読み取りました（{pairs}）。",
        "違うところがあれば、そのセルに正しい値を記入してください。",
    )
    PLAN_CODE_MADE = (
        Severity.INFO,
        "「{name}」が空いていたため、名前から付けました（{pairs}）。",
        "plan --fix で書き込むと、名前が変わっても同じコードを使い続けられます。",
    )
    PLAN_CITY_UNCLEAR = (
        Severity.ERROR,
        "「{value}」は、{others}にあります。",
        "「市区町村名」に都道府県から書く（{example}など）か、「市区町村コード」を記入してください。",
    )
    PLAN_CITY_DIFFERS = (
        Severity.INFO,
        "市区町村コード「{value}」は、全国地方公共団体コードでは{name}のものです。",
        "「市区町村名」と「市区町村コード」が合っているか確かめてください。",
    )
    PLAN_MISSING_SHEET = (
        Severity.ERROR,
        "シート「{name}」がありません。",
        "シート名を「{name}」に戻すか、init で作り直した計画に書き写してください。",
    )
    PLAN_MISSING_COLUMN = (
        Severity.ERROR,
        "見出し「{name}」の列がありません。",
        "見出しの行に「{name}」を戻してください。",
    )
    PLAN_UNKNOWN_SETTING = (
        Severity.ERROR,
        "「{value}」という設定はありません。",
        "設定の名前を元に戻すか、その行を消してください。",
    )
    PLAN_EXTRA_VALUE = (
        Severity.ERROR,
        "余分な値「{value}」があります。",
        "この設定の値を正しい数だけ残し、余分なセルを空欄にしてください。",
    )
    PLAN_FORMULA = (
        Severity.ERROR,
        "数式が入っています。",
        "数式ではなく、値そのものを記入してください（値の貼り付けが使えます）。",
    )
    PLAN_ORPHAN_ROW = (
        Severity.ERROR,
        "どの項目の選択肢か分かりません。",
        "選択肢は、キーと項目名を書いた行か、そのすぐ下の行に記入してください。",
    )
    PLAN_FILLED_DOWN = (
        Severity.INFO,
        "「{name}」の空いているセルは、上のセルの値が続くものとして読み取りました。",
        "違うところがあれば、そのセルに正しい値を記入してください。",
    )
    PLAN_BLANK_UNCLEAR = (
        Severity.ERROR,
        "「{name}」に空欄があり（{cells}）、上のセルと同じか、書き忘れか分かりません。",
        "上のセルと同じときは下へ写し（Ctrl＋D）、違うときは正しい値を記入してください。",
    )
    PLAN_ROWS_JOINED = (
        Severity.INFO,
        "整理番号のセルが結合された行の「{name}」は、一件の取組内容の担当課としてまとめて"
        "読み取りました。",
        "別の取組内容のときは、結合を解き、行ごとに整理番号を記入してください。",
    )
    PLAN_ROW_UNCLEAR = (
        Severity.ERROR,
        "「{name}」だけが書かれた行があり（{cells}）、どの取組内容のものか分かりません。",
        "上の取組内容の担当課のときは、上の行のセルに「、」で区切って書き足し、この行を消して"
        "ください。別の取組内容のときは、整理番号と取組内容を記入してください。",
    )
    PLAN_NOT_AN_ITEM = (
        Severity.ERROR,
        "「{value}」だけが書かれた行は、取組内容かどうか分かりません。",
        "取組内容のときは、整理番号・取組内容・担当課を記入してください。注や合計のときは、"
        "その行を消してください。",
    )
    PLAN_LEVELS_UNKNOWN = (
        Severity.ERROR,
        "階層の名前が分からないため、取組内容を読み取れません。",
        "先にシート「計画」の「階層」を記入してください。",
    )
    OWN_FORM_UNREADABLE = (
        Severity.ERROR,
        "様式ひな形として使えません（{reason}）。",
        "Excelで開き、「Excel ブック（.xlsx）」として保存し直してください。",
    )
    OWN_FORM_MISSING = (
        Severity.ERROR,
        "市の様式「{value}」がありません。",
        "計画と同じ場所に置くか、ファイルの名前を計画に書いたとおりにしてください。市の様式を使わないときは、空欄にしてください。",
    )
    OWN_MARK_UNKNOWN = (
        Severity.ERROR,
        "印「{mark}」は、この計画では使えません。",
        "近い印は「{nearest}」です。つづりを直してください。",
    )
    OWN_MARK_INDICATOR = (
        Severity.ERROR,
        "印「{mark}」は使えません。指標は、名前ではなく、取組の何番目かで示します。",
        "指標が一つなら「記入:指標」、いくつかあれば「記入:指標1」「記入:指標2」のように書いてください。",
    )
    OWN_MARK_TORN = (
        Severity.ERROR,
        "印の波かっこが閉じていません（{value}）。",
        "「記入:評価」のような印を、二重の波かっこで囲んでください。",
    )
    OWN_MARK_NOT_ALONE = (
        Severity.ERROR,
        "記入する印のセルに、ほかの文字か印が入っています（{value}）。",
        "記入する印だけを残し、見出しや単位は別のセルに書いてください。",
    )
    OWN_MARK_COVERED = (
        Severity.ERROR,
        "結合されたセル（{area}）の、左上でないセルに印が入っています。見えないため使えません。",
        "印を、結合されたセルの左上のセルに書いてください。",
    )
    OWN_MARK_TWICE = (
        Severity.ERROR,
        "「{name}」を記入するところが、二つあります（もう一つはシート「{other}」）。",
        "一つだけを残してください。",
    )
    OWN_PLACE_MISSING = (
        Severity.ERROR,
        "必須の項目「{name}」を記入するところがありません。",
        "様式ひな形に、この項目を記入する印を書いてください。",
    )
    OWN_PLACE_LEFT_OUT = (
        Severity.WARNING,
        "項目「{name}」を記入するところがありません。この項目の回答は集まりません。",
        "要るときは、様式ひな形にこの項目を記入する印を書いてください。",
    )
    OWN_INDICATORS_ON_SHEET = (
        Severity.INFO,
        "計画の指標{total}件のうち{found}件は、様式ひな形に実績値を記入するところがないため、"
        "調査票に加えるシート「指標」で尋ねます。",
        "様式の中で尋ねるときは、指標を記入する印を書いてください。そのままでもかまいません。",
    )
    OWN_INDICATOR_NONE = (
        Severity.INFO,
        "「{name}」を記入する印がありますが、計画にその指標を持つ取組がありません。欄は空欄のまま、記入できません。",
        "印を消すか、計画のシート「指標」を確かめてください。そのままでもかまいません。",
    )
    OWN_NO_ID = (
        Severity.ERROR,
        "このシートには、整理番号の印がありません。届いたときに、どの取組内容か分かりません。",
        "整理番号の印を書いてください。",
    )
    OWN_PLACE_SMALL = (
        Severity.WARNING,
        "「{name}」の記入欄は、9ポイントの文字でおよそ{found}字分です。上限の{limit}字は入りきりません。",
        "欄を広げるか、計画でその項目の上限の字数を減らしてください。",
    )
    OWN_NOT_KEPT = (
        Severity.ERROR,
        "{what}は、調査票に残せません。",
        "様式ひな形から取り除いてください。",
    )
    PLAN_DEADLINES = (
        Severity.ERROR,
        "再提出期限（{found:weekday}）が、回答期限（{limit:weekday}）より前です。",
        "再提出期限は、回答期限か、それよりあとの日にしてください。",
    )
    PLAN_DAY_OFF = (
        Severity.INFO,
        "「{name}」の{at:weekday}は、{reason}です。",
        "このままでよければ、対応はいりません。変えるときは、発行する前に計画を直してください。",
    )
    PLAN_DUPLICATE = (
        Severity.ERROR,
        "{what}「{value}」が重なっています（ほかの場所：{other}）。",
        "どちらかを変えて、同じものが二つないようにしてください。",
    )
    PLAN_RESERVED_NAME = (
        Severity.ERROR,
        "「{value}」は台帳の決まった見出しのため、階層や項目の名前にできません。",
        "別の名前にしてください。",
    )
    PLAN_UNKNOWN_DEPARTMENT = (
        Severity.ERROR,
        "担当課「{value}」は担当課の一覧にありません。",
        "担当課の一覧に加えるか、一覧にあるコードに直してください。",
    )
    PLAN_NOBODY_ANSWERS = (
        Severity.ERROR,
        "取組内容「{value}」に担当課がありません。",
        "担当課のコードか担当課名を一つ以上記入してください。",
    )
    PLAN_WRONG_DEPTH = (
        Severity.ERROR,
        "階層が{found}段ありますが、計画では{expected}段です。",
        "取組内容より上の階層を{expected}段すべて記入してください。",
    )
    PLAN_MUNICIPALITY_CODE = (
        Severity.ERROR,
        "市区町村コード「{value}」の検査数字が合いません。",
        "全国地方公共団体コード（6桁）を確かめてください。",
    )
    PLAN_UNKNOWN_FIELD = (
        Severity.ERROR,
        "「{value}」という選択式の項目は様式にありません。",
        "様式にある選択式の項目の項目名を記入してください。",
    )
    PLAN_UNKNOWN_CHOICE = (
        Severity.ERROR,
        "「{value}」は項目「{field}」の選択肢にありません。",
        "様式にある選択肢のとおりに記入してください。",
    )
    PLAN_UNKNOWN_AXIS = (
        Severity.ERROR,
        "集計表の行または列「{value}」は、階層・担当課・選択式の項目のどれでもありません。",
        "階層の名前、「担当課」、または選択式の項目の項目名を記入してください。",
    )
    PLAN_BAD_RULE = (
        Severity.ERROR,
        "「{value}」は、確認の決まりとして読めません（{reason}）。",
        "様式の項目のキーと比べる記号で、actual <= target * 2 のように書いてください。",
    )
    PLAN_BAD_WAIVER = (
        Severity.ERROR,
        "「報告なしの理由」（nothing_to_report）の使い方が違います（{reason}）。",
        "報告がない理由を書く、任意の文章の項目を一つだけ「はい」（true）にしてください。",
    )
    PLAN_BOUNDS = (
        Severity.ERROR,
        "最小「{minimum}」が最大「{maximum}」より大きくなっています。",
        "最小と最大を見直してください。",
    )

    # --- 既知の値 (the table the plan names)
    KNOWN_FILE = (
        Severity.ERROR,
        "既知の値の表「{value}」を読み取れません（{reason}）。",
        "計画と同じ場所に置き、ファイルの名前が計画のとおりか、Excelで開けるかを確かめてください。",
    )
    KNOWN_NO_SHEET = (
        Severity.ERROR,
        "シート「{value}」がありません。あるのは{sheets}です。",
        "計画の「既知の値のシート」に、あるシートの名前を記入してください。",
    )
    KNOWN_SHEETS = (
        Severity.ERROR,
        "見出しのそろったシートが二つ以上あり（{sheets}）、どれを使うか分かりません。",
        "計画の「既知の値のシート」に、使うシートの名前を記入してください。",
    )
    KNOWN_COLUMN = (
        Severity.ERROR,
        "見出し「{name}」がありません。",
        "表の見出しを直すか、計画の「既知の値の列」に、表での見出しを記入してください。",
    )
    KNOWN_UNIT = (
        Severity.ERROR,
        "見出しは「{found}」ですが、計画では「{name}」の単位は「{expected}」です。",
        "表と計画の単位を確かめ、違っているほうを直してください。",
    )
    KNOWN_ITEM = (
        Severity.ERROR,
        "整理番号「{value}」は、計画にありません。",
        "整理番号を直してください。計画にない行や合計の行は、整理番号を空欄にすると読み飛ばします。",
    )
    KNOWN_TWICE = (
        Severity.ERROR,
        "整理番号「{value}」の行は、{other}行目にもあります。",
        "正しいほうの行だけを残してください。",
    )
    KNOWN_NO_ROW = (
        Severity.ERROR,
        "整理番号「{value}」の行がありません。",
        "行を足してください。値のない取組は、整理番号だけを書き、値を空欄にします。",
    )
    KNOWN_VALUE = (
        Severity.ERROR,
        "「{name}」の「{value}」は、{expected}として読み取れません。",
        "{expected}で記入してください。値がなければ空欄にします。数式のときは、Excelで開いて"
        "計算してから保存し直してください。",
    )
    KNOWN_CHANGED = (
        Severity.WARNING,
        "{departments}に調査票を発行したあとで、既知の値の表「{value}」が変わっています（{what}）。"
        "台帳には、いまの表の値を載せています。",
        "変えたままでよければ generate を実行してください。値の変わったこの課の調査票だけを"
        "作り直します。間違えて変えたときは、表を元に戻してください。",
    )

    # --- 回 (rounds of a year)
    ROUND_BEFORE_OPEN = (
        Severity.WARNING,
        "もとになる「{rounds}」は、まだ確定していません。調査票には、いまの回答を「暫定」として"
        "載せました。",
        "確定してから作り直すか、このまま送ってください。回答があとで変わると、集めるときに知らせます。",
    )
    ROUND_BEFORE_CHANGED = (
        Severity.WARNING,
        "{departments}に調査票を発行したあとで、もとになる「{rounds}」の回答が変わっています（{what}）。"
        "答えた人が見ていたのは、変わる前の回答です。",
        "答えに関わる変更なら、generate を実行して調査票を作り直し、確かめてもらってください。"
        "関わらなければ、「確認済み」にしてください。",
    )

    # --- 表の取り込み (init --from-table)
    IMPORT_SHEET_LEFT_OUT = (
        Severity.INFO,
        "取組内容の一覧も単票も見つからないため、このシートは取り込みませんでした。",
        "取り込むシートなら、見出しの言葉を確かめて、--map で列を指定してください。",
    )
    IMPORT_COLUMN_UNSURE = (
        Severity.WARNING,
        "{column}列「{heading}」は、{role}にしました（{why}）。",
        "違うときは、--map で「列=項目」を指定して、取り込み直してください。",
    )
    IMPORT_COLUMN_LEFT_OUT = (
        Severity.INFO,
        "{column}列「{heading}」は、取り込みませんでした（{why}）。",
        "使うときは、--map で「列=項目」を指定して、取り込み直してください。",
    )
    IMPORT_ROW_UNCLEAR = (
        Severity.WARNING,
        "「{value}」は、どの取組内容のものか分からないため、取り込みませんでした。",
        "要るものなら、plan.xlsx に書き足してください。",
    )
    IMPORT_HIDDEN = (
        Severity.WARNING,
        "隠れている行にある取組内容{count}件も取り込みました。",
        "要らないものなら、plan.xlsx のシート「取組内容」から、その行を削除してください。",
    )
    IMPORT_STRUCK = (
        Severity.WARNING,
        "取り消し線の引かれたセル{count}個は、取り込みませんでした。",
        "要るものなら、元の表の取り消し線を外して、取り込み直してください。",
    )
    IMPORT_NO_DEPARTMENT = (
        Severity.WARNING,
        "「{name}」の担当課が表にないため、とりまとめ課の「{department}」にしました。",
        "plan.xlsx のシート「取組内容」で、担当課を直してください。",
    )
    IMPORT_NO_DEPARTMENTS = (
        Severity.WARNING,
        "担当課が表のどこにも見つからないため、すべて仮の「{department}」にしました。",
        "担当課の列があれば --map で「列=担当課」を指定して取り込み直し、なければ plan.xlsx の"
        "シート「担当課」「取組内容」「計画」に記入してください。",
    )
    IMPORT_LEVEL_BLANK = (
        Severity.WARNING,
        "「{name}」の上の階層に空欄があるため、「－」にしました。",
        "plan.xlsx のシート「取組内容」で、階層を確かめてください。",
    )
    IMPORT_YEAR_UNKNOWN = (
        Severity.WARNING,
        "何年度の回答か分からないため、前の年度の回答にしませんでした。",
        "--year で年度を指定して、取り込み直してください。",
    )
    IMPORT_IDS_MADE = (
        Severity.INFO,
        "整理番号の列がないか、空欄や重なりがあるため、「{first}」から「{last}」まで付けました。",
        "市の番号を使うときは、元の表に番号の列を足して、取り込み直してください。",
    )
    IMPORT_IDS_CHANGED = (
        Severity.WARNING,
        "番号が重なっているため、階層の番号を前に付けました（「{first}」から「{last}」まで）。",
        "市の番号に直すときは、元の表の番号を直して、取り込み直してください。",
    )
    IMPORT_ID_WAS_DAY = (
        Severity.WARNING,
        "整理番号「{found}」は、Excelが日付に変えたもののため、「{expected}」と読みました。",
        "違うときは、元の表の番号を文字として書き直して、取り込み直してください。",
    )
    IMPORT_DEPARTMENTS_ALIKE = (
        Severity.WARNING,
        "「{one}」と「{other}」は、名前が似ています。別の課としました。",
        "同じ課なら、plan.xlsx で一つにしてください。",
    )
    IMPORT_CHOICES_GUESSED = (
        Severity.WARNING,
        "「{name}」の選択肢が表にそろっていないため、よくある選択肢で補いました。",
        "plan.xlsx のシート「様式」で、市の選択肢に直してください。",
    )
    IMPORT_FORM_GUESSED = (
        Severity.WARNING,
        "尋ねる項目の列がないため、よくある様式（取組状況、課題・改善点、今後の方針、評価）に"
        "しました。",
        "plan.xlsx のシート「様式」で、市の様式に直してください。",
    )
    IMPORT_INDICATOR_BLANK = (
        Severity.WARNING,
        "指標{count}件（「{first}」など）の{what}が表から分からないため、空欄にしました。",
        "plan.xlsx のシート「指標」で、{what}を記入してください。",
    )
    IMPORT_INDICATOR_AIM = (
        Severity.WARNING,
        "指標{count}件（「{first}」など）のめざす方向は、基準値から目標値への向きにしました。",
        "plan.xlsx のシート「指標」で、めざす方向を確かめてください。",
    )
    IMPORT_INDICATOR_NAME = (
        Severity.WARNING,
        "指標の名前の列がないため、指標{count}件（「{first}」など）を取組の名前で呼びます。",
        "plan.xlsx のシート「指標」で、指標の名前を直してください。",
    )
    IMPORT_INDICATOR_NO_YEAR = (
        Severity.WARNING,
        "{column}列「{heading}」は、何年度の値か分からないため、指標に入れませんでした。",
        "--map で「列=目標値（R6）」のように年度を付けて指定し、取り込み直してください。",
    )
    IMPORT_INDICATOR_VALUE = (
        Severity.WARNING,
        "「{value}」は、{why}ため、指標に入れませんでした。",
        "要るものなら、plan.xlsx のシート「指標」に書き足してください。",
    )
    IMPORT_TITLE_GUESSED = (
        Severity.WARNING,
        "計画の名前が見つからないため、「{name}」にしました。",
        "plan.xlsx のシート「計画」で、計画名を直してください。",
    )
    IMPORT_CITY_UNKNOWN = (
        Severity.WARNING,
        "市区町村コードが分からないため、「{name}」と仮のコード「000001」にしました。",
        "plan.xlsx のシート「計画」で、市区町村名と市区町村コードを直してください。",
    )
    IMPORT_COORDINATOR_GUESSED = (
        Severity.WARNING,
        "とりまとめ課が分からないため、担当の多い「{name}」にしました。",
        "違うときは、plan.xlsx のシート「計画」で、とりまとめ課を直してください。",
    )

    # --- 受付 (the file as a whole)
    FILE_EMPTY = (
        Severity.ERROR,
        "ファイルの中身がありません（0バイト）。",
        "元のファイルをもう一度送ってもらってください。",
    )
    FILE_LITTER = (
        Severity.INFO,
        "Excelやパソコンが自動で作った作業用のファイルのため、対象外としました。",
        "対応はいりません。",
    )
    FILE_MAIL = (
        Severity.WARNING,
        "メールを保存したファイルのため、対象外としました。添付されたファイルは読み取っていません。",
        "回答が添付されていれば、メールから取り出して、このフォルダーに置いてください。",
    )
    FILE_MAIL_SEALED = (
        Severity.WARNING,
        "{kind}のため、添付されたファイルを取り出せません。",
        "メールソフトで開き、添付された調査票を取り出して、このフォルダーに置いてください。取り出せないときは、"
        "調査票のファイルだけを添付し、テキスト形式で、署名や暗号化をせずに送り直してもらってください。",
    )
    FILE_MAIL_READ = (
        Severity.INFO,
        "保存したメールとして読み取り、添付されたファイル{files}件を調べました"
        "（本文の中の画像は{pictures}件）。",
        "本文はシート「欄外記入」に写しました。回答に関わることが書かれていないか確かめてください。",
    )
    FILE_MAIL_BARE = (
        Severity.WARNING,
        "保存したメールですが、添付されたファイルがありません。",
        "本文はシート「欄外記入」に写しました。回答であれば、配布した調査票（Excel）を送ってもらってください。",
    )
    FILE_SHORTCUT = (
        Severity.WARNING,
        "ファイルそのものではなく、別の場所を指すショートカットのため、対象外としました。",
        "ショートカットの先にある調査票のファイルそのものを送ってもらってください。",
    )
    FILE_PDF = (
        Severity.INFO,
        "PDFのファイルのため、対象外としました。",
        "回答であれば、記入した調査票をExcelのまま送ってもらってください。",
    )
    FILE_DOCUMENT = (
        Severity.INFO,
        "Wordや一太郎などの文書、または発表資料のファイルのため、対象外としました。",
        "回答であれば、配布した調査票（Excel）に記入して送ってもらってください。",
    )
    FILE_IMAGE = (
        Severity.INFO,
        "画像や動画のファイルのため、対象外としました。",
        "回答であれば、配布した調査票（Excel）に記入して送ってもらってください。",
    )
    FILE_TEXT = (
        Severity.INFO,
        "文字だけのファイル（テキストやCSVなど）のため、対象外としました。",
        "回答であれば、配布した調査票（Excel）に記入して送ってもらってください。",
    )
    FILE_PROGRAM = (
        Severity.WARNING,
        "プログラム（実行できるファイル）のため、対象外としました。",
        "開かずに送り主に確かめ、回答であれば、調査票のExcelファイルで送ってもらってください。",
    )
    FILE_FOLDER = (
        Severity.INFO,
        "ファイルではなく、Excelのファイルのような名前のフォルダーです。対象外としました。",
        "対応はいりません。中にあるファイルは、一つずつ読み取っています。",
    )
    FILE_NOT_EXCEL = (
        Severity.INFO,
        "回答のExcelファイルではないため、対象外としました。",
        "回答であれば、調査票のExcelファイルで送ってもらってください。",
    )
    FILE_OTHER_FORMAT = (
        Severity.ERROR,
        "中身が{kind}のため、読み取れません。",
        "Excelで開き、「Excelブック（.xlsx）」として保存し直したファイルを受け取ってください。",
    )
    FILE_OTHER_PROGRAM = (
        Severity.ERROR,
        "中身が{kind}のため、読み取れません。Excelでも開けません。",
        "送り主に、{program}で開き、{menu}でExcelの形式（.xlsx）にしたファイルを送ってもらってください。",
    )
    FILE_ONLINE_LINK = (
        Severity.ERROR,
        "Googleドライブ上の表を指すリンクだけのファイルです。回答は入っていません。",
        "送り主に、Googleスプレッドシートで開き、「ファイル」→「ダウンロード」→"
        "「Microsoft Excel（.xlsx）」で保存したファイルを送ってもらってください。",
    )
    FILE_OTHER_ARCHIVE = (
        Severity.ERROR,
        "{kind}で圧縮されているため、中のファイルを読み取れません。",
        "展開（解凍）して、中のファイルをこのフォルダーに置いてください。",
    )
    FILE_ENCRYPTED = (
        Severity.ERROR,
        "パスワードで保護されていて、登録されたパスワードでは開けません。",
        "送り主にパスワードを尋ねて計画の「開くためのパスワード」か --password に加えるか、"
        "パスワードを外したファイルを受け取ってください。",
    )
    FILE_UNKNOWN_LOCK = (
        Severity.ERROR,
        "この道具では開けない方法でパスワードがかけられているため、読み取れません。",
        "パスワードを外し、「Excelブック（.xlsx）」として保存し直したファイルを受け取ってください。",
    )
    FILE_RIGHTS_PROTECTED = (
        Severity.ERROR,
        "秘密度ラベルなど、閲覧する人を限る保護（アクセス権の管理）がかかっているため、開けません。"
        "パスワードでは開けません。",
        "送り主に、Excelで保護を外して（「ファイル」→「情報」→「ブックの保護」→「アクセスの制限」で"
        "「アクセスの制限なし」、または暗号化しない秘密度ラベルを選んで）保存し直してもらってください。",
    )
    FILE_BROKEN = (
        Severity.ERROR,
        "ファイルが壊れているため、読み取れません（{reason}）。",
        "元のファイルをもう一度送ってもらってください。",
    )
    FILE_TOO_LARGE = (
        Severity.ERROR,
        "大きさや中身が調査票としては大きすぎるため、読み取りませんでした（{reason}）。",
        "余分なシートや画像、遠くのセルの書き込みを消したファイルを受け取ってください。",
    )
    FILE_TIMED_OUT = (
        Severity.ERROR,
        "{seconds}秒たっても読み終わらないため、読み取りをやめました。",
        "調査票に回答を書き写し直したファイルを受け取ってください。",
    )
    FILE_READER_DIED = (
        Severity.ERROR,
        "読み取りの途中で処理が止まりました。",
        "調査票に回答を書き写し直したファイルを受け取ってください。",
    )
    FILE_LINK = (
        Severity.ERROR,
        "ほかの場所を指すリンクなど、通常のファイルではないため、開きませんでした。",
        "リンクの先のファイルそのものを回答のフォルダーに置いてください。",
    )
    FILE_NOT_OPENED = (
        Severity.ERROR,
        "ほかの人が使っているか、読み取る権限がないため、開けませんでした。",
        "ほかの画面で開いていれば閉じ、権限を確かめてから、もう一度実行してください。",
    )
    FILE_WRONG_EXTENSION = (
        Severity.INFO,
        "名前の最後（拡張子）は「{extension}」ですが、中身は{kind}です。中身のとおりに読み取りました。",
        "対応はいりません。Excelで開けないときは、名前の最後を「{right}」に変えてください。",
    )
    FILE_VALUES_ONLY = (
        Severity.INFO,
        "{kind}のため、値を中心に読み取りました。数式は計算結果として扱っています（.xlsbでは、隠れた行や"
        "取り消し線、条件付き書式などは調べていません）。",
        "気になるときは、「Excelブック（.xlsx）」として保存し直したファイルを受け取ってください。",
    )
    FILE_ARCHIVE_EMPTY = (
        Severity.INFO,
        "ZIPファイルの中にファイルがないため、対象外としました。",
        "回答を入れ忘れていないか、送り主に確かめてください。",
    )
    FILE_ARCHIVE_ENCRYPTED = (
        Severity.ERROR,
        "パスワード付きのZIPファイルで、登録されたパスワードでは開けません。",
        "送り主にパスワードを尋ねて計画の「開くためのパスワード」か --password に加えるか、"
        "展開（解凍）したファイルをこのフォルダーに置いてください。",
    )
    FILE_ARCHIVE_NESTED = (
        Severity.ERROR,
        "ZIPファイルやメールが何重にも入れ子になっているため、読み取りませんでした。",
        "展開（解凍）して、中のファイルをこのフォルダーに置いてください。",
    )
    FILE_ARCHIVE_TOO_LARGE = (
        Severity.ERROR,
        "ZIPファイルの中身が多すぎるか大きすぎるため、展開しませんでした（{reason}）。",
        "回答のファイルだけを入れたZIPを受け取るか、"
        "回答のファイルを一つずつこのフォルダーに置いてください。",
    )
    FILE_ARCHIVE_STOPPED = (
        Severity.ERROR,
        "ZIPファイルの中のどれかを読み取る途中で、処理が止まったか、時間がかかりすぎました。"
        "中のファイルはどれも読み取っていません。",
        "ZIPを展開（解凍）し、中のファイルを一つずつこのフォルダーに置いてください。",
    )
    FILE_NO_ENTRY_SHEET = (
        Severity.INFO,
        "調査票の見出し（整理番号など）が見つからないため、対象外としました。",
        "回答であれば、配布した調査票に記入したものを受け取ってください。",
    )
    FILE_DUPLICATE = (
        Severity.INFO,
        "「{other}」とまったく同じ内容のファイルです。",
        "対応はいりません。",
    )
    FILE_RESENT = (
        Severity.WARNING,
        "前に届いたファイルとまったく同じ内容で、新しい回答「{newer}」のあとに、もう一度届きました。",
        "「{newer}」を採っています。前の回答に戻すつもりか、その課に確かめてください。戻すときは、"
        "前の回答を開いて保存し直したものを出してもらってください。",
    )
    FILE_SUPERSEDED = (
        Severity.INFO,
        "同じ課の新しい回答「{other}」があるため、旧版としました。",
        "対応はいりません。古いほうが正しい場合は、その課に確かめてください。",
    )
    FILE_PRESUMED_SUPERSEDED = (
        Severity.WARNING,
        "同じ課の「{other}」のほうが新しいとみて、旧版としました。ただし、確かではありません。",
        "回答が違う行を指摘に載せています。どちらが新しいか、その課に確かめてください。",
    )
    FILE_GONE = (
        Severity.WARNING,
        "{received:day}に受け付けたファイルが、受け取ったファイルのフォルダーからなくなっています。",
        "消したり移したりした人がいないか確かめ、控えから元の場所に戻して、"
        "もう一度 collect を実行してください。見つからないときは、「確認の記録」で「確認済み」を"
        "選ぶと、担当課にもう一度送ってもらう下書きができます。",
    )
    JOURNAL_RESTARTED = (
        Severity.WARNING,
        "集めた結果があるのに作業の記録（journal.jsonl）がなくなったか空になっていたため、"
        "{at:day}に新しく始めました。それより前の受領と審査の記録はありません。",
        "控えがあれば、journal.jsonl を控えのものに戻して、もう一度 collect を実行してください。",
    )

    # --- 様式 (whose form this is)
    FORM_UNKNOWN = (
        Severity.ERROR,
        "様式番号「{number}」の調査票は発行していません。",
        "配布した調査票に記入したものを受け取ってください。",
    )
    FORM_OTHER_YEAR = (
        Severity.ERROR,
        "{found:year}の調査票です（集めているのは{expected:year}です）。",
        "{expected:year}の調査票に記入したものを受け取ってください。",
    )
    FORM_OTHER_CITY = (
        Severity.ERROR,
        "別の団体（コード{found}）の調査票です。",
        "この計画の調査票に記入したものを受け取ってください。",
    )
    FORM_OLD_ISSUE = (
        Severity.WARNING,
        "古い版の調査票（様式番号{found}）です。今の版は{current}です。",
        "今の版で変わった取組内容がないか確かめ、必要なら今の版で出し直してもらってください。",
    )
    FORM_CONFLICT = (
        Severity.ERROR,
        "ファイルの中の様式番号が食い違っています（{numbers}）。",
        "どの課の回答か確かめ、課ごとに、発行した調査票に書き写して出し直してもらってください。",
    )
    FORM_SEVERAL = (
        Severity.INFO,
        "一つのファイルに{departments}の調査票が入っています。"
        "シートごとに、それぞれの課の回答として読み取りました。",
        "対応はいりません。",
    )
    FORM_NO_DEPARTMENT = (
        Severity.ERROR,
        "様式番号「{number}」の課は、今の計画にありません。",
        "計画の担当課の「旧名・旧コード」に、この課のコードを加えてください。",
    )
    FORM_OTHER_DEPARTMENT = (
        Severity.ERROR,
        "{stamped}の調査票ですが、行の整理番号は{department}のものです。",
        "ほかの課の行を貼り付けていないか、送り主に確かめてください。",
    )
    FORM_UNCERTAIN = (
        Severity.ERROR,
        "様式番号が失われていて、整理番号からは{departments}のどの調査票か分かりません。",
        "どの課の回答か送り主に確かめ、その課の調査票に書き写したものを受け取ってください。",
    )
    FORM_STAMP_LOST = (
        Severity.INFO,
        "様式番号が失われていたため、整理番号から{department}の調査票と判断しました。",
        "対応はいりません。",
    )

    RETURN_OTHER_ROUND = (
        Severity.INFO,
        "「{round}」の調査票です。この回ではなく、「{round}」の回答として数えます。",
        "「{round}」を集めると、中身を確かめて台帳に載せます。フォルダーを移す必要はありません。",
    )
    RETURN_CLOSED_ROUND = (
        Severity.WARNING,
        "「{round}」の調査票ですが、「{round}」はもう確定しています。どの回の回答にも数えていません。",
        "この回の調査票に記入したものを受け取ってください。「{round}」の回答に加えるときは、その確定を"
        '取り消します（collect --round {round} --reopen --reason "理由"）。',
    )

    # --- 行 (finding the rows)
    COLUMN_MISSING = (
        Severity.ERROR,
        "「{column:field}」の列が見つかりません。",
        "見出しを元に戻すか、配布した調査票に書き写してください。",
    )
    COLUMN_TWICE = (
        Severity.WARNING,
        "見出し「{column:field}」の列が二つ以上あります（ほかは{others}列）。",
        "どの列が回答か、その課に確かめてください。二つの列の記入が違う行は、差し戻します。",
    )
    COLUMN_REORDERED = (
        Severity.WARNING,
        "見出し「{labels:field}」の並びが、発行したときと違います。今の見出しのとおりに読み取りました。",
        "見出しだけが入れ替わり、ほかの項目の値になっていないか、その課に確かめてください。",
    )
    ROW_DUPLICATE = (
        Severity.ERROR,
        "整理番号「{value}」の行が二つあります（もう一つは{other}行目。この行：{ours}／もう一つ：{theirs}）。",
        "正しいほうの行だけを残してください。",
    )
    ROW_UNKNOWN = (
        Severity.WARNING,
        "整理番号「{value}」は、この課の調査票にありません。",
        "この行の記入は台帳に入りません。必要な内容か、その課に確かめてください。",
    )
    ROW_MISSING = (
        Severity.WARNING,
        "整理番号「{value}」の行がありません。",
        "行が消されていないか、その課に確かめてください。",
    )
    PLACE_MISSING = (
        Severity.ERROR,
        "「{column:field}」の記入欄が見つかりません。",
        "見出しや枠を元に戻すか、配布した調査票に書き写してください。",
    )
    CARD_UNKNOWN = (
        Severity.WARNING,
        "このシートは、どの取組内容のものか分かりません（整理番号の欄：{value}）。",
        "このシートの記入は台帳に入りません。どの取組内容の回答か、その課に確かめてください。",
    )
    CARD_MISSING = (
        Severity.WARNING,
        "整理番号{items}のシートがありません。",
        "残りのシートがあとから届くか、消されていないか、その課に確かめてください。",
    )
    ROW_FOUND_BY_LABEL = (
        Severity.WARNING,
        "整理番号の欄が「{found}」になっていたため、取組内容の名前から整理番号{known}の行と判断しました。",
        "その行が整理番号{known}の回答でよいか確かめてください。",
    )
    ROW_FROM_COPY = (
        Severity.INFO,
        "シートの写しにも記入があるため、そこにだけ書かれた{count}行を合わせて読み取りました。",
        "対応はいりません。",
    )
    ROW_COPY_DIFFERS = (
        Severity.ERROR,
        "シート「{other}」にも同じ取組内容の行があり、{labels:field}の記入が違います"
        "（この行：{ours}／シート「{other}」：{theirs}）。",
        "どちらが正しいか確かめ、正しいほうの記入だけを残してください。",
    )
    ROW_HIDDEN = (
        Severity.WARNING,
        "行が非表示になっていますが、記入があるため回答として読み取りました。",
        "隠された行の回答を使ってよいか、その課に確かめてください。",
    )
    ROW_FILTERED = (
        Severity.INFO,
        "絞り込みで隠れている行ですが、記入があるため回答として読み取りました。",
        "対応はいりません。",
    )
    COLUMN_HIDDEN = (
        Severity.WARNING,
        "「{column:field}」の列が非表示になっていますが、記入があるため回答として読み取りました。",
        "隠された列の回答を使ってよいか、その課に確かめてください。",
    )
    SHEET_HIDDEN = (
        Severity.WARNING,
        "シートが非表示になっていますが、記入があるため回答として読み取りました。",
        "隠されたシートの回答を使ってよいか、その課に確かめてください。",
    )
    LABEL_CHANGED = (
        Severity.WARNING,
        "変更できないはずの欄が「{before}」から「{after}」に書き換えられています。",
        "台帳には発行したときの「{before}」を載せました。変更が必要か、その課に確かめてください。",
    )
    PRINTED_CHANGED = (
        Severity.WARNING,
        "変更できないはずのセルが「{before}」から「{after}」に書き換えられています。",
        "台帳のファイルの「欄外記入」に残しました。台帳に要る内容か、その課に確かめてください。",
    )
    ROW_LAST_YEARS = (
        Severity.ERROR,
        "今年度の回答の行が空いていて、「前年度」の行（{row}行目）に記入されています。",
        "「前年度」の行に書かれた内容を、同じ取組の今年度の行に移してもらってください。",
    )
    ROW_BLANK = (
        Severity.WARNING,
        "何も記入されていません。",
        "この取組内容の回答を記入してください。",
    )
    NOTES_KEPT = (
        Severity.INFO,
        "様式の外（欄外、変更できないセル、別のシート、コメント、図形など）に{count}か所の書き込みが"
        "あります。",
        "台帳のファイルの「欄外記入」で内容を確かめてください。",
    )
    NOTES_PICTURE = (
        Severity.INFO,
        "画像や埋め込まれたファイルが{count}個あります（{what}）。台帳には写せません。",
        "要るときは、元の回答ファイルを開いて確かめてください。",
    )
    NOTES_UNREAD = (
        Severity.WARNING,
        "セルの外にあるもの（コメント、図形、画像、埋め込まれたファイル、ヘッダー・フッター）か、セルの見え方"
        "（取り消し線、隠れた行など）に、壊れているなどして読み取れないところがあります。"
        "セルの値は読み取りました。",
        "届いたファイルを開き、セルの外に何か書かれていないか、見えているとおりか、目で確かめてください。"
        "開けないときは、何が書かれていたかを送り主に尋ねてください。",
    )
    NOTES_SET_ASIDE = (
        Severity.INFO,
        "この調査票の回答は台帳に載せていません。書かれていた{count}か所は、台帳のファイルの「欄外記入」に"
        "残しました（様式に印刷された文字は除きます）。",
        "要る内容がないか、「欄外記入」で確かめてください。",
    )
    RETURN_UNCHANGED = (
        Severity.ERROR,
        "差戻しのファイルが、何も直されないまま返ってきています。",
        "シート「修正のお願い」に挙げたところを直したものを送ってもらってください。",
    )
    RETURN_UNEXPLAINED = (
        Severity.INFO,
        "お尋ねのために渡した調査票が、説明も訂正もないまま返ってきています。",
        "シート「修正のお願い」の「説明」の欄に記入したものを送ってもらってください。",
    )
    RETURN_IN_WRONG_ROWS = (
        Severity.ERROR,
        "取組内容の行は空いていて、回答が、取組内容の行ではない行（{rows}）に書かれています。",
        "取組内容の行に書き移したものを送ってもらってください。書かれた内容は、台帳のファイルの"
        "「欄外記入」に残しました。",
    )
    NOTES_HIDDEN = (
        Severity.INFO,
        "非表示のシートに書き込みがあります。",
        "台帳のファイルの「欄外記入」で内容を確かめ、公表するときは載せてよいか送り主に確かめてください。",
    )
    RETURN_BLANK = (
        Severity.ERROR,
        "一つも記入されていません。",
        "記入したファイルを送ってもらってください（保存する前のものかもしれません）。",
    )

    # --- 値 (what was written in a cell)
    VALUE_REQUIRED = (
        Severity.ERROR,
        "必ず記入する項目が空いています。",
        "「{label}」を記入してください。",
    )
    VALUE_REQUIRED_WHEN = (
        Severity.ERROR,
        "「{other:field}」が「{value}」のときは必ず記入する項目が空いています。",
        "「{label}」を記入してください。",
    )
    VALUE_NO_REASON = (
        Severity.ERROR,
        "「{value}」とだけ書かれ、ほかの項目は空いています。",
        "報告することがないときは「{label}」にその理由を、あるときはほかの項目を記入してください。",
    )
    VALUE_TOO_LONG = (
        Severity.ERROR,
        "{found:count}字あり、上限の{limit:count}字を超えています。",
        "{limit:count}字以内に短くしてください。",
    )
    VALUE_NOT_A_CHOICE = (
        Severity.ERROR,
        "「{value}」は選択肢にありません。",
        "次の中から選んでください：{choices}。",
    )
    VALUE_NOT_A_NUMBER = (
        Severity.ERROR,
        "「{value}」は数値として読めません。",
        "{unit:unit}数字だけを記入してください。",
    )
    VALUE_NOT_A_DATE = (
        Severity.ERROR,
        "「{value}」は日付として読めません。",
        "令和6年5月1日、または2024/5/1のように記入してください。",
    )
    VALUE_TOO_SMALL = (
        Severity.ERROR,
        "「{value}」は決められた範囲に届きません（{bounds}）。",
        "{bounds}を記入してください。",
    )
    VALUE_TOO_LARGE = (
        Severity.ERROR,
        "「{value}」は決められた範囲を超えています（{bounds}）。",
        "{bounds}を記入してください。",
    )
    VALUE_DECIMALS = (
        Severity.ERROR,
        "「{value}」は小数点以下の桁が多すぎます（{limit}桁まで）。",
        "小数点以下{limit}桁までの数値を記入してください。",
    )
    VALUE_IS_FORMULA = (
        Severity.ERROR,
        "数式が入っています。",
        "数式ではなく、文字や数値をそのまま記入してください。",
    )
    VALUE_IS_ERROR = (
        Severity.ERROR,
        "エラー値（{value}）が入っています。",
        "正しい内容に書き直してください。",
    )
    VALUE_IS_PICTURE = (
        Severity.ERROR,
        "セルの中に画像などが置かれていて、文字としては読み取れません。",
        "画像の内容を文字で記入し、画像は欄の外に置くか、別のファイルで送ってください。",
    )
    VALUE_MALFORMED = (
        Severity.ERROR,
        "壊れた値（{value}）が保存されているため、読み取れません。",
        "正しい内容を入力し直してください。",
    )
    VALUE_FROM_FORMULA = (
        Severity.WARNING,
        "数式が入っているため、保存されていた計算結果「{value}」を使いました。",
        "計算結果が正しいか確かめてください。次からは値をそのまま記入してください。",
    )
    VALUE_TWICE = (
        Severity.ERROR,
        "一つの欄に二つの記入があり、どちらが正しいか分かりません（{ours}／{theirs}）。",
        "正しいほうだけを記入してください。",
    )
    VALUE_SPACES = (
        Severity.INFO,
        "空白や、目に見えない文字だけが入っているため、空欄として扱いました。",
        "対応はいりません。",
    )
    VALUE_STRUCK = (
        Severity.INFO,
        "「{before}」は取り消し線で消されているため、空欄として扱いました。",
        "対応はいりません。",
    )
    VALUE_STRUCK_IN_PART = (
        Severity.INFO,
        "「{before}」のうち、取り消し線で消されたところを除いて「{after}」として読み取りました。",
        "対応はいりません。",
    )
    VALUE_SHOWN_OTHERWISE = (
        Severity.INFO,
        "「{shown}」と表示されているため、「{after}」として読み取りました"
        "（セルに保存されている値は「{stored}」です）。",
        "表示のとおりでよければ、対応はいりません。",
    )
    VALUE_SHOWN_ROUNDED = (
        Severity.INFO,
        "セルには四捨五入した「{shown}」と表示されていますが、記入された「{stored}」を読み取りました。",
        "記入のとおりでよければ、対応はいりません。",
    )
    VALUE_SHOWN_UNCLEAR = (
        Severity.ERROR,
        "「{shown}」と表示されていますが、セルに保存されている値は「{stored}」で、"
        "どちらのことか決められません。",
        "{unit:unit}数字だけを記入し直してください。",
    )
    VALUE_UNSEEN = (
        Severity.WARNING,
        "見えないように書かれていますが（背景に近い色や、何も表示しない表示形式）、"
        "記入があるため「{value}」を読み取りました。",
        "見えない記入を使ってよいか、その課に確かめてください。",
    )
    VALUE_LOOK_UNCLEAR = (
        Severity.WARNING,
        "条件付き書式により、取り消し線や見えない色、別の表示になっているかもしれませんが、"
        "「{value}」を読み取りました。",
        "届いたファイルを開き、見えているとおりか確かめてください。",
    )
    VALUE_MERGED = (
        Severity.WARNING,
        "セルが結合されています。結合したセルの左上の欄の回答としてだけ読み取りました。",
        "結合を解き、それぞれの欄に記入してください。",
    )
    VALUE_DITTO = (
        Severity.ERROR,
        "「{value}」とだけ書かれています。並べ替えると、どこと同じか分からなくなります。",
        "同じ内容でも、省略せずに記入してください。",
    )
    VALUE_NOTHING = (
        Severity.WARNING,
        "「{value}」とだけ書かれています。",
        "記入することが本当にないか、その課に確かめてください。",
    )
    VALUE_BESIDE_REASON = (
        Severity.WARNING,
        "報告がない理由と、{labels:field}の回答が、両方記入されています。回答があるものとして扱います。",
        "報告することがあるのか、その課に確かめてください。ないときは、「確認の記録」の扱いで「今年度は報告なし」を"
        "選んでください。",
    )
    VALUE_SAME_AS_LAST_YEAR = (
        Severity.INFO,
        "前年度の回答とまったく同じ文章です。",
        "今年度の内容になっているか、気になるときはその課に確かめてください。",
    )
    VALUE_LOWERED_UNEXPLAINED = (
        Severity.WARNING,
        "「{other:field}」が前年度より下がっていますが（{before}→{after}）、何も記入されていません。",
        "「{label}」に記入することがないか、その課に確かめてください。",
    )
    VALUE_THOUSANDFOLD = (
        Severity.WARNING,
        "「{value}」は、前年度の「{before}」の千倍ほど、または千分の一ほどの数です。",
        "{unit:unit}記入されているか（桁や単位の取り違えなど）、その課に確かめてください。",
    )
    INDICATOR_SHEET_MISSING = (
        Severity.ERROR,
        "指標の実績値を記入するシートが見つかりません。",
        "配布した調査票のシート「指標」に実績値を記入し、シートを消さずに送ってもらってください。",
    )
    INDICATOR_ROW_MISSING = (
        Severity.WARNING,
        "指標番号「{value}」の行がありません。",
        "行が消されていないか、その課に確かめてください。",
    )
    INDICATOR_ROW_TWICE = (
        Severity.ERROR,
        "指標番号「{value}」の行が二つあります（もう一つは{other}行目。この行：{ours}／もう一つ：{theirs}）。",
        "正しいほうの行だけを残してください。",
    )
    INDICATOR_ROW_UNKNOWN = (
        Severity.WARNING,
        "指標番号「{value}」は、この課の調査票にありません。",
        "この行の実績値は使われません。必要な内容か、その課に確かめてください。",
    )
    INDICATOR_ROW_FOUND = (
        Severity.WARNING,
        "指標番号の欄が「{found}」になっていたため、指標の名前から指標番号{known}の行と判断しました。",
        "その行が指標番号{known}の実績値でよいか確かめてください。",
    )
    INDICATOR_FAR_OFF = (
        Severity.WARNING,
        "実績値「{value}」は、{at:year}の「{before}」と桁が大きく違います。",
        "{unit:unit}記入されているか（桁や単位の取り違えなど）、その課に確かめてください。",
    )
    INDICATOR_FELL = (
        Severity.WARNING,
        "累計の実績値「{value}」が、{at:year}の「{before}」より小さくなっています。",
        "これまでの累計が記入されているか（その年度の分だけになっていないか）、その課に確かめてください。",
    )
    INDICATOR_AGAINST_TEXT = (
        Severity.WARNING,
        "実績値は「{value}」ですが、「{other:field}」には「{found}」と書かれています。",
        "どちらの数が正しいか、その課に確かめてください。",
    )
    INDICATOR_AGAINST_RATING = (
        Severity.WARNING,
        "「{value}」と自己評価されていますが、指標「{name}」の判定は「{grade}」（達成率{rate}％）です。",
        "自己評価と判定のどちらも正しいか、その課に確かめてください。",
    )
    VALUE_AGAINST_RULE = (
        Severity.ERROR,
        "{rule:clause}（{found}）。",
        "記入を見直し、直してください。",
    )
    VALUE_RULE_DOUBT = (
        Severity.WARNING,
        "{rule:clause}（{found}）。",
        "記入のとおりでよいか、その課に確かめてください。",
    )
    VALUE_RULE_NOTE = (
        Severity.INFO,
        "{rule:clause}（{found}）。",
        "記入のとおりでよければ、対応はいりません。",
    )
    VALUE_SEES_PICTURE = (
        Severity.WARNING,
        "「{value}」とあり、図や別の資料を指していますが、台帳に載るのは文字だけです。",
        "元の回答ファイルの図や資料を確かめ、要ることは文字で記入してもらってください。",
    )
    VALUE_COMPOSED = (
        Severity.INFO,
        "濁点などが別の文字に分かれていたため、一つの文字に直して読み取りました。",
        "対応はいりません。",
    )
    VALUE_PRIVATE_CHARACTER = (
        Severity.WARNING,
        "私用領域の文字（{characters}）が使われています。外字であれば、ほかのパソコンでは表示も印刷も"
        "できません。行政事務標準文字（MJ+）であれば、そのフォントのあるパソコンでだけ表示できます。",
        "公表する資料では、常用の文字に置き換えてよいか、その課に確かめてください。",
    )
    VALUE_BROKEN_CHARACTER = (
        Severity.WARNING,
        "文字として読めないもの（{characters}）が入っています。",
        "文字が抜けたり化けたりしていないか、その課に確かめてください。",
    )
    VALUE_LINE_BREAK = (
        Severity.INFO,
        "改行を表す制御文字（{characters}）を、改行として読み取りました。",
        "対応はいりません。",
    )
    VALUE_CUT = (
        Severity.WARNING,
        "ちょうど{found:count}字で終わっています。古い形式のExcel（.xls）では、長い文章がここで切れる"
        "ことがあります。",
        "続きがないか、その課に確かめてください。",
    )
    VALUE_FAR_YEAR = (
        Severity.WARNING,
        "「{value}」は、{year:year}の回答としては離れた年の日付です。",
        "年の書き間違いでないか（「6/5/1」と入力すると2006年になります）、その課に確かめてください。",
    )
    VALUE_ADJUSTED = (
        Severity.INFO,
        "「{before}」を「{after}」として読み取りました。",
        "対応はいりません。",
    )
    VALUE_CONVERTED = (
        Severity.WARNING,
        "文章の項目に{kind}が入っているため、「{value}」という文字として読み取りました。",
        "表示のとおりか確かめてください。",
    )

    # --- まとめ (what several returns say together)
    ANSWER_KEPT = (
        Severity.WARNING,
        "同じ課の「{newer}」では空欄のため、このファイルの記入を使いました。",
        "空欄が意図したものか、その課に確かめてください。",
    )
    RETURN_CONFLICT = (
        Severity.ERROR,
        "「{other}」と{labels:field}の回答が異なり、どちらが新しいか分かりません"
        "（この回答：{ours}／「{other}」：{theirs}）。",
        "どちらが正しいか、その課に確かめ、差戻し用の調査票に正しいほうを記入して"
        "出し直してもらってください。",
    )
    RETURN_PRESUMED_NEWER = (
        Severity.WARNING,
        "「{other}」と{labels:field}の回答が異なります（この回答：{ours}／「{other}」：{theirs}）。"
        "書かれた保存の時刻はこの回答のほうが新しいため、この回答を採りました。",
        "保存の時刻は、プログラムによって9時間ずれることがあります。この回答が新しいか、その課に確かめてください。",
    )
    RETURN_RESENT = (
        Severity.WARNING,
        "この回答のあとに、前の回答がもう一度届きました（「{other}」）。{labels:field}の回答が異なり"
        "（この回答：{ours}／「{other}」：{theirs}）、この回答を採っています。",
        "前の回答に戻すつもりか、その課に確かめてください。戻すときは、前の回答を開いて保存し直した"
        "ものを出してもらってください。",
    )
    ANSWER_EMPTIED = (
        Severity.WARNING,
        "前に届いた「{other}」の{cell}セルには「{before}」とありましたが、この回答では空欄です。"
        "空欄として扱います。",
        "空欄が意図したものか、その課に確かめ、残すものであれば、"
        "書き加えて出し直してもらってください。",
    )
    ANSWER_NOT_ASKED = (
        Severity.WARNING,
        "今の計画では、この課にこの取組内容を尋ねていません。台帳には載せていません。",
        "計画を変えたあとの回答でよいか確かめ、必要なら今の担当課に記入してもらってください。",
    )
    JOINT_DIFFERS = (
        Severity.WARNING,
        "{departments:と}の回答が異なります（{labels:field}）。台帳には{used}の回答を載せました。",
        "どちらを採るか、両方の課に確かめてください。",
    )
    JOINT_SENT_BACK = (
        Severity.ERROR,
        "{departments:と}の回答が異なるため（{labels:field}）、どちらも台帳に載せていません。",
        "関係する課と話し合い、同じ内容に直して出し直してもらってください。",
    )
    ANSWER_MISSING = (
        Severity.WARNING,
        "回答がまだ届いていません。",
        "担当課に催促してください。今年度は報告することがないと分かっているときは、「確認の記録」の扱いで"
        "「今年度は報告なし」を選んでください。",
    )
    ANSWER_LOST = (
        Severity.WARNING,
        "担当課から受け付けたファイルがなくなっているため、回答を台帳に載せられません。",
        "担当課に催促せず、控えから元の場所に戻して、もう一度 collect を実行してください。"
        "取り下げられたファイルであれば、「確認の記録」のそのファイルの行で「取り下げ」を選んでください。",
    )
    ANSWER_SENT_BACK = (
        Severity.WARNING,
        "要修正の指摘があり、回答を台帳に載せていません。",
        "差戻し用の調査票を担当課に送ってください。今年度は報告することがないと分かったときは、"
        "「確認の記録」の扱いで「今年度は報告なし」を選んでください。",
    )
    ANSWER_AFTER_NOTHING = (
        Severity.WARNING,
        "「確認の記録」で今年度は報告なしとしたあとに、回答が届きました。この回答を台帳に載せました。",
        "この回答でよければ「確認の記録」の扱いで「確認済み」を、報告なしのままとするときは「今年度は報告なし」を"
        "選んでください。",
    )
    ANSWER_BECAME_NOTHING = (
        Severity.WARNING,
        "前に届いた「{other}」には回答がありましたが（{before}）、この回答では報告なしです。報告なしとして扱います。",
        "前の回答を取りやめてよいか、その課に確かめ、よければ「確認の記録」の扱いで「確認済み」を選んでください。",
    )
    ANSWER_ADOPTED = (
        Severity.INFO,
        "「確認の記録」の番号{point}の扱いにより、この回答を台帳に載せました。",
        "対応はいりません。",
    )
    ANSWER_NOT_NEEDED = (
        Severity.INFO,
        "「確認の記録」の番号{point}の扱いにより、今年度は報告なしとしました。",
        "対応はいりません。",
    )
    FILE_WITHDRAWN = (
        Severity.INFO,
        "{received:day}に受け付けたファイルですが、「確認の記録」の番号{point}の扱いにより、"
        "取り下げられたものとしました。",
        "対応はいりません。",
    )
    DECISION_WORD = (
        Severity.WARNING,
        "「確認の記録」の番号{point}の扱いに「{value}」とありますが、この番号で選べるのは次のものです：{choices}。",
        "「確認の記録」を開き、扱いを一覧から選び直してください。",
    )
    DECISION_DIFFERS = (
        Severity.WARNING,
        "「確認の記録」の番号{point}に、食い違う記入があります（{versions:／}）。どれも使っていません。",
        "どれにするかを決め、「確認の記録」の扱いを選び直してください。",
    )
    DECISION_FELL = (
        Severity.WARNING,
        "「確認の記録」の番号{point}の扱い「{value}」は、そのあとで回答が変わったため、取り消しました。",
        "今の回答を確かめ、「確認の記録」の扱いを選び直してください。",
    )
    DECISION_UNPLACED = (
        Severity.WARNING,
        "「確認の記録」の{row}行目の記入は、どの番号のものか分かりません（{value}）。",
        "「確認の記録」の正しい行に書き直してください。元のファイルの写しは「上書き前」に残しました。",
    )
    DECISION_UNREAD = (
        Severity.WARNING,
        "「確認の記録」を読み取れませんでした（{reason}）。前に取り込んだ扱いはそのまま使っています。",
        "ファイルをExcelで開いて確かめ、「Excelブック（.xlsx）」として保存し直してください。写しは"
        "「上書き前」に残しました。",
    )
    PLAN_CHANGED = (
        Severity.WARNING,
        "{departments}に調査票を発行したあとで、計画が変わっています（{what}）。"
        "届いた回答は、発行した調査票のとおりに調べています。",
        "変えたままでよければ generate を実行して新しい調査票を送り、間違えて変えたときは、"
        "計画を元に戻してください。",
    )
    ITEM_NOT_ISSUED = (
        Severity.WARNING,
        "計画にありますが、どの調査票にも載せていません。",
        "generate をもう一度実行し、新しい調査票を担当課に送ってください。",
    )

    # --- 照合 (verify)
    VERIFY_JOURNAL = (
        Severity.ERROR,
        "{problem}。",
        "控えの記録と比べ、いつ、なぜ変わったのかを確かめてください。",
    )
    VERIFY_NOT_RECORDED = (
        Severity.ERROR,
        "作業の記録に、{what}がありません（あるはずのもの：{expected:near}）。",
        "記録の最後の行が消えていないか、控えと比べてください。",
    )
    VERIFY_REGISTER = (
        Severity.ERROR,
        "発行台帳が、記録されたものと違います（記録：{expected:near}／実際：{found:near}）。",
        "発行台帳を控えから戻してください。",
    )
    VERIFY_TEMPLATE = (
        Severity.ERROR,
        "発行した調査票が、発行したときのものと違います（記録：{expected:near}／実際：{found:near}）。",
        "この調査票を配っていないか確かめ、控えから戻してください。",
    )
    VERIFY_STALE = (
        Severity.ERROR,
        "{what}が、最後に集めたときのものと違います（記録：{expected:near}／実際：{found:near}）。",
        "この年度のために変えたのであれば collect を、次の年度のために変えたのであれば finalize を"
        "実行してください。",
    )
    VERIFY_ROUND_BEFORE = (
        Severity.ERROR,
        "もとになる「{round}」の回答が、最後に集めたときのものと違います"
        "（記録：{expected:near}／実際：{found:near}）。",
        "この回を、もう一度 collect で集めてください。確定しているときは、"
        'collect に --reopen --reason "理由" を付けて確定を取り消して集め、'
        "確定し直してください。",
    )
    VERIFY_EARLIER = (
        Severity.ERROR,
        "前の年度の台帳が、比べたときのものと違います（記録：{expected:near}／実際：{found:near}）。",
        "前の年度の台帳を控えから戻すか、collect を実行し直してください。",
    )
    VERIFY_FILE_GONE = (
        Severity.ERROR,
        "記録にある回答ファイルがありません（記録：{expected:near}）。",
        "移したのであれば元の場所に戻し、なければ控えから戻してください。",
    )
    VERIFY_FILE_CHANGED = (
        Severity.ERROR,
        "回答ファイルの{what}が、記録されたものと違います（記録：{expected:near}／実際：{found:near}）。",
        "だれかが書き換えていないか確かめ、控えから戻してください。",
    )
    VERIFY_FILE_NEW = (
        Severity.ERROR,
        "記録にない回答ファイルがあります（実際：{found:near}）。",
        "あとから届いたのであれば、collect を実行してください。",
    )
    VERIFY_OUTCOME = (
        Severity.ERROR,
        "受付結果を判定し直すと、記録と違います（記録：{expected:near}／判定し直した結果：{found:near}）。",
        "パスワードの指定が要らないか確かめ、要らなければ collect を実行し直してください。",
    )
    VERIFY_OUTPUT_GONE = (
        Severity.ERROR,
        "作成したファイルがありません（記録：{expected:near}）。",
        "collect（確定版は finalize）を実行すると、同じものができます。",
    )
    VERIFY_OUTPUT_CHANGED = (
        Severity.ERROR,
        "作成したファイルが、作成したときのものと違います（記録：{expected:near}／実際：{found:near}）。",
        "このファイルは使わず、collect（確定版は finalize）で作り直してください。",
    )
    VERIFY_OUTPUT_UNREADABLE = (
        Severity.ERROR,
        "作成したファイルを読み取れないため、中身を照合できませんでした。",
        "このファイルは使わず、collect（確定版は finalize）で作り直してください。",
    )
    VERIFY_REPORT = (
        Severity.WARNING,
        "報告書が、作ったときのものと違います（記録：{expected:near}／実際：{found:near}）。",
        "手を加えたものでよければ、別の名前で残してから、report で作り直してください。",
    )
    VERIFY_CELL = (
        Severity.ERROR,
        "計算し直した内容と違います（計算：{expected:near}／実際：{found:near}）。",
        "元の回答ファイルと見比べ、collect（確定版は finalize）で作り直してください。",
    )
    VERIFY_NOT_REREAD = (
        Severity.WARNING,
        "この回答ファイルは、別の方法では読み直せませんでした（{reason}）。"
        "collect が読み取った内容は、集計と照合しましたが、読み取りそのものは確かめていません。",
        "元の回答ファイルを開いて、台帳の内容と見比べてください。",
    )
    VERIFY_ANSWER = (
        Severity.ERROR,
        "元の回答を別の方法で読み直した内容と違います"
        "（元の回答{origin}：{expected:near}／台帳：{found:near}）。",
        "元の回答ファイルを開いて、どちらが正しいか確かめてください。",
    )
    VERIFY_SCHEMA = (
        Severity.ERROR,
        "answers.schema.json の決まりに合わない回答です"
        "（決まり：{expected:near}／台帳：{found:near}）。",
        "台帳の値が書き換えられていないか、元の回答ファイルと見比べてください。",
    )
    VERIFY_COUNT = (
        Severity.ERROR,
        "台帳を数え直した件数と違います（{origin}の件数：{expected:near}／実際：{found:near}）。",
        "集計表の式や数が書き換えられていないか確かめ、collect で作り直してください。",
    )
    VERIFY_STOPPED = (
        Severity.ERROR,
        "台帳を計算し直せませんでした（理由：{reason:clause}）。",
        "理由を取り除いてから、もう一度実行してください。",
    )
    VERIFY_OTHER_TOOL = (
        Severity.INFO,
        "別の版の道具か、別の版の Python で作られています。回答、台帳の値、集計表の数、作成した"
        "ときと同じファイルであることは確かめました。ほかのセルとファイルの体裁は、計算し直したものと比べていません。",
        "対応はいりません。すべてを比べるときは、作ったときの版で照合してください。",
    )
    VERIFY_MORE = (
        Severity.ERROR,
        "ほかにも違うところが{count}か所あります。",
        "先に示したところを直してから、もう一度実行してください。",
    )

    @property
    def severity(self) -> Severity:
        """How much this finding weighs."""
        return self.value[0]

    @property
    def message(self) -> str:
        """What is wrong, with braces for the details."""
        return self.value[1]

    @property
    def remedy(self) -> str:
        """What to do about it, with braces for the details."""
        return self.value[2]

    @cached_property
    def details(self) -> frozenset[str]:
        """The names of the details that the message and the remedy show."""
        parts = Formatter().parse(self.message + self.remedy)
        return frozenset(name for _, name, _, _ in parts if name and name != LABEL)
