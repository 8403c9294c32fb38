"""What is dropped: whole, under a name of its own, over nothing, and with what became of it."""

from __future__ import annotations

import json
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.desk.conftest import ISSUED
from tests.desk.live import SECONDS, YEAR, Live, live_desk
from tests.engine import HERE
from tests.harness.cities import build_city
from tests.harness.verbs.ole import encrypt
from workflow.commands.finalize import finalize
from workflow.model.returns import Outcome
from workflow.storage.journal import EventKind, load_journal


def names(city: City) -> set[str]:
    folder = city.workspace.returned(YEAR)
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def filled(city: City, department: str, **changed: str) -> bytes:
    path = city.send_back(department, full_texts(city.plan, **changed), f"{department}.tmp")
    content = path.read_bytes()
    path.unlink()
    return content


def wait_for(live: Live, *expected: str) -> str:
    """Return the page of what came, once it shows some words."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        text = live.get("/intake").text
        if all(word in text for word in expected):
            return text
        live.settle()
        time.sleep(0.05)
    raise AssertionError(f"{expected} not shown")


def test_a_return_is_judged_and_what_goes_back_can_be_had(live: Live, city: City) -> None:
    wrong = filled(city, "GAKKO", 評価="とても良い")

    answer = live.put("総務/回答.xlsx", wrong)

    assert answer.status == 200
    assert answer.json["file"] == "回答.xlsx"
    assert city.workspace.returned(YEAR).joinpath("回答.xlsx").read_bytes() == wrong
    text = wait_for(live, "差戻し用の調査票をダウンロード", "元の名前")
    assert "総務/回答.xlsx" in text
    assert "シート「進捗状況」の" in text
    assert "選択肢にありません" in text
    link = text.partition("差戻し用の調査票をダウンロード")[0].rpartition('<a href="')[2]
    handback = live.get(link.partition('"')[0])
    assert (handback.status, handback.body[:2]) == (200, b"PK")
    assert handback.headers["content-disposition"].startswith("attachment")
    record = city.workspace.dropped(YEAR).read_text("utf-8").splitlines()
    assert json.loads(record[-1])["original"] == "総務/回答.xlsx"
    journal = load_journal(city.workspace.journal(YEAR))
    assert journal.last(EventKind.COMPILED) is not None


def test_a_verdict_does_not_wait_for_the_files_still_on_their_way(
    live: Live, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.desk.landing._GATHERING", SECONDS)
    landing = live.desk.landing
    landing.coming += 1
    try:
        file = live.put("先に着いた回答.xlsx", filled(city, "KOREI")).json["file"]
        until = time.monotonic() + SECONDS / 2
        while not landing.verdicts.of(file):
            assert time.monotonic() < until, "no verdict"
            time.sleep(0.02)
        (verdict,) = landing.verdicts.of(file)
        assert verdict.outcome is Outcome.ACCEPTED
        assert not verdict.is_final  # the round is compared when all of them are there
        assert live.desk.actions.is_busy
    finally:
        landing.coming -= 1
    live.settle()
    (verdict,) = landing.verdicts.of(file)
    assert verdict.is_final


def test_no_file_is_written_over(live: Live, city: City) -> None:
    contents = [f"{n}回目".encode() for n in range(4)]

    files = [live.put("同じ名前.txt", content).json["file"] for content in contents]

    assert files == ["同じ名前.txt", *(f"同じ名前 ({n}).txt" for n in (2, 3, 4))]
    for file, content in zip(files, contents, strict=True):
        assert city.workspace.returned(YEAR).joinpath(file).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../plan.json", "plan.json"),
        ("..\\..\\計画.xlsx", "計画.xlsx"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\a\\回答票.xlsx", "回答票.xlsx"),
        ("課/../../x.xlsx", "x.xlsx"),
        ("a\0b.xlsx", "ab.xlsx"),
        ("con.xlsx", "_con.xlsx"),
        ("どこ:へ?.xlsx", "どこ_へ_.xlsx"),
        ("<img src=x onerror=alert(1)>.xlsx", "_img src=x onerror=alert(1)_.xlsx"),
        (".隠し.xlsx", "隠し.xlsx"),
        ("\u202eslx.evil.xlsx", "slx.evil.xlsx"),
        ("か\u3099.xlsx", "が.xlsx"),
        ("終わり. ", "終わり"),
    ],
)
def test_a_name_is_never_a_path(live: Live, city: City, name: str, file: str) -> None:
    before = {path: path.read_bytes() for path in city.home.glob("*.json")}

    answer = live.put(name, b"a")

    assert answer.json["file"] == file
    assert file in names(city)
    assert {path: path.read_bytes() for path in city.home.glob("*.json")} == before
    assert "<img" not in live.get("/intake").text


def test_names_that_are_one_on_another_system_are_two(live: Live, city: City) -> None:
    folder = city.workspace.returned(YEAR)
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("か\u3099っこう.xlsx").write_bytes(b"a")  # as a Mac spells it
    folder.joinpath("どこにもない.xlsx").symlink_to(folder / "nowhere")

    offered = ["がっこう.xlsx", "KAI.xlsx", "kai.XLSX", "どこにもない.xlsx"]
    files = [live.put(name, b"b").json["file"] for name in offered]

    assert files == ["がっこう (2).xlsx", "KAI.xlsx", "kai (2).XLSX", "どこにもない (2).xlsx"]
    assert folder.joinpath("どこにもない.xlsx").is_symlink()
    folder.joinpath("どこにもない.xlsx").unlink()


def test_a_locked_file_says_where_its_password_goes(live: Live, city: City) -> None:
    live.put("鍵つき.xlsx", encrypt(filled(city, "GAKKO"), "himitsu"))

    text = wait_for(live, "登録されたパスワードでは開けません")

    assert '<a href="/prepare#plan-title">計画（plan.xlsx）</a>の「開くためのパスワード」' in text


def test_where_nothing_was_issued_each_screen_leads_to_what_comes_first(tmp_path: Path) -> None:
    with live_desk(tmp_path) as live:
        for screen in ("/intake", "/points", "/results"):
            assert (
                'href="/prepare">「計画・調査票・メール」</a>の画面で作って'
                in live.get(screen).text
            )
            assert "choose-files" not in live.get(screen).text
        assert "市にある表は" in live.put("市の一覧.xlsx", b"a").json["problem"]


def test_before_anything_comes_each_screen_leads_to_where_it_goes(tmp_path: Path) -> None:
    city = build_city(ISSUED, tmp_path / "市")
    with live_desk(city.home) as live:
        for screen in ("/points", "/results"):
            text = live.get(screen).text
            assert 'href="/intake">「受付」</a>の画面に置く' in text
            assert "choose-files" in text
            assert "を実行してください" not in text.partition("<main")[2]


def test_a_long_name_keeps_its_ending(live: Live, city: City) -> None:
    file = live.put(f"{'𠮷' * 200}.xlsx", b"a").json["file"]

    assert file.endswith("𠮷.xlsx")
    assert file in names(city)


@pytest.mark.parametrize("name", ["~$回答.xlsx", "Thumbs.db", "課/.DS_Store", "", ".."])
def test_what_is_not_taken_says_why(live: Live, city: City, name: str) -> None:
    before = names(city)

    answer = live.put(name, b"a")

    assert answer.status == 422
    assert answer.json["problem"].endswith("受け取りませんでした。")
    assert names(city) == before


def test_what_is_too_large_is_refused_before_it_comes(live: Live) -> None:
    answer = live.post("/intake/offer", {"name": "大きい.zip", "size": 10_000_000_000})

    assert answer.status == 422
    assert "200MB" in answer.json["problem"]
    assert live.post("/intake/offer", {"name": "回答.zip", "size": 5_000_000}).status == 200
    assert live.post("/intake/offer", {"size": "x"}).status == 400


def test_what_stops_on_its_way_leaves_nothing(live: Live, city: City) -> None:
    before = names(city)
    with live.raw() as connection:
        lines = [
            "PUT /intake?name=half.xlsx HTTP/1.1",
            *(f"{name}: {value}" for name, value in live.own.items()),
            "Content-Type: application/octet-stream",
            "Content-Length: 1000000",
            "",
            "",
        ]
        connection.sendall("\r\n".join(lines).encode() + b"x" * 400_000)
        until = time.monotonic() + SECONDS
        while not list(live.desk.staging.glob(".torimatome-*")):
            assert time.monotonic() < until
            time.sleep(0.01)
    while list(live.desk.staging.glob(".torimatome-*")):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert names(city) == before


def test_who_sends_too_slowly_is_cut_off(
    live: Live, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.desk.screens.intake.SILENT", 0.05)
    before = names(city)
    with live.raw() as connection:
        lines = [
            "PUT /intake?name=slow.xlsx HTTP/1.1",
            *(f"{name}: {value}" for name, value in live.own.items()),
            "Content-Type: application/octet-stream",
            "Content-Length: 2000000",
            "",
            "",
        ]
        connection.sendall("\r\n".join(lines).encode() + b"x")
        assert b" 422 " in connection.recv(4096).split(b"\r\n")[0]
    assert names(city) == before
    assert not list(live.desk.staging.glob(".torimatome-*"))


def test_a_zip_is_opened_by_collect_and_each_file_in_it_reported(live: Live, city: City) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("回答/福祉.xlsx", filled(city, "FUKUSHI"))
        archive.writestr("送り状.txt", "送ります。")

    assert live.put("まとめて.zip", packed.getvalue()).status == 200

    text = wait_for(live, "まとめて.zip/回答/福祉.xlsx", "まとめて.zip/送り状.txt")
    shown = text.partition("まとめて.zip/回答/福祉.xlsx")[2]
    assert "採用" in shown.partition("まとめて.zip/送り状.txt")[0]


def test_what_lands_in_the_folder_by_itself_is_reported_too(live: Live, city: City) -> None:
    city.send_back("KOREI", full_texts(city.plan), "共有フォルダーから.xlsx")

    text = wait_for(live, "共有フォルダーから.xlsx")
    wait_for(live, "高齢福祉課")

    assert "元の名前" not in text.partition("共有フォルダーから.xlsx")[2].partition("</li>")[0]


def test_the_board_is_what_collect_wrote_and_says_what_comes_next(live: Live, city: City) -> None:
    live.settle()
    text = live.get(f"/compiled/{YEAR}/").text
    page = city.workspace.overview(YEAR).read_text("utf-8")

    assert page.partition('tabindex="-1">\n')[2].rpartition("</main>")[0] in text
    assert text.index("次にすること") < text.index('id="summary"')
    assert f"python run.py collect --year {YEAR} --home" in text


def test_before_anything_comes_the_board_shows_who_is_waited_for(tmp_path: Path) -> None:
    city = build_city(ISSUED, tmp_path / "市")
    with live_desk(city.home) as live:
        assert live.desk.is_ready.wait(SECONDS)
        text = live.get(f"/compiled/{YEAR}/").text
    assert text.count("回答を待っています。") == 12
    assert not city.workspace.overview(YEAR).exists()


def test_a_page_that_somebody_changed_is_not_shown(live: Live, city: City) -> None:
    live.settle()
    path = city.workspace.overview(YEAR)
    before = path.read_bytes()
    path.write_bytes(before.replace(b"</main>", b"<form action=http://evil.example></main>"))
    try:
        assert "evil.example" not in live.get(f"/compiled/{YEAR}/").text
    finally:
        path.write_bytes(before)


def test_what_comes_after_the_final_version_is_judged_and_left_out(tmp_path: Path) -> None:
    city = build_city(ISSUED, tmp_path / "市")
    city.send_back("GAKKO", full_texts(city.plan), "学校.xlsx")
    city.collect(YEAR)
    finalize(city.workspace, YEAR, COLLECTED_AT, HERE, "年度末のため")
    late = filled(city, "KOREI")
    with live_desk(city.home) as live:
        assert live.put("遅れて.xlsx", late).status == 200
        text = wait_for(live, "確定したあとに届いたため", "collect --year 2023 --reopen")
        assert "集めてあります。結果は、台帳の「受付記録」にあります。" in text
        assert "これから届いたファイルは確かめるだけで" in text
        assert "もう一度集める" not in text
        assert "python run.py check " in text
    assert load_journal(city.workspace.journal(YEAR)).is_final
    assert "遅れて.xlsx" not in city.workspace.overview(YEAR).read_text("utf-8")
