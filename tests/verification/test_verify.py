"""What verify says of each thing that can be wrong, and what it says to people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City
from tests.engine import HERE
from tests.harness.play import run_here
from tests.verification.mutations import YEAR
from tests.verification.rounds import codes, verified
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.commands.report import report as publish
from workflow.commands.verify import verify
from workflow.model.catalogue import Code
from workflow.model.errors import BusyError, WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.plain_text import json_bytes
from workflow.model.raw import RawBook
from workflow.model.returns import Return
from workflow.model.wording import Wording
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.judge import judge
from workflow.returned.open import unjudged
from workflow.verification import differences


def test_a_round_that_agrees_ends_with_0_and_says_what_was_looked_at(city: City) -> None:
    code, printed, complaints = run_here("verify", "--year", "2023", "--home", str(city.home))
    assert (code, complaints) == (0, "")
    assert "すべて一致しました。" in printed


def test_worker_processes_verify_the_same(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    code, printed, _ = run_here("verify", "--year", "2023", "--home", str(city.home), "--json")
    assert code == 0, printed


def test_a_round_collected_meanwhile_is_to_be_verified_again(city: City) -> None:
    sent = city.returned("B.xlsx")
    held = city.home / sent.name

    def withdraw_and_collect(done: int, total: int) -> None:
        if not held.exists():
            sent.rename(held)
            city.collect(YEAR)

    watched = replace(HERE, progress=withdraw_and_collect)
    with pytest.raises(BusyError):
        verify(city.workspace, YEAR, watched)
    assert held.exists()
    assert codes(verified(city)) == set()


def test_a_round_that_was_never_collected_cannot_be_verified(tmp_path: Path) -> None:
    city = City.with_sample_plan(tmp_path)
    with pytest.raises(WorkspaceError):
        verify(city.workspace, YEAR, HERE)
    city.generate()
    code, printed, complaint = run_here("verify", "--year", "2023", "--home", str(city.home))
    assert (code, printed) == (2, "")
    assert complaint.endswith("collect --year 2023 を実行してください。\n")


def test_json_has_both_values_and_both_places(city: City) -> None:
    ledger = city.workspace.ledger_csv(YEAR)
    ledger.write_bytes(ledger.read_bytes().replace("Ａ".encode(), "Ｂ".encode(), 1))
    code, printed, _ = run_here("verify", "--year", "2023", "--home", str(city.home), "--json")
    document = json.loads(printed)
    assert code == 1
    assert list(document) == ["year", "checked", "findings"]
    assert list(document["checked"]) == ["events", "files", "answers", "cells", "counts"]
    (cell,) = [f for f in document["findings"] if f["code"] == "VERIFY_CELL"]
    assert (cell["expected"], cell["found"]) == ("Ａ", "Ｂ")
    assert cell["file"].endswith(".csv")
    assert cell["cell"]


def test_a_reader_that_reads_otherwise_is_contradicted_at_both_places(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if collect's reader had a defect: the second one says what the cell holds."""
    monkeypatch.setattr("workflow.returned.judge.read_again", _reading_without("予定どおり行った"))
    found = verify(city.workspace, YEAR, HERE)
    assert codes(found) == {"VERIFY_ANSWER"}
    difference = found.differences[0]
    details = {name: str(value) for name, value in difference.details.items()}
    assert (difference.location.sheet, difference.location.field_key) == ("台帳", "取組状況")
    assert details["origin"].startswith("「甲課/回答.xlsx」シート「進捗状況」の")
    assert (details["expected"][:3], details["found"][:8]) == ("（1-", "予定どおり行った")


def _reading_without(text: str) -> object:
    from workflow.model.limits import Limits
    from workflow.returned.intake.detect import Kind
    from workflow.returned.readers.readings import read_again

    def reading(kind: Kind, content: bytes, limits: Limits) -> RawBook:
        book = read_again(kind, content, limits)
        return replace(
            book,
            sheets=tuple(
                replace(
                    sheet,
                    cells={
                        place: replace(cell, text=cell.text.replace(text, ""))
                        for place, cell in sheet.cells.items()
                    },
                )
                for sheet in book.sheets
            ),
        )

    return reading


