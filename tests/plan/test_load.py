"""Finding the plan, and files that cannot be read at all: one sentence each."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.plan.plan_documents import changed, small, zipped
from workflow.model.errors import PlanError
from workflow.model.fields.base import Condition
from workflow.model.fields.choice import ChoiceField
from workflow.model.fields.date import DateField
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField
from workflow.model.limits import Limits
from workflow.model.plain_text import json_bytes
from workflow.model.plan import Plan
from workflow.plan.book.writer import written_book
from workflow.plan.document import Document, sample_document
from workflow.plan.load import load_document, load_plan, validated

BOOK = written_book(small())


def _refusal(home: Path) -> PlanError:
    with pytest.raises(PlanError) as caught:
        load_plan(home)
    sentence = str(caught.value)
    assert sentence.endswith(("。", "）。"))
    assert "\n" not in sentence
    return caught.value


def _entries_cut(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    return zipped(
        {n: part[: len(part) // 2] if "sheet" in n.lower() else part for n, part in parts.items()}
    )


def _with_stray_cell() -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.title = "計画"
    book.active.cell(1_048_576, 1).value = "x"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "0バイト"),
        (BOOK[: len(BOOK) // 2], "壊れて"),
        (_entries_cut(BOOK), "壊れて"),
        (b"PK\x03\x04 nothing", "壊れて"),
        (b"PK\x05\x06" + bytes(18), "壊れて"),
        (b"code,name\r\nA,B\r\n", "Excelブックではありません"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512), "Excelブックではありません"),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"),
            "パスワード",
        ),
        (_with_stray_cell(), "A1048576"),
    ],
)
def test_a_file_that_is_no_book_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, word: str
) -> None:
    (tmp_path / "plan.xlsx").write_bytes(content)
    refusal = _refusal(tmp_path)
    assert word in str(refusal)
    assert refusal.findings == ()


def test_a_book_that_would_fill_the_memory_is_refused_in_a_sentence(tmp_path: Path) -> None:
    huge = zipped({"xl/workbook.xml": bytes(100_000_001)})
    (tmp_path / "plan.xlsx").write_bytes(huge)
    refusal = _refusal(tmp_path)
    assert "大きすぎます" in str(refusal)
    assert refusal.findings == ()


@pytest.mark.parametrize("position", range(200, len(BOOK), 997))
def test_a_damaged_book_never_ends_in_another_error(tmp_path: Path, position: int) -> None:
    damaged = BOOK[:position] + bytes([BOOK[position] ^ 0xFF]) + BOOK[position + 1 :]
    (tmp_path / "plan.xlsx").write_bytes(damaged)
    try:
        load_plan(tmp_path)
    except PlanError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "中身がありません"),
        (b" \n", "中身がありません"),
        (b'{"version": 1,', "1行目"),
        (b'{\n"version": 1,\n"plan": }', "3行目"),
        ('{"plan": "計画"}'.encode("cp932"), "UTF-8"),
        (b'{"version": NaN}', "読み取れない値"),
        (b'{"version": "\\ud800"}', "読み取れない値"),
        (b"[" * 100_000, "読み取れない値"),
        (b'{"version": ' + b"1" * 5000 + b"}", "読み取れない値"),
    ],
)
def test_a_file_that_is_no_json_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, word: str
) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    refusal = _refusal(tmp_path)
    assert word in str(refusal)
    assert refusal.findings == ()


def test_a_book_without_the_sheets_is_refused_with_findings(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "plan.xlsx")
    missing = [
        f.location.sheet for f in _refusal(tmp_path).findings if f.code.name == "PLAN_MISSING_SHEET"
    ]
    assert missing == ["計画", "担当課", "取組内容", "様式"]


def test_a_key_written_twice_is_found(tmp_path: Path) -> None:
    text = json_bytes(small()).replace(b'"version": 1,', b'"version": 1, "version": 1,')
    (tmp_path / "plan.json").write_bytes(text)
    assert [f.code.name for f in _refusal(tmp_path).findings] == ["PLAN_REPEATED_KEY"]


def test_no_plan_tells_to_run_init(tmp_path: Path) -> None:
    assert "python run.py init" in str(_refusal(tmp_path))
    assert "python run.py init" in str(_refusal(tmp_path / "nowhere"))


def test_a_book_open_in_excel_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(BOOK)
    (tmp_path / "~$plan.xlsx").write_bytes(b"\x05owner")
    refusal = _refusal(tmp_path)
    assert "閉じて" in str(refusal)
    assert "~$plan.xlsx" in str(refusal)


def test_a_folder_called_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").mkdir()
    assert "開けません" in str(_refusal(tmp_path))


def test_two_spellings_of_the_same_plan_are_fine(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(BOOK)
    (tmp_path / "plan.json").write_bytes(json_bytes(small()))
    assert load_plan(tmp_path).title == "小さな計画"


def test_two_different_plans_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(BOOK)
    (tmp_path / "plan.json").write_bytes(json_bytes(changed("/plan/title", "別の計画")))
    refusal = _refusal(tmp_path)
    assert "plan.xlsx" in str(refusal)
    assert "plan.json" in str(refusal)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.json"])
def test_findings_name_the_file(tmp_path: Path, name: str) -> None:
    broken = changed("/plan/coordinator", "C")
    content = written_book(broken) if name == "plan.xlsx" else json_bytes(broken)
    (tmp_path / name).write_bytes(content)
    refusal = _refusal(tmp_path)
    assert [(f.code.name, f.location.file) for f in refusal.findings] == [
        ("PLAN_UNKNOWN_DEPARTMENT", name)
    ]
    assert name in str(refusal)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.json"])
def test_the_sample_is_the_real_plan(tmp_path: Path, name: str) -> None:
    document = sample_document()
    content = written_book(document) if name == "plan.xlsx" else json_bytes(document)
    (tmp_path / name).write_bytes(content)
    plan = load_plan(tmp_path)
    assert (len(plan.items), len(plan.departments), len(plan.assignments())) == (25, 12, 25)
    assert plan.items[0].pages == "44-45"
    assert plan.items[21].departments == ("KIKI", "FUKUSHI")
    assert load_document(tmp_path / name).content == document


def test_a_bom_before_the_json_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(b"\xef\xbb\xbf" + json_bytes(small()))
    assert load_plan(tmp_path).title == "小さな計画"


def test_json_is_written_for_people() -> None:
    text = json_bytes(small()).decode("utf-8")
    assert text.endswith("}\n")
    assert '\n  "levels": [\n' in text
    assert "小さな計画" in text


def test_every_part_of_a_document_reaches_the_plan() -> None:
    plan = validated(Document(small(), "plan.json"))
    state, rating, cost, done = plan.form.fields
    assert isinstance(state, TextField)
    assert isinstance(rating, ChoiceField)
    assert isinstance(cost, NumberField)
    assert isinstance(done, DateField)
    assert state.max_length == 100
    assert (rating.required, rating.ordered, rating.choices[0].aliases) == (True, True, ("A", "良"))
    assert (cost.minimum, cost.maximum, cost.decimals) == (Decimal(0), Decimal("99.5"), 1)
    assert cost.required_when == Condition("rating", ("Ｂ", "Ｃ"))
    assert (done.minimum, done.maximum) == (date(2024, 4, 1), date(2025, 3, 31))
    assert plan.deadline == date(2024, 5, 31)
    assert (plan.limits, plan.open_passwords) == (Limits(archive_members=10), ("one", "two"))
    assert plan.departments[0].formerly == ("旧甲課", "OLD-A")
    assert plan.departments[1].external
    assert _without_options().departments[1].external is False


def _without_options() -> Plan:
    document = small()
    document["departments"][1] = {"code": "B", "name": "乙課"}
    return validated(Document(document, "plan.json"))
