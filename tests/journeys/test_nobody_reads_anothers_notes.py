"""What one department wrote beside its answers, and its address, reaches no other department."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from tests.city import COLLECTED_AT, City
from tests.engine import HERE
from tests.harness.deciding import decide
from tests.harness.description import CITIES
from workflow.commands.collect import collect
from workflow.commands.finalize import finalize
from workflow.commands.generate import draft_distribution
from workflow.commands.remind import remind
from workflow.commands.report import report
from workflow.templates.layout import RESPONDENT_LABEL

YEAR = 2023
CODES = ("A", "B", "C")
ANSWER = {"取組状況": "実施した。", "評価": "Ａ", "方針": "継続"}


def secrets(code: str) -> tuple[str, ...]:
    """Return what only a department and the coordinator may read."""
    kinds = ("margin", "comment", "respondent", "author")
    return (f"{code.lower()}@example.jp", *(f"secret-{code}-{kind}" for kind in kinds))


@pytest.fixture
def town(tmp_path: Path) -> City:
    """A and B answer 2-1 differently, each with notes; one is asked, one is to correct."""
    document = json.loads((CITIES / "small" / "plan.json").read_bytes())
    for department in document["departments"]:
        department["email"] = f"{department['code'].lower()}@example.jp"
    document["plan"]["coordinator"] = "C"
    made = City.with_plan(tmp_path / "町", document)
    made.generate(YEAR)
    draft_distribution(made.workspace, YEAR, COLLECTED_AT)
    ours = dict.fromkeys(("1-1", "1-2", "1-3", "2-1", "2-2"), ANSWER)
    made.send_back("A", ours | {"1-2": {**ANSWER, "取組状況": "なし"}, "1-3": {"評価": "Ａ"}})
    made.send_back("B", {"2-1": {**ANSWER, "評価": "Ｂ", "理由": "雨"}, "2-2": ANSWER})
    for code in ("A", "B"):
        writes_beside(made.returned(f"{code}.xlsx"), code)
    points = {(p["code"], p["item"]): p["id"] for p in gather(made, 0)}
    record = made.workspace.record(YEAR)
    decide(record, points["VALUE_NOTHING", "1-2"], "課に尋ねる", "本当ですか。", "丁")
    decide(record, points["JOINT_DIFFERS", "2-1"], "差し戻す", "話し合ってください。", "丁")
    gather(made, 1)
    remind(made.workspace, YEAR, COLLECTED_AT)
    return made


def gather(town: City, days: int) -> list[dict[str, str]]:
    made = collect(town.workspace, YEAR, COLLECTED_AT + timedelta(days=days), HERE)
    points: list[dict[str, str]] = made.document["points"]
    return points


def writes_beside(path: Path, code: str) -> None:
    _, margin, comment, respondent, author = secrets(code)
    book = load_workbook(path)
    sheet = book["進捗状況"]
    sheet["Z8"], sheet["F8"].comment = margin, Comment(comment, author)
    label = next(c for row in book["記入要領"] for c in row if c.value == RESPONDENT_LABEL)
    label.offset(0, 1).value = respondent
    book.properties.creator = book.properties.lastModifiedBy = author
    book.save(path)


def texts_of(content: bytes) -> Iterator[str]:
    """Yield every text of a file: the body and the attachments of a mail, the parts of a zip."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    elif b"X-Unsent" in content:
        mail = message_from_bytes(content, policy=policy.default)
        yield str(mail)
        for part in mail.walk():
            if not part.is_multipart():
                yield from texts_of(part.get_payload(decode=True))  # type: ignore[arg-type]
    else:
        yield content.decode("utf-8", "replace")


def words_found(path: Path, words: tuple[str, ...]) -> list[str]:
    text = "\n".join(texts_of(path.read_bytes()))
    return [word for word in words if word in text]


def test_what_goes_to_a_department_holds_nothing_of_another(town: City) -> None:
    workspace = town.workspace
    folders = (
        workspace.templates(YEAR),
        workspace.handbacks(YEAR),
        workspace.reminder_drafts(YEAR),
    )
    files = [path for folder in folders for path in folder.rglob("*_*.*") if path.is_file()]
    to = {path: path.name.partition("_")[0] for path in files}
    ours = {path: code for path, code in to.items() if code in CODES}
    kinds = {(code, path.suffix) for path, code in ours.items()}
    assert {("A", ".eml"), ("B", ".eml"), ("A", ".xlsx"), ("B", ".xlsx")} <= kinds
    for path, code in ours.items():
        others = tuple(word for other in CODES if other != code for word in secrets(other))
        assert words_found(path, others) == [], path.name
    (draft,) = workspace.reminder_drafts(YEAR).glob("A_*.eml")  # its own it finds, also attached
    assert words_found(draft, secrets("A")) == ["a@example.jp", "secret-A-respondent"]


def test_the_page_of_the_round_holds_no_address_and_no_notes(town: City) -> None:
    everybody = tuple(word for code in CODES for word in secrets(code))
    assert words_found(town.workspace.overview(YEAR), everybody) == []


def test_what_is_published_names_nobody(town: City) -> None:
    everybody = tuple(word for code in CODES for word in secrets(code))
    finalize(town.workspace, YEAR, COLLECTED_AT + timedelta(days=2), HERE, "試験のため")
    report(town.workspace, YEAR, COLLECTED_AT + timedelta(days=3))
    published = [p for p in town.workspace.report(YEAR).parent.rglob("*") if p.is_file()]
    assert {path.suffix for path in published} >= {".docx", ".html"}
    for path in published:
        assert words_found(path, everybody) == [], path.name
        assert words_found(path, ("丁", "secret-")) == [], path.name
