"""index.html: the whole round on one page, for whoever coordinates it and whoever audits it. Pure.

The conclusion comes first, then whose turn it is, then the figures, then what to look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from fnmatch import fnmatch
from itertools import groupby
from urllib.parse import quote

from workflow.compiled.compilation import Compilation
from workflow.compiled.display_limits import Shown, bounded
from workflow.compiled.indicator_lines import IndicatorLines, indicator_lines, indicator_rows
from workflow.compiled.ledger import LEDGER_SHEET, Ledger
from workflow.compiled.merging.entries import AnswerStatus, statuses_in_use, statuses_of
from workflow.compiled.pages.bars import Bar, Kind, bars, kinds
from workflow.compiled.pages.board import Board, board
from workflow.compiled.pages.finding_list import (
    FindingGroup,
    UnassignedFile,
    file_hrefs,
    finding_groups,
    of_the_plan,
    open_findings,
    unassigned_files,
)
from workflow.compiled.pages.frame import Anchor, frame, page_bytes, to_file
from workflow.compiled.pages.rounds import YearOfRounds, year_of_rounds
from workflow.compiled.sheets.links import to_row
from workflow.compiled.summaries.attention import (
    AttentionLine,
    Weight,
    decision_sentences,
    prose_of,
)
from workflow.compiled.summaries.brief import Brief
from workflow.compiled.summaries.headline import headline
from workflow.compiled.summaries.matrix import TOTAL, CountedMatrix
from workflow.compiled.summaries.status import Totals, totals
from workflow.compiled.years.comparison import headline_sentences
from workflow.compiled.years.trend import Trend
from workflow.model.findings import Finding
from workflow.model.returns import Outcome
from workflow.model.wording import Wording
from workflow.model.years import era_year, japanese_date_and_weekday
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import ANSWERS_SCHEMA, DATA_PACKAGE, OVERVIEW, ledger_name

# The figures of 集計表 on a page: each matrix and the years, as a table, some as bars too.

_MOST_CELLS, _MOST_COLUMNS, _MOST_OPEN_ROWS, _MOST_BARS = 6_000, 60, 40, 24


@dataclass(frozen=True, slots=True)
class CountRow:
    """One row of counts and their total."""

    label: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTable:
    """Counts over two axes; totals are None where rows are no parts of a whole.

    A long one is folded; of one that is too wide only how many columns it has is shown.
    """

    title: str
    row_title: str
    kinds: tuple[Kind, ...]
    rows: Shown[CountRow]
    totals: CountRow | None
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_folded(self) -> bool:
        """Whether it would push away what comes after it."""
        return self.rows.count > _MOST_OPEN_ROWS


def count_tables(compilation: Compilation) -> Iterator[CountTable]:
    """Yield the matrices of a round, bars with the first as on 集計表, and then the years."""
    graded = (compilation.indicators.matrix,) if compilation.indicators else ()
    for number, matrix in enumerate((*compilation.matrices, *graded)):
        yield _matrix_table(matrix, has_bars=number == 0 and len(matrix.rows) <= _MOST_BARS)
    trend = compilation.trend
    if trend is not None and (len(trend.rows) > 1 or trend.left_out):
        yield trend_table(trend)


def _matrix_table(matrix: CountedMatrix, *, has_bars: bool) -> CountTable:
    columns = kinds([(bucket.label, bucket.is_open) for bucket in matrix.columns])
    labelled = zip(matrix.rows, matrix.counts, strict=True)
    rows = [CountRow(bucket.label, counts, sum(counts)) for bucket, counts in labelled]
    most = _MOST_CELLS // len(columns) if len(columns) <= _MOST_COLUMNS else 0
    longest = max((row.total for row in rows), default=0)
    return CountTable(
        title=matrix.title,
        row_title=matrix.row_title,
        kinds=columns,
        rows=bounded(rows, most),
        totals=CountRow(TOTAL, tuple(map(sum, zip(*matrix.counts, strict=True))), matrix.total),
        bars=bars(columns, _counts(rows), [longest] * len(rows)) if has_bars else (),
        notes=("棒の長さは件数です。",) if has_bars else (),
    )


def trend_table(trend: Trend) -> CountTable:
    """Return the years as a table, and as bars where there are several."""
    last = len(trend.columns) - 1
    columns = kinds([(label, n == last) for n, label in enumerate(trend.columns)])
    rows = [CountRow(era_year(y.year), y.counts, sum(y.counts)) for y in trend.rows]
    has_bars = len(rows) > 1
    return CountTable(
        title=f"{trend.field.label}の推移",
        row_title="年度",
        kinds=columns,
        rows=bounded(rows, len(rows)),
        totals=None,
        bars=bars(columns, _counts(rows), [row.total for row in rows]) if has_bars else (),
        notes=(*(("棒の長さは割合です。",) if has_bars else ()), *trend.left_out),
    )


def _counts(rows: Sequence[CountRow]) -> list[tuple[str, tuple[int, ...]]]:
    return [(row.label, row.counts) for row in rows]


_STATUSES = (
    AnswerStatus.ANSWERED,
    AnswerStatus.NOTHING,
    AnswerStatus.SENT_BACK,
    AnswerStatus.MISSING,
)

_BOARD = "#board"
_ROUNDS = Anchor("#rounds", "回ごとの様子")
_CONTENTS = (
    Anchor("#summary", "結論"),
    Anchor("#brief", "一枚まとめ"),
    Anchor(_BOARD, "提出状況"),
    Anchor("#counts", "集計"),
    Anchor("#attention", "要確認"),
    Anchor("#findings", "指摘"),
    Anchor("#documents", "ファイル"),
)


_AFTER_COUNTS = 4
"""Where the indicators stand among the contents, if there are any."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A big figure: what it counts, how many, of how many; kind is its part of the bar below."""

    label: str
    value: int
    of: int | None
    unit: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the page shows. Rows are those of the ledger that the brief speaks of."""

    headline: str
    brief: Brief | None
    rows: Mapping[int, Anchor]
    deadline: str
    received: str
    figures: tuple[Figure, ...]
    progress: Bar
    board: Board
    tables: tuple[CountTable, ...]
    points: tuple[PointGroup, ...]
    groups: Shown[FindingGroup]
    plan_findings: tuple[Finding, ...]
    unassigned_files: Shown[UnassignedFile]
    wording: Wording
    hrefs: Mapping[str, str]
    documents: tuple[Document, ...]
    indicators: tuple[IndicatorLines, ...] = ()
    rounds: YearOfRounds | None = None


def overview_page(compilation: Compilation, beside: Mapping[str, str]) -> bytes:
    """Return the page; it leads to the compiled files beside it, by name, with their titles."""
    view = overview(compilation, beside)
    # Each part by its own name: the template then reads like the page.
    values = {field.name: getattr(view, field.name) for field in fields(view)}
    plan, year = compilation.round.plan, compilation.ledger.year
    graded = (Anchor("#indicators", "指標"),) if view.indicators else ()
    contents = (*_CONTENTS[:_AFTER_COUNTS], *graded, *_CONTENTS[_AFTER_COUNTS:])
    if view.rounds:  # who has answered what stands on the page of each round
        contents = (_ROUNDS, *(anchor for anchor in contents if anchor.href != _BOARD))
    above = (Anchor(f"../{OVERVIEW}", f"{era_year(year)}の全体"),) if plan.round else ()
    page = frame((plan, year, compilation.stage), "進捗状況のまとめ", above, contents)
    return page_bytes("overview.html.j2", page, **values)


def overview(compilation: Compilation, beside: Mapping[str, str]) -> Overview:
    """Return what the page shows of a round."""
    plan, ledger = compilation.round.plan, compilation.ledger
    findings = open_findings(compilation)
    figures, progress = _figures(compilation)
    sentences = (
        *headline_sentences(compilation.comparison),
        *decision_sentences(compilation.round.points),
    )
    return Overview(
        headline=headline(plan, ledger, sentences),
        brief=compilation.brief,
        rows=_rows_of(compilation.brief, ledger) if compilation.brief else {},
        deadline=japanese_date_and_weekday(plan.deadline) if plan.deadline else "",
        received=_received(totals(compilation.round.returns)),
        figures=figures,
        progress=progress,
        board=board(compilation, findings),
        tables=tuple(count_tables(compilation)),
        points=tuple(point_groups(compilation)),
        groups=finding_groups(compilation, findings),
        plan_findings=of_the_plan(findings),
        unassigned_files=unassigned_files(compilation),
        wording=compilation.wording,
        hrefs=file_hrefs(compilation),
        documents=tuple(documents(beside)),
        indicators=indicator_lines(indicator_rows(compilation.indicators), ledger.year),
        rounds=year_of_rounds(compilation),
    )


def _rows_of(brief: Brief, ledger: Ledger) -> dict[int, Anchor]:
    """Return links to the rows of the ledger that the brief speaks of, by their index."""
    moved = [move.entry for moves in brief.moves for move in moves.named]
    entries = (*moved, *(one.entry for one in brief.looked_at))
    return {entry: _to_row(ledger, entry) for entry in entries}


def _to_row(ledger: Ledger, entry: int) -> Anchor:
    """Return a link to a row of the ledger: Excel goes there, what reads no place says which."""
    link = to_row(ledger, entry)
    file = link.file or to_file(f"{ledger_name(ledger.period)}.xlsx")
    sheet, cell = link.location.rsplit("!", 1)
    label = f"{LEDGER_SHEET}の{cell.removeprefix('A')}行目"
    return Anchor(f"{file}#{quote(f'{sheet}!{cell}')}", label)


def _received(figures: Totals) -> str:
    summary = "、".join(f"{Outcome(key).label}{n}件" for key, n in figures.outcomes.items() if n)
    return f"届いたファイルは{figures.files}件です" + (f"（{summary}）。" if summary else "。")


def _figures(compilation: Compilation) -> tuple[tuple[Figure, ...], Bar]:
    """Return the big figures, and the bar of how much is answered."""
    entries = compilation.ledger.entries
    counted = Counter(statuses_of(entries))
    used = statuses_in_use(counted)
    statuses = [status for status in _STATUSES if status in used]
    counts = [counted[status] for status in statuses]
    parts = kinds([(status.value, status is not AnswerStatus.ANSWERED) for status in statuses])
    returned = sum(status.received is not None for status in compilation.statuses)
    wholes = (len(entries), *[None] * (len(parts) - 1))
    figures = (
        Figure("提出した課", returned, len(compilation.statuses), "課"),
        *(
            Figure(kind.label, count, whole, "件", kind)
            for kind, count, whole in zip(parts, counts, wholes, strict=True)
        ),
    )
    return figures, bars(parts, [("回答の状況", counts)], [len(entries)])[0]


# What lies beside the overview and is worth opening, in words.

_REPORT = "報告書/index.html"
_DESCRIBED = (
    (_REPORT, "報告書", "審議会に出す報告書を、画面で読めるようにしたものです。"),
    (
        "台帳_*.xlsx",
        "台帳（Excel）",
        "集計表、要確認、前年度比較、指摘一覧、受付記録なども入っています。",
    ),
    (
        "確認の記録_*.xlsx",
        "確認の記録（Excel）",
        "確かめたものの扱いを選び、理由を記入するものです。",
    ),
    ("指標_*.csv", "指標（CSV）", "指標の値を年度ごとに並べた、公開用のデータです。"),
    ("台帳_*.csv", "台帳（CSV）", "台帳と同じ内容の、公開用のデータです。"),
    ("*.parquet", "台帳（Parquet）", "台帳と同じ内容の、大量のデータを扱う道具のためのものです。"),
    ("*.docx", "正誤表（Word）", "前の回答や前の確定版から直ったところの一覧です。"),
    (DATA_PACKAGE, "データの説明", "公開用のデータの、項目の意味です。"),
    (ANSWERS_SCHEMA, "回答の決まり", "台帳の回答の値が守る決まり（JSON Schema）です。"),
)
"""The pattern of a name, what to call the file, and what it is for."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to open; parts are the pages it leads on to."""

    href: str
    label: str
    name: str
    purpose: str
    parts: tuple[Anchor, ...] = ()


