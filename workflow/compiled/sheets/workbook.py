"""The compiled workbook 台帳_令和N年度.xlsx. The same round gives the same bytes."""

from __future__ import annotations

from typing import IO

from xlsxwriter import Workbook

from workflow.compiled import display_limits
from workflow.compiled.compilation import Compilation
from workflow.compiled.indicators import INDICATOR_SHEET
from workflow.compiled.ledger import LEDGER_SHEET, PARTS_SHEET
from workflow.compiled.points.decisions import decision_log
from workflow.compiled.recorded import RecordedFile, recorded_files
from workflow.compiled.sheets.attention import ATTENTION_SHEET, write_attention
from workflow.compiled.sheets.brief import BRIEF_SHEET, write_brief
from workflow.compiled.sheets.comparison.printed import write_comparison_print
from workflow.compiled.sheets.comparison.sheet import (
    COMPARISON_PRINT_SHEET,
    COMPARISON_SHEET,
    write_comparison,
)
from workflow.compiled.sheets.details import write_details
from workflow.compiled.sheets.indicators import write_indicators
from workflow.compiled.sheets.ledger import write_ledger, write_parts
from workflow.compiled.sheets.legend import AUDIT_SHEET, LEGEND_SHEET, write_audit, write_legend
from workflow.compiled.sheets.print_list import PRINT_SHEET, write_print_list
from workflow.compiled.sheets.records import (
    FINDINGS_SHEET,
    NOTES_SHEET,
    RECEIPTS_SHEET,
    STATUS_SHEET,
    SourceLinks,
    errata_columns,
    errata_rows,
    finding_columns,
    note_columns,
    return_columns,
    status_columns,
    unused_answers,
)
from workflow.compiled.sheets.rounds import (
    CHANGES_SHEET,
    change_columns,
    cumulative_columns,
    cumulative_rows,
)
from workflow.compiled.sheets.summary.layout import SUMMARY_SHEET, lay_out_summary
from workflow.compiled.sheets.summary.sheet import Summary, write_summary
from workflow.compiled.summaries.attention import Weight, decision_sentences
from workflow.compiled.summaries.errata import ERRATA_SHEET
from workflow.compiled.summaries.headline import headline
from workflow.compiled.summaries.matrix import DETAILS_SHEET, CountedMatrix
from workflow.compiled.year.between import change_sentences
from workflow.compiled.year.cumulative import CUMULATIVE_SHEET
from workflow.compiled.years.comparison import headline_sentences
from workflow.excel.page import print_only
from workflow.excel.rows import RowsInPieces
from workflow.excel.table import FONT_SIZE, TableStyles, write_table
from workflow.excel.workbook import GrowingSheet, add_sheet, new_workbook
from workflow.model.years import era_year
from workflow.storage.pieces import Pieces

SHEETS = (
    SUMMARY_SHEET,
    BRIEF_SHEET,
    ATTENTION_SHEET,
    CHANGES_SHEET,
    LEDGER_SHEET,
    INDICATOR_SHEET,
    CUMULATIVE_SHEET,
    PRINT_SHEET,
    COMPARISON_SHEET,
    COMPARISON_PRINT_SHEET,
    ERRATA_SHEET,
    STATUS_SHEET,
    FINDINGS_SHEET,
    RECEIPTS_SHEET,
    NOTES_SHEET,
    DETAILS_SHEET,
    LEGEND_SHEET,
    AUDIT_SHEET,
)

_PRINTED_COLUMNS = 3
"""Columns of 台帳 whose headings paper shows above the name of the sheet to print instead."""


def sheet_names(compilation: Compilation) -> tuple[str, ...]:
    """Return the sheets in their order; of a divided ledger, the list of its parts is there.

    正誤表 is there where something was put right, 一枚まとめ where the round has a report, and
    指標 where the plan has indicators. 評価の変更 is there where a rating was changed in a later
    round of the year, and 期ごとの累計 where numbers go on from round to round.
    """
    needed = {
        BRIEF_SHEET: compilation.brief,
        ERRATA_SHEET: compilation.errata,
        INDICATOR_SHEET: compilation.indicators,
        CHANGES_SHEET: compilation.changed,
        CUMULATIVE_SHEET: compilation.cumulative,
    }
    left_out = [name for name, content in needed.items() if not content]
    renamed = {LEDGER_SHEET: PARTS_SHEET} if compilation.ledger.parts else {}
    return tuple(renamed.get(name, name) for name in SHEETS if name not in left_out)


def write_workbook(
    compilation: Compilation, rows: RowsInPieces, pieces: Pieces, stream: IO[bytes]
) -> None:
    """Write the compiled workbook as an .xlsx file; rows are those of its ledger."""
    book = new_workbook(stream, FONT_SIZE)
    plan = compilation.round.plan
    book.set_properties(
        {
            "title": f"{plan.title} {era_year(compilation.ledger.year)} 台帳",
            "company": plan.municipality.name,
            "status": compilation.stage.name,
            "created": compilation.stage.as_of.replace(tzinfo=None),
        }
    )
    sheets = {name: add_sheet(book, name) for name in sheet_names(compilation)}
    sources = source_links_of(compilation)
    _write_for_readers(book, sheets, compilation, sources)
    _write_records(book, sheets, compilation, sources, (rows, pieces))
    book.close()


def source_links_of(compilation: Compilation) -> SourceLinks:
    """Return how the compiled files of a round lead back to what was returned."""
    on_disk = {r.file: r.on_disk.file for r in compilation.round.returns}
    recorded: dict[str, RecordedFile] = {}
    for journal in compilation.journals or (compilation.journal,):
        recorded |= recorded_files(journal)
    first_seen = {
        file: recorded[disk].first_seen for file, disk in on_disk.items() if disk in recorded
    }
    return SourceLinks(compilation.ledger.period, on_disk, first_seen)