@pytest.mark.parametrize(
    ("fails", "reason"),
    [
        (ValueError("an odd style"), "openpyxlでは読めません：ValueError: an odd style"),
        (MemoryError(), "読み取りの途中で止まったか、時間がかかりすぎました"),
    ],
)
def test_a_second_reader_that_fails_is_reported_as_failed(
    city: City, monkeypatch: pytest.MonkeyPatch, fails: Exception, reason: str
) -> None:
    def failing(_: bytes) -> RawBook:
        raise fails

    def stopped(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
        for file in files:
            try:
                yield judge(file, context)
            except MemoryError:
                yield (unjudged(file, Code.FILE_READER_DIED),)

    monkeypatch.setattr("workflow.returned.readers.openpyxl.read_book", failing)
    report = verify(city.workspace, YEAR, replace(HERE, engine=stopped))
    files = ["B.xlsx", "丙課.zip/C.xlsx", "甲課 - コピー.xlsx", "甲課/回答.xlsx"]
    assert codes(report) == {"VERIFY_NOT_REREAD"}
    assert sorted(d.location.file for d in report.differences) == files
    assert {d.details["reason"] for d in report.differences} == {reason}
    assert not report.is_clean


def test_a_plan_that_changed_since_is_reported(city: City) -> None:
    document = json.loads((city.home / "plan.json").read_bytes())
    document["items"][0]["title"] += "（改）"
    (city.home / "plan.json").write_bytes(json_bytes(document))
    assert codes(verified(city)) == {"VERIFY_STALE"}


def test_a_plan_that_cannot_be_read_today_hinders_nothing(city: City) -> None:
    (city.home / "plan.json").write_bytes(b"{")
    assert codes(verified(city)) == set()


def test_templates_issued_since_are_reported(city: City) -> None:
    document = json.loads((city.home / "plan.json").read_bytes())
    document["items"][0]["title"] += "（改）"
    (city.home / "plan.json").write_bytes(json_bytes(document))
    city.generate(YEAR, COLLECTED_AT, reissue=True)
    assert "VERIFY_STALE" in codes(verified(city))


def test_a_touched_file_is_reported(city: City) -> None:
    path = city.returned("B.xlsx")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert codes(verified(city)) >= {"VERIFY_FILE_CHANGED"}


def test_an_outcome_that_is_another_today_is_reported(city: City) -> None:
    path = city.returned("丙課.zip")
    stamp = path.stat().st_mtime
    path.write_bytes(b"PK")
    os.utime(path, (stamp, stamp))
    assert codes(verified(city)) >= {"VERIFY_FILE_CHANGED", "VERIFY_OUTCOME", "VERIFY_CELL"}


def test_outputs_that_are_gone_or_no_workbooks_are_reported(city: City) -> None:
    city.workspace.ledger_csv(YEAR).unlink()
    city.workspace.ledger(YEAR).write_bytes(b"PK\x03\x04")
    assert codes(verified(city)) == {
        "VERIFY_OUTPUT_GONE",
        "VERIFY_OUTPUT_CHANGED",
        "VERIFY_OUTPUT_UNREADABLE",
    }


def test_a_journal_that_is_gone_is_reported(city: City) -> None:
    city.workspace.journal(YEAR).unlink()
    assert codes(verified(city)) == {"VERIFY_NOT_RECORDED", "VERIFY_FILE_NEW", "VERIFY_STOPPED"}


def test_a_register_that_cannot_be_read_stops_the_recomputing(city: City) -> None:
    city.workspace.register(YEAR).write_text("{", "utf-8")
    assert codes(verified(city)) == {"VERIFY_REGISTER", "VERIFY_STOPPED"}


def test_last_year_changed_since_is_reported(city: City) -> None:
    city.generate(YEAR + 1)
    city.send_back("A", {"1-1": {"取組状況": "行った。"}}, year=YEAR + 1)
    collect(city.workspace, YEAR + 1, COLLECTED_AT, HERE)
    assert verify(city.workspace, YEAR + 1, HERE).is_clean
    ledger = city.workspace.ledger_csv(YEAR)
    ledger.write_bytes(ledger.read_bytes().replace("Ａ".encode(), "Ｂ".encode(), 1))
    assert codes(verify(city.workspace, YEAR + 1, HERE)) >= {"VERIFY_EARLIER", "VERIFY_CELL"}


def test_very_many_differences_are_cut_short(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "_MOST", 5)
    ledger = city.workspace.ledger_csv(YEAR)
    lines = ledger.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    ledger.write_bytes("".join([lines[0], *reversed(lines[1:])]).encode("utf-8-sig"))
    found = verified(city)
    assert [d.code.name for d in found.differences][-1] == "VERIFY_MORE"
    assert len(found.differences) == 6


def test_a_password_given_to_collect_is_needed_by_verify_too(city: City) -> None:
    import pyzipper

    path = city.returned("丙課.zip")
    inner = path.read_bytes()
    with pyzipper.AESZipFile(
        path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword("秘".encode())
        archive.writestr("中.zip", inner)
    with_password = replace(HERE, passwords=("秘",))
    collect(city.workspace, YEAR, COLLECTED_AT, with_password)
    assert verify(city.workspace, YEAR, with_password).is_clean
    assert "VERIFY_OUTCOME" in codes(verified(city))


def test_a_final_round_is_verified_by_the_plan_of_its_day(city: City) -> None:
    finalize(city.workspace, YEAR, COLLECTED_AT, HERE, "年度末のため")
    document = json.loads((city.home / "plan.json").read_bytes())
    document["items"] = document["items"][:2]
    (city.home / "plan.json").write_bytes(json_bytes(document))
    assert codes(verified(city)) == set()
    final = city.workspace.digest_list(YEAR)
    final.chmod(0o644)
    final.write_bytes(final.read_bytes()[1:])
    assert codes(verified(city)) == {"VERIFY_CELL"}


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("", "あ", "（空欄）"),
        ("短い", "短", "「短い」"),
        ("あ" * 100 + "い", "あ" * 100 + "う", "…"),
    ],
)
def test_long_values_are_shown_where_they_part(one: str, other: str, shown: str) -> None:
    found = Finding(Code.VERIFY_CELL, Location(), {"expected": one, "found": other})
    assert shown in Wording().message(found)
    assert one[-1:] in Wording().message(found)
    report = differences.Report(year=YEAR, checked=differences.Checked(), differences=(found,))
    assert report.as_json()["findings"][0]["expected"] == one


