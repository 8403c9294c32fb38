"""確定版: made once, left alone, reopened only for a reason, and never written over by mistake."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City
from tests.city import codes as city_codes
from tests.engine import HERE
from tests.harness.play import run_here
from tests.verification.mutations import YEAR
from tests.verification.rounds import codes, verified
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.model.errors import WorkspaceError
from workflow.model.plain_text import json_bytes
from workflow.returned.readers.openpyxl import open_exactly
from workflow.storage.journal import EventKind, load_journal

LATER = COLLECTED_AT + timedelta(days=30)


@pytest.fixture
def final(city: City) -> City:
    finalize(city.workspace, YEAR, LATER, HERE, "年度末のため")
    return city


def stage(city: City) -> str:
    sheet = open_exactly(city.workspace.ledger(YEAR).read_bytes())["集計表"]
    return str(sheet["C2"].value)


def outputs(city: City) -> dict[str, bytes]:
    folder = city.workspace.compiled(YEAR)
    paths = (p for p in folder.rglob("*") if "差戻し" not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths if p.is_file()}


def kinds(city: City) -> list[EventKind]:
    return [event.kind for event in load_journal(city.workspace.journal(YEAR)).events]


def test_a_final_version_says_so_and_cannot_be_written_to(final: City) -> None:
    assert stage(final) == "【確定版】令和6年6月19日 10時00分確定"
    paths = [final.workspace.ledger(YEAR), final.workspace.ledger_csv(YEAR)]
    paths += [final.workspace.data_package(YEAR), final.workspace.answers_schema(YEAR)]
    paths.append(final.workspace.overview(YEAR))
    paths.append(final.workspace.digest_list(YEAR))
    assert [p.stat().st_mode & 0o222 for p in paths] == [0] * len(paths)
    assert stage(final) in final.workspace.overview(YEAR).read_text("utf-8")
    assert kinds(final)[-1] is EventKind.FINALIZED
    assert verified(final).is_clean


def test_the_list_is_what_sha256sum_checks(final: City) -> None:
    path = final.workspace.digest_list(YEAR)
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", str(path)],
        cwd=final.home,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = 1 + len({item.path for item in final.plan.items})
    names = [line.split("  ", 1)[1] for line in path.read_text("utf-8").splitlines()]
    record = final.workspace.record(YEAR)
    assert record.relative_to(final.home).as_posix() in names  # the decisions it rests on
    assert record.stat().st_mode & 0o222 == 0
    assert len(names) == 6 + pages + 1 + 5


def test_collect_and_generate_leave_a_final_version_alone(final: City) -> None:
    before = outputs(final)
    home = ("--home", str(final.home))
    document = json.loads((final.home / "plan.json").read_bytes())
    document["items"][0]["title"] += "（改）"
    (final.home / "plan.json").write_bytes(json_bytes(document))
    for command in ("collect", "generate"):
        code, printed, complaint = run_here(command, "--year", "2023", *home)
        assert (code, printed) == (2, "")
        assert "--reopen" in complaint
        assert len(complaint.splitlines()) == 1
    assert outputs(final) == before


def test_status_says_how_to_take_in_what_came_too_late(final: City) -> None:
    home = ("--home", str(final.home))
    assert "--reopen" not in run_here("status", "--year", "2023", *home)[1]
    final.returned("遅れて.txt").write_text("あとから", "utf-8")
    assert "--reopen" in run_here("status", "--year", "2023", *home)[1]
    assert "確定したあとに届いたか変わったファイルが1件" in run_here(*home)[1]


def test_making_it_again_gives_the_same_bytes(final: City) -> None:
    before = outputs(final)
    for path in (final.workspace.ledger(YEAR), final.workspace.digest_list(YEAR)):
        path.unlink()
    finalize(final.workspace, YEAR, LATER + timedelta(days=9), HERE, "年度末のため")
    after = outputs(final)
    assert {n: c for n, c in after.items() if n != "status.json"} == {
        n: c for n, c in before.items() if n != "status.json"
    }


def test_nothing_is_final_that_was_never_collected(tmp_path: Path) -> None:
    city = City.with_sample_plan(tmp_path)
    city.generate(YEAR)
    with pytest.raises(WorkspaceError, match="まだ集めていません"):
        finalize(city.workspace, YEAR, LATER, HERE, "年度末のため")


def test_nothing_is_final_before_it_was_collected_file_identity(city: City) -> None:
    city.returned("遅れて.txt").write_text("あとから", "utf-8")
    with pytest.raises(WorkspaceError, match="collect"):
        finalize(city.workspace, YEAR, LATER, HERE, "年度末のため")
    assert EventKind.FINALIZED not in kinds(city)
    collect(city.workspace, YEAR, LATER, HERE)
    finalize(city.workspace, YEAR, LATER, HERE, "年度末のため")
    assert kinds(city)[-1] is EventKind.FINALIZED


@pytest.mark.parametrize(
    "arguments", [["--reopen"], ["--reopen", "--reason", "　"], ["--reason", "誤り"]]
)
def test_reopening_needs_a_reason(final: City, arguments: list[str]) -> None:
    code, _, complaint = run_here(
        "collect", "--year", "2023", "--home", str(final.home), *arguments
    )
    assert code == 2
    assert "--reason" in complaint
    assert EventKind.REOPENED not in kinds(final)


def test_reopening_keeps_the_final_version_and_its_reason(final: City) -> None:
    kept = {
        n: c
        for n, c in outputs(final).items()
        if n not in ("journal.jsonl", "status.json", ".lock")
    }
    reason = ("--reopen", "--reason", "評価の誤りのため")
    code, _, complaint = run_here("collect", "--year", "2023", "--home", str(final.home), *reason)
    assert (code, complaint) == (1, "")
    (folder,) = (final.workspace.compiled(YEAR) / "旧確定版").iterdir()
    files = (p for p in folder.rglob("*") if p.is_file())
    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in files} == kept
    assert stage(final).startswith("【暫定版】")
    assert not final.workspace.digest_list(YEAR).exists()
    events = load_journal(final.workspace.journal(YEAR)).events
    (reopened,) = [e for e in events if e.kind is EventKind.REOPENED]
    assert reopened.facts["reason"] == "評価の誤りのため"
    legend = open_exactly(final.workspace.ledger(YEAR).read_bytes())["凡例（監査用）"]
    texts = [str(cell.value) for row in legend.iter_rows() for cell in row]
    assert any("評価の誤りのため" in text for text in texts)
    assert verified(final).is_clean


def test_a_ledger_changed_by_hand_is_set_aside_under_a_dated_name(city: City) -> None:
    path = city.workspace.ledger(YEAR)
    path.write_bytes(b"edited by hand")
    moment = (LATER - timedelta(days=1)).timestamp()
    os.utime(path, (moment, moment))
    collected = collect(city.workspace, YEAR, LATER, HERE)
    kept = path.with_name("台帳_令和5年度_手直し_20240618-100000.xlsx")
    assert collected.set_aside == (kept,)
    assert kept.read_bytes() == b"edited by hand"
    assert path.read_bytes().startswith(b"PK")
    assert verified(city).is_clean
    path.write_bytes(b"edited again")
    os.utime(path, (moment, moment))
    (second,) = collect(city.workspace, YEAR, LATER, HERE).set_aside
    assert second != kept
    assert {kept.read_bytes(), second.read_bytes()} == {b"edited by hand", b"edited again"}


def test_what_we_wrote_ourselves_is_written_over(city: City) -> None:
    city.returned("遅れて.txt").write_text("あとから", "utf-8")
    collected = collect(city.workspace, YEAR, LATER, HERE)
    assert collected.set_aside == ()
    assert codes(verified(city)) == set()


def test_what_is_open_is_left_open_only_for_a_reason(city: City) -> None:
    words = ("finalize", "--year", "2023", "--home", str(city.home))
    before = city.workspace.ledger(YEAR).read_bytes()
    code, printed, complaint = run_here(*words)
    assert (code, printed) == (2, "")
    (line,) = complaint.splitlines()
    assert "まだの取組" in line
    assert "--accept-open" in line
    assert city.workspace.ledger(YEAR).read_bytes() == before
    code, printed, complaint = run_here(*words, "--accept-open", "報告が来月のため")
    assert (code, complaint) == (1, "")
    assert "確定しました" in printed
    legend = open_exactly(city.workspace.ledger(YEAR).read_bytes())["凡例"]
    texts = [str(cell) for row in legend.iter_rows(values_only=True) for cell in row if cell]
    assert any("理由：報告が来月のため" in text for text in texts)
    final = load_journal(city.workspace.journal(YEAR)).last(EventKind.FINALIZED)
    assert final is not None
    assert final.facts["accepted_open"] == "報告が来月のため"
    assert verified(city).differences == ()


@pytest.mark.parametrize("content", [None, b"", b'{"number":1'])
def test_a_final_version_without_its_journal_is_left_alone(
    final: City, content: bytes | None
) -> None:
    lose_journal(final, content)
    before = outputs(final)
    with pytest.raises(WorkspaceError, match="確定版がありますが、作業の記録"):
        collect(final.workspace, YEAR, LATER, HERE)
    assert outputs(final) == before


@pytest.mark.parametrize("content", [None, b"", b'{"number":1'])
def test_a_journal_that_is_lost_begins_anew_and_says_so_from_then_on(
    city: City, content: bytes | None
) -> None:
    lose_journal(city, content)
    for days in (0, 1):
        collected = collect(city.workspace, YEAR, LATER + timedelta(days=days), HERE)
        assert "JOURNAL_RESTARTED" in city_codes(collected)
    assert kinds(city)[0] is EventKind.RESTARTED
    assert kinds(city).count(EventKind.RESTARTED) == 1
    assert verified(city).is_clean


def lose_journal(city: City, content: bytes | None) -> None:
    """Delete the journal of a round, or leave some bytes of it."""
    path = city.workspace.journal(YEAR)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
