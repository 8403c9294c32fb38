"""Points decided at the desk: as in 確認の記録, at the same time as in it, by several at once."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import City
from tests.crash.test_held_open import held_open
from tests.desk.live import SECONDS, Answer, Live, live_desk
from tests.engine import HERE
from tests.harness.description import RETURNS, read_return
from tests.harness.play import play
from workflow.commands.finalize import finalize
from workflow.commands.verify import verify
from workflow.storage.journal import EventKind, load_journal

YEAR = 2023
_DATA = re.compile(r'data-basis="([0-9a-f]{16})" data-event="(\d+)"')


@pytest.fixture(scope="module")
def round_(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A round in which two departments answer a joint item otherwise; nobody decided yet."""
    return play(
        read_return(RETURNS / "good" / "joint_answers_differ"), tmp_path_factory.mktemp("round")
    ).city


@contextmanager
def desk_of(city: City, home: Path) -> Iterator[tuple[City, Live]]:
    """Serve a copy of a city, once the desk has collected what lies there."""
    copy = city.copy(home)
    with live_desk(copy.home) as live:
        until = time.monotonic() + SECONDS
        while not live.desk.actions.runs() and time.monotonic() < until:
            time.sleep(0.05)
        live.settle()
        yield copy, live


def documents(city: City) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = city.collect(YEAR).document["points"]
    return points


def joint(city: City) -> int:
    return next(int(p["id"]) for p in documents(city) if p["code"] == "JOINT_DIFFERS")


def seen(live: Live, number: int) -> dict[str, Any]:
    """Return the state of a point that its page shows."""
    found = _DATA.search(live.get(f"/points/{number}").text)
    assert found
    return {"basis": found[1], "event": int(found[2])}


def decide(live: Live, number: int, on: dict[str, Any], word: str, by: str = "山") -> Answer:
    return live.post(f"/points/{number}", {**on, "word": word, "reason": "聞いた。", "by": by})


def write(city: City, number: int, word: str, by: str) -> None:
    """Write in the workbook, as a person does."""
    path = city.workspace.record(YEAR)
    book = load_workbook(path)
    sheet = book["確認の記録"]
    row = next(r[0].row for r in sheet.iter_rows(min_row=2) if r[0].value == str(number))
    for column, text in enumerate((word, "聞いた。", by), start=10):
        sheet.cell(row, column).value = text
    book.save(path)


def test_the_same_follows_as_from_the_workbook(round_: City, tmp_path: Path) -> None:
    number = joint(round_)
    other = round_.copy(tmp_path / "workbook")
    write(other, number, "もう一方を採る", "山")
    other.collect(YEAR)
    with desk_of(round_, tmp_path / "desk") as (city, live):
        page = live.get(f"/points/{number}").text
        for shown in ("訓練を一度行った。", "訓練は行えなかった。", "甲課.xlsx", "進捗状況"):
            assert shown in page
        assert decide(live, number, seen(live, number), "もう一方を採る").json == {"taken": True}
        listed = live.get("/points").text
        assert "もう一方を採る</strong>（山）" in listed
        assert documents(city) == documents(other)
        ledgers = [c.workspace.ledger_csv(YEAR).read_bytes() for c in (city, other)]
        assert ledgers[0] == ledgers[1]
        assert verify(city.workspace, YEAR, HERE).is_clean


def test_nothing_is_written_over(round_: City, tmp_path: Path) -> None:
    number = joint(round_)
    with desk_of(round_, tmp_path / "市") as (city, live):
        mine = seen(live, number)
        # Somebody decides in the workbook and saves it; nobody has collected it yet.
        write(city, number, "差し戻す", "川")
        refused = decide(live, number, mine, "確認済み").json
        assert not refused["taken"]
        assert refused["standing"] == {"word": "差し戻す", "reason": "聞いた。", "by": "川"}
        assert documents(city)[number - 1]["decision"] == "差し戻す"
        assert "差し戻す（川）" in live.get(f"/points/{number}").text
        # Whoever saw it may decide otherwise.
        now = {name: refused[name] for name in ("basis", "event")}
        assert decide(live, number, now, "確認済み").json == {"taken": True}
        assert documents(city)[number - 1]["decision"] == "確認済み"


