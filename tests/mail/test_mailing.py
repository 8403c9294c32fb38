"""Drafts in a round: who gets one, with what, and what happens to those people changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.city import City, full_texts
from tests.harness.deciding import decide
from workflow.__main__ import main
from workflow.commands.generate import draft_distribution
from workflow.commands.remind import remind
from workflow.mail.mailing import Mailing
from workflow.model.errors import WorkspaceError
from workflow.model.years import JST
from workflow.plan.document import sample_document
from workflow.plan.load import load_document
from workflow.returned.readers.openpyxl import open_exactly

NOW = datetime(2024, 5, 21, 9, 0, tzinfo=JST)


@pytest.fixture(scope="module")
def issued_once(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city whose departments have addresses, with its forms issued."""
    document = sample_document()
    document["plan"] |= {"deadline": "2024-05-31", "contact": "内線 2345"}
    for department in document["departments"]:
        department["email"] = f"{department['code'].lower()}@city.example.lg.jp"
    city = City.with_plan(tmp_path_factory.mktemp("issued") / "市", document)
    city.generate()
    return city


@pytest.fixture
def city(issued_once: City, tmp_path: Path) -> City:
    return issued_once.copy(tmp_path / "市")


@pytest.fixture(scope="module")
def answered_once(issued_once: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The city after three departments answered: one well, one with a mistake, one in part."""
    city = issued_once.copy(tmp_path_factory.mktemp("answered") / "市")
    texts = full_texts(city.plan)
    city.send_back("ICT", texts)
    city.send_back("KODOMO", texts | {"2-3": texts["2-3"] | {"評価": "とても良い"}, "4-2": {}})
    city.send_back("GAKKO", texts | {"6-1": {}})
    city.collect()
    return city


@pytest.fixture
def answered(answered_once: City, tmp_path: Path) -> City:
    return answered_once.copy(tmp_path / "回答のある市")


def made_ready(city: City) -> Mailing:
    return remind(city.workspace, 2023, NOW)


def read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage) -> str:
    part = message.get_body()
    assert part is not None
    return str(part.get_content())


def attached(message: EmailMessage) -> Mapping[str, bytes]:
    return {str(a.get_filename()): a.get_content() for a in message.iter_attachments()}


def by_department(mailing: Mailing) -> dict[str, Path]:
    return {path.name.split("_")[0]: path for path in mailing.drafts.current}


def without_address(city: City, *codes: str) -> None:
    document = sample_document()
    for department in document["departments"]:
        department["email"] = "" if department["code"] in codes else "a@city.example.lg.jp"
    City.with_plan(city.home, document)


def test_every_department_gets_its_template(city: City) -> None:
    mailing = draft_distribution(city.workspace, 2023, NOW)
    drafts = by_department(mailing)
    assert set(drafts) == {d.code for d in city.plan.departments} - {"FUKUSHI"}
    assert mailing.own == "福祉政策課"
    for code, path in drafts.items():
        message = read(path)
        template = city.template(code)
        assert attached(message) == {template.name: template.read_bytes()}
        assert message["To"].addresses[0].addr_spec == f"{code.lower()}@city.example.lg.jp"


def test_a_second_run_leaves_what_says_the_same(city: City) -> None:
    draft_distribution(city.workspace, 2023, NOW)
    again = draft_distribution(city.workspace, 2023, datetime(2024, 6, 21, 9, 0, tzinfo=JST))
    assert again.drafts.fresh == ()
    assert again.new_texts == ()
    document = sample_document()
    document["items"][0]["title"] = "新しい名前"
    City.with_plan(city.home, document)
    city.generate()
    fresh = draft_distribution(city.workspace, 2023, NOW).drafts.fresh
    owners = set(document["items"][0]["departments"])
    assert owners <= {path.name.split("_")[0] for path in fresh}


def test_who_is_asked_what(answered: City) -> None:
    drafts = by_department(made_ready(answered))
    assert set(drafts) == {d.code for d in answered.plan.departments} - {"ICT", "FUKUSHI"}
    gakko, kodomo = read(drafts["GAKKO"]), read(drafts["KODOMO"])
    assert "・6-1　" in body(gakko)
    assert "・1-1　" not in body(gakko)
    assert "あと10日" in body(gakko)
    template = answered.template("GAKKO")
    assert attached(gakko) == {template.name: template.read_bytes()}
    (handback,) = answered.workspace.handbacks(2023).glob("*.xlsx")
    assert attached(kodomo) == {handback.name: handback.read_bytes()}
    assert "「とても良い」は選択肢にありません。" in body(kodomo)


def test_before_the_first_collect_everything_is_missing(city: City) -> None:
    drafts = by_department(made_ready(city))
    assert set(drafts) == {d.code for d in city.plan.departments} - {"FUKUSHI"}


def test_what_only_the_coordinator_owes_is_reported_and_mailed_to_nobody(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    for department in city.plan.departments:
        if department.code != "FUKUSHI":
            city.send_back(department.code, full_texts(city.plan))
    city.collect()
    mailing = made_ready(city)
    assert (mailing.drafts.current, mailing.own) == ((), "福祉政策課")
    assert main(["remind", "--year", "2023", "--home", str(city.home)]) == 1
    shown = capsys.readouterr().out
    assert "自分の課あての下書きは作りません" in shown
    assert "送るメールはありません" not in shown


def test_a_reminder_takes_the_form_from_the_old_ones_where_a_new_plan_ended_it(
    city: City,
) -> None:
    template = city.template("KIKI")
    content = template.read_bytes()
    template.write_bytes(b"by hand")
    with pytest.raises(WorkspaceError, match="generate"):
        made_ready(city)
    old = template.parent / "旧版" / f"{city.issue('KIKI').number}.xlsx"
    old.parent.mkdir()
    old.write_bytes(content)
    assert attached(read(by_department(made_ready(city))["KIKI"])) == {template.name: content}


def test_nobody_is_reminded_of_a_file_that_was_lost_here(
    answered: City, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = full_texts(answered.plan)
    path = answered.send_back("KIKI", texts)
    answered.collect()
    content = path.read_bytes()
    path.unlink()
    answered.collect()
    mailing = made_ready(answered)
    assert mailing.lost == ("危機管理課",)
    assert "KIKI" not in by_department(mailing)
    shared = {i.id for i in answered.plan.items_of("KIKI") if len(i.departments) > 1}
    assert shared
    others = [body(read(path)) for path in by_department(mailing).values()]
    assert not [text for text in others if any(f"・{item}　" in text for item in shared)]
    for command in ("remind", "status", "collect"):
        capsys.readouterr()
        main([command, "--year", "2023", "--home", str(answered.home)])
        shown = capsys.readouterr().out
        assert "危機管理課" in shown
        assert "控えから" in shown
    status = document_of(answered, capsys)
    assert status["KIKI"]["lost"] == ["KIKI.xlsx"]
    (gone,) = [p["id"] for p in points_of(answered) if p["code"] == "FILE_GONE"]
    decide(answered.workspace.record(2023), gone, "確認済み", "見つからない。", "佐藤")
    answered.collect()
    mailing = made_ready(answered)
    assert mailing.lost == ()
    message = read(by_department(mailing)["KIKI"])
    assert "再送のお願い" in message["Subject"]
    assert "まだいただいておりません" not in body(message)
    path.write_bytes(content)
    answered.collect()
    assert made_ready(answered).lost == ()


def points_of(city: City) -> list[dict[str, str]]:
    points: list[dict[str, str]] = json.loads(city.workspace.status(2023).read_bytes())["points"]
    return points


def document_of(city: City, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the departments of status --json, by code."""
    capsys.readouterr()
    main(["status", "--year", "2023", "--json", "--home", str(city.home)])
    document = json.loads(capsys.readouterr().out)
    return {department["code"]: department for department in document["departments"]}


LATER = datetime(2024, 6, 3, 9, 0, tzinfo=JST)
"""After the answers are due, before the corrections are."""


def test_who_answered_in_time_is_not_called_late(answered: City) -> None:
    before = answered.workspace.handbacks(2023)
    (handback,) = before.glob("*.xlsx")
    mail = read(by_department(remind(answered.workspace, 2023, LATER))["KODOMO"])
    assert "令和6年5月31日" not in body(mail)
    assert "過ぎ" not in body(mail)
    assert "令和6年5月31日" not in texts_of(handback)


def test_corrections_have_a_deadline_of_their_own(answered: City) -> None:
    document = load_document(answered.home / "plan.json").content
    document["plan"]["correction_deadline"] = "2024-06-14"
    City.with_plan(answered.home, document)
    answered.collect()
    drafts = by_department(remind(answered.workspace, 2023, LATER))
    assert "再提出期限　　令和6年6月14日（金）　※あと11日です" in body(read(drafts["KODOMO"]))
    assert "令和6年5月31日（金）を3日過ぎて" in body(read(drafts["GAKKO"]))
    (handback,) = answered.workspace.handbacks(2023).glob("*.xlsx")
    texts = texts_of(handback)
    assert "再提出期限" in texts
    assert "令和6年6月14日（金）までに" in texts
    assert "令和6年5月31日" not in texts
    past = datetime(2024, 6, 20, 9, 0, tzinfo=JST)
    mail = body(read(by_department(remind(answered.workspace, 2023, past))["KODOMO"]))
    assert "過ぎ" not in mail
    assert "6月14日" not in mail


def texts_of(workbook: Path) -> str:
    return "\n".join(
        str(cell)
        for sheet in open_exactly(workbook.read_bytes())
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    )


def test_who_has_answered_gets_no_mail_any_more(
    answered: City, capsys: pytest.CaptureFixture[str]
) -> None:
    before = by_department(made_ready(answered))
    texts = full_texts(answered.plan)
    for department in answered.plan.departments:
        answered.send_back(department.code, texts, hours=5)
    assert made_ready(answered).uncollected > 0
    before["KIKI"].write_bytes(b"by hand")
    answered.collect()
    mailing = made_ready(answered)
    assert mailing.drafts.current == ()
    assert mailing.drafts.left == (before["KIKI"],)
    assert not mailing.uncollected
    assert [p.name for p in mailing.folder.glob("*.eml")] == [before["KIKI"].name]
    assert made_ready(answered).drafts.left == (before["KIKI"],)
    assert main(["remind", "--year", "2023", "--home", str(answered.home)]) == 0
    shown = capsys.readouterr().out
    assert "送るメールはありません" in shown
    assert before["KIKI"].name in shown


def test_an_edited_draft_is_kept_when_a_new_one_is_due(answered: City) -> None:
    path = by_department(made_ready(answered))["GAKKO"]
    path.write_bytes(b"by hand")
    (kept,) = made_ready(answered).drafts.kept
    assert kept.read_bytes() == b"by hand"
    assert "・6-1　" in body(read(path))


def test_a_hand_back_gone_or_edited_is_reported(answered: City) -> None:
    (handback,) = answered.workspace.handbacks(2023).glob("*.xlsx")
    handback.write_bytes(b"by hand")
    edited = made_ready(answered)
    assert edited.edited == (handback.name,)
    assert attached(read(by_department(edited)["KODOMO"])) == {handback.name: b"by hand"}
    handback.unlink()
    gone = made_ready(answered)
    assert gone.absent == (handback.name,)
    assert "KODOMO" not in by_department(gone)


def test_a_department_without_an_address_gets_a_draft_to_nobody(city: City) -> None:
    without_address(city, "KIKI")
    mailing = made_ready(city)
    assert mailing.unaddressed == ("危機管理課",)
    assert read(by_department(mailing)["KIKI"])["To"] is None


def test_edited_letters_are_used_and_never_written_over(city: City) -> None:
    made_ready(city)
    edited = city.workspace.letters() / "催促.txt"
    edited.write_text("件名：直した\n{{ 課名 }}様\n", "utf-8")
    drafts = by_department(made_ready(city))
    assert read(drafts["KIKI"])["Subject"] == "直した"
    assert body(read(drafts["KIKI"])).strip() == "危機管理課様"
    assert edited.read_text("utf-8").startswith("件名：直した")


def test_a_wrong_letter_changes_nothing(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.read_bytes() for p in made_ready(city).drafts.current}
    (city.workspace.letters() / "催促.txt").write_text("件名：あ\n\n{{ 課 }}\n", "utf-8")
    capsys.readouterr()
    assert main(["remind", "--year", "2023", "--home", str(city.home)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "催促.txt" in line
    assert "3行目" in line
    assert {p: p.read_bytes() for p in before} == before


def test_an_item_that_left_the_plan_asks_for_a_collect(answered: City) -> None:
    document = sample_document()
    document["items"] = [i for i in document["items"] if i["id"] != "6-1"]
    City.with_plan(answered.home, document)
    with pytest.raises(WorkspaceError, match="collect"):
        made_ready(answered)


def test_generate_with_mail_says_where_and_that_nothing_is_sent(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "--year", "2023", "--mail", "--home", str(city.home)]) == 0
    shown = capsys.readouterr().out
    assert str(city.workspace.distribution_drafts(2023)) in shown
    assert "送信はしていません" in shown
