from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.city import ISSUED_AT, City, full_texts
from tests.templates.registers import as_version_1
from workflow.model.errors import OutputError, WorkspaceError
from workflow.model.plain_text import json_bytes
from workflow.plan.document import sample_document
from workflow.storage import parallel
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, load_journal
from workflow.storage.workspace import OLD_FOLDER, REGISTER_NAME
from workflow.templates.register_file import load_register

LATER = ISSUED_AT + timedelta(days=3)
FIRST, SECOND = "272230-2023-GAKKO-1", "272230-2023-GAKKO-2"


def issued_files(city: City) -> dict[str, bytes]:
    """Return every file below templates/2023."""
    folder = city.workspace.templates(2023)
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def changed_plan(city: City, change: Callable[[dict[str, Any]], None]) -> City:
    document = sample_document()
    change(document)
    (city.home / "plan.json").write_bytes(json_bytes(document))
    return city


def new_title(document: dict[str, Any]) -> None:
    """Change the first item, which is 学校教育課's alone."""
    assert document["items"][0]["departments"] == ["GAKKO"]
    document["items"][0]["title"] += "（改）"


def numbers(city: City) -> list[str]:
    register = load_register(city.workspace.templates(2023), 2023)
    return [str(i.number) for i in register.issues if i.number.department == "GAKKO"]


def test_an_unchanged_plan_writes_nothing(city: City) -> None:
    assert len(city.generate().issued) == 12
    before = issued_files(city)
    again = city.generate(now=LATER)
    assert (len(again.issued), len(again.unchanged)) == (0, 12)
    assert (dict(again.writes), again.stale) == ({}, ())
    assert issued_files(city) == before


def test_a_register_of_the_version_before_stays_until_something_is_issued(city: City) -> None:
    city.generate()
    path = city.workspace.register(2023)
    old = as_version_1(load_register(path.parent, 2023))
    path.write_bytes(old)
    assert city.generate(now=LATER).issued == ()
    assert path.read_bytes() == old
    issued = load_journal(city.workspace.journal(2023)).last(EventKind.ISSUED)
    assert issued is not None
    assert issued.facts["register"] == sha256(old)


def test_a_changed_plan_issues_anew_and_keeps_the_old(city: City) -> None:
    city.generate()
    old = city.template("GAKKO")
    content = old.read_bytes()
    before = issued_files(city)
    again = changed_plan(city, new_title).generate(now=LATER)
    assert [str(i.number) for i in again.issued] == [SECOND]
    assert numbers(city) == [FIRST, SECOND]
    after = issued_files(city)
    assert after.pop(f"{OLD_FOLDER}/{FIRST}.xlsx") == content
    assert city.template("GAKKO").read_bytes() != content
    different = {name for name, bytes_now in after.items() if before.get(name) != bytes_now}
    assert {old.name, REGISTER_NAME} <= different
    others = {i.file for i in again.unchanged}
    assert not different & others


def test_an_answer_on_the_old_issue_is_still_known(city: City) -> None:
    city.generate()
    sent = city.send_back("GAKKO", full_texts(city.plan))
    changed_plan(city, new_title).generate(now=LATER)
    collected = city.collect()
    (file,) = collected.document["files"]
    assert (file["path"], file["outcome"]) == (sent.name, "accepted_with_warnings")
    assert [f["code"] for f in file["findings"]] == ["FORM_OLD_ISSUE"]
    assert file["answers"] == 2


def test_changing_back_gives_back_the_first_issue(city: City) -> None:
    city.generate()
    changed_plan(city, new_title).generate(now=LATER)
    changed_plan(city, lambda document: None).generate(now=LATER)
    assert numbers(city)[-1] == "272230-2023-GAKKO-1"
    assert {f"{OLD_FOLDER}/{n}.xlsx" for n in (FIRST, SECOND)} <= set(issued_files(city))


@pytest.mark.parametrize("change", [new_title, lambda document: None], ids=["changed", "unchanged"])
def test_a_template_edited_in_place_is_never_touched(
    city: City, change: Callable[[dict[str, Any]], None]
) -> None:
    city.generate()
    edited = city.template("GAKKO")
    city.send_back("GAKKO", full_texts(city.plan)).replace(edited)
    before = issued_files(city)
    with pytest.raises(WorkspaceError) as caught:
        changed_plan(city, change).generate(now=LATER)
    assert edited.name in str(caught.value)
    assert issued_files(city) == before


