"""A plan is checked and digested once; what is kept of it is believed of the same files alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.city import ISSUED_AT
from workflow.commands.generate import generate
from workflow.compiled.recording import recorded_plan_content
from workflow.model.errors import PlanError
from workflow.model.plain_text import json_bytes
from workflow.model.plan import Plan
from workflow.plan.book.writer import written_book
from workflow.plan.document import sample_document
from workflow.plan.fingerprint import plan_digest
from workflow.plan.load import WrittenPlan, load_written_plan, parsed_plan
from workflow.rounds.inputs.known_plan import KnownPlan, known_plan
from workflow.storage.files import sha256
from workflow.storage.workspace import Workspace

YEAR = 2023
WRITERS = {"plan.json": json_bytes, "plan.xlsx": written_book}


class Checked:
    """How often a plan was checked since it was last asked."""

    def __init__(self) -> None:
        self.times = 0

    def taken(self) -> int:
        times, self.times = self.times, 0
        return times


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    noted = Checked()

    def counted(files: Mapping[Path, bytes]) -> WrittenPlan:
        noted.times += 1
        return parsed_plan(files)

    monkeypatch.setattr("workflow.rounds.inputs.known_plan.parsed_plan", counted)
    return noted


@pytest.mark.parametrize("names", [["plan.json"], ["plan.xlsx"], ["plan.json", "plan.xlsx"]])
def test_it_is_checked_once_and_is_the_same(
    tmp_path: Path, checked: Checked, names: list[str]
) -> None:
    workspace = written(tmp_path, sample_document(), *names)
    whole = load_written_plan(tmp_path)
    content = recorded_plan_content(whole.content)
    for found in (known(workspace) for _ in range(3)):
        assert (found.plan, found.digest) == (whole.plan, plan_digest(whole.plan))
        assert b"".join(found.content.pieces()) == b"".join(content.pieces())
    assert checked.taken() == 1


@pytest.mark.parametrize("name", WRITERS)
def test_another_plan_is_another(tmp_path: Path, checked: Checked, name: str) -> None:
    workspace, document = written(tmp_path, sample_document(), name), sample_document()
    before = known(workspace)
    document["items"][0]["title"] = "別の取組"
    written(tmp_path, document, name)
    after = known(workspace)
    assert after.plan.items[0].title == "別の取組"
    assert after.digest != before.digest
    assert checked.taken() == 2


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_torn_or_of_others_is_not_believed(
    tmp_path: Path, checked: Checked, name: str
) -> None:
    workspace = written(tmp_path, sample_document(), name)
    expected, kept = known(workspace), workspace.extracts(YEAR) / "plan.json"
    whole = kept.read_bytes()
    _, head, items = whole.split(b"\n")
    plain, rows = json.loads(head), json.loads(items)
    spoilt = (
        b"",
        whole[:-1],
        sha256(b"").encode() + b"\n",  # a record of nothing
        whole.replace(expected.digest.encode(), b"0" * 64),
        proven(plain | {"key": "0" * 64}, rows),
        proven({"key": plain["key"]}, rows),
        proven([], rows),
        proven(plain | {"plan": {"items": [1]}}, rows),
        proven(plain | {"content": "0" * 64}, rows),
        proven(plain, [rows[0][:-1]]),
        proven(plain, [[5, *rows[0][1:]]]),
        proven(plain, [[*rows[0][:-1], "some"]]),
        proven(plain | {"shared": [[1]]}, rows),
    )
    for content in spoilt:
        kept.write_bytes(content)
        checked.taken()
        assert (known_contents(workspace), checked.taken()) == (contents_of(expected), 1)
        assert (known_contents(workspace), checked.taken()) == (contents_of(expected), 0)


def test_what_the_journal_will_hold_is_that_of_the_same_plan(
    tmp_path: Path, checked: Checked
) -> None:
    workspace = written(tmp_path, sample_document(), "plan.json")
    expected, kept = known(workspace), workspace.extracts(YEAR) / "plan_content.json"
    whole = kept.read_bytes()
    for content in (whole[:-1], whole.replace(b"1-1", b"1-9"), None):
        kept.unlink()
        if content:
            kept.write_bytes(content)
        checked.taken()
        assert (known_contents(workspace), checked.taken()) == (contents_of(expected), 1)


def test_a_large_plan_is_checked_in_a_process_of_its_own(
    tmp_path: Path, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.plan.large._LARGE", 1)
    workspace, document = written(tmp_path, sample_document(), "plan.json"), sample_document()
    found = known(workspace)
    assert checked.taken() == 0
    assert found.plan == load_written_plan(tmp_path).plan
    document["items"][0]["departments"] = ["NOBODY"]
    written(tmp_path, document, "plan.json")
    with pytest.raises(PlanError, match="直すところが1か所") as caught:
        known(workspace)
    assert len(caught.value.findings) == 1
    assert checked.taken() == 0


def test_no_password_is_copied(tmp_path: Path, checked: Checked) -> None:
    document = sample_document()
    document["plan"]["open_passwords"] = ["ひみつ"]
    workspace = written(tmp_path, document, "plan.xlsx")
    assert known(workspace).plan.open_passwords == ("ひみつ",)
    assert known(workspace).plan.open_passwords == ("ひみつ",)
    assert checked.taken() == 2
    assert not workspace.extracts(YEAR).exists()


def test_a_password_in_plan_json_is_read_from_there(tmp_path: Path, checked: Checked) -> None:
    document = sample_document()
    document["plan"]["open_passwords"] = ["ひみつ"]
    workspace = written(tmp_path, document, "plan.json")
    assert known(workspace).plan.open_passwords == ("ひみつ",)
    assert known(workspace).plan.open_passwords == ("ひみつ",)
    assert checked.taken() == 1
    kept = (workspace.extracts(YEAR) / "plan.json").read_text()
    assert "ひみつ" not in kept
    assert "ひみつ" not in (workspace.extracts(YEAR) / "plan_content.json").read_text()


@pytest.mark.parametrize("name", WRITERS)
def test_a_plan_that_is_open_or_spoilt_is_reported_each_time(tmp_path: Path, name: str) -> None:
    workspace = written(tmp_path, sample_document(), name)
    known(workspace)
    mark = tmp_path / f"~${name}"
    mark.touch()
    with pytest.raises(PlanError, match="Excelで開かれています"):
        known(workspace)
    mark.unlink()
    document = sample_document()
    document["items"][0]["departments"] = ["NOBODY"]
    written(tmp_path, document, name)
    for _ in range(2):
        with pytest.raises(PlanError, match="直すところが1か所"):
            known(workspace)


def test_without_what_is_kept_nothing_is_kept(tmp_path: Path, checked: Checked) -> None:
    workspace = written(tmp_path, sample_document(), "plan.json")
    for _ in range(2):
        known_plan(workspace, YEAR, use_kept=False)
    assert checked.taken() == 2
    assert not workspace.extracts(YEAR).exists()


@pytest.mark.parametrize("name", WRITERS)
def test_a_large_plan_is_known_from_the_day_it_was_issued(
    tmp_path: Path, checked: Checked, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("workflow.rounds.inputs.known_plan._WORTH_KEEPING", 0)
    workspace = written(tmp_path, sample_document(), name)
    generate(workspace, YEAR, ISSUED_AT)
    checked.taken()
    whole = load_written_plan(tmp_path)
    content = b"".join(recorded_plan_content(whole.content).pieces())
    assert known_contents(workspace) == (whole.plan, plan_digest(whole.plan), content)
    assert checked.taken() == 0


def test_notes_on_a_plan_are_reported_by_the_first_collect_too(
    tmp_path: Path, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.rounds.inputs.known_plan._WORTH_KEEPING", 0)
    document = sample_document()
    (name,) = {d["name"] for d in document["departments"] if d["code"] == "FUKUSHI"}
    for item in document["items"]:
        item["departments"] = [name if d == "FUKUSHI" else d for d in item["departments"]]
    workspace = written(tmp_path, document, "plan.xlsx")
    generate(workspace, YEAR, ISSUED_AT)
    checked.taken()
    assert known(workspace).notes
    assert checked.taken() == 1


def test_a_usual_plan_is_not_kept_when_it_is_issued(tmp_path: Path) -> None:
    workspace = written(tmp_path, sample_document(), "plan.json")
    generate(workspace, YEAR, ISSUED_AT)
    assert not workspace.extracts(YEAR).exists()


def written(home: Path, document: dict[str, Any], *names: str) -> Workspace:
    for name in names:
        (home / name).write_bytes(WRITERS[name](document))
    return Workspace(home)


def known(workspace: Workspace) -> KnownPlan:
    return known_plan(workspace, YEAR, use_kept=True)


def known_contents(workspace: Workspace) -> tuple[Plan, str, bytes]:
    return contents_of(known(workspace))


def contents_of(found: KnownPlan) -> tuple[Plan, str, bytes]:
    """Return all that is known of a plan but for where it is."""
    return found.plan, found.digest, b"".join(found.content.pieces())


def proven(head: object, items: object) -> bytes:
    """Return a record as it would be kept, whatever it says."""
    record = json.dumps(head).encode() + b"\n" + json.dumps(items).encode()
    return sha256(record).encode() + b"\n" + record
