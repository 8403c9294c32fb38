"""凡例: what every word and value in the workbook means; for auditors, what it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from xlsxwriter import Workbook

from workflow import COMMAND, VERSION
from workflow.compiled import display_limits
from workflow.compiled.compilation import Compilation
from workflow.compiled.indicators import INDICATOR_SHEET
from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.merging.entries import AnswerStatus, statuses_in_use, statuses_of
from workflow.compiled.summaries.headline import low_ratings
from workflow.excel.table import Heading, TableStyles, write_values
from workflow.excel.workbook import GrowingSheet
from workflow.model.cells import plain_number
from workflow.model.fields.base import Field
from workflow.model.indicators.indicator import Band
from workflow.model.plan import Plan
from workflow.model.returns import Outcome
from workflow.model.years import JST, full_year
from workflow.storage.journal import EventKind, Facts, Journal
from workflow.templates.register import Register

LEGEND_SHEET = "凡例"
AUDIT_SHEET = "凡例（監査用）"

_STATUSES = {
    AnswerStatus.ANSWERED: "採用した回答があります。",
    AnswerStatus.MISSING: "回答が届いていないか、この取組内容の行が空欄です。",
    AnswerStatus.SENT_BACK: (
        "届いた回答に直すところがあり、訂正を待っています。値は台帳に載せていません。"
    ),
    AnswerStatus.NOTHING: (
        "今年度は報告することがないと分かり、「確認の記録」でそう決めました。"
        "回答を求めず、未提出にも数えません。"
    ),
    AnswerStatus.NOT_ASKED: "この回では、この行を尋ねていません。",
}
_NOTHING_DECLARED = (
    "担当課が「{label}」に理由を記入したか、とりまとめ課が「確認の記録」で、今年度は報告なしと決めました。"
    "回答を求めず、未提出にも数えません。"
)
"""What 報告なし means where the form lets departments say so."""
_OUTCOMES = {
    Outcome.ACCEPTED: "回答を台帳に載せました。",
    Outcome.ACCEPTED_WITH_WARNINGS: "回答を台帳に載せましたが、確かめたほうがよい点があります。",
    Outcome.SENT_BACK: "直すところがあります。誤りのない行は台帳に載せました。",
    Outcome.SUPERSEDED: "同じ課の新しい回答があるため、使いませんでした。",
    Outcome.DUPLICATE: "ほかのファイルとまったく同じ内容のため、使いませんでした。",
    Outcome.NOT_A_RETURN: "調査票の回答ではありません。",
    Outcome.UNREADABLE: "開けないか、壊れているため、読み取れませんでした。",
}
_INDICATOR_WORDS = {
    "区分": "「基準」は計画を作ったときの値、「実績」はその年度の結果、"
    "「目標」はこれからの年度の目標値です。",
    "目標値": "計画で決めた、その年度の目標値です。累計の指標で決めていない年度は、"
    "前後の値の間を年度で割った値です。",
    "実績値": "今年度は担当課の回答、前年度までは計画にある値です。",
    "達成率（％）": "実績値から、指標ごとの決まりで計算した値です。小数第1位まで示します。",
    "判定": "達成率がどの区分にあたるかです。担当課の自己評価ではありません。",
    "判定不可": "判定できません。理由が「判定できない理由」にあります。"
    "ゼロや低い判定とは違います。",
    "推移": "これまでの実績値の棒グラフです。今年度の行にあります。",
}
COLUMNS = (Heading("区分", 8), Heading("語", 15), Heading("意味", 58))

Meaning = tuple[str, str, str]
"""One line: what kind of word, the word, what it means."""


def write_legend(book: Workbook, sheet: GrowingSheet, compilation: Compilation) -> None:
    """Write what readers need: the words and values of a round."""
    plan, ledger = compilation.round.plan, compilation.ledger
    rows = [
        *_stage(compilation),
        *(line for field in plan.form.fields for line in _field(field)),
        *_checks(plan),
        *_known(plan),
        *_indicators(plan),
        *(
            (STATUS_LABEL, status.value, _meaning_of(status, plan))
            for status in statuses_in_use(ledger.standing(ledger.column_groups))
        ),
        *(("受付結果", outcome.label, meaning) for outcome, meaning in _OUTCOMES.items()),
        *_conventions(plan),
        *_counts(compilation),
    ]
    write_values(sheet, TableStyles(book), COLUMNS, rows)


def _meaning_of(status: AnswerStatus, plan: Plan) -> str:
    waiver = plan.form.waiver
    if status is not AnswerStatus.NOTHING or waiver is None:
        return _STATUSES[status]
    return _NOTHING_DECLARED.format(label=waiver.field.label)


def write_audit(book: Workbook, sheet: GrowingSheet, compilation: Compilation) -> None:
    """Write what auditors need: how it is counted, where it ends, what it was made from."""
    rows = [
        *_counting(compilation),
        *_graded(compilation),
        *(("多いとき", word, meaning) for word, meaning in display_limits.sentences()),
        *_origins(compilation),
        *_history(compilation),
    ]
    write_values(sheet, TableStyles(book), COLUMNS, rows)


def _stage(compilation: Compilation) -> Iterator[Meaning]:
    plan, stage = compilation.round.plan, compilation.stage
    owner = f"{plan.municipality.name}（団体コード {plan.municipality.code}）"
    yield "この台帳", plan.title, f"{owner}の{full_year(compilation.ledger.year)}の進捗状況です。"
    meaning = (
        "内容を確定したものです。取り消すときは、理由が記録に残ります。"
        if stage.is_final
        else "回答を集めている途中のものです。これから変わることがあります。"
    )
    yield "この台帳", str(stage), meaning
    if stage.accepted_open:
        why = f"確認事項か未提出のものを残して確定しました。理由：{stage.accepted_open}"
        yield "この台帳", "残して確定", why


def _field(field: Field) -> Iterator[Meaning]:
    yield "項目", field.label, f"{field.type_word}の項目です。{field.limits}{field.help}"
    for choice in field.dropdown:
        yield field.label, choice.value, choice.meaning or "（説明はありません。）"
    words = "、".join(choice.value for choice in low_ratings(field))
    if words:
        yield field.label, "要確認に載るもの", f"{words}の取組を、要確認のシートに載せます。"


def _checks(plan: Plan) -> Iterator[Meaning]:
    """Yield the rules between fields that the plan declares."""
    for check in plan.form.declared:
        message = f"担当課には「{check.message}」と知らせます。" if check.message else ""
        meaning = f"次のときに{check.severity.label}とします：{check.in_words}{message}"
        yield "確認の決まり", "・".join(check.labels.values()), meaning


def _known(plan: Plan) -> Iterator[Meaning]:
    """Yield what nobody was asked, because the city knows it."""
    if table := plan.known_values:
        for column in table.columns:
            meaning = f"市の表（{table.file}）にある値です。担当課には尋ねていません。"
            yield "既知の値", column.field.heading, meaning
        yield "既知の値", "空欄", "表のセルが空欄です。ゼロや「なし」とは違います。"


def _indicators(plan: Plan) -> Iterator[Meaning]:
    """Yield what the columns of 指標 say, and by what rule each indicator is graded."""
    if not plan.indicators:
        return
    yield from ((INDICATOR_SHEET, word, meaning) for word, meaning in _INDICATOR_WORDS.items())
    for one in plan.indicators:
        rule = f"{one.way}。達成率は{one.compares_with.word}で求めます。"
        graded = "、".join(map(_band_in_words, one.grading))
        meaning = rule + (f"判定は、{graded}です。" if graded else "判定の区分はありません。")
        yield "判定の決まり", f"{one.id}　{one.name}", meaning


def _band_in_words(band: Band) -> str:
    """Return what a grade takes.

    >>> from decimal import Decimal
    >>> _band_in_words(Band("Ａ", Decimal(100))), _band_in_words(Band("Ｃ"))
    ('100％以上がＡ', 'それ以外がＣ')
    """
    if band.at_least is None:
        return f"それ以外が{band.grade}"
    rate = band.rate.word if band.rate else ""
    return f"{rate}{plain_number(band.at_least)}％以上が{band.grade}"


def _conventions(plan: Plan) -> Iterator[Meaning]:
    yield "表記", "日時", "すべて日本時間です。"
    yield "表記", "受領日時", "回答ファイルの、置き場所での更新日時です。"
    yield (
        "表記",
        "初めて読んだ日時",
        "この道具が、その名前と内容のファイルを初めて読み取った日時です。作業の記録に残ります。",
    )
    yield "表記", "空欄", "値がないことを表します。ゼロや「なし」とは違います。"
    yield (
        "表記",
        "共同の取組",
        "複数の課が担当する取組は、担当課の名前を「・」でつないで一行にしています。"
        "回答が分かれたときは、計画で先に書かれた課の回答を載せ、指摘一覧に示します。",
    )
    yield (
        "表記",
        "リンク",
        "青い下線の文字や数字を押すと、内訳や元の回答ファイルへ移れます。元のファイルへのリンクは、"
        "この台帳を作業用フォルダーの中に置いたまま開いたときに働きます。",
    )
    yield "計画", "取組内容の数", f"{len(plan.items)}件です。"


def _counting(compilation: Compilation) -> Iterator[Meaning]:
    """Yield what the counts are: formulas, or values and why."""
    led = "押すと、数えた取組の一覧（内訳）へ移れます。"
    is_live = [matrix.is_live for matrix in compilation.matrices]
    if any(is_live) or not is_live:
        yield "集計", "集計表の数字", f"台帳シートを数える式です。{led}"
    if not all(is_live):
        why = (
            f"台帳が{len(compilation.ledger.parts)}冊に分かれていて、式はほかのファイルを数えられない"
            if compilation.ledger.parts
            else "式が多く、Excelで開くたびに長く待たせる"
        )
        yield (
            "集計",
            "集計表の数字（値）",
            f"{why}ため、作成したときに台帳のすべての行を数えた値です。{led}"
            "verify は、台帳の行を数え直して、この値を確かめます。",
        )


def _graded(compilation: Compilation) -> Iterator[Meaning]:
    """Yield how the grades come about, where there are any."""
    if compilation.indicators:
        yield (
            INDICATOR_SHEET,
            "達成率と判定",
            "調査票の中では計算せず、集めるときに、シート「凡例」にある決まりで計算した値です。"
            "verify は、実績値を元の回答から読み直し、計算し直して確かめます。",
        )
        yield INDICATOR_SHEET, "指標の判定の件数", "シート「指標」の今年度の行を数える式です。"


def _counts(compilation: Compilation) -> Iterator[Meaning]:
    returns = compilation.round.returns
    outcomes = Counter(returned.outcome for returned in returns)
    summary = "、".join(f"{o.label}{outcomes[o]}件" for o in Outcome if outcomes[o])
    yield "件数", "届いたファイル", f"{len(returns)}件です（{summary}）。"
    entries = compilation.ledger.entries
    statuses = Counter(statuses_of(entries))
    summary = "、".join(f"{s.value}{statuses[s]}件" for s in statuses_in_use(statuses))
    yield "件数", "台帳の行", f"{len(entries)}行です（{summary}）。"


def _origins(compilation: Compilation) -> Iterator[Meaning]:
    basis = compilation.round.basis
    yield "作成", "道具の版", VERSION
    yield "作成", "計画の照合用の値", f"SHA-256 {basis.plan}"
    yield "作成", "発行台帳の照合用の値", f"SHA-256 {basis.register}"
    for year, (ledger, _) in basis.earlier.items():
        yield "作成", f"{full_year(int(year))}の台帳（CSV）", f"SHA-256 {ledger}"
    for name, (ledger, _) in basis.rounds.items():
        yield "作成", f"もとになる「{name}」の台帳（CSV）", f"SHA-256 {ledger}"
    if known := compilation.round.plan.known_table:
        yield "作成", f"既知の値の表（{known.file}）の照合用の値", f"SHA-256 {known.sha256}"
    for part in compilation.round.parts or (compilation.round,):
        yield from _issues(part.register)
    yield (
        "作成",
        "確かめ方",
        f"{COMMAND} verify --year {compilation.ledger.year} を実行すると、"
        "元の回答ファイルを別の方法で読み直し、台帳の値、集計表の数、ファイルの照合用の値、"
        "作業の記録のつながりを、すべて計算し直して照合します。",
    )


def _issues(register: Register) -> Iterator[Meaning]:
    for issue in register.current():
        yield "調査票", str(issue.number), f"{issue.file}（SHA-256 {issue.sha256}）"


def _history(compilation: Compilation) -> Iterator[Meaning]:
    """Yield what was done until now; what says nothing new in itself is left out.

    In a year of several rounds it is what was done to each of them, and then to the year.
    """
    for standing, journal in zip(compilation.rounds, compilation.journals, strict=True):
        yield from _events(journal, f"経過（{standing.name}）")
    yield from _events(compilation.journal, "経過")


def _events(journal: Journal, label: str) -> Iterator[Meaning]:
    for event in journal.events:
        if event.kind not in (EventKind.COMPILED, EventKind.NUMBERED):
            moment, done = event.at.astimezone(JST), _DONE[event.kind](event.facts)
            yield label, f"{moment:%Y-%m-%d %H:%M}　{event.kind.label}", done


_DONE: Mapping[EventKind, Callable[[Facts], str]] = {
    EventKind.ISSUED: lambda f: f"調査票を{len(f['issues'])}件発行しました。",
    EventKind.RECEIVED: lambda f: (
        f"新しいか変わったファイルが{len(f['files'])}件"
        + (f"、なくなったものが{len(f['gone'])}件" if f["gone"] else "")
        + "ありました。"
    ),
    EventKind.JUDGED: lambda f: f"{f['assignments']}件のうち、回答済は{f['answered']}件でした。",
    EventKind.DECIDED: lambda f: f"「確認の記録」の記入を{len(f['decisions'])}件取り込みました。",
    EventKind.FINALIZED: lambda _: "確定版を作りました。",
    EventKind.REOPENED: lambda f: f"確定を取り消しました。理由：{f['reason']}",
    EventKind.REPORTED: lambda _: "公表用の報告書を作りました。",
    EventKind.RESTARTED: lambda f: (
        f"前の記録がなくなっていたため、新しく始めました（あったもの：{f['found']}）。"
    ),
}
"""What the history says of an event, by its kind and its facts."""
