"""The watch in small: what it collects when, what it tells, and what it waits for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.engine import HERE
from workflow.commands.collect import collect
from workflow.commands.watch import watch
from workflow.model.errors import BusyError, OutputError, WorkflowError, WorkspaceError
from workflow.rounds.collected import Collected
from workflow.storage.journal import load_journal
from workflow.watch.watch import Look, Mark, Watcher, can_be_opened, scan_names

HALF_A_SECOND = 0.5


class Round:
    """A round whose collect is only counted, and fails as often as it is told to."""

    def __init__(self, files: Mapping[str, str], name: str = "") -> None:
        self.files = files
        self.failures: list[WorkflowError] = []
        self.passed_over: list[frozenset[str]] = []
        self.printed: list[str] = []
        self.watcher = Watcher(Path("returned"), self.collected, self.printed.append, name)
        self.now = 0.0

    def collected(self, under_way: frozenset[str]) -> Collected:
        self.passed_over.append(under_way)
        if self.failures:
            raise self.failures.pop(0)
        files = [
            {"path": n, "outcome": o, "department": "A", "answers": 1, "findings": []}
            for n, o in self.files.items()
        ]
        return Collected(
            document={"files": files},
            departments=({"code": "A", "name": "甲課", "missing": 2, "sent_back": 0},),
        )

    def look(self, look: Look | None, times: int = 2) -> list[str]:
        """Look some times, and return what was printed meanwhile."""
        before = len(self.printed)
        for _ in range(times):
            self.watcher.take_in(look, self.now)
            self.now += HALF_A_SECOND
        return self.printed[before:]


@pytest.fixture(autouse=True)
def everything_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.watch.watch.can_be_opened", lambda path: True)


def on_disk(*names: str, version: int = 1) -> Look:
    return {name: Mark(version, version) for name in names}


def test_what_lay_there_before_is_reported_in_one_line() -> None:
    town = Round({"a.xlsx": "accepted", "b.xlsx": "sent_back"})
    (line,) = town.look(on_disk("a.xlsx", "b.xlsx"))
    assert "2件" in line
    assert "採用1、差戻し1" in line
    (line,) = town.look(on_disk("a.xlsx", "b.xlsx", version=2))[:1]
    assert line.startswith("差し替えられました：a.xlsx → 採用（甲課、回答1件）")


def test_an_event_is_one_line_and_quiet_looks_do_nothing() -> None:
    town = Round({"a.xlsx": "accepted"})
    town.look({})
    assert town.look(on_disk("a.xlsx"), times=20) == [
        "届きました：a.xlsx → 採用（甲課、回答1件）。この課には、まだの取組が2件あります。"
    ]
    assert len(town.passed_over) == 1
    town.files = {"b.xlsx": "accepted"}
    town.look({**on_disk("b.xlsx"), **on_disk("c.xlsx")}, times=1)
    printed = town.look({**on_disk("b.xlsx"), **on_disk("c.xlsx", version=2)}, times=1)
    assert printed[0] == "なくなりました：a.xlsx（甲課）。台帳から除きました。"
    assert town.passed_over[-1] == {"c.xlsx"}


def test_a_file_of_another_round_is_reported_as_one() -> None:
    town = Round({"年間/a.xlsx": "accepted"}, "年間")
    town.look({})
    printed = town.look(on_disk("年間/a.xlsx", "b.zip"))
    assert printed[0].startswith("届きました：b.zip → 「年間」の回答ではありません。")
    assert printed[1].startswith("届きました：年間/a.xlsx → 採用")


def test_everything_gone_is_reported_without_collecting() -> None:
    town = Round({"a.xlsx": "accepted"})
    town.look(on_disk("a.xlsx"))
    (line,) = town.look({}, times=5)
    assert "台帳は前のまま" in line
    assert len(town.passed_over) == 1


@pytest.mark.parametrize(
    ("failure", "looks"), [(BusyError("別の実行が。"), 12), (OutputError("Excelで。"), 40)]
)
def test_what_is_in_the_way_is_reported_once_and_waited_for(
    failure: WorkflowError, looks: int
) -> None:
    town = Round({"a.xlsx": "accepted"})
    town.look({})
    town.failures = [failure] * 4
    complaint, line = town.look(on_disk("a.xlsx"), times=looks)
    assert complaint.startswith(str(failure)[:6])
    assert "もう一度実行" not in complaint
    assert line.startswith("届きました：a.xlsx")
    assert len(town.passed_over) == 5  # what costs a whole run is tried more and more seldom


def test_a_folder_that_cannot_be_seen_is_reported_each_time_once() -> None:
    town = Round({"a.xlsx": "accepted"})
    assert len(town.look(None, times=5)) == 1
    town.look(on_disk("a.xlsx"), times=3)
    assert len(town.look(None, times=5)) == 1
    assert town.look(on_disk("a.xlsx"), times=5) == []


def test_what_is_under_way_is_left_out_of_the_round_and_its_journal(city: City) -> None:
    city.generate()
    city.send_back("ICT", full_texts(city.plan))
    city.returned("GAKKO.xlsx").write_bytes(b"PK\x03\x04 half of it")
    reading = replace(HERE, use_cache=True, skipped=frozenset({"GAKKO.xlsx"}))
    collected = collect(city.workspace, 2023, COLLECTED_AT, reading)
    assert [file["path"] for file in collected.document["files"]] == ["ICT.xlsx"]
    journal = load_journal(city.workspace.journal(2023))
    assert "GAKKO.xlsx" not in str([event.facts for event in journal.events[1:]])


def test_a_round_that_cannot_be_collected_is_not_watched(city: City) -> None:
    with pytest.raises(WorkspaceError, match="発行"):
        watch(city.workspace, 2023, HERE, print)


class TestOneLook:
    """Looks at a real folder."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Iterator[Path]:
        (tmp_path / "課").mkdir()
        for name in ("a.xlsx", "課/b.xlsx", "~$a.xlsx", "Thumbs.db", ".~lock.a.ods#"):
            (tmp_path / name).write_bytes(b"12345")
        yield tmp_path

    def test_it_sees_files_below_and_no_litter(self, folder: Path) -> None:
        look = scan_names(folder)
        assert look is not None
        assert set(look) == {"a.xlsx", "課/b.xlsx"}
        status = (folder / "a.xlsx").stat()
        assert look["a.xlsx"] == Mark(5, status.st_mtime_ns)

    def test_it_cannot_see_what_is_not_there(self, tmp_path: Path) -> None:
        assert scan_names(tmp_path / "none") is None

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
    def test_a_pipe_or_a_link_is_never_opened(self, folder: Path) -> None:
        os.mkfifo(folder / "pipe.xlsx")
        (folder / "link.xlsx").symlink_to("nowhere")
        assert set(scan_names(folder) or {}) >= {"pipe.xlsx", "link.xlsx"}
        assert can_be_opened(folder / "pipe.xlsx")
        assert can_be_opened(folder / "link.xlsx")
        assert can_be_opened(folder / "a.xlsx")
