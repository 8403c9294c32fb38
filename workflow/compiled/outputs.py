"""The files a compilation is written to, by name. They can all be made again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import IO

from workflow.compiled import display_limits
from workflow.compiled.compilation import Compilation
from workflow.compiled.ledger import Ledger, ledger_columns, where_answers_stand
from workflow.compiled.open_data.csv import write_csv_in_pieces, write_table_csv
from workflow.compiled.open_data.package import answers_schema, data_package
from workflow.compiled.open_data.parquet import ledger_parquet
from workflow.compiled.pages.overview import overview_page
from workflow.compiled.report.pages import page_titles, report_pages
from workflow.compiled.round import Round
from workflow.compiled.sheets.ledger import write_part
from workflow.compiled.sheets.record import record_bytes
from workflow.compiled.sheets.workbook import source_links_of, write_workbook
from workflow.excel.rows import LookedThrough, RowsInPieces
from workflow.python.dataclass import dataclass
from workflow.python.garbage import without_garbage_collection
from workflow.storage.files import as_output_error
from workflow.storage.pieces import Piece, Pieces
from workflow.storage.spooled import Spooled, Writable
from workflow.storage.workspace import (
    ANSWERS_SCHEMA,
    DATA_PACKAGE,
    OVERVIEW,
    errata_name,
    indicators_name,
    ledger_name,
    record_name,
)


def no_pieces(_: str) -> Pieces:
    """Return the pieces of a file of which none was there before."""
    return Pieces()


@dataclass(frozen=True, slots=True)
class LedgerCsv:
    """A ledger as CSV, and its rows in pieces; both may be in work still."""

    rows: RowsInPieces
    written: Callable[[], Spooled]


def begin_csv(round_: Round, pieces: Callable[[str], Pieces] = no_pieces) -> LedgerCsv:
    """Begin to write the ledger of a round as CSV: a large one in another process, meanwhile.

    That one looks through the rows as it does.
    """
    ledger = Ledger(round_.period, ledger_columns(round_.plan, round_.year), round_.entries)
    rows = RowsInPieces(ledger.rows)
    if not _is_large(ledger):
        return LedgerCsv(rows, partial(Spooled, partial(write_table_csv, ledger)))
    # Of a year made of several rounds no one digest tells what its answers follow from.
    known = pieces(f"{ledger_name(round_.period)}.csv") if round_.judged_by else Pieces()
    with _as_output_error():
        waiting = Spooled.beside(partial(_large_csv, round_.judged_by, ledger, rows, known))

    @cache
    def written() -> tuple[Spooled, LookedThrough]:
        spooled, (looked_through, made) = waiting()
        known.made |= made  # by the other process
        return spooled, looked_through

    return LedgerCsv(RowsInPieces(ledger.rows, lambda: written()[1]), lambda: written()[0])


def _large_csv(
    judged_by: str, ledger: Ledger, rows: RowsInPieces, pieces: Pieces, content: IO[bytes]
) -> tuple[LookedThrough, dict[str, Piece]]:
    def made_from(first: int, end: int) -> str:
        return f"{judged_by} {first} {where_answers_stand(ledger.entries[first:end])}"

    return write_csv_in_pieces(ledger, rows, made_from, pieces, content), pieces.made


def _is_large(ledger: Ledger) -> bool:
    return len(ledger.entries) > display_limits.MOST_PRINTED


def _as_output_error() -> AbstractContextManager[None]:
    return as_output_error(Path(tempfile.gettempdir()))


def output_files(
    compilation: Compilation,
    with_parquet: bool = False,
    pieces: Callable[[str], Pieces] = no_pieces,
    begun: LedgerCsv | None = None,
) -> dict[str, Writable]:
    """Return the workbook, the ledger as CSV, what describes it, and the page that leads to them.

    The parts of a divided ledger stand first. Parquet is made of such a ledger alone. What is as it
    was in the files before is taken over from their pieces, by name. The CSV may be begun already.
    """
    table = begun or begin_csv(compilation.round, pieces)
    with_parquet = with_parquet and bool(compilation.ledger.parts)
    with without_garbage_collection(), _as_output_error():
        return _contents(compilation, with_parquet, pieces, table)


def _contents(
    compilation: Compilation,
    with_parquet: bool,
    pieces: Callable[[str], Pieces],
    table: LedgerCsv,
) -> dict[str, Writable]:
    round_, ledger = compilation.round, compilation.ledger
    name = ledger_name(round_.period)
    book, csv, parquet = (f"{name}.{ending}" for ending in ("xlsx", "csv", "parquet"))
    parquet_written = ledger_parquet(ledger) if with_parquet else None
    # While other processes look through the rows, what rests on none of them.
    graded = _indicators(compilation)
    described = {ANSWERS_SCHEMA: answers_schema(round_.plan, round_.register, round_.year)}
    papers, titles = _papers(compilation)
    names = (
        *(part.file for part in ledger.parts),
        *((book, csv, parquet) if with_parquet else (book, csv)),
        *graded,
        DATA_PACKAGE,
        *described,
        *papers,
    )
    make_page = partial(overview_page, compilation, {n: titles.get(n, "") for n in names})
    page: Callable[[], Writable] = make_page
    if _is_large(ledger):
        page = Spooled.written_beside(partial(_write, make_page))

    write_parts = partial(write_part, compilation, source_links_of(compilation), book)
    parts = {
        part.file: Spooled(partial(write_parts, part, pieces(part.file))) for part in ledger.parts
    }
    workbook = Spooled(partial(write_workbook, compilation, table.rows, pieces(book)))
    tables: dict[str, Writable] = {csv: table.written()}
    if parquet_written:
        tables[parquet] = parquet_written()
    package = data_package(
        round_.plan, round_.register, ledger, tables, (compilation.indicators, graded)
    )
    return {
        **parts,
        book: workbook,
        **tables,
        **graded,
        DATA_PACKAGE: package,
        **described,
        **papers,
        OVERVIEW: page(),
    }


def _write(make: Callable[[], bytes], content: IO[bytes]) -> None:
    content.write(make())


def _papers(compilation: Compilation) -> tuple[dict[str, Writable], dict[str, str]]:
    """Return what people decide, put right and publish, and the titles of the report's pages."""
    round_ = compilation.round
    made: dict[str, Writable] = {}
    titles: dict[str, str] = {}
    if round_.points and not round_.parts:  # each round of a year has its own
        made[record_name(round_.period)] = record_bytes(compilation)
    if compilation.errata:
        # 150 ms, where something was put right alone.
        from workflow.compiled.report.word_papers import errata_paper

        made[errata_name(round_.period)] = errata_paper(compilation)
    if compilation.report:
        made |= report_pages(compilation.report)
        titles = page_titles(compilation.report)
    return made, titles


def _indicators(compilation: Compilation) -> dict[str, Writable]:
    """Return the table of the indicators as CSV, by its name; nothing where there are none."""
    table = compilation.indicators
    if table is None:
        return {}
    return {
        f"{indicators_name(compilation.round.period)}.csv": Spooled(partial(write_table_csv, table))
    }
