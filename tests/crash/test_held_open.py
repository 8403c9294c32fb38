"""A workbook is open in Excel, on Windows, while a collect runs: nothing is lost or left unsaid."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

from tests.city import City, full_texts
from tests.crash.disk import on_disk
from tests.engine import HERE
from tests.harness.deciding import decide
from workflow.__main__ import main
from workflow.commands.status import status
from workflow.commands.verify import verify
from workflow.returned.readers.openpyxl import open_exactly

YEAR = 2023


@pytest.fixture(autouse=True)
def judged_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.returned.workers.engine.judge_in_workers", HERE.engine)
    monkeypatch.setattr("workflow.returned.workers.processes.get_ready", lambda: None)


@pytest.fixture
def more(city: City) -> City:
    """A round collected once, in which another return has come."""
    city.generate()
    city.send_back("GAKKO", full_texts(city.plan))
    assert collected(city) == 1
    city.send_back("KOREI", full_texts(city.plan), hours=1)
    return city


def collected(city: City) -> int:
    return main(["collect", "--year", str(YEAR), "--home", str(city.home)])


@contextmanager
def held_open(path: Path) -> Iterator[None]:
    """Refuse what Windows refuses while Excel has a file open."""
    real = {name: getattr(os, name) for name in ("replace", "unlink")}

    def refuse(target: str | Path) -> None:
        if Path(target) == path:
            raise PermissionError(errno.EACCES, "", str(path))

    def replace(source: Path, target: Path) -> None:
        refuse(target)
        real["replace"](source, target)

    def unlink(target: Path) -> None:
        refuse(target)
        real["unlink"](target)

    with mock.patch.object(os, "replace", replace), mock.patch.object(os, "unlink", unlink):
        yield


def beside(city: City) -> list[Path]:
    return sorted(city.workspace.compiled(YEAR).glob("*_未反映_*"))


def test_what_was_computed_lies_beside_and_goes_with_the_next_collect(
    more: City, capsys: pytest.CaptureFixture[str]
) -> None:
    before, ledger = on_disk(more.home), more.workspace.ledger(YEAR)
    with held_open(ledger):
        assert collected(more) == 2
    (new,) = beside(more)
    (message,) = capsys.readouterr().err.splitlines()
    assert ledger.name in message
    assert new.name in message
    rows = open_exactly(new.read_bytes())["台帳"].iter_rows(values_only=True)
    assert any("KOREI.xlsx" in row for row in rows)
    after = on_disk(more.home)
    del after[new.relative_to(more.home).as_posix()]
    assert after == before
    assert collected(more) == 1
    assert beside(more) == []
    assert verify(more.workspace, YEAR, HERE).is_clean


def test_one_somebody_wrote_into_is_left_to_him(more: City) -> None:
    with held_open(more.workspace.ledger(YEAR)):
        collected(more)
    (new,) = beside(more)
    new.write_bytes(b"by hand")
    collected(more)
    assert [path.read_bytes() for path in beside(more)] == [b"by hand"]


def test_a_template_that_is_open_stops_generate_alone(
    more: City, capsys: pytest.CaptureFixture[str]
) -> None:
    template = more.template("GAKKO")
    before = on_disk(more.home)
    template.unlink()
    with held_open(template):
        assert main(["generate", "--year", str(YEAR), "--home", str(more.home)]) == 2
    assert template.name in capsys.readouterr().err
    assert on_disk(more.home).keys() == before.keys() - {template.relative_to(more.home).as_posix()}


def test_what_is_decided_in_a_record_that_stays_open_counts_and_nothing_typed_is_lost(
    more: City, capsys: pytest.CaptureFixture[str]
) -> None:
    more.workspace.returned(YEAR).joinpath("KOREI.xlsx").unlink()
    texts = full_texts(more.plan)
    nothing = {item: {**row, "取組状況": "なし"} for item, row in texts.items()}
    more.send_back("KOREI", nothing, hours=1)
    collected(more)
    record = more.workspace.record(YEAR)
    first, second, *_ = [p["id"] for p in points(more) if p["code"] == "VALUE_NOTHING"]
    decide(record, first, "確認済み", "電話で聞いた。", "佐藤")
    lock = record.with_name(f"~${record.name}")  # as Excel leaves it while a workbook is open
    lock.write_bytes(b"\x06sato" + bytes(160))
    as_opened = record.read_bytes()
    capsys.readouterr()
    with held_open(record):
        assert collected(more) == 1
    printed = capsys.readouterr()
    assert f"{record.name} が開かれているため、書き換えませんでした。" in printed.out
    assert printed.err == ""
    assert record.read_bytes() == as_opened
    assert decisions(more)[first] == "確認済み"
    decide(record, second, "確認済み", "資料を見た。", "佐藤")  # he goes on in what he has open
    lock.unlink()
    collected(more)
    assert [decisions(more)[number] for number in (first, second)] == ["確認済み"] * 2
    shown = open_exactly(record.read_bytes())["確認の記録"].iter_rows(values_only=True)
    assert {"電話で聞いた。", "資料を見た。"} <= {row[10] for row in shown}
    assert verify(more.workspace, YEAR, HERE).is_clean


def points(city: City) -> list[dict[str, str]]:
    found: list[dict[str, str]] = status(city.workspace, YEAR)["points"]
    return found


def decisions(city: City) -> dict[str, str]:
    return {point["id"]: point["decision"] for point in points(city)}