def test_while_excel_holds_the_workbook(round_: City, tmp_path: Path) -> None:
    number = joint(round_)
    with desk_of(round_, tmp_path / "市") as (city, live):
        record = city.workspace.record(YEAR)
        before = record.read_bytes()
        with held_open(record):
            assert decide(live, number, seen(live, number), "確認済み").json == {"taken": True}
        assert record.read_bytes() == before
        assert "開かれているため" in live.get("/points").text
        record.write_bytes(before)  # what was open shows nothing decided; it is saved
        write(city, number, "差し戻す", "川")
        documents(city)
        page = live.get(f"/points/{number}").text
        assert "確認済み・聞いた。・山" in page
        assert "差し戻す・聞いた。・川" in page
        assert decide(live, number, seen(live, number), "確認済み").json == {"taken": True}
        assert documents(city)[number - 1]["decision"] == "確認済み"


def test_many_decide_at_once_and_one_is_taken(round_: City, tmp_path: Path) -> None:
    number = joint(round_)
    with desk_of(round_, tmp_path / "市") as (city, live):
        mine, answers = seen(live, number), list[Answer]()
        words = ["確認済み", "差し戻す", "もう一方を採る", "この回答を採る"] * 3

        def deciding(word: str, by: str) -> None:
            answers.append(decide(live, number, mine, word, by))

        people = [
            threading.Thread(target=deciding, args=(w, f"人{n}")) for n, w in enumerate(words)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        taken = [answer.json for answer in answers if answer.json["taken"]]
        refused = [answer.json for answer in answers if not answer.json["taken"]]
        assert (len(taken), len(refused)) == (1, 11)
        (event,) = load_journal(city.workspace.journal(YEAR)).of(EventKind.DECIDED)
        (stands,) = event.facts["decisions"]
        assert {r["standing"]["by"] for r in refused} == {stands["by"]}


def test_a_decision_right_at_the_start_loses_no_file(round_: City, tmp_path: Path) -> None:
    number = joint(round_)
    city = round_.copy(tmp_path / "市")
    with live_desk(city.home) as live:  # which has looked at the folder once at the most
        assert decide(live, number, seen(live, number), "確認済み").json == {"taken": True}
        live.settle()
    events = load_journal(city.workspace.journal(YEAR)).of(EventKind.RECEIVED)
    assert not any(event.facts["gone"] for event in events)


def test_what_is_no_decision(round_: City, tmp_path: Path) -> None:
    number = joint(round_)
    with desk_of(round_, tmp_path / "市") as (city, live):
        mine = seen(live, number)
        assert live.post(f"/points/{number}", ["x"]).status == 400
        assert live.post(f"/points/{number}", {**mine, "event": "x"}).status == 400
        assert live.get("/points/999").status == 404
        assert not decide(live, 999, mine, "確認済み").json["taken"]
        assert not decide(live, number, mine, "取り下げ").json["taken"]
        assert not decide(live, number, {**mine, "basis": "0" * 16}, "確認済み").json["taken"]
        hostile = "</textarea><script>alert(1)</script>"
        decision = {**mine, "word": "確認済み", "reason": hostile, "by": "=1+1"}
        assert live.post(f"/points/{number}", decision).json["taken"]
        assert "<script>alert" not in live.get(f"/points/{number}").text
        accepted = "まだ届いていない課があります。"
        finalize(city.workspace, YEAR, city_time(city), HERE, accepted)
        answer = decide(live, number, seen(live, number), "差し戻す")
        assert answer.status == 409
        assert "確定している" in answer.json["problem"]


def city_time(city: City) -> datetime:
    return load_journal(city.workspace.journal(YEAR)).events[-1].at