def test_a_report_that_is_not_as_it_was_made_is_reported(city: City) -> None:
    publish(city.workspace, YEAR, COLLECTED_AT)
    assert verified(city).is_clean
    city.workspace.report(YEAR).write_bytes(b"by hand")
    (found,) = verified(city).differences
    assert found.code.name == "VERIFY_REPORT"
    assert found.location.file == "compiled/2023/報告書/進捗状況報告書_令和5年度.docx"


def test_a_file_that_came_since_is_one_difference(city: City) -> None:
    """Not as many as it would have made had it been collected."""
    finalize(city.workspace, YEAR, COLLECTED_AT, HERE, "年度末のため")
    sent = city.returned("あとから.xlsx")
    sent.write_bytes(city.template("C").read_bytes())
    (difference,) = verified(city).differences
    assert difference.code.name == "VERIFY_FILE_NEW"


def test_another_tools_work_is_held_to_its_figures_and_digests_alone(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As years made by an older tool are: its sheets, its pages and their number are its own."""
    finalize(city.workspace, YEAR, COLLECTED_AT, HERE, "年度末のため")
    monkeypatch.setattr("workflow.compiled.outputs.overview_page", lambda *_: b"another page")
    monkeypatch.setattr("workflow.compiled.sheets.legend.VERSION", "another")
    assert "VERIFY_CELL" in codes(verified(city))  # as if this tool had made it otherwise
    monkeypatch.setattr("workflow.verification.on_disk.tool_digest", lambda: "another")
    found = verified(city)
    assert found.is_clean
    assert codes(found) == {"VERIFY_OTHER_TOOL"}
    code, printed, _ = run_here("verify", "--year", "2023", "--home", str(city.home))
    assert (code, "［違い］" in printed) == (0, False)
    ledger = city.workspace.ledger_csv(YEAR)
    ledger.chmod(0o600)
    ledger.write_bytes(ledger.read_bytes().replace("Ａ".encode(), "Ｂ".encode(), 1))
    assert codes(verified(city)) == {
        "VERIFY_OTHER_TOOL",
        "VERIFY_OUTPUT_CHANGED",
        "VERIFY_CELL",
        "VERIFY_SCHEMA",  # the new rating asks for a reason
    }
