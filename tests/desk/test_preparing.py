"""Plan, table and forms at the desk: put where they belong, and every form is one command."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.desk.live import Answer, Live, live_desk
from tests.harness.own_form import drawn_form, read_form
from workflow.commands.command import NAMES
from workflow.desk.screens.forms import ADDRESSES, FORMS, TABLES
from workflow.menu.steps import Entry
from workflow.model.errors import WorkspaceError
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.storage.workspace import OWN_FORM

FORM_PAGES = ("/prepare", "/intake", "/results", "/points")


def put(live: Live, name: str, content: bytes) -> Answer:
    path = f"/prepare/file?name={quote(name, safe='')}"
    return live.ask("PUT", path, content, Content_Type="application/octet-stream")


def plan(title: str = "") -> bytes:
    document = sample_document()
    document["plan"]["title"] += title
    return written_book(document)


def test_a_plan_is_put_and_the_one_before_is_kept(tmp_path: Path) -> None:
    with live_desk(tmp_path) as live:
        assert "まだ計画がありません" in live.get("/prepare").text
        assert put(live, "わたしの計画.xlsx", plan()).json["plan"]
        assert "残しました" not in put(live, "plan.xlsx", plan()).json["said"]
        assert "として残しました" in put(live, "plan.xlsx", plan("（改）")).json["said"]
        assert "（改）" in live.get("/prepare").text
        assert live.get("/home/plan.xlsx").body == plan("（改）")
    kept = [path for path in tmp_path.glob("plan_*.xlsx") if path.read_bytes() == plan()]
    assert len(kept) == 1


def test_a_form_of_the_city_is_put_and_seen(tmp_path: Path) -> None:
    form = read_form("card")
    with live_desk(tmp_path) as live:
        put(live, "plan.xlsx", written_book(form.plan_document()))
        assert put(live, "調書.xlsx", drawn_form("card")).json["name"] == OWN_FORM
        assert live.get(f"/home/{quote(OWN_FORM)}").body == drawn_form("card")
        page = live.get("/prepare/form?year=R5&department=GAKKO").text
        assert page.count("<svg") == 4  # two of the cover, two of the one card
        assert "記入要領" in page and "個別票" in page


def test_a_table_is_put_aside_and_never_over_another(tmp_path: Path) -> None:
    with live_desk(tmp_path) as live:
        assert put(live, "../../一覧<b>.csv", b"a,b").json["name"] == "一覧_b_.csv"
        assert put(live, "../../一覧<b>.csv", b"c,d").json["name"] == "一覧_b__2.csv"
        assert put(live, "../../一覧<b>.csv", b"a,b").json["name"] == "一覧_b_.csv"
        assert put(live, "写真.png", b"\x89PNG").status == 422
        assert put(live, "plan.xlsx", b"PK\x03\x04").status == 422
        assert put(live, "爆弾.xlsx", bomb()).status == 422
    assert sorted(p.name for p in (tmp_path / TABLES).iterdir()) == ["一覧_b_.csv", "一覧_b__2.csv"]
    assert not (tmp_path / "plan.xlsx").exists()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(400_000_000))
    return stream.getvalue()


def test_what_is_announced_as_too_large_is_refused_at_once(tmp_path: Path) -> None:
    with live_desk(tmp_path) as live, live.raw() as connection:
        head = f"PUT /prepare/file?name=a.csv HTTP/1.1\r\nHost: {live.host}\r\n"
        head += f"Origin: http://{live.host}\r\nCookie: {live.cookie}\r\n"
        head += "Content-Type: application/octet-stream\r\nContent-Length: 10000000000\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(100)


def test_wrong_cells_of_a_plan_are_named(tmp_path: Path) -> None:
    document = sample_document()
    document["items"][0]["departments"] = ["<script>"]
    with live_desk(tmp_path) as live:
        assert put(live, "plan.xlsx", written_book(document)).json["plan"]
        page = live.get("/prepare").text
        assert "シート「取組内容」の" in page
        assert "&lt;script&gt;" in page
        assert "/prepare/issue" not in page
        assert live.get("/prepare/issue?year=R5").status == 200
        assert live.get("/prepare/form?year=R5&department=GAKKO").status == 200


def test_every_choice_of_the_menu_is_somewhere_at_the_desk(tmp_path: Path) -> None:
    assert set(ADDRESSES) == set(Entry)
    with live_desk(tmp_path) as live:
        put(live, "plan.xlsx", plan())
        for page in FORM_PAGES:
            assert live.get(page).status == 200
        begin = live.get("/begin").text
        assert 'href="/prepare#issue-title"' in begin


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("generate", {"year": "R5", "reissue": "yes"}, "generate --year 2023 --reissue"),
        ("verify", {}, "verify --year 2023"),
        ("reopen", {"reason": "--home=/"}, "collect --year 2023 --reopen --reason=--home=/"),
        ("carry-forward", {}, "init --from 2023 --year 2024"),
        ("generate", {"year": "R5 --mail"}, ""),
        ("generate", {}, ""),
        ("reopen", {"reason": " "}, ""),
        ("reopen", {"reason": "長" * 3_000}, ""),
        ("finalize", {"typed": "かくてい"}, ""),
        ("first-day", {"table": "../plan.json"}, ""),
    ],
)
def test_a_form_is_one_command_and_nothing_else(
    tmp_path: Path, name: str, values: dict[str, str], words: str
) -> None:
    with live_desk(tmp_path, 2023) as live:
        form = FORMS[name]
        if words:
            assert " ".join(form.words(live.desk, values)) == words
        else:
            with pytest.raises(WorkspaceError):
                form.words(live.desk, values)
    assert all(FORMS[one].words(live.desk, {})[0] in NAMES for one in ("sample", "blank", "demo"))


def test_what_is_no_form_is_no_command(tmp_path: Path) -> None:
    with live_desk(tmp_path) as live:
        assert live.post("/actions", {"command": "rm"}).status == 400
        assert live.post("/actions", {"command": ["verify"]}).status == 400
        assert live.post("/actions", {"command": "verify"}).status == 422
        assert live.post("/actions", []).status == 400
        assert live.get("/home/../plan.xlsx").status == 404
        assert live.get("/home/plan.json").status == 404
