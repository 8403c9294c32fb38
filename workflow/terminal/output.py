"""What a run shows in the terminal: a progress bar, then one short table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow.model.catalogue import Severity
from workflow.model.plain_text import aligned, harmless
from workflow.model.plan import Outcome
from workflow.model.wording import Wording
from workflow.model.years import JST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflow.commands.pipeline import Collected
    from workflow.mail.mailing import Mailing
    from workflow.rounds.reporting import Reported
    from workflow.rounds.written import Written
    from workflow.verification.differences import Report

_SHOWN_FINDINGS = 20


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while work goes on, where a person is looking."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from workflow.terminal.progress_bar import moving_bar

    with moving_bar(title) as told:
        yield told


def show_round(departments: Iterable[Mapping[str, Any]], document: dict[str, Any]) -> None:
    """Show where each department stands, the figures and the weightiest findings."""
    _print_departments(departments)
    _print_totals(document["totals"])
    _print_findings(document["findings"])


def show_collected(collected: Collected) -> None:
    """Show a round, and name every file that was made or kept."""
    show_round(collected.departments, collected.document)
    for path in (collected.ledger, collected.ledger_csv):
        _print(f"作成しました：{path}")
    show_overview(collected.overview)
    _show_parts(collected.written)
    _show_handbacks(collected.written)
    for path in collected.written.set_aside:
        _print(f"手直しされていたファイルを、別の名前で残しました：{path}。")


def show_overview(overview: Path) -> None:
    """Say where the page is that shows everything at once, if there is one."""
    if overview.exists():
        _print(f"まとめのページ（ブラウザーで開きます）：{overview}")


def _show_parts(written: Written) -> None:
    if written.parts:
        _print(
            f"台帳の行が多いため、{len(written.parts)}冊に分けました。"
            "どの行がどの冊にあるかは、シート「台帳の分冊」で分かります。"
        )
    for path in written.parts:
        _print(f"・{path.name}")
    if written.lacks_parquet:
        _print(
            "Parquet形式の台帳は、pyarrow が入っていないため作りませんでした。"
            "要るときは、README.ja.md の「とても大きな台帳」のとおりに入れて、"
            "collect をもう一度実行してください。"
        )


def _show_handbacks(written: Written) -> None:
    if written.handbacks:
        folder = written.handbacks[0].parent
        _print(f"差戻し用の調査票を{folder}に作りました（{len(written.handbacks)}件）。")
    for path in written.handbacks:
        _print(f"・{path.name}")
    for path in written.kept:
        _print(
            f"差戻し用の調査票が書き換えられていたため、写しを残しました：{path}。"
            "回答であれば、returned に移して collect をもう一度実行してください。"
        )


def show_reported(reported: Reported) -> None:
    """Show what was made for publication, and what to do with it."""
    if reported.template:
        _print(f"Wordのひな形を作りました。体裁は、これを直して変えられます：{reported.template}")
    _print(f"報告書を作りました：{reported.word}")
    _print("Wordで開いたときに、フィールドの更新を尋ねられたら「はい」を選んでください。")
    _print(f"ウェブページ：{reported.pages}")
    for path in reported.set_aside:
        _print(f"手直しされていたファイルを、別の名前で残しました：{path}。")
    _print(f"{reported.content.stage}の内容です。{reported.content.counts}")


def show_report(report: Report) -> None:
    """Show how much was verified, and every difference with both values and places."""
    checked, wording = report.checked, Wording()
    _print(
        f"作業の記録{checked.events}行、回答ファイル{checked.files}件、回答{checked.answers}件、"
        f"台帳のセル{checked.cells}個、集計表の数{checked.counts}個を照合しました。"
    )
    for found in report.differences:
        file = f"{found.location.file}　" if found.location.file else ""
        mark = found.severity.label if found.severity is Severity.INFO else "違い"
        _print(f"［{mark}］{file}{wording.message(found)}→ {wording.remedy(found)}")
    if report.is_clean:
        _print("すべて一致しました。")
    else:
        _print(f"{len(report.disagreeing)}か所の違いがあります。")


def show_status(document: dict[str, Any], is_final: bool) -> None:
    """Show where each department stood at the last collect, and how to take in what came since."""
    _print_departments(document["departments"])
    _print_totals(document["totals"])
    if document["uncollected"] and is_final:
        _print(
            f"確定したあとに届いたか変わったファイルが{document['uncollected']}件あります。"
            f"加えるには、collect --year {document['year']} --reopen --reason "
            '"理由" を実行してください。'
        )
    elif document["uncollected"]:
        _print_uncollected(document["uncollected"])


def _print_uncollected(files: int) -> None:
    _print(
        "前回の collect のあとに届いたか変わったファイルが"
        f"{files}件あります。collect を実行してください。"
    )


def show_mailing(mailing: Mailing) -> None:
    """Show which drafts there are to send, and what to look at before."""
    drafts = mailing.drafts
    if drafts.current:
        _print(
            f"メールの下書きが{len(drafts.current)}件あります"
            f"（新しいか、変わったもの{len(drafts.fresh)}件）。送信はしていません。"
        )
        _print(f"置き場所：{mailing.folder}")
    elif mailing.is_settled:
        _print("送るメールはありません。どの課からも、すべての回答が届いています。")
    for path in drafts.fresh:
        _print(f"・{path.name}")
    for path in drafts.kept:
        _print(f"手直しされていた下書きを作り直し、前のものを残しました：{path}。")
    for path in drafts.left:
        _print(f"手直しされた下書きを残していますが、もう送る必要はありません：{path.name}。")
    _show_cautions(mailing)


def _show_cautions(mailing: Mailing) -> None:
    if mailing.unaddressed:
        _print(
            "メールアドレスが計画にないか正しくないため、宛先を空けてあります："
            f"{'、'.join(mailing.unaddressed)}。"
        )
    for name in mailing.edited:
        _print(
            f"「{name}」は書き換えられています。そのまま添付したので、送る前に確かめてください。"
        )
    for name in mailing.absent:
        _print(f"「{name}」がないため、下書きを作れませんでした。collect を実行してください。")
    for path in mailing.new_texts:
        _print(f"メールの文面を置きました。直して使えます：{path}")
    if mailing.uncollected:
        _print_uncollected(mailing.uncollected)


def show_now(sentence: str) -> None:
    """Show what a watch tells at once, with the time of day."""
    _print(f"{datetime.now(JST):%H:%M:%S}　{sentence}")
    sys.stdout.flush()


def show_files(document: dict[str, Any]) -> None:
    """Show what became of each checked file, and every finding."""
    for file in document["files"]:
        _print(f"{file['path']}：{Outcome(file['outcome']).label}（回答{file['answers']}件）")
    _print_findings(document["findings"], shown=len(document["findings"]))


def _print_departments(departments: Iterable[Mapping[str, Any]]) -> None:
    table = [["担当課", "受付結果", "回答済", "差戻し中", "未提出"]]
    for d in departments:
        outcome = Outcome(d["outcome"]).label if d["outcome"] else "未提出"
        counts = (d["answered"], d["sent_back"], d["missing"])
        table.append([d["name"], outcome, *(str(n) if n else "・" for n in counts)])
    for line in aligned(table, right=frozenset({2, 3, 4})):
        _print(line)


def _print_totals(totals: dict[str, Any]) -> None:
    outcomes = "、".join(f"{Outcome(key).label}{n}" for key, n in totals["outcomes"].items() if n)
    files = f"ファイル{totals['files']}件" + (f"（{outcomes}）" if outcomes else "")
    _print(
        f"{files}。取組{totals['assignments']}件のうち、"
        f"回答済{totals['answered']}件、まだのもの{totals['missing']}件です。"
    )


def _print_findings(findings: list[dict[str, str]], shown: int = _SHOWN_FINDINGS) -> None:
    asking = [f for f in findings if f["severity"] != Severity.INFO]
    asking.sort(key=lambda f: list(Severity).index(Severity(f["severity"])))
    for finding in asking[:shown]:
        label = Severity(finding["severity"]).label
        file = f"{finding['file']}　" if finding["file"] else ""
        _print(f"［{label}］{file}{finding['message']}→ {finding['remedy']}")
    if len(asking) > shown:
        _print(f"ほかに{len(asking) - shown}件の指摘があります。台帳の「指摘一覧」をご覧ください。")


def _print(text: str) -> None:
    sys.stdout.write(f"{harmless(text)}\n")
