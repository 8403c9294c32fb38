"""A year as a coordinator lives it: the menu in one terminal, a watch in another, files coming in.

What README.ja.md says, in its order, with numbers typed. What is seen and what lies on the disk is
asserted after each step.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.city import City, Texts, full_texts
from tests.compiled.pages.reading import Page
from tests.compiled.report.reading import items_in_word
from tests.fillers.by_openpyxl import fill as fill_with_openpyxl
from tests.fillers.xml_patch import fill as fill_as_excel
from tests.journeys.coordinator import Coordinator, printed_document, program
from tests.programs import needs_pseudo_terminal
from tests.pseudo_terminal import Terminal, running
from workflow.model.years import JST
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.storage.workspace import Workspace

pytestmark = needs_pseudo_terminal

DEPARTMENTS = ("FUKUSHI", "GAKKO", "KODOMO", "CLEAN")


def small_plan() -> dict[str, Any]:
    """Return the sample plan with four of its departments, as somebody filled it in."""
    document = sample_document()
    document["plan"] |= {
        "deadline": (date.today() + timedelta(days=30)).isoformat(),
        "contact": "内線 2345",
    }
    kept = [d for d in document["departments"] if d["code"] in DEPARTMENTS]
    document["departments"] = [{**d, "email": f"{d['code'].lower()}@example.jp"} for d in kept]
    document["items"] = [
        {**item, "departments": item["departments"][:1]}
        for item in document["items"]
        if item["departments"][0] in DEPARTMENTS and item["id"] not in ("3-1", "4-1", "4-3")
    ]
    return document


def as_excel(template: Path, target: Path, texts: Texts) -> None:
    fill_as_excel(template, target, texts, datetime.now(JST))


def with_openpyxl(template: Path, target: Path, texts: Texts) -> None:
    fill_with_openpyxl(template, target, texts, datetime.now(JST))


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    return {file["path"]: file["outcome"] for file in document["files"]}


def codes(document: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in document["findings"]}


def attached(draft: Path) -> dict[str, bytes]:
    """Return the attachments of a mail by their names."""
    message = message_from_bytes(draft.read_bytes(), policy=policy.default)
    parts = message.iter_attachments()
    return {str(part.get_filename()): part.get_content() for part in parts}


def turn(workspace: Workspace, department: str) -> str:
    """Return what index.html says of a department."""
    page = Page(workspace.overview(2023).read_bytes())
    return page.by_id(f"department-{department}").text


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "福祉計画 進捗管理"
    folder.mkdir()
    return folder


@pytest.fixture
def coordinator(home: Path) -> Iterator[Coordinator]:
    with running(program(home), home.parent) as menu:
        yield Coordinator(menu)


@pytest.fixture
def last_year(tmp_path: Path) -> City:
    """The same plan a year ago, elsewhere: a department will send that template."""
    city = City.with_plan(tmp_path / "去年", small_plan())
    city.generate(2022)
    return city


def test_a_coordinators_year(coordinator: Coordinator, last_year: City, home: Path) -> None:
    city = City(Workspace(home))
    prepares_the_plan(coordinator, city)
    issues(coordinator, city)
    with running(program(home, "watch", "--year", "R5"), home.parent) as watch:
        returns_trickle_in(watch, city, last_year)
        asks_for_the_rest(coordinator, city)
        the_last_ones_come_in(watch, city)
        watch.press_ctrl_c()
        assert watch.exit_code() == 0
    closes_the_round(coordinator, city)
    begins_the_new_year(coordinator, city)
    assert coordinator.leaves() == 0


def prepares_the_plan(coordinator: Coordinator, city: City) -> None:
    assert coordinator.proposed.startswith("init --from-table")
    coordinator.chooses("2")
    assert (city.home / "plan.xlsx").exists()
    assert coordinator.proposed == "plan"  # an empty plan is first to be filled in

    (city.home / "plan.xlsx").write_bytes(written_book(small_plan()))
    coordinator.chooses("5")
    assert coordinator.proposed == "generate --year 年度"


def issues(coordinator: Coordinator, city: City) -> None:
    shown = coordinator.chooses("6", "令和5年度")
    assert str(city.workspace.returned(2023)) in shown  # where what comes back is to be put
    templates = {city.template(code) for code in DEPARTMENTS}
    assert all(path.exists() for path in templates)
    assert coordinator.proposed == "generate --year 2023 --mail"

    coordinator.chooses("")
    drafts = city.workspace.distribution_drafts(2023).glob("*.eml")
    assert [attached(draft) for draft in sorted(drafts)] == [
        {path.name: path.read_bytes()}
        for path in sorted(templates - {city.template("FUKUSHI")})  # nobody writes to himself
    ]
    assert coordinator.proposed == "watch --year 2023"


def returns_trickle_in(watch: Terminal, city: City, last_year: City) -> None:
    watch.until(str(city.workspace.returned(2023)))
    texts = full_texts(city.plan)
    assert city.workspace.returned(2023).is_dir()
    as_excel(city.template("GAKKO"), city.returned("学校（最終）.xlsx"), texts)
    watch.until("学校（最終）.xlsx → 採用")

    shutil.copy(city.returned("学校（最終）.xlsx"), city.returned("コピー ～ 学校.xlsx"))
    watch.until("コピー ～ 学校.xlsx → 重複")

    wrong = {**texts, "2-3": {**texts["2-3"], "評価": "とても良い"}}
    with_openpyxl(city.template("KODOMO"), city.returned("KODOMO.xlsx"), wrong)
    watch.until("KODOMO.xlsx → 差戻し")

    as_excel(last_year.template("CLEAN", 2022), city.returned("業務課.xlsx"), texts)
    watch.until("業務課.xlsx → 差戻し")

    document = printed_document(city.home, "collect")
    assert outcomes(document) == {
        "学校（最終）.xlsx": "accepted",
        "コピー ～ 学校.xlsx": "duplicate",
        "KODOMO.xlsx": "sent_back",
        "業務課.xlsx": "sent_back",
    }
    about_last_years = {"FORM_OTHER_YEAR", "NOTES_SET_ASIDE"}
    assert codes(document) == {"FILE_DUPLICATE", "VALUE_NOT_A_CHOICE", *about_last_years}
    assert handed_back(city) == {"KODOMO", "CLEAN"}
    assert "済み" in turn(city.workspace, "GAKKO")
    assert "訂正を待っています" in turn(city.workspace, "KODOMO")
    assert "回答を待っています" in turn(city.workspace, "FUKUSHI")


def handed_back(city: City) -> set[str]:
    """Return the departments a hand-back lies there for."""
    return {path.name.split("_")[0] for path in city.workspace.handbacks(2023).glob("*.xlsx")}


def asks_for_the_rest(coordinator: Coordinator, city: City) -> None:
    coordinator.looks_again()
    assert coordinator.proposed == "remind --year 2023"
    coordinator.chooses("11")
    drafts = city.workspace.reminder_drafts(2023)
    (to_correct,) = drafts.glob("KODOMO_*.eml")
    (handback,) = city.workspace.handbacks(2023).glob("KODOMO_*.xlsx")
    assert attached(to_correct) == {handback.name: handback.read_bytes()}
    assert not list(drafts.glob("FUKUSHI_*"))  # the coordinator's own department
    assert not list(drafts.glob("GAKKO_*"))
    assert coordinator.proposed == "watch --year 2023"


def the_last_ones_come_in(watch: Terminal, city: City) -> None:
    texts = full_texts(city.plan)
    (handback,) = city.workspace.handbacks(2023).glob("KODOMO_*.xlsx")
    with_openpyxl(handback, city.returned(f"再提出/{handback.name}"), {"2-3": {"評価": "Ｂ"}})
    watch.until(f"{handback.name} → 採用")
    assert handed_back(city) == {"CLEAN"}

    mailbox = city.home.parent
    with zipfile.ZipFile(mailbox / "送付.zip", "w") as archive:
        for code in ("CLEAN", "FUKUSHI"):
            with_openpyxl(city.template(code), mailbox / f"{code}.xlsx", texts)
            archive.write(mailbox / f"{code}.xlsx", f"{code}.xlsx")
    (mailbox / "送付.zip").rename(city.returned("送付.zip"))
    watch.until("送付.zip → 中の2件（採用2）")
    assert handed_back(city) == set()


def closes_the_round(coordinator: Coordinator, city: City) -> None:
    coordinator.looks_again()
    document = printed_document(city.home, "status")
    assert document["totals"]["missing"] == 0
    assert {d["outcome"] for d in document["departments"]} == {"accepted"}
    assert coordinator.proposed == "verify --year 2023"
    coordinator.chooses("12")
    assert coordinator.proposed == "finalize --year 2023"
    coordinator.chooses("13", "")
    assert not city.workspace.digest_list(2023).exists()  # one key alone is not enough
    coordinator.chooses("", "確定")
    assert city.workspace.digest_list(2023).exists()
    assert coordinator.proposed == "report --year 2023"
    coordinator.chooses("14")

    assert printed_document(city.home, "verify")["findings"] == []
    rows = city.ledger_csv()
    assert len(rows) == len(city.plan.items)
    assert [row["評価"] for row in rows if row["整理番号"] == "2-3"] == ["Ｂ"]
    for row, item in zip(rows, items_in_word(published(city)), strict=True):
        (answered,) = item.answers
        assert (item.id, item.title) == (row["整理番号"], row["取組内容"])
        assert answered["取組状況"] == row["取組状況"]
        assert answered["評価"].startswith(row["評価"])


def published(city: City) -> bytes:
    return city.workspace.report(2023).read_bytes()


def begins_the_new_year(coordinator: Coordinator, city: City) -> None:
    assert coordinator.proposed == "init --from 2023 --year 2024"
    coordinator.chooses("15")
    assert (city.home / "plan_令和5年度.xlsx").exists()
    assert coordinator.proposed == "plan --year 2024"
    coordinator.chooses("16")
    assert coordinator.proposed == "generate --year 2024"
    coordinator.chooses("17")
    sheet = load_workbook(city.template("KODOMO", 2024))["進捗状況"]
    assert "Ｂ" in {cell.value for row in sheet.iter_rows() for cell in row}  # as last year
    assert coordinator.proposed == "generate --year 2024 --mail"
