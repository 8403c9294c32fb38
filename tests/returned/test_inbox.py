"""Whatever lies in returned/: every file is listed once and ends in exactly one outcome."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import City, full_texts, outcomes
from tests.engine import judge_here
from tests.returned.intake.test_decrypt import locked as locked_book
from tests.returned.intake.zips import locked, zipped, zipped_unmarked
from workflow.__main__ import main
from workflow.commands.check import check
from workflow.commands.status import status
from workflow.model.limits import Limits
from workflow.model.returns import Outcome
from workflow.returned.inbox import scan, single
from workflow.returned.open import Opened, open_received


def laid(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_files_are_found_at_any_depth(tmp_path: Path) -> None:
    laid(tmp_path, **{"a.xlsx": b"", "課/係/班/b.xlsx": b"xx", "課/~$c.xlsx": b""})
    found = scan(tmp_path)
    assert [r.file for r in found] == ["a.xlsx", "課/~$c.xlsx", "課/係/班/b.xlsx"]
    assert [r.size for r in found] == [0, 0, 2]
    assert {(r.regular, r.folder) for r in found} == {(True, False)}


def test_a_folder_named_like_a_workbook_is_listed_beside_its_files(tmp_path: Path) -> None:
    laid(tmp_path, **{"回答.XLSX/a.pdf": b"%PDF-1.7", "課.v2/b.pdf": b"%PDF-1.7"})
    opened = [(r.file, o) for r in scan(tmp_path) for o in open_received(r)]
    found = [o.named(file) for file, o in opened if not isinstance(o, Opened)]
    assert len(found) == len(opened)
    assert [(o.file, o.outcome, o.findings[0].code.name) for o in found] == [
        ("回答.XLSX", Outcome.NOT_A_RETURN, "FILE_FOLDER"),
        ("回答.XLSX/a.pdf", Outcome.NOT_A_RETURN, "FILE_PDF"),
        ("課.v2/b.pdf", Outcome.NOT_A_RETURN, "FILE_PDF"),
    ]


def test_a_folder_nobody_may_look_into_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(tmp_path, **{"a.pdf": b"%PDF-1.7", "課/b.pdf": b"%PDF-1.7"})
    listing = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "課":
            raise PermissionError(13, "denied", path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = scan(tmp_path)
    assert [r.file for r in found] == ["a.pdf", "課"]
    (closed,) = open_received(found[1])
    assert not isinstance(closed, Opened)
    assert (closed.outcome, closed.findings[0].code.name) == (Outcome.UNREADABLE, "FILE_NOT_OPENED")


def test_a_file_nobody_may_open_says_so_and_excel_s_own_do_not_matter(tmp_path: Path) -> None:
    laid(tmp_path, **{"a.xlsx": b"x", "~$a.xlsx": b"x"})
    found = scan(tmp_path)
    for received in found:
        received.path.unlink()
    codes = [
        o.findings[0].code.name
        for r in found
        for o in open_received(r)
        if not isinstance(o, Opened)
    ]
    assert codes == ["FILE_NOT_OPENED", "FILE_LITTER"]


@pytest.mark.parametrize("listed_size", [1_000_001, 5])
def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path, listed_size: int) -> None:
    laid(tmp_path, **{"a.zip": bytes(1_000_001)})
    received = replace(single(tmp_path / "a.zip"), size=listed_size)  # it may have grown since
    (found,) = open_received(received, limits=Limits(file_megabytes=1))
    assert not isinstance(found, Opened)
    assert [f.code.name for f in found.findings] == ["FILE_TOO_LARGE"]


@pytest.fixture
def busy(city: City) -> City:
    """A round in which everything came back in some wrapping, and much else with it."""
    city.generate()
    texts = full_texts(city.plan)
    gakko, korei, kiki = (
        city.send_back(code, texts).read_bytes() for code in ("GAKKO", "KOREI", "KIKI")
    )
    for path in city.workspace.returned(2023).iterdir():
        path.unlink()
    laid(
        city.workspace.returned(2023),
        **{
            "メール/送付.zip": zipped_unmarked(
                "cp932", ("学校教育課/回答.xlsx", gakko), ("送付状.pdf", b"%PDF-1.7")
            ),
            "課/危機管理課.zip": locked("ひみつ".encode("cp932"), ("回答.xlsx", kiki), aes=False),
            "課/高齢福祉課.xlsx": locked_book("ひみつ", korei),
            "課/~$高齢福祉課.xlsx": b"x",
            "課/控え.xls": gakko,
            "回答.xlsx/読んでください.txt": b"x",
            "受付.eml": b"Subject: x\r\n\r\n",
            "空.zip": zipped(),
            "空.xlsx": b"",
        },
    )
    return city


EXPECTED = {
    "メール/送付.zip/学校教育課/回答.xlsx": "accepted",
    "メール/送付.zip/送付状.pdf": "not_a_return",
    "回答.xlsx": "not_a_return",
    "回答.xlsx/読んでください.txt": "not_a_return",
    "受付.eml": "not_a_return",
    "空.zip": "not_a_return",
    "空.xlsx": "unreadable",
    "課/~$高齢福祉課.xlsx": "not_a_return",
    "課/危機管理課.zip": "unreadable",
    "課/控え.xls": "duplicate",
    "課/高齢福祉課.xlsx": "unreadable",
}


def test_every_file_has_one_outcome_and_the_totals_reconcile(busy: City) -> None:
    collected = busy.collect()
    assert outcomes(collected) == EXPECTED
    totals = collected.document["totals"]
    assert len(collected.document["files"]) == totals["files"] == len(EXPECTED)
    assert sum(totals["outcomes"].values()) == totals["files"]
    given = Counter(file["outcome"] for file in collected.document["files"])
    assert {k: n for k, n in totals["outcomes"].items() if n} == dict(given)


def test_passwords_of_the_command_line_open_the_rest(
    busy: City, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(busy.home)]
    command = ["collect", *home, "--year", "2023", "--json", "--password", "x"]
    main([*command, "--password", "ひみつ"])
    files = json.loads(capsys.readouterr().out)["files"]
    opened = {f["path"]: (f["outcome"], f["department"]) for f in files}
    assert opened["課/危機管理課.zip/回答.xlsx"] == ("accepted", "KIKI")
    assert opened["課/高齢福祉課.xlsx"] == ("accepted", "KOREI")
    assert "課/危機管理課.zip" not in opened


def test_passwords_of_the_plan_and_of_check_open_a_file(busy: City) -> None:
    locked_return = busy.workspace.returned(2023) / "課" / "高齢福祉課.xlsx"
    document = check(busy.workspace, [locked_return], 2023, judge_here)
    assert [f["outcome"] for f in document["files"]] == ["unreadable"]
    document = check(busy.workspace, [locked_return], 2023, judge_here, ["ひみつ"])
    assert [f["outcome"] for f in document["files"]] == ["accepted"]
    plan = json.loads((busy.home / "plan.json").read_bytes())
    plan["plan"]["open_passwords"] = ["ひみつ"]
    (busy.home / "plan.json").write_text(json.dumps(plan), "utf-8")
    document = check(busy.workspace, [locked_return], 2023, judge_here)
    assert [f["outcome"] for f in document["files"]] == ["accepted"]


def test_after_collecting_an_archive_nothing_is_left_to_collect(busy: City) -> None:
    busy.collect()
    assert status(busy.workspace, 2023)["uncollected"] == 0
    laid(busy.workspace.returned(2023), **{"新着.xlsx": b"x"})
    assert status(busy.workspace, 2023)["uncollected"] == 1


def test_collecting_leaves_what_came_back_as_it_was(busy: City) -> None:
    def take_snapshot() -> dict[str, bytes]:
        folder = busy.workspace.returned(2023)
        return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    before = take_snapshot()
    busy.collect()
    assert take_snapshot() == before


# --- what is listed but nobody can look at: too deep for any path, or gone a moment later


def test_folders_beyond_any_path_cost_themselves_alone(tmp_path: Path) -> None:
    (tmp_path / "回答.xlsx").write_bytes(b"x")
    _nest(tmp_path, "果" * 80)
    assert "回答.xlsx" in {file.file for file in scan(tmp_path)}


def test_a_file_that_goes_while_it_is_listed_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "回答.xlsx").write_bytes(b"x")
    listed: list[tuple[str, list[str], list[str]]] = [
        (str(tmp_path), [], ["回答.xlsx", "書きかけ.tmp"])
    ]
    monkeypatch.setattr(os, "walk", lambda *_, **__: iter(listed))
    assert "回答.xlsx" in {file.file for file in scan(tmp_path)}


def _nest(folder: Path, name: str) -> None:
    """Nest folders until no path reaches their end."""
    opened = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir(name, dir_fd=opened)
        inner = os.open(name, os.O_RDONLY, dir_fd=opened)
        os.close(opened)
        opened = inner
    os.close(opened)
