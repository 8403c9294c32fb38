"""The desk as a process: its address, one a workspace, its end, and what a kill leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.city import ISSUED_AT, City
from tests.desk.live import SECONDS, live_desk
from tests.harness.cities import build_city
from tests.harness.description import Example
from tests.harness.process import children_cpu
from tests.programs import ROOT, TOOL, hear_ctrl_c
from workflow.desk import actions
from workflow.desk.actions import Run, State
from workflow.desk.only_one import only_one

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses signals")

YEAR = 2023
KILLS = 4
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\S*")


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build_city(Example(plan="sample", year=YEAR, files=()), tmp_path / "市")


@contextmanager
def started(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A desk in a process of its own, and the address it printed on a line of its own."""
    with subprocess.Popen(
        [*TOOL, "desk", "--no-browser", "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        preexec_fn=hear_ctrl_c,
    ) as process:
        try:
            assert process.stdout is not None
            lines = (line.rstrip("\n") for line in process.stdout)
            yield process, next(line for line in lines if ADDRESS.fullmatch(line))
        finally:
            process.kill()


def opened(address: str) -> str:
    """Return the page behind an address, as a browser is led to it."""
    port = int(ADDRESS.fullmatch(address)[1])  # type: ignore[index]
    path, cookie, text = address.partition(str(port))[2], "", ""
    while path:
        connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        cookie = answer.headers.get("set-cookie", cookie).partition(";")[0]
        path, text = answer.headers.get("location", ""), answer.read().decode()
        connection.close()
    return text


def test_a_second_start_opens_the_first_and_the_end_leaves_no_trace(city: City) -> None:
    before = {path: path.stat().st_mtime_ns for path in city.home.rglob("*")}
    with started(city.home) as (first, address):
        assert "次にすること" in opened(address)
        assert "アドレスは一度だけ使えます" in opened(address)
        with started(city.home) as (second, other):
            assert second.wait(SECONDS) == 0
        assert other != address
        assert ADDRESS.fullmatch(other)[1] == ADDRESS.fullmatch(address)[1]  # type: ignore[index]
        assert "次にすること" in opened(other)
        first.send_signal(signal.SIGINT)
        assert first.wait(SECONDS) == 0
    after = {path: path.stat().st_mtime_ns for path in city.home.rglob("*")}
    assert {path: after.get(path) for path in before if path != city.home} == {
        path: time for path, time in before.items() if path != city.home
    }
    assert not set(after) - set(before)


def test_after_a_kill_another_one_starts(city: City) -> None:
    with started(city.home) as (first, _):
        first.kill()
        first.wait(SECONDS)
        assert city.workspace.desk().is_dir()
    with started(city.home) as (second, address):
        assert "次にすること" in opened(address)
        second.send_signal(signal.SIGTERM)
        second.wait(SECONDS)


def test_its_first_page_costs_no_second_more_than_status(city: City) -> None:
    """In CPU, which a busy machine does not change."""
    begun = children_cpu()
    subprocess.run([*TOOL, "status", "--year", str(YEAR), "--home", city.home], capture_output=True)
    status = children_cpu() - begun
    with started(city.home) as (desk, address):
        opened(address)
        desk.send_signal(signal.SIGINT)
        assert desk.wait(SECONDS) == 0
    assert children_cpu() - begun - status < status + 1.0


def test_it_ends_with_its_last_page(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.desk.serve._GRACE", 0.1)
    with live_desk(city.home) as live, live.raw() as page:
        asked = ["GET /events HTTP/1.1", *(f"{k}: {v}" for k, v in live.own.items()), "", ""]
        page.sendall("\r\n".join(asked).encode())
        assert b"event: hello" in page.recv(65_536) + page.recv(65_536)
        assert live.get("/intake").status == 200
        page.close()
        until = time.monotonic() + SECONDS
        while is_served(live.port):
            assert time.monotonic() < until
            time.sleep(0.05)


def is_served(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def test_what_only_other_users_left_is_no_desk(city: City) -> None:
    """A note of a desk that died, with its port taken by something else, is not believed."""
    folder = city.workspace.desk()
    folder.mkdir()
    (folder / "desk.json").write_text('{"host": "x", "port": 1, "secret": "s"}')
    (folder / ".torimatome-0000000000000000-0.new").write_bytes(b"half")
    with only_one(city.workspace, ISSUED_AT) as staging:
        assert [path.name for path in staging.iterdir()] == ["lock"]
    assert not folder.exists()


def _await_a_line(run: Run) -> None:
    until = time.monotonic() + SECONDS
    while not run.lines:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def in_the_background() -> Iterator[None]:
    """Ignore interrupts as a shell has it for what it starts with `&`: commands inherit that."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_the_background")
def test_a_command_shows_its_progress_and_is_stopped_as_with_ctrl_c(city: City) -> None:
    with live_desk(city.home) as live:
        run = live.desk.actions.start("見張る", ("watch", "--year", str(YEAR)))
        _await_a_line(run)
        assert f"python run.py watch --year {YEAR} --home" in live.get("/intake").text
        waiting = live.desk.actions.start("待つ", ("status", "--year", str(YEAR)))
        assert live.post(f"/actions/{waiting.number}/stop", {}).status == 200
        assert live.post(f"/actions/{run.number}/stop", {}).status == 200
        live.settle()
        assert (run.state, waiting.state) == (State.DONE, State.STOPPED)
        assert run.lines[-1] == "見張りを終わりました。"
        done = live.desk.actions.start("見る", ("status", "--year", str(YEAR)))
        live.settle()
        assert done.state is State.FINDINGS
        assert any("回答済0件" in line for line in done.lines)
        failed = live.desk.actions.start("確定する", ("finalize", "--year", str(YEAR)))
        live.settle()
        assert failed.state is State.FAILED
        assert failed.lines[-1].endswith("。")
        assert live.post("/actions/99/stop", {}).status == 404


def test_a_stop_that_was_not_heard_is_asked_for_again(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed = list[int]()

    def unheard_at_first(process: subprocess.Popen[str]) -> None:
        pressed.append(process.pid)
        if len(pressed) > 1:
            process.send_signal(signal.SIGINT)

    monkeypatch.setattr(actions, "_interrupt", unheard_at_first)
    monkeypatch.setattr(actions, "_UNTIL_AGAIN", 0.1)
    with live_desk(city.home) as live:
        run = live.desk.actions.start("見張る", ("watch", "--year", str(YEAR)))
        _await_a_line(run)
        live.desk.actions.stop(run)
        live.settle()
        assert len(pressed) > 1
        assert run.state in (State.DONE, State.STOPPED)


def test_whatever_is_killed_is_whole_afterwards() -> None:
    command = [sys.executable, "-m", "tests.desk.kill", str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    counts = json.loads(done.stdout)
    assert (counts["kills"], counts["wrong"]) == (KILLS, 0)