def _write_for_readers(
    book: Workbook,
    sheets: dict[str, GrowingSheet],
    compilation: Compilation,
    sources: SourceLinks,
) -> None:
    """Write what an auditor reads: the conclusion, what to look at, and what changed."""
    plan, ledger = compilation.round.plan, compilation.ledger
    write_summary(book, sheets[SUMMARY_SHEET], _summary(compilation))
    if compilation.brief:
        write_brief(book, sheets[BRIEF_SHEET], compilation.brief, ledger)
    write_attention(book, sheets[ATTENTION_SHEET], compilation, sources)
    write_print_list(book, sheets[PRINT_SHEET], plan, ledger)
    write_comparison(book, sheets[COMPARISON_SHEET], compilation.comparison, plan, ledger)
    paper = sheets[COMPARISON_PRINT_SHEET]
    write_comparison_print(book, paper, compilation.comparison, plan)
    write_details(book, sheets[DETAILS_SHEET], plan, ledger, compilation.details)
    write_legend(book, sheets[LEGEND_SHEET], compilation)
    write_audit(book, sheets[AUDIT_SHEET], compilation)


def indicator_matrix(compilation: Compilation) -> CountedMatrix | None:
    """Return the matrix of the indicators' grades; None where there are no indicators."""
    return compilation.indicators.matrix if compilation.indicators else None


def _summary(compilation: Compilation) -> Summary:
    plan, ledger = compilation.round.plan, compilation.ledger
    changes = (
        *change_sentences(compilation.changed),
        *headline_sentences(compilation.comparison),
        *decision_sentences(compilation.round.points),
    )
    points = sum(line.weight is not Weight.DECIDED for line in compilation.attention)
    findings = len(compilation.round.findings)
    leading = {
        f"要確認（{points}件）": ATTENTION_SHEET,
        "前年度比較": COMPARISON_SHEET,
        "提出状況": STATUS_SHEET,
        f"指摘一覧（{findings}件）": FINDINGS_SHEET,
    }
    if compilation.round.parts:  # a year has more, and paper room for few
        is_empty = {
            COMPARISON_SHEET: not compilation.comparison.lines,
            FINDINGS_SHEET: not findings,
        }
        leading = {text: name for text, name in leading.items() if not is_empty.get(name)}
    if compilation.changed:
        leading[f"{CHANGES_SHEET}（{len(compilation.changed)}件）"] = CHANGES_SHEET
    if compilation.cumulative:
        leading[CUMULATIVE_SHEET] = CUMULATIVE_SHEET
    if compilation.indicators:
        leading[f"指標（{len(compilation.indicators.series)}件）"] = INDICATOR_SHEET
    if ledger.parts:
        leading[f"台帳（{len(ledger.parts)}冊）"] = PARTS_SHEET
    return Summary(
        plan=plan,
        ledger=ledger,
        stage=compilation.stage,
        headline=headline(plan, ledger, changes),
        layout=lay_out_summary(
            compilation.matrices, compilation.trend, indicator_matrix(compilation)
        ),
        indicators=compilation.indicators,
        details=compilation.details,
        sheets=leading,
        earlier=compilation.earlier,
    )


def _write_records(
    book: Workbook,
    sheets: dict[str, GrowingSheet],
    compilation: Compilation,
    sources: SourceLinks,
    known: tuple[RowsInPieces, Pieces],
) -> None:
    """Write the flat tables: the ledger and how it came about."""
    styles = TableStyles(book)
    ledger, round_ = compilation.ledger, compilation.round
    if ledger.parts:
        write_parts(book, sheets[PARTS_SHEET], ledger)
    else:
        every = range(len(ledger.entries))
        write_ledger(book, sheets[LEDGER_SHEET], ledger, every, sources, known)
        if len(every) <= display_limits.MOST_PRINTED:
            print_only(sheets[LEDGER_SHEET], 0, _PRINTED_COLUMNS - 1, PRINT_SHEET)
    if compilation.indicators:
        write_indicators(book, sheets[INDICATOR_SHEET], compilation.indicators, sources)
    if compilation.changed:
        changes = change_columns(round_.plan, ledger, sources)
        write_table(sheets[CHANGES_SHEET], styles, changes, compilation.changed)
    if compilation.cumulative:
        running = cumulative_columns(round_.plan, ledger, sources)
        grown = cumulative_rows(compilation.cumulative)
        write_table(sheets[CUMULATIVE_SHEET], styles, running, grown)
    if compilation.errata:
        corrected = errata_columns(round_.plan, ledger, sources)
        write_table(sheets[ERRATA_SHEET], styles, corrected, errata_rows(compilation.errata))
    departments = status_columns(compilation.statuses)
    write_table(sheets[STATUS_SHEET], styles, departments, compilation.statuses)
    columns = finding_columns(sources, compilation.wording, round_.findings)
    write_table(sheets[FINDINGS_SHEET], styles, columns, round_.findings)
    received = return_columns(sources, round_.returns)
    named = 2 if round_.parts else 1
    write_table(sheets[RECEIPTS_SHEET], styles, received, round_.returns, repeated=named)
    notes = [note for returned in round_.returns for note in returned.notes]
    notes += unused_answers(round_)
    for journal in compilation.journals or (compilation.journal,):
        notes += decision_log(journal).notes
    write_table(sheets[NOTES_SHEET], styles, note_columns(sources), notes)
