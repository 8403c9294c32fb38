from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.small import FORM, PLAN, issue, register
from tests.templates.registers import as_version_1
from workflow.model.errors import WorkspaceError
from workflow.model.fields.form import Form
from workflow.storage.workspace import REGISTER_NAME
from workflow.templates.register import FormNumber, Issue, IssuedForm, Register, canonical_digest
from workflow.templates.register_file import load_register, register_as_bytes

SHORT_FORM = IssuedForm(PLAN.levels, Form(FORM.fields[:1]))


def several() -> Register:
    """Return a register with two forms and departments issued to more than once."""
    (first, other, *rest) = register().issues
    first = replace(first, texts=("調査票", "甲課"))
    other = replace(other, texts=("調査票", "乙課"))
    second = replace(issue("A", 2), form=SHORT_FORM, department_name="新しい甲課")
    return Register(2023, (first, other, *rest, second, issue("B", 2)))


def number(text: str) -> FormNumber:
    found = FormNumber.parse(text)
    assert found is not None
    return found


def stored(folder: Path, content: bytes) -> Path:
    (folder / REGISTER_NAME).write_bytes(content)
    return folder


def test_a_register_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = register_as_bytes(several())
    found = load_register(stored(tmp_path, written), 2023)
    assert found == several()
    assert register_as_bytes(found) == written


def test_what_stands_on_a_template_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    written = register_as_bytes(several())
    found = load_register(stored(tmp_path, written), 2023, by_line=True)
    assert [len(i.items) for i in found.issues] == [len(i.items) for i in several().issues]
    given = pickle.loads(pickle.dumps(found))
    for one in (found, given, given.in_memory()):
        assert one == several()
        assert register_as_bytes(one) == written
    stored(tmp_path, written.replace(b"1-2", b"1-3"))
    with pytest.raises(WorkspaceError, match=REGISTER_NAME):
        pickle.loads(pickle.dumps(found)).in_memory()


@pytest.mark.parametrize("line", ['"number": "', '"sha256": '])
@pytest.mark.parametrize("by_line", [False, True])
def test_an_issue_that_cannot_be_read_is_reported_at_once(
    tmp_path: Path, line: str, by_line: bool
) -> None:
    whole = register_as_bytes(several())
    folder = stored(tmp_path, whole[: whole.rindex(line.encode())] + b"\n]\n}\n")
    with pytest.raises(WorkspaceError, match=REGISTER_NAME):
        load_register(folder, 2023, by_line=by_line)


@pytest.mark.parametrize("line", ['"id": "1-1"', '"調査票"'])
def test_a_line_that_cannot_be_read_stops_who_asks_for_it(tmp_path: Path, line: str) -> None:
    broken = register_as_bytes(several()).replace(line.encode(), b"5")
    found = load_register(stored(tmp_path, broken), 2023, by_line=True)
    with pytest.raises(WorkspaceError, match=REGISTER_NAME):
        found.in_memory()


def test_what_departments_share_is_written_once() -> None:
    document = json.loads(register_as_bytes(several()))
    assert len(document["forms"]) == 2
    assert len(document["issues"]) == 5
    assert {i["form"] for i in document["issues"]} == set(document["forms"])
    assert [item["id"] for item in document["items"]] == ["1-1", "1-2", "2-1", "2-2", "3-1"]
    assert document["texts"] == ["調査票", "甲課", "乙課"]
    assert [i["items"] for i in document["issues"]] == [
        [[0, 3]],
        [[2, 3]],
        [[4, 4]],
        [[0, 3]],
        [[2, 3]],
    ]
    assert [i["texts"] for i in document["issues"]] == [[[0, 1]], [[0, 0], [2, 2]], [], [], []]
    assert document["year"] == 2023


def test_every_issue_says_what_was_issued_to_whom() -> None:
    document = json.loads(register_as_bytes(several()))
    first = document["issues"][0]
    assert first["number"] == "272230-2023-A-1"
    assert first["department_name"] == "甲課"
    assert first["issued_at"] == "2024-04-15T09:00:00+09:00"
    assert document["items"][2]["departments"] == "乙課・甲課"
    assert set(first) >= {"digest", "sha256", "file", "tool_version"}


def test_a_register_of_the_version_before_is_read(tmp_path: Path) -> None:
    found = load_register(stored(tmp_path, as_version_1(several())), 2023)
    assert found == several()
    assert found.issues[0].items[2] is found.issues[1].items[0]


