"""A ledger divided over several workbooks, through the real journeys, at a few rows a part."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet
import pytest
from openpyxl import load_workbook

from tests.city import COLLECTED_AT, City
from tests.engine import HERE
from tests.fillers.xml_patch import without_unit
from tests.hyperlinks import dead_links, hyperlinks
from tests.verification.rounds import YEAR, codes, compiled_round, nothing_round, verified
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.compiled import display_limits
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.open_data import parquet
from workflow.compiled.years.past import read_ledger
from workflow.model.limits import BY_ROWS, USUAL
from workflow.model.raw import UnreadableBookError
from workflow.model.wording import Wording
from workflow.returned.readers import by_rows
from workflow.returned.readers.by_rows import WrittenBook
from workflow.returned.readers.openpyxl import open_exactly
from workflow.storage.journal import load_journal

MOST = 3
"""Rows in a part."""


@pytest.fixture(scope="module")
def divided_round(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A round whose ledger was divided; nobody may change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display_limits, "MOST_ROWS", MOST)
        patch.setattr(display_limits, "MOST_IN_PART", MOST)
        yield compiled_round(tmp_path_factory.mktemp("divided") / "市")


@pytest.fixture
def city(divided_round: City, tmp_path: Path) -> City:
    """The same round, to be changed."""
    return divided_round.copy(tmp_path / "市")


def parts_of(city: City) -> list[Path]:
    folder = city.workspace.compiled(YEAR)
    return sorted(p for p in folder.glob("台帳_*_0*.xlsx"))


def table(content: bytes, sheet: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in open_exactly(content)[sheet].iter_rows(values_only=True)]


def _say_otherwise(workbook: Path, text: str, instead: str) -> None:
    """Change a word wherever a workbook says it."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts = parts["xl/sharedStrings.xml"]
    assert f">{text}<".encode() in texts
    parts["xl/sharedStrings.xml"] = texts.replace(f">{text}<".encode(), f">{instead}<".encode())
    with zipfile.ZipFile(workbook, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_the_parts_hold_the_rows_of_the_csv_under_the_same_header(divided_round: City) -> None:
    rows = read_ledger(divided_round.workspace.ledger_csv(YEAR).read_bytes())
    tables = [table(part.read_bytes(), "台帳") for part in parts_of(divided_round)]
    assert len(tables) > 1
    assert {tuple(without_unit(str(c)) for c in t[0]) for t in tables} == {tuple(rows[0])}
    ids = [str(row[1]) for t in tables for row in t[1:]]
    assert ids == [row["整理番号"] for row in rows]
    assert all(1 <= len(t) - 1 <= MOST for t in tables)


def test_the_list_of_parts_leads_to_each_and_tells_what_it_holds(divided_round: City) -> None:
    content = divided_round.workspace.ledger(YEAR).read_bytes()
    book = open_exactly(content)
    assert "台帳" not in book.sheetnames
    header, *lines = table(content, "台帳の分冊")
    at = {label: place for place, label in enumerate(header)}
    parts = parts_of(divided_round)
    assert [line[at["ファイル"]] for line in lines] == [part.name for part in parts]
    for line, part in zip(lines, parts, strict=True):
        rows = table(part.read_bytes(), "台帳")[1:]
        assert line[at["行数"]] == len(rows)
        assert line[at["最初の行の整理番号"]] == rows[0][1]
        assert line[at["最後の行の整理番号"]] == rows[-1][1]
    targets = {unquote(link.file) for link in hyperlinks(content) if link.place == "'台帳'!A1"}
    assert targets == {part.name for part in parts}


def test_no_link_leads_nowhere(divided_round: City) -> None:
    for workbook in (divided_round.workspace.ledger(YEAR), *parts_of(divided_round)):
        assert not dead_links(workbook)


def test_the_counts_are_values_the_totals_formulas_and_the_legend_says_why(
    divided_round: City,
) -> None:
    content = divided_round.workspace.ledger(YEAR).read_bytes()
    cells = [c.value for row in load_workbook(io.BytesIO(content))["集計表"] for c in row]
    formulas = [value for value in cells if isinstance(value, str) and value.startswith("=")]
    assert formulas and all(formula.startswith("=SUM(") for formula in formulas)
    words = {(row[0], row[1]) for row in table(content, "凡例（監査用）")}
    assert ("集計", "集計表の数字（値）") in words and ("集計", "集計表の数字") not in words


def test_a_divided_round_is_verified_whole(city: City) -> None:
    report = verified(city)
    assert report.is_clean, [Wording().message(d) for d in report.differences]
    assert report.checked.cells > 0 and report.checked.counts > 0


def test_a_cell_changed_in_any_part_is_found_and_the_counts_with_it(city: City) -> None:
    _say_otherwise(parts_of(city)[0], AnswerStatus.ANSWERED, AnswerStatus.MISSING)
    found = codes(verified(city))
    assert {"VERIFY_OUTPUT_CHANGED", "VERIFY_CELL", "VERIFY_ANSWER", "VERIFY_COUNT"} <= found


def test_a_part_that_is_gone_is_found(city: City) -> None:
    parts_of(city)[0].unlink()
    assert codes(verified(city)) == {"VERIFY_OUTPUT_GONE"}


def test_the_next_collect_does_nothing_and_one_into_a_whole_ledger_takes_the_parts_away(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in city.workspace.compiled(YEAR).glob("台帳*")}
    city.collect(YEAR)
    assert before == {path: path.read_bytes() for path in before}
    monkeypatch.setattr(display_limits, "MOST_ROWS", 1_000)
    city.collect(YEAR)
    assert not parts_of(city)
    assert "台帳" in open_exactly(city.workspace.ledger(YEAR).read_bytes()).sheetnames


def test_a_final_version_holds_every_part(city: City) -> None:
    finalize(city.workspace, YEAR, COLLECTED_AT, HERE, "年度末のため")
    listed = city.workspace.digest_list(YEAR).read_text("utf-8")
    assert all(part.name in listed for part in parts_of(city))
    assert all(not part.stat().st_mode & 0o222 for part in parts_of(city))
    assert verified(city).is_clean


def test_parquet_says_what_the_csv_says_with_types(divided_round: City) -> None:
    csv = divided_round.workspace.ledger_csv(YEAR)
    found = pyarrow.parquet.read_table(csv.with_suffix(".parquet"))
    rows = read_ledger(csv.read_bytes())
    assert found.column_names == list(rows[0])
    assert found.column("整理番号").to_pylist() == [row["整理番号"] for row in rows]
    types = {field.name: str(field.type) for field in found.schema}
    assert types["年度(西暦)"] == "int32" and types["取組状況"] == "string"
    assert types["受領日時"].startswith("timestamp")
    resources = json.loads(divided_round.workspace.data_package(YEAR).read_bytes())["resources"]
    assert [resource["path"] for resource in resources] == [
        csv.name,
        csv.with_suffix(".parquet").name,
    ]


def test_a_divided_ledger_says_why_there_is_nothing_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display_limits, "MOST_ROWS", MOST)
    monkeypatch.setattr(display_limits, "MOST_IN_PART", MOST)
    city = nothing_round(tmp_path / "町")
    csv = city.workspace.ledger_csv(YEAR)
    found = pyarrow.parquet.read_table(csv.with_suffix(".parquet")).to_pylist()
    row = next(row for row in found if row["整理番号"] == "3-1")
    assert (row["回答状況"], row["評価"]) == ("報告なし", None)
    assert row["報告がない場合の理由"] == "研修の予定がない。"
    assert verified(city).is_clean


