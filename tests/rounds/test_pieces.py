"""A large ledger whose unchanged pieces are taken over is the one that is made anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE, without_workers
from workflow.commands.collect import collect
from workflow.compiled import display_limits
from workflow.compiled.open_data import csv
from workflow.excel import rows
from workflow.excel.table import CellValue
from workflow.excel.workbook import _PiecesXml
from workflow.model.plain_text import json_bytes
from workflow.storage import parallel, pieces
from workflow.storage.pieces import Pieces

YEAR = 2023
FIRST, LATE = ("GAKKO", "KIKI"), "FUKUSHI"


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """Take every ledger of more than five rows for a large one, and four rows for a piece."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display_limits, "MOST_PRINTED", 5)
        patch.setattr(rows, "_ROWS_IN_PIECE", 4)
        yield


@pytest.fixture(scope="module")
def collected_first(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return a round of two returns, collected, to which another one came."""
    city = City.with_sample_plan(tmp_path_factory.mktemp("課"))
    city.generate()
    for department in FIRST:
        city.send_back(department, full_texts(city.plan))
    _collect(city)
    city.send_back(LATE, full_texts(city.plan), hours=1)
    return city


def _files(city: City) -> tuple[Path, Path]:
    return city.workspace.ledger(YEAR), city.workspace.ledger_csv(YEAR)


def compiled(city: City) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in _files(city)}


def _remove_note(city: City) -> None:
    (city.workspace.extracts(YEAR) / "pieces.json").unlink()


def _damage_note(city: City) -> None:
    path = city.workspace.extracts(YEAR) / "pieces.json"
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))


def _move_files(city: City) -> None:
    """Shift what lies in the files, as if they had been written by somebody else."""
    for path in _files(city):
        path.write_bytes(b"\n" + path.read_bytes())


def _link_files(city: City) -> None:
    for path in _files(city):
        elsewhere = path.rename(path.with_suffix(".old"))
        path.symlink_to(elsewhere)


def collected(first: City, home: Path, spoil: Callable[[City], None] | None) -> City:
    city = first.copy(home)
    if spoil:
        spoil(city)
    _collect(city)
    return city


def _collect(city: City) -> None:
    with without_workers():
        collect(city.workspace, YEAR, COLLECTED_AT, replace(HERE, use_cache=True))


@pytest.fixture(scope="module")
def taken_over(collected_first: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    return collected(collected_first, tmp_path_factory.mktemp("taken") / "課", None)


@pytest.mark.parametrize("spoil", [_remove_note, _damage_note, _move_files, _link_files])
def test_pieces_give_the_bytes_that_are_made_anew(
    collected_first: City, taken_over: City, tmp_path: Path, spoil: Callable[[City], None]
) -> None:
    made: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pieces, "find", _noting(made))
        patch.setattr("os.cpu_count", lambda: 1)  # so that all is looked for in this process
        again = collected(collected_first, tmp_path / "課", spoil)
    assert not made
    assert compiled(again) == compiled(taken_over)


def _noting(found: list[str]) -> Callable[[Pieces, str], tuple[bytes, tuple[int, ...]] | None]:
    find = Pieces.find

    def noting(kept: Pieces, key: str) -> tuple[bytes, tuple[int, ...]] | None:
        known = find(kept, key)
        found.extend([key] if known else [])
        return known

    return noting


def test_what_did_not_change_is_taken_over(
    collected_first: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    made: list[str] = []
    lines: list[int] = []
    xml_of, lines_of = _PiecesXml.of, csv._lines_of

    def noting(xml: _PiecesXml, index: int) -> str:
        made.append(xml.pieces[index].made_from)
        return xml_of(xml, index)

    def noting_lines(piece: Sequence[Sequence[CellValue]]) -> tuple[bytes, tuple[int, ...]]:
        lines.append(len(piece))
        return lines_of(piece)

    monkeypatch.setattr(Pieces, "find", _noting(found))
    monkeypatch.setattr(_PiecesXml, "of", noting)
    monkeypatch.setattr(csv, "_lines_of", noting_lines)
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # so that all is looked for in this process
    city = collected(collected_first, tmp_path / "課", None)
    count = -(-len(city.ledger()) // 4)
    assert len(found) == 2 * (count - len(made)) > 0, "in the workbook and in the CSV"
    assert 0 < len(made) == len(lines) < count / 2


def test_a_line_that_a_person_changed_is_made_anew(
    collected_first: City, taken_over: City, tmp_path: Path
) -> None:
    city = collected_first.copy(tmp_path / "課")
    path = city.workspace.ledger_csv(YEAR)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    _collect(city)
    assert compiled(city) == compiled(taken_over)


def _take_back(city: City) -> None:
    city.returned(f"{FIRST[0]}.xlsx").unlink()


def _replace(city: City) -> None:
    texts = full_texts(city.plan)
    first = next(iter(texts))
    others = texts | {first: {**texts[first], "取組状況": "別の回答です。"}}
    city.send_back(FIRST[1], others, "もう一度.xlsx", hours=2)


def _send_again_later(city: City) -> None:
    city.send_back(FIRST[1], full_texts(city.plan), hours=2)


def _change_plan(city: City) -> None:
    document = json.loads((city.home / "plan.json").read_bytes())
    document["items"][0]["title"] += "（改称）"
    (city.home / "plan.json").write_bytes(json_bytes(document))


@pytest.mark.parametrize("change", [_take_back, _replace, _send_again_later, _change_plan])
def test_what_became_of_an_answer_is_seen(
    collected_first: City, tmp_path: Path, change: Callable[[City], None]
) -> None:
    def changed(city: City) -> None:
        change(city)

    def changed_without_note(city: City) -> None:
        change(city)
        _remove_note(city)

    before = compiled(collected_first)
    city = collected(collected_first, tmp_path / "課", changed)
    again = collected(collected_first, tmp_path / "again" / "課", changed_without_note)
    assert compiled(city) == compiled(again) != before


@pytest.mark.skipif(not parallel.can_fork(), reason="there a ledger is made in one process")
def test_pieces_that_other_processes_make_are_the_same(
    collected_first: City, taken_over: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    made_of = _PiecesXml.of

    def noting(xml: _PiecesXml, index: int) -> str:
        made.append(index)
        return made_of(xml, index)

    monkeypatch.setattr(pieces, "_WORTH_PROCESSES", 1)
    monkeypatch.setattr(parallel, "_WORTH_A_FORK", 1)
    monkeypatch.setattr(parallel, "_WORTH_A_POOL", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(_PiecesXml, "of", noting)
    again = collected(collected_first, tmp_path / "課", _remove_note)
    assert not made, "nothing here"
    assert compiled(again) == compiled(taken_over)


def test_a_ledger_of_pieces_reads_as_its_csv(taken_over: City) -> None:
    by_sheet = [{k: str(v or "") for k, v in row.items()} for row in taken_over.ledger()]
    by_csv = taken_over.ledger_csv()
    assert [row["整理番号"] for row in by_sheet] == [row["整理番号"] for row in by_csv]
    for label in ("取組状況", "課題・改善点", "回答状況", "SHA-256"):
        assert [row[label] for row in by_sheet] == [row[label] for row in by_csv]
