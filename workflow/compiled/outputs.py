"""The files a compilation is written to, by name. They can all be made again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from workflow.compiled import display_limits
from workflow.compiled.compilation import Compilation
from workflow.compiled.ledger import Ledger
from workflow.compiled.open_data.csv import write_csv_in_pieces, write_table_csv
from workflow.compiled.open_data.package import answers_schema, data_package
from workflow.compiled.open_data.parquet import ledger_parquet
from workflow.compiled.pages.overview import overview_page
from workflow.compiled.report.pages import page_titles, report_pages
from workflow.compiled.sheets.ledger import write_part
from workflow.compiled.sheets.record import record_bytes
from workflow.compiled.sheets.workbook import source_links_of, write_workbook
from workflow.excel.rows import RowsInPieces
from workflow.model.garbage import without_garbage_collection
from workflow.storage.files import as_output_error
from workflow.storage.pieces import Pieces
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


def output_files(
    compilation: Compilation,
    with_parquet: bool = False,
    pieces: Callable[[str], Pieces] = no_pieces,
) -> dict[str, Writable]:
    """Return the workbook, the ledger as CSV, what describes it, and the page that leads to them.

    The parts of a divided ledger stand first. Parquet is made of such a ledger alone. What is as it
    was in the files before is taken over from their pieces, by name.
    """
    with without_garbage_collection(), as_output_error(Path(tempfile.gettempdir())):
        return _contents(compilation, with_parquet and bool(compilation.ledger.parts), pieces)


def _contents(
    compilation: Compilation, with_parquet: bool, pieces: Callable[[str], Pieces]
) -> dict[str, Writable]:
    round_, ledger = compilation.round, compilation.ledger
    period = round_.period
    name = ledger_name(period)
    sources = source_links_of(compilation)
    write_parts = partial(write_part, compilation, sources, f"{name}.xlsx")
    parts = {
        part.file: Spooled(partial(write_parts, part, pieces(part.file))) for part in ledger.parts
    }
    rows = RowsInPieces(ledger.rows)
    csv = _csv(ledger, rows, pieces(f"{name}.csv"))
    workbook = Spooled(partial(write_workbook, compilation, rows, pieces(f"{name}.xlsx")))
    tables: dict[str, Writable] = {f"{name}.csv": csv()}
    if with_parquet:
        tables[f"{name}.parquet"] = ledger_parquet(ledger)
    graded = _indicators(compilation)
    made: dict[str, Writable] = {
        **parts,
        f"{name}.xlsx": workbook,
        **tables,
        **graded,
        DATA_PACKAGE: data_package(
            round_.plan, round_.register, ledger, tables, (compilation.indicators, graded)
        ),
        ANSWERS_SCHEMA: answers_schema(round_.plan, round_.register, round_.year),
    }
    if round_.points and not round_.parts:  # each round of a year has its own
        made[record_name(period)] = record_bytes(compilation)
    if compilation.errata:
        # 150 ms, where something was put right alone.
        from workflow.compiled.report.word_papers import errata_paper

        made[errata_name(period)] = errata_paper(compilation)
    titles: dict[str, str] = {}
    if compilation.report:
        made |= report_pages(compilation.report)
        titles = page_titles(compilation.report)
    beside = {name: titles.get(name, "") for name in made}
    return {**made, OVERVIEW: overview_page(compilation, beside)}


def _csv(ledger: Ledger, rows: RowsInPieces, pieces: Pieces) -> Callable[[], Spooled]:
    """Return what gives the ledger as CSV; a large one is written meanwhile by another process."""
    if len(ledger.entries) <= display_limits.MOST_PRINTED:
        return partial(Spooled, partial(write_table_csv, ledger))
    assert rows.digests  # so that both processes know them
    waiting = Spooled.beside(partial(write_csv_in_pieces, ledger, rows, pieces))

    def written() -> Spooled:
        csv, pieces.made = waiting()
        return csv

    return written


def _indicators(compilation: Compilation) -> dict[str, Writable]:
    """Return the table of the indicators as CSV, by its name; nothing where there are none."""
    table = compilation.indicators
    if table is None:
        return {}
    return {
        f"{indicators_name(compilation.round.period)}.csv": Spooled(partial(write_table_csv, table))
    }