def test_a_workbook_that_is_not_ours_is_never_touched(city: City) -> None:
    memo = city.workspace.templates(2023) / "課長メモ.xlsx"
    memo.parent.mkdir(parents=True)
    memo.write_bytes(b"memo")
    with pytest.raises(WorkspaceError) as caught:
        city.generate()
    assert memo.name in str(caught.value)
    assert issued_files(city) == {memo.name: b"memo"}


def test_traces_of_excel_are_passed_over(city: City) -> None:
    city.generate()
    open_mark = city.template("GAKKO").with_name("~$GAKKO_学校教育課_令和5年度.xlsx")
    open_mark.write_bytes(b"\x05")
    assert dict(city.generate(now=LATER).writes) == {}
    assert open_mark.exists()


def test_a_deleted_template_is_built_again_byte_by_byte(city: City) -> None:
    city.generate()
    before = issued_files(city)
    city.template("GAKKO").unlink()
    again = city.generate(now=LATER)
    assert [path.name for path in again.writes] == [city.template("GAKKO").name]
    assert again.issued == ()
    assert issued_files(city) == before


def test_a_failing_disk_issues_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.generate()
    before = issued_files(city)
    changed_plan(city, new_title)

    def failing(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(OutputError):
            city.generate(now=LATER)
    assert issued_files(city) == before


def test_a_renamed_department_gets_a_new_file_and_the_old_one_is_put_away(city: City) -> None:
    city.generate()
    old = city.template("GAKKO")
    content = old.read_bytes()

    def rename(document: dict[str, Any]) -> None:
        document["departments"][0]["name"] = "教育指導課"

    again = changed_plan(city, rename).generate(now=LATER)
    assert [i.file for i in again.issued] == ["GAKKO_教育指導課_令和5年度.xlsx"]
    assert again.stale == (old,)
    assert not old.exists()
    assert issued_files(city)[f"{OLD_FOLDER}/{FIRST}.xlsx"] == content


def test_a_department_with_nothing_left_to_answer_is_put_away(city: City) -> None:
    city.generate()
    old = city.template("CLEAN")

    def hand_over(document: dict[str, Any]) -> None:
        for item in document["items"]:
            item["departments"] = [c if c != "CLEAN" else "KIKI" for c in item["departments"]]

    again = changed_plan(city, hand_over).generate(now=LATER)
    assert [i.number.department for i in again.issued] == ["KIKI"]
    assert not old.exists()
    assert f"{OLD_FOLDER}/272230-2023-CLEAN-1.xlsx" in issued_files(city)


@pytest.mark.parametrize("hours", [0, 5])
def test_the_same_plan_on_the_same_day_gives_the_same_bytes(
    tmp_path: Path, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where several processes make the templates."""
    plan = sample_document()
    one, other = (City.with_plan(tmp_path / name, plan) for name in ("一", "二 空白"))
    one.generate()
    monkeypatch.setattr(parallel, "_WORTH_A_FORK", 2)
    other.generate(now=ISSUED_AT + timedelta(hours=hours))
    templates = {i.file for i in load_register(one.workspace.templates(2023), 2023).issues}
    assert len(templates) == 12
    for name in templates:
        assert issued_files(one)[name] == issued_files(other)[name]
    if not hours:
        assert issued_files(one) == issued_files(other)


def test_every_template_has_its_own_number_and_its_digest_in_the_register(city: City) -> None:
    city.generate()
    document = json.loads((city.workspace.templates(2023) / REGISTER_NAME).read_bytes())
    assert len({i["number"] for i in document["issues"]}) == 12
    for issue in document["issues"]:
        path = city.workspace.templates(2023) / issue["file"]
        assert sha256(path.read_bytes()) == issue["sha256"]


def test_years_are_issued_side_by_side(city: City) -> None:
    city.generate(2023)
    before = issued_files(city)
    city.generate(2024)
    assert issued_files(city) == before
    assert str(city.issue("GAKKO", 2024).number) == "272230-2024-GAKKO-1"