@pytest.mark.parametrize("version", [0, 3, "2", None])
def test_a_register_of_an_unknown_version_is_not_read(
    tmp_path: Path, version: int | str | None
) -> None:
    document = json.loads(register_as_bytes(several())) | {"version": version}
    with pytest.raises(WorkspaceError) as caught:
        load_register(stored(tmp_path, json.dumps(document).encode()), 2023)
    assert "新しい書き方" in str(caught.value)


def test_nothing_issued_is_an_empty_register(tmp_path: Path) -> None:
    assert load_register(tmp_path, 2023) == Register(2023)
    assert load_register(tmp_path / "無い", 2023) == Register(2023)


def changed(path: str, value: Any) -> bytes:  # noqa: ANN401
    """Return the register's bytes with one value changed, or taken out when it is None."""
    document = json.loads(register_as_bytes(register()))
    *upper, last = path.split("/")
    at = document
    for key in upper:
        at = at[int(key)] if isinstance(at, list) else at[key or next(iter(at))]
    if value is None:
        del at[last]
    else:
        at[int(last) if isinstance(at, list) else last] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        register_as_bytes(register())[:-200],
        changed("forms", None),
        changed("forms", []),
        changed("issues", 5),
        changed("issues/0/number", "272230-2023-A"),
        changed("issues/0/number", 5),
        changed("issues/0/form", "0"),
        changed("issues/0/items", None),
        changed("issues/0/items/0/1", 5),
        changed("issues/0/items/0/0", -1),
        changed("issues/0/items/0", [0]),
        changed("issues/0/texts", [[0, 0]]),
        changed("texts", None),
        changed("texts", [1]),
        changed("items/0/labels", 5),
        changed("items/0/pages", 5),
        changed("version", None),
        changed("version", []),
        changed("issues/0/issued_at", "きのう"),
        changed("forms//fields/0/type", "colour"),
        changed("forms//fields/2/minimum", "小"),
        changed("forms//fields/3/minimum", "2023-02-30"),
    ],
)
def test_a_broken_register_stops_the_run(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WorkspaceError) as caught:
        load_register(stored(tmp_path, content), 2023)
    assert REGISTER_NAME in str(caught.value)
    assert (tmp_path / REGISTER_NAME).read_bytes() == content


def test_the_latest_issue_of_a_department_is_the_one_to_answer() -> None:
    found = several()
    latest = {i.number.department: i.number.issue for i in found.current()}
    assert latest == {"A": 2, "B": 2, "C": 1}
    assert [i.number.department for i in found.current()] == ["A", "B", "C"]
    assert str(found.latest("A").number) == "272230-2023-A-2"  # type: ignore[union-attr]
    assert found.latest("X") is None


def test_who_has_an_item_now_is_found_by_it_as_people_write_it() -> None:
    found = several()
    second, other = found.latest("A"), found.latest("B")
    assert found.sharing(["２－１", "2-1", "1-1"]) == ((second, 2), (other, 1))
    assert found.sharing(["9-9"]) == ()


def test_every_issue_is_found_by_its_number() -> None:
    found = several()
    for wanted in found.issues:
        assert found.find(wanted.number) is wanted
    assert found.find(number("272230-2023-A-3")) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("272230-2023-GAKKO-1", ("272230", 2023, "GAKKO", 1)),
        (" 272230-2023-GAKKO-12\n", ("272230", 2023, "GAKKO", 12)),
        ("011002-2023-A-1-2", ("011002", 2023, "A-1", 2)),
        ("272230-2023-a_b-c-3", ("272230", 2023, "a_b-c", 3)),
        ("272230-2023-1-1", ("272230", 2023, "1", 1)),
        ("27223-2023-A-1", None),
        ("272230-23-A-1", None),
        ("272230-2023--1", None),
        ("272230-2023-A", None),
        ("272230-2023-学校-1", None),
        ("272230-2023-A-1x", None),
        ("", None),
    ],
)
def test_a_form_number_is_read(text: str, parts: tuple[str, int, str, int] | None) -> None:
    found = FormNumber.parse(text)
    assert found == (FormNumber(*parts) if parts else None)
    if found:
        assert str(found) == text.strip()


def test_the_digest_depends_on_content_alone() -> None:
    assert canonical_digest({"a": 1, "b": ["あ"]}) == canonical_digest({"b": ["あ"], "a": 1})
    assert canonical_digest(["1", "2"]) != canonical_digest(["2", "1"])
    assert canonical_digest("1") != canonical_digest(1)


def test_issues_are_only_ever_added() -> None:
    before: tuple[Issue, ...] = register().issues
    assert register().adding((issue("B", 2),)).issues == (*before, issue("B", 2))
