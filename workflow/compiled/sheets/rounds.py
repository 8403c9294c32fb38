"""評価の変更 and 期ごとの累計: what a year of several rounds shows from one round to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from workflow.compiled.ledger import Ledger
from workflow.compiled.sheets.links import to_row
from workflow.compiled.sheets.records import SourceLinks, opening
from workflow.compiled.year.between import RatingChange
from workflow.compiled.year.cumulative import Measure, OfRound
from workflow.excel.table import TableColumn
from workflow.excel.workbook import Link
from workflow.model.plan import Plan
from workflow.model.returns import Answer
from workflow.python.dataclass import dataclass

CHANGES_SHEET = "評価の変更"


def change_columns(
    plan: Plan, ledger: Ledger, sources: SourceLinks
) -> tuple[TableColumn[RatingChange], ...]:
    """Return the columns of 評価の変更; each row leads to the ledger's and to both answers."""

    def item(change: RatingChange) -> str:
        return ledger.entries[change.entry].item.id

    def title(change: RatingChange) -> str:
        return ledger.entries[change.entry].item.title

    def owner(change: RatingChange) -> str:
        return ledger.entries[change.entry].assignment.department_label

    def before(change: RatingChange) -> Link | None:
        return _to_cell(sources, change.answer_before, change.pair.before.key)

    def after(change: RatingChange) -> Link | None:
        return _to_cell(sources, change.answer_after, change.pair.after.key)

    return (
        TableColumn("整理番号", 5, item, lambda c: to_row(ledger, c.entry)),
        TableColumn(plan.levels[-1], 14.5, title),
        TableColumn("担当課", 7.5, owner),
        TableColumn("もとの回", 6, lambda c: c.round_before),
        TableColumn("もとの評価", 5, lambda c: c.before),
        TableColumn("もとの回答者", 7.5, lambda c: c.by_before or None),
        opening(before),
        TableColumn("変えた回", 6, lambda c: c.round_after),
        TableColumn("変更後の評価", 5, lambda c: c.after),
        TableColumn("変わり方", 5.5, lambda c: c.change.value),
        TableColumn("変えた人", 7.5, lambda c: c.by or None),
        opening(after),
        TableColumn("もとの項目", 8, lambda c: c.pair.before.label, on_paper=False),
        TableColumn("変えた項目", 8, lambda c: c.pair.after.label, on_paper=False),
        TableColumn("もとの回答ファイル", 20, lambda c: _file(c.answer_before), on_paper=False),
        TableColumn("変えた回答ファイル", 20, lambda c: _file(c.answer_after), on_paper=False),
    )


def _file(answer: Answer | None) -> str | None:
    return answer.source.file if answer else None


def _to_cell(sources: SourceLinks, answer: Answer | None, key: str) -> Link | None:
    """Return a link to the cell of a value; to its file where only that is known."""
    if answer is None:
        return None
    if key not in answer.cells:
        return sources.to(answer.source.file)
    return sources.to(answer.source.file, *answer.cell_of(key))


@dataclass(frozen=True, slots=True)
class CumulativeRow:
    """One round of a measure, and what it has come to."""

    measure: Measure
    of: OfRound
    running: Decimal | None


def cumulative_rows(found: Sequence[Measure]) -> Iterator[CumulativeRow]:
    """Yield the rows of 期ごとの累計: of each measure one a round."""
    for measure in found:
        for of, running in zip(measure.rounds, measure.running, strict=True):
            yield CumulativeRow(measure, of, running)


def cumulative_columns(
    plan: Plan, ledger: Ledger, sources: SourceLinks
) -> tuple[TableColumn[CumulativeRow], ...]:
    """Return the columns of 期ごとの累計."""

    def opens(row: CumulativeRow) -> Link | None:
        return _to_cell(sources, row.of.answer, row.of.key)

    def where(part: int) -> Callable[[CumulativeRow], str | None]:
        def take(row: CumulativeRow) -> str | None:
            answer = row.of.answer
            return answer.cell_of(row.of.key)[part] if answer and row.of.value is not None else None

        return take

    return (
        TableColumn(
            "整理番号", 5, lambda r: r.measure.item, lambda r: to_row(ledger, r.measure.entry)
        ),
        TableColumn(plan.levels[-1], 17, lambda r: r.measure.title),
        TableColumn("担当課", 8, lambda r: r.measure.owner),
        TableColumn("何の数か", 10, lambda r: r.measure.name),
        TableColumn("単位", 4, lambda r: r.measure.unit or None),
        TableColumn("回", 7, lambda r: r.of.round),
        TableColumn("この回の値", 7, lambda r: r.of.value),
        TableColumn("ここまでの値", 7, lambda r: r.running),
        TableColumn("数え方", 7, lambda r: "足し上げ" if r.measure.is_sum else "最新の値"),
        opening(opens),
        TableColumn("項目", 10, lambda r: r.of.label, on_paper=False),
        TableColumn("回答ファイル", 20, lambda r: _file(r.of.answer), on_paper=False),
        TableColumn("シート", 7, where(0), on_paper=False),
        TableColumn("セル", 5, where(1), on_paper=False),
    )
