"""Who is let in, and what is refused before anything of it is looked at.

One desk is served for all of it: nothing that is refused may change anything.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from tests.city import City
from tests.desk.live import YEAR, Live
from workflow.desk.safety import AGAIN, SECRET
from workflow.desk.serve import listening_socket


@pytest.fixture(autouse=True)
def nothing_came(live: Live, city: City) -> Iterator[None]:
    """Nothing that a test here sends leaves anything."""
    yield
    returned = city.workspace.returned(YEAR)
    assert not returned.exists() or not list(returned.iterdir())
    assert [path.name for path in live.desk.staging.iterdir()] == ["lock"]
    assert not live.desk.actions.runs()


def test_an_address_lets_one_browser_in_once(live: Live) -> None:
    path = live.address.partition(live.host)[2]

    first, second = (live.get(path, Cookie=None) for _ in range(2))

    assert (first.status, second.status) == (303, 403)
    assert "set-cookie" not in second.headers
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert live.get("/", Cookie=cookie.partition(";")[0]).status == 303


@pytest.mark.parametrize("cookie", [None, "", "a", "torimatome-desk=x", "="])
def test_nobody_else_is_let_in(live: Live, cookie: str | None) -> None:
    for path in ("/", "/compiled/2023/", "/events", "/style.css", "/static/desk.js", "/plan.json"):
        assert live.get(path, Cookie=cookie).status == 403
    assert live.put("回答.xlsx", b"x", Cookie=cookie).status == 403
    assert live.post("/actions", {"command": "collect"}, Cookie=cookie).status == 403
    assert live.get("/?token=", Cookie=cookie).status == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", "[::1]", "127.0.0.1.evil.example"],
)
def test_no_other_name_leads_here(live: Live, host: str) -> None:
    """A page that has its own name lead to 127.0.0.1 sends that name (DNS rebinding)."""
    assert live.get("/", Host=host).status == 421
    assert live.put("回答.xlsx", b"x", Host=host).status == 421


def test_a_request_names_one_host(live: Live) -> None:
    with live.raw() as connection:
        lines = ["GET / HTTP/1.1", f"Host: {live.host}", "Host: evil.example", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        assert status(connection) in (400, 421)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://localhost", "https://{host}", "http://{host}.x"],
)
def test_no_other_site_sends_anything(live: Live, origin: str) -> None:
    origin = origin.format(host=live.host)

    assert live.get("/", Origin=origin).status == 403
    assert live.put("回答.xlsx", b"x", Origin=origin).status == 403
    assert live.post("/actions", {"command": "collect"}, Origin=origin).status == 403


def test_who_sends_says_from_where(live: Live) -> None:
    assert live.put("回答.xlsx", b"x", Origin=None).status == 403
    assert live.post("/actions", {"command": "collect"}, Origin=None).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_says_of_another_site_counts(live: Live, site: str) -> None:
    assert live.get("/", Sec_Fetch_Site=site).status == 403
    assert live.put("回答.xlsx", b"x", Sec_Fetch_Site=site).status == 403
    assert live.get("/", Sec_Fetch_Site="none").status == 303
    assert live.put("回答.xlsx", b"x", Sec_Fetch_Site="none").status == 403


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ],
)
def test_nothing_is_taken_that_a_form_of_another_site_could_send(
    live: Live, kind: str | None
) -> None:
    assert live.put("回答.xlsx", b"x", Content_Type=kind).status == 415
    assert live.post("/actions", {"command": "collect"}, Content_Type=kind).status == 415


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_no_other_method_is_known(live: Live, method: str) -> None:
    assert live.ask(method, "/").status == 405


@pytest.mark.parametrize("length", [None, "-1", "", "1e3", "²"])
def test_who_sends_says_how_much(live: Live, length: str | None) -> None:
    with live.raw() as connection:
        announce(live, connection, "PUT /intake?name=a.xlsx", "application/octet-stream", length)
        assert status(connection) in (400, 411)


@pytest.mark.parametrize("size", [10_000_000_000, 200_000_001, 10**30])
def test_what_is_announced_too_large_is_not_read(live: Live, size: int) -> None:
    kind = "application/octet-stream"
    with live.raw() as connection:
        announce(live, connection, "PUT /intake?name=a.xlsx", kind, str(size))
        assert status(connection) in (400, 422)
        assert ended(connection)


def test_a_form_is_small(live: Live) -> None:
    with live.raw() as connection:
        announce(live, connection, "POST /actions", "application/json", "1000001")
        assert status(connection) == 413
        assert ended(connection)


def test_what_is_no_form_of_ours_starts_nothing(live: Live) -> None:
    wrong: tuple[object, ...] = ([], {}, {"command": "rm"}, {"command": ["collect"]}, "x", None, 1)
    for content in wrong:
        assert live.post("/actions", content).status == 400
    assert live.ask("POST", "/actions", b"\xff", Content_Type="application/json").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/compiled/2023/../../plan.json",
        "/compiled/../plan.json",
        "/compiled/%2e%2e/plan.json",
        "/compiled/..%2fplan.json",
        "/compiled/2023/%2e%2e%2f%2e%2e%2fplan.json",
        "/compiled//etc/passwd",
        "/compiled/%2fetc%2fpasswd",
        "/compiled/2023/..%5c..%5cplan.json",
        "/compiled/2023/%00",
        "/.desk/desk.json",
        "/compiled/../.desk/lock",
        "/compiled/2023/.lock",
        "/home/plan.json",
        "/static/../desk.py",
        "/static/%2e%2e/desk.py",
        "/compiled/" + "a/" * 2000,
        "/compiled/" + "あ" * 300,
    ],
)
def test_no_address_leads_out_of_the_folders_people_see(live: Live, path: str) -> None:
    asked = "".join(c if c.isascii() else f"%{ord(c) % 256:02x}" for c in path)
    assert live.get(asked).status in (400, 404, 414)


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_no_link_leads_out_of_them(live: Live, city: City) -> None:
    folder = city.workspace.compiled(YEAR)
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "計画.json"
    link.symlink_to(city.home / "plan.json")
    try:
        assert live.get("/compiled/2023/%E8%A8%88%E7%94%BB.json").status == 404
    finally:
        link.unlink()


def test_every_answer_says_what_a_page_may_do(live: Live) -> None:
    answers = [
        live.get("/compiled/2023/"),
        live.get("/intake"),
        live.get("/static/desk.js"),
        live.get("/nowhere"),
        live.get("/", Cookie=None),
        live.get("/", Host="evil.example"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_no_page_holds_script_or_style_of_its_own(live: Live) -> None:
    for path in ("/compiled/2023/", "/intake"):
        text = live.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " on" not in {part[:3] for part in text.split("<")}
        assert text.count("<script") == text.count('<script src="/static/')


def test_only_who_can_read_the_files_of_this_user_gets_another_address(live: Live) -> None:
    secret = live.desk.session.secret
    kind = "application/json"
    wrong = live.ask("POST", AGAIN, b"{}", Content_Type=kind, Origin=None, **{SECRET: "x"})
    right = live.ask("POST", AGAIN, b"{}", Content_Type=kind, Origin=None, **{SECRET: secret})

    assert (wrong.status, right.status) == (403, 200)
    assert live.get(right.text.partition(live.host)[2], Cookie=None).status == 303


def test_fifty_who_say_nothing_hold_up_nobody(live: Live) -> None:
    silent = [live.raw() for _ in range(50)]
    halves = [live.raw() for _ in range(50)]
    try:
        for connection in halves:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        assert live.get("/intake").status == 200
    finally:
        for connection in (*silent, *halves):
            connection.close()


def test_no_other_computer_reaches_it() -> None:
    with listening_socket() as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def announce(
    live: Live, connection: socket.socket, asked: str, kind: str, length: str | None
) -> None:
    """Say what will come, and let nothing come."""
    lines = [
        f"{asked} HTTP/1.1",
        *(f"{name}: {value}" for name, value in live.own.items()),
        f"Content-Type: {kind}",
        *([] if length is None else [f"Content-Length: {length}"]),
        "",
        "",
    ]
    connection.sendall("\r\n".join(lines).encode())


def status(connection: socket.socket) -> int:
    return int(connection.recv(4096).split(b" ", 2)[1])


def ended(connection: socket.socket) -> bool:
    """Whether the other end closes without having read what was announced."""
    while connection.recv(4096):
        pass
    return True