def test_without_pyarrow_the_run_goes_on_and_says_so(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.rounds.write.is_available", lambda: False)
    collected = collect(city.workspace, YEAR, COLLECTED_AT, HERE)
    assert collected.lacks_parquet and collected.parts
    assert not city.workspace.ledger_csv(YEAR).with_suffix(".parquet").exists()
    assert "parquet" not in str(load_journal(city.workspace.journal(YEAR)).events[-1].facts)
    assert verified(city).is_clean


def test_verifying_parquet_without_pyarrow_says_what_is_needed(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "is_available", lambda: False)
    report = verified(city)
    assert codes(report) == {"VERIFY_STOPPED"}
    assert "pyarrow" in str(report.differences[0].details["reason"])


def test_what_we_compiled_is_read_again_within_limits_of_its_own(
    divided_round: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger may hold more cells than any return: it is not refused as one would be."""
    content = divided_round.workspace.ledger(YEAR).read_bytes()
    assert WrittenBook(content)
    assert BY_ROWS.cells > USUAL.cells and BY_ROWS.part_megabytes > USUAL.part_megabytes
    monkeypatch.setattr(by_rows, "BY_ROWS", replace(USUAL, part_megabytes=0))
    with pytest.raises(UnreadableBookError):
        WrittenBook(content)
