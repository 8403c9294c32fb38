"""What people read of two played years: one term each, no word of a program, nobody's name."""

from __future__ import annotations

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import lxml.html
import pytest
from docx import Document
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.test_words import WORDS
from workflow.__main__ import main
from workflow.commands.demo import play
from workflow.model.catalogue import Code

AUDITORS = ("台帳", "台帳の分冊", "指標", "凡例（監査用）", "受付記録")
"""Sheets that auditors read: they know what SHA-256 is."""

OF_PROGRAMS = {
    r"\b(rating|progress|challenge|direction|required_when)\b": "a key of the form",
    r"\b(null|true|false|None|True|False)\b": "a word of a program",
    rf"\b({'|'.join(code.name for code in Code)})\b": "a code without Japanese",
    r"\d{4}-\d\d-\d\dT\d\d": "a time as programs write it",
}
KEYS_STAND_IN = ("様式", "指摘一覧")
"""Sheets that have a column for keys, or for codes, beside one in Japanese."""

NAMED_BY_US = {"門真市", "とりまとめ", ""}
_PERSONS = re.compile(
    rb"<(?:\w+:)?(creator|lastModifiedBy|Manager|Company|author|name)(?: [^>]*)?>([^<]*)<"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years as demo plays them, then all that is sent and published of them."""
    home = tmp_path_factory.mktemp("published") / "市"
    shown = io.StringIO()
    with redirect_stdout(shown):
        play(home)
        year = ("--year", "2024", "--home", str(home))
        for command in ("generate --mail", "remind", "status", "report", "verify"):
            main([*command.split(), *year])
        main(["plan", "--home", str(home)])
        main(["--home", str(home)])
    (home / "画面.txt").write_text(shown.getvalue(), "utf-8")
    return home


def test_no_form_of_the_demo_shows_what_was_counted_before_it_was_filled(home: Path) -> None:
    forms = [path for path in (home / "returned").rglob("*.xlsx") if "進捗状況" in _names(path)]
    assert len(forms) > 20
    for path in forms:
        counted = load_workbook(path, data_only=True)
        for sheet in load_workbook(path):
            formulas = [c.coordinate for row in sheet for c in row if c.data_type == "f"]
            assert not [at for at in formulas if counted[sheet.title][at].value is not None], path


def _names(path: Path) -> list[str]:
    return load_workbook(path, read_only=True).sheetnames


@pytest.fixture(scope="module")
def texts(home: Path) -> list[tuple[str, str, str]]:
    """File, sheet or part, and text of everything that was made for people."""
    return [
        (path.relative_to(home).as_posix(), part, text)
        for path in made_by_us(home)
        for part, text in read(path)
    ]


def made_by_us(home: Path) -> list[Path]:
    """Return what was made; what came back was made by departments."""
    return sorted(
        path
        for path in home.rglob("*.*")
        if path.is_file() and "returned" not in path.relative_to(home).parts
    )


def read(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of a file that people open; of others nothing."""
    match path.suffix:
        case ".xlsx":
            yield from in_workbook(path)
        case ".docx":
            yield from (("", text) for text in in_word(path))
        case ".html":
            page = lxml.html.fromstring(path.read_bytes().decode())
            for text in page.xpath("//body//text()[not(ancestor::script or ancestor::style)]"):
                yield "", str(text)
        case ".eml":
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            assert body
            yield from (("", str(message["Subject"])), ("", str(body.get_content())))
        case ".txt":
            yield "", path.read_text("utf-8-sig")


def in_workbook(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of a workbook with its sheet: cells, comments, hints, heads and feet."""
    for sheet in load_workbook(path).worksheets:
        if sheet.sheet_state != "veryHidden":
            yield from ((sheet.title, text) for text in in_sheet(sheet))


def in_sheet(sheet: Worksheet) -> Iterator[str]:
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if isinstance(cell.value, str) and cell.data_type != "f":
            yield cell.value
        if cell.comment:
            yield cell.comment.text
    for rule in sheet.data_validations.dataValidation:
        yield from filter(None, (rule.promptTitle, rule.prompt, rule.error))
    for part in (sheet.oddHeader, sheet.oddFooter):
        sides = (part.left, part.center, part.right) if part else ()
        yield from (str(side.text) for side in sides if side and side.text)


def in_word(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", name):
                found = re.findall(r"<w:t(?: [^>]*)?>([^<]*)<", package.read(name).decode())
                yield "\n".join(found)
    assert Document(str(path)).paragraphs


def test_there_is_something_of_every_kind(texts: list[tuple[str, str, str]]) -> None:
    kinds = {Path(file).suffix for file, _, _ in texts}
    assert kinds == {".xlsx", ".docx", ".html", ".eml", ".txt"}
    assert {"差戻し", "メール", "報告書"} <= {p for file, _, _ in texts for p in Path(file).parts}


@pytest.mark.parametrize("pattern", WORDS)
def test_each_thing_has_one_term_in_all_that_is_read(
    texts: list[tuple[str, str, str]], pattern: str
) -> None:
    wrong = [one for one in texts if re.search(pattern, one[2]) and not is_for_others(one, pattern)]
    assert wrong == [], f"say {WORDS[pattern]}"


def is_for_others(one: tuple[str, str, str], pattern: str) -> bool:
    file, sheet, _ = one
    if pattern == "SHA-256":
        return sheet in AUDITORS or Path(file).name.startswith("確定版_SHA256")
    return pattern == r"\brating\b" and sheet in KEYS_STAND_IN


@pytest.mark.parametrize("pattern", OF_PROGRAMS)
def test_no_word_of_a_program_stands_before_a_person(
    texts: list[tuple[str, str, str]], pattern: str
) -> None:
    wrong = [one for one in texts if re.search(pattern, one[2]) and one[1] not in KEYS_STAND_IN]
    assert wrong == [], OF_PROGRAMS[pattern]


def test_numbers_that_people_read_are_separated_by_thousands(
    texts: list[tuple[str, str, str]],
) -> None:
    counted = re.compile(r"(?<![\d.,０-９-])\d{4,}(?:件|字|行|人|千円|円|MB|個|か所)")
    assert [one for one in texts if counted.search(one[2])] == []


def test_no_published_file_names_its_author(home: Path) -> None:
    named = [
        (path.name, part, kind, name.decode())
        for path in made_by_us(home)
        if path.suffix in (".xlsx", ".docx")
        for part, kind, name in persons(path)
        if name.decode() not in NAMED_BY_US
    ]
    assert named == []
    assert "author" not in (home / "compiled" / "2023" / "datapackage.json").read_text("utf-8")


def persons(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with zipfile.ZipFile(path) as package:
        for part in package.namelist():
            if part.startswith("docProps/") or "comment" in part or "person" in part:
                for kind, name in _PERSONS.findall(package.read(part)):
                    yield part, kind.decode(), name
