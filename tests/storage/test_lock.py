"""Two runs never work on a round at once, and a run that died holds nothing up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.programs import ROOT
from workflow.model.errors import OutputError, WorkspaceError
from workflow.model.years import JST
from workflow.storage.lock import working

NOON = datetime(2024, 5, 20, 12, 0, tzinfo=JST)
EARLIER = "2024-05-20T11:00:00+09:00"
HOLDER = """
import sys, time
from datetime import datetime
from pathlib import Path
from workflow.storage.lock import working
from workflow.model.years import JST
with working(Path(sys.argv[1]), "collect --year 2023", datetime(2024, 5, 20, 12, 0, tzinfo=JST)):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "2023" / ".lock"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_says_who_is_at_it(path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(WorkspaceError) as caught, working(path, "generate", NOON):
        pass
    message = str(caught.value)
    for part in ("05月20日12時00分", "collect --year 2023", str(holder.pid)):
        assert part in message
    assert message.endswith("。")


def test_a_run_that_was_killed_holds_nothing_up(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with working(path, "generate", NOON):
        assert json.loads(path.read_bytes())["doing"] == "generate"


def test_the_lock_is_let_go_of_at_the_end_whatever_happens(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), working(path, "collect", NOON):
        raise ZeroDivisionError
    with working(path, "collect", NOON):
        pass
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("note", "free"),
    [
        ({}, True),
        ({"host": "別の機械", "process": "1", "since": EARLIER}, False),
        ({"host": "別の機械", "process": "1", "since": "2024-05-19T11:00:00+09:00"}, True),
        (
            {"host": "HERE", "process": str(os.getpid()), "since": "2024-05-20T11:00:00+09:00"},
            False,
        ),
        ({"host": "HERE", "process": "999999999", "since": "2024-05-20T11:00:00+09:00"}, True),
    ],
)
def test_where_there_are_no_locks_the_note_counts(
    path: Path, monkeypatch: pytest.MonkeyPatch, note: dict[str, str], free: bool
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def none(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(fcntl, "flock", none)
    monkeypatch.setattr("platform.node", lambda: "HERE")
    path.parent.mkdir()
    path.write_text(json.dumps(note), "utf-8")
    if free:
        with working(path, "collect", NOON + timedelta(minutes=1)):
            pass
    else:
        with pytest.raises(WorkspaceError), working(path, "collect", NOON + timedelta(minutes=1)):
            pass


def test_a_note_nobody_can_read_is_no_crash(path: Path, holder: subprocess.Popen[str]) -> None:
    path.write_bytes(b"\xff{")
    with pytest.raises(WorkspaceError), working(path, "generate", NOON):
        pass


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError), working(tmp_path / "file" / ".lock", "collect", NOON):
        pass
