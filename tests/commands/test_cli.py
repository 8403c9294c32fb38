"""What a run promises outside: exit code, one sentence, one JSON document, old results whole."""

from __future__ import annotations

import errno
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.city import City, full_texts
from tests.engine import judge_here
from tests.programs import ROOT
from workflow.__main__ import main, start
from workflow.commands.command import CLEAN, Command
from workflow.plan.book.writer import written_book
from workflow.plan.document import empty_document, sample_document
from workflow.returned.workers import engine
from workflow.storage.workspace import Workspace


@pytest.fixture(autouse=True)
def judged_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "judge_in_workers", judge_here)


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a workspace just issued, and one in which everything is answered and collected."""
    folder = tmp_path_factory.mktemp("rounds")
    city = City.with_sample_plan(folder / "issued")
    city.generate()
    shutil.copytree(city.home, folder / "collected")
    done = City(Workspace(folder / "collected"))
    for department in done.plan.departments:
        done.send_back(department.code, full_texts(done.plan))
    done.collect()
    return {"issued": city.home, "collected": done.home}


@pytest.fixture
def issued(rounds: dict[str, Path], tmp_path: Path) -> City:
    return City(Workspace(Path(shutil.copytree(rounds["issued"], tmp_path / "課"))))


@pytest.fixture
def collected(rounds: dict[str, Path], tmp_path: Path) -> City:
    return City(Workspace(Path(shutil.copytree(rounds["collected"], tmp_path / "課"))))


def run(city: City | Path, *arguments: str) -> int:
    home = city.home if isinstance(city, City) else city
    try:
        return main([*arguments, "--home", str(home)])
    except SystemExit as stop:  # how argparse ends
        return int(stop.code or 0)


def assert_one_sentence(capsys: pytest.CaptureFixture[str], *named: str) -> None:
    """Assert that the run printed one plain sentence on stderr and nothing on stdout."""
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.endswith("。")
    assert "Traceback" not in line
    for name in named:
        assert name in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["gather"],
        ["collect"],
        ["collect", "--year"],
        ["collect", "--year", "2023", "--jsno"],
        ["check"],
        ["--year", "2023"],
    ],
)
def test_a_command_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(tmp_path, *arguments) == 2
    assert_one_sentence(capsys, "--help")


@pytest.mark.parametrize("command", ["generate", "collect", "status"])
@pytest.mark.parametrize("year", ["5", "令和五年", "R0", ""])
def test_a_year_that_is_none_is_refused(
    issued: City, capsys: pytest.CaptureFixture[str], command: str, year: str
) -> None:
    assert run(issued, command, "--year", year) == 2
    assert_one_sentence(capsys, f"「{year}」")


@pytest.mark.parametrize("year", ["2023", "R5", "令和５年度"])
def test_a_year_is_taken_in_every_spelling(collected: City, year: str) -> None:
    assert run(collected, "status", "--year", year) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--year", "2023"],
        ["collect", "--year", "2023"],
        ["status", "--year", "2023"],
        ["check", "a.xlsx"],
        ["init"],
    ],
)
def test_a_home_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(tmp_path / "無い", *arguments) == 2
    assert_one_sentence(capsys, "無い")
    assert not (tmp_path / "無い").exists()


@pytest.mark.parametrize("command", ["generate", "collect"])
def test_without_a_plan_nothing_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(tmp_path, command, "--year", "2023") == 2
    assert_one_sentence(capsys, "plan.xlsx", "init")
    assert list(tmp_path.iterdir()) == []


def sample_book() -> bytes:
    return written_book(sample_document())


HALF_SAVED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "blank": lambda: b"\n",
    "no directory": lambda: sample_book()[:-500],
    "half": lambda: sample_book()[:4000],
    "signature only": lambda: sample_book()[:4],
    "not a zip": lambda: b"PK\x03\x04" * 99,
}


@pytest.mark.parametrize("state", HALF_SAVED)
@pytest.mark.parametrize("command", ["generate", "collect"])
def test_a_plan_that_is_empty_or_half_saved_stops_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, state: str
) -> None:
    content = HALF_SAVED[state]()
    (tmp_path / "plan.xlsx").write_bytes(content)
    assert run(tmp_path, command, "--year", "2023") == 2
    assert_one_sentence(capsys, "plan.xlsx")
    assert (tmp_path / "plan.xlsx").read_bytes() == content


def test_a_plan_open_in_excel_stops_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.xlsx").write_bytes(sample_book())
    (tmp_path / "~$plan.xlsx").write_bytes(b"\x05")
    assert run(tmp_path, "generate", "--year", "2023") == 2
    assert_one_sentence(capsys, "plan.xlsx")
    assert not (tmp_path / "templates").exists()


def test_a_plan_nobody_filled_in_is_listed_place_by_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.xlsx").write_bytes(written_book(empty_document()))
    assert run(tmp_path, "generate", "--year", "2023") == 2
    first, *places = capsys.readouterr().err.splitlines()
    assert first.endswith("。")
    assert places
    assert all(line.startswith("・plan.xlsx") for line in places)
    assert not (tmp_path / "templates").exists()


def test_a_year_not_issued_cannot_be_collected(
    issued: City, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("collect", "status"):
        assert run(issued, command, "--year", "2024") == 2
        assert_one_sentence(capsys, "令和6年度", "generate")


@pytest.mark.parametrize("exists", [True, False])
def test_nothing_returned_is_nothing_to_collect(
    issued: City, capsys: pytest.CaptureFixture[str], exists: bool
) -> None:
    if exists:
        issued.returned("x").parent.mkdir(exist_ok=True)
    assert run(issued, "collect", "--year", "2023") == 2
    assert_one_sentence(capsys, "returned/2023")
    made = {path.name for path in issued.workspace.compiled(2023).iterdir()}
    assert made <= {"journal.jsonl", ".lock", ".extracts"}


def test_a_file_to_check_that_is_not_there_is_refused(
    issued: City, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(issued, "check", str(issued.home / "無い.xlsx")) == 2
    assert_one_sentence(capsys, "無い.xlsx")


def test_what_lies_there_is_not_overwritten_by_init(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (city.home / "plan.json").read_bytes()
    assert run(city, "init", "--sample") == 2
    assert_one_sentence(capsys, "plan.json")
    assert (city.home / "plan.json").read_bytes() == before


def test_a_bug_is_written_to_a_log_and_not_to_the_screen(
    collected: City,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a slip of ours")

    monkeypatch.setattr("workflow.commands.status.status", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert run(collected, "status", "--year", "2023") == 2
    (log,) = tmp_path.glob("torimatome-*.log")
    assert_one_sentence(capsys, str(log))
    assert "a slip of ours" in log.read_text("utf-8")


def test_a_part_that_is_not_installed_is_named(collected: City) -> None:
    # In a process of its own: modules loaded twice would be two for the tests that follow.
    without_pandas = "import sys; sys.modules['pandas'] = None; "
    running = "from workflow.__main__ import main; sys.exit(main(sys.argv[1:]))"
    verifying = ("verify", "--year", "2023", "--home", str(collected.home))
    ran = subprocess.run(
        [sys.executable, "-c", without_pandas + running, *verifying],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1"},
        timeout=60,
        check=False,
    )
    (line,) = ran.stderr.splitlines()
    assert (ran.returncode, ran.stdout, "pandas" in line, line[-1]) == (2, "", True, "。")


def test_an_interruption_is_reported_in_one_sentence(
    collected: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workflow.commands.status.status", interrupted)
    assert run(collected, "status", "--year", "2023") == 2
    assert_one_sentence(capsys)


def results(city: City) -> dict[str, bytes]:
    folder = city.workspace.compiled(2023)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("what", ["fsync", "replace"])
def test_a_result_that_cannot_be_written_leaves_the_old_one(
    collected: City,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    what: str,
) -> None:
    def failing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    before = results(collected)
    collected.send_back("GAKKO", full_texts(collected.plan, 評価="Ｂ"), hours=9)
    with monkeypatch.context() as patch:
        patch.setattr(os if what == "fsync" else Path, what, failing)
        assert run(collected, "collect", "--year", "2023") == 2
    assert_one_sentence(capsys)
    assert results(collected) == before
    assert run(collected, "collect", "--year", "2023") == 0
    assert results(collected) != before


@pytest.mark.parametrize("most", [0, 40, 2_000])
def test_a_disk_that_is_really_full_leaves_the_old_result(collected: City, most: int) -> None:
    """No file can grow beyond so many bytes: not even the note of who holds the lock."""
    pytest.importorskip("resource")
    before = results(collected)
    program = (
        "import resource, sys\n"
        "from workflow.__main__ import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    collected.send_back("GAKKO", full_texts(collected.plan, 評価="Ｂ"), hours=9)
    done = subprocess.run(
        [sys.executable, "-c", program, "collect", "--year", "2023", "--home", collected.home],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        # What Python compiled would be cut as well.
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.endswith("。")
    assert results(collected) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", ["status", "findings"])
def test_output_without_room_is_reported_in_one_sentence(collected: City, command: str) -> None:
    home = ["--year", "2023", "--home", str(collected.home)] if command == "status" else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "workflow", command, *home],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            check=False,
        )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "空きがない" in line


@pytest.mark.skipif(os.name == "nt", reason="file names are never ASCII there")
def test_a_locale_without_japanese_holds_nothing_up(collected: City) -> None:
    before = results(collected)
    done = subprocess.run(
        [sys.executable, "-m", "workflow", "collect", "--year", "2023", "--home", collected.home],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0"}
        | {"PYTHONCOERCECLOCALE": "0"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "担当課" in done.stdout
    assert results(collected) == before


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes the streams")
@pytest.mark.parametrize(
    ("words", "closed"),
    [
        *[(("status", "--year", "2023"), each) for each in ("<&-", ">&-", "2>&-")],
        *[((), closed) for closed in ("<&-", "<&- >&- 2>&-")],
    ],
)
def test_streams_nobody_opened_stop_nothing(
    collected: City, closed: str, words: tuple[str, ...]
) -> None:
    started = f'exec "$0" -X torimatome run.py "$@" {closed}'
    done = subprocess.run(
        ["sh", "-c", started, sys.executable, "--home", collected.home, *words],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def only_document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    shown = capsys.readouterr()
    assert shown.err == ""
    document: dict[str, Any] = json.loads(shown.out)
    return document


@pytest.mark.parametrize("command", ["collect", "status", "check"])
def test_json_is_all_there_is_on_stdout(
    collected: City, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    files = [str(collected.returned("GAKKO.xlsx"))] if command == "check" else []
    assert run(collected, command, *files, "--year", "2023", "--json") == 0
    document = only_document(capsys)
    assert document["year"] == 2023
    assert document["totals"]["missing"] == 0
    assert document["totals"]["answered"] == (2 if command == "check" else 25)


def test_findings_and_missing_answers_are_exit_code_one(
    issued: City, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = full_texts(issued.plan)
    sent = issued.send_back("GAKKO", texts)
    assert run(issued, "collect", "--year", "2023", "--json") == 1
    document = only_document(capsys)
    assert document["findings"] == []
    assert document["totals"]["missing"] == 23
    assert run(issued, "status", "--year", "2023") == 1
    assert run(issued, "check", str(sent)) == 0
    texts["1-1"]["評価"] = "Ｚ"
    assert run(issued, "check", str(issued.send_back("GAKKO", texts))) == 1


def test_a_clean_round_is_exit_code_zero(
    collected: City, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(collected, "collect", "--year", "2023") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert str(collected.workspace.ledger(2023)) in shown.out


def test_collect_and_status_say_where_the_page_is(
    collected: City, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("collect", "status"):
        run(collected, command, "--year", "2023")
        assert str(collected.workspace.overview(2023)) in capsys.readouterr().out
    collected.workspace.overview(2023).unlink()
    run(collected, "status", "--year", "2023")
    assert "まとめのページ" not in capsys.readouterr().out


def test_help_and_version_are_no_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--help") == 0
    assert run(tmp_path, "collect", "--help") == 0
    assert run(tmp_path, "--version") == 0
    assert capsys.readouterr().err == ""


def test_generate_tells_what_it_issued_and_what_it_left(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(city, "generate", "--year", "2023") == 0
    assert capsys.readouterr().out.count("272230-2023-") == 12
    assert run(city, "generate", "--year", "2023") == 0
    assert "272230-2023-" not in capsys.readouterr().out


def test_a_plan_is_converted_there_and_back(city: City, tmp_path: Path) -> None:
    there, back = tmp_path / "there.xlsx", tmp_path / "back.json"
    assert run(city, "convert", str(city.home / "plan.json"), str(there)) == 0
    assert run(city, "convert", str(there), str(back)) == 0
    assert run(city, "convert", str(there), str(back)) == 2  # never overwritten
    (city.home / "plan.json").replace(city.home / "before.json")
    back.replace(city.home / "plan.json")
    assert len(city.plan.items) == 25


@pytest.mark.parametrize("is_long", [False, True])
def test_the_garbage_collector_rests_but_in_a_long_command(
    is_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    collects: list[bool] = []

    def run(arguments: Namespace) -> int:
        collects.append(gc.isenabled())
        return CLEAN

    watched = Command(name="status", summary="", run=run, is_long=is_long)
    monkeypatch.setattr("workflow.__main__.command", lambda name: watched)
    assert main(["status"]) == CLEAN
    assert (collects, gc.isenabled()) == ([is_long], True)

    monkeypatch.setattr("workflow.__main__.open_streams", lambda: None)
    monkeypatch.setattr("sys.argv", ["torimatome", "status"])
    try:
        assert start() == CLEAN
        assert (collects[1:], gc.isenabled()) == ([is_long], is_long)  # not woken to end
    finally:
        gc.unfreeze()
        gc.enable()