def documents(beside: Mapping[str, str]) -> Iterator[Document]:
    """Yield what is known of the files named below compiled/YEAR, in the order of use.

    Beside holds for each name its title, or "" where it has none of its own.
    """
    parts = tuple(Anchor(to_file(name), title) for name, title in beside.items() if title)
    entries = [name for name in beside if "/" not in name or name == _REPORT]
    for pattern, label, purpose in _DESCRIBED:
        for name in (name for name in entries if fnmatch(name, pattern)):
            own = parts if name == _REPORT else ()
            yield Document(to_file(name), label, name, purpose, own)


# 要確認 on a page: the points by weight, the weightiest first.

_MOST_POINTS = 50

_TITLES = {
    Weight.MISSING: "未提出",
    Weight.DECIDED: "確認したもの",
    Weight.SENT_BACK: "差戻し中",
    Weight.UNREAD: "読み取れないファイル",
    Weight.LOW_RATING: "評価の低いもの",
    Weight.WORSENED: "前年度より下がったもの",
    Weight.CHANGED: "前年度から変わったもの",
    Weight.DISPUTED: "共同の課で回答が分かれたもの",
    Weight.WARNED: "指摘のあるもの",
}


@dataclass(frozen=True, slots=True)
class PointGroup:
    """The points of one weight; those that only echo others are folded."""

    title: str
    points: Shown[AttentionLine]


def point_groups(compilation: Compilation) -> Iterator[PointGroup]:
    """Yield the points of a round, a group per weight."""
    plan, ledger = compilation.round.plan, compilation.ledger
    for weight, points in groupby(compilation.attention, key=lambda point: point.weight):
        shown = bounded(list(points), _MOST_POINTS)
        lines = tuple(
            replace(point, prose=point.prose or prose_of(plan, ledger, point.entry))
            for point in shown.things
        )
        yield PointGroup(_TITLES[weight], replace(shown, things=lines))
