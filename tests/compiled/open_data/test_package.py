"""Frictionless finds the ledger CSV to be what its package says, and says so when it is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import pytest

from tests.city import City, full_texts
from tests.journeys.test_another_city import answers, other_city, other_plan
from tests.small import COST, DONE, FORM, NOW, PLAN, PROGRESS, RATING, answer, issue, register
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.merging.merge import merge
from workflow.compiled.open_data.csv import ledger_csv, unescape_formula
from workflow.compiled.open_data.package import data_package
from workflow.model.fields.base import Choice, Field
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.plan import Item, Plan
from workflow.model.returns import Outcome, Return, Source
from workflow.templates.register import IssuedForm, Register
from workflow.templates.register_file import load_register

CSV_NAME = "台帳_令和5年度.csv"
GOOD: dict[str, Value] = {"progress": "実施した。", "rating": "Ａ"}


def ledger_of(plan: Plan, answers: Sequence[Mapping[str, Value] | AnswerStatus]) -> Ledger:
    """Return the ledger of a plan; the answers are used again and again."""
    entries = []
    for n, assignment in enumerate(plan.assignments()):
        values = answers[n % len(answers)]
        status = values if isinstance(values, AnswerStatus) else AnswerStatus.ANSWERED
        source = Source("係/a.xlsx", "進捗状況", 5 + n, "0" * 64, NOW)
        kept = {} if isinstance(values, AnswerStatus) else dict(values)
        given = answer(assignment.item.id, assignment.departments[0].code, kept, source)
        entries.append(Entry(assignment, status, None if status is AnswerStatus.MISSING else given))
    return build_ledger(plan, 2023, tuple(entries))


def package(
    plan: Plan = PLAN, issued: Register | None = None, ledger: Ledger | None = None
) -> dict[str, Any]:
    """Return a data package as JSON."""
    ledger = ledger or ledger_of(plan, [AnswerStatus.MISSING])
    content = data_package(plan, issued or register(plan), ledger, {CSV_NAME: ledger_csv(ledger)})
    document: dict[str, Any] = json.loads(content)
    return document


def fields_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return heading → the schema's field."""
    return {field["name"]: field for field in document["resources"][0]["schema"]["fields"]}


def objections(
    folder: Path,
    ledger: Ledger,
    plan: Plan = PLAN,
    issued: Register | None = None,
    broken: tuple[str, str] = ("", ""),
) -> list[tuple[str, str]]:
    """Return what frictionless objects to: type of error and column. Broken changes the CSV."""
    content = ledger_csv(ledger)
    content = content.decode().replace(*broken).encode() if broken[0] else content
    described = data_package(plan, issued or register(plan), ledger, {CSV_NAME: content})
    (folder / CSV_NAME).write_bytes(content)
    return validated(folder, described)


def validated(folder: Path, described: bytes) -> list[tuple[str, str]]:
    path = folder / "datapackage.json"
    path.write_bytes(described)
    report = frictionless.validate(str(path))
    found = [(str(kind), str(name)) for kind, name in report.flatten(["type", "fieldName"])]
    assert report.valid is (not found)
    return found


@pytest.mark.parametrize("status", [AnswerStatus.MISSING, AnswerStatus.SENT_BACK])
def test_a_round_without_answers_is_valid(tmp_path: Path, status: AnswerStatus) -> None:
    assert objections(tmp_path, ledger_of(PLAN, [status])) == []


def test_a_full_round_is_valid(tmp_path: Path) -> None:
    answers: list[Mapping[str, Value] | AnswerStatus] = [
        GOOD | {"cost": Decimal("12.5"), "done": date(2023, 4, 1)},
        GOOD | {"cost": Decimal(0), "done": date(2024, 3, 31)},
        GOOD | {"cost": Decimal("1000.0"), "rating": "Ｂ", "reason": "人手不足"},
        AnswerStatus.MISSING,
    ]
    assert objections(tmp_path, ledger_of(PLAN, answers)) == []


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1 -1 @A1",
        '"引用", と, ',
        "'x', 'y', 'z'",
        "; 'x'; 'y';",
        "a;b;c\td|e",
        "一行目\n二行目\r\n三行目",
        "\r",
        "\n",
        "①㈱Ⅲ髙﨑",
        "外字\ue000",
        "𠮷野家\U0002a6d6",
        " 前後 ",
        "=1+1を足す",
        "\ufeff",
        "NaN",
        "#N/A",
    ],
)
def test_a_round_with_awkward_texts_is_valid(tmp_path: Path, text: str) -> None:
    values: dict[str, Value] = {"progress": text[:10], "rating": "Ｂ", "reason": text * 5}
    assert objections(tmp_path, ledger_of(PLAN, [values])) == []


def test_the_longest_formula_and_a_choice_like_one_are_valid(tmp_path: Path) -> None:
    choices = (*RATING.choices, Choice("-", "対象外"))
    fields = (replace(PROGRESS, max_length=20), replace(RATING, choices=choices))
    ledger = ledger_of(PLAN, [{"progress": "=" * 20, "rating": "-"}])
    assert objections(tmp_path, ledger, issued=issued_with(*fields)) == []


def test_texts_are_read_as_they_were_written(tmp_path: Path) -> None:
    answers: list[dict[str, Value]] = [
        {"progress": text, "reason": f"{text}；{text}"}
        for text in (" 前後 ", "'x', 'y'", '", "', "a;b;c;d", "\r\n", "\t|\t", "=1+1")
    ]
    ledger = ledger_of(PLAN, answers)
    assert objections(tmp_path, ledger) == []
    resource = frictionless.Package(str(tmp_path / "datapackage.json")).get_table_resource(
        "ledger-2023"
    )
    read = [row.to_dict() for row in resource.read_rows()]
    progress, reason = (
        [unescape_formula(row[label]) for row in read] for label in ("取組状況", "理由")
    )
    assert progress == [s["progress"] for s in answers[: len(read)]]
    assert reason == [s["reason"] for s in answers[: len(read)]]
    assert {row["受領日時"] for row in read} == {NOW}


def test_a_long_round_of_awkward_texts_is_valid(tmp_path: Path) -> None:
    items = tuple(Item(f"{n:03}", ("一",), f"取組{n}", ("A",)) for n in range(300))
    plan = replace(PLAN, items=items)
    answers = [GOOD | {"reason": f"{n}'\",;\r\n\t、 " * 10} for n in range(7)]
    assert objections(tmp_path, ledger_of(plan, answers), plan) == []


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"progress": "長" * 12}, "取組状況"),
        ({"rating": "Ｄ"}, "評価"),
        ({"cost": Decimal("-0.1")}, "決算額"),
        ({"cost": Decimal("1000.1")}, "決算額"),
        ({"cost": "約百"}, "決算額"),
        ({"done": date(2024, 4, 1)}, "完了日"),
        ({"done": "来年"}, "完了日"),
    ],
)
def test_a_value_out_of_bounds_is_objected_to(
    tmp_path: Path, values: dict[str, Value], label: str
) -> None:
    (first, *others) = objections(tmp_path, ledger_of(PLAN, [GOOD | values]))
    assert {first, *others} in ({("constraint-error", label)}, {("type-error", label)})


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("決算額", "予算額", "incorrect-label"),
        ("決算額,完了日", "完了日,決算額", "incorrect-label"),
        ("決算額,", "", "missing-label"),
        ("\r\n2023,1-1,", "\r\n令和5,1-1,", "type-error"),
        ("\r\n2023,1-1,", "\r\n,1-1,", "constraint-error"),
        ("\r\n2023,1-1,", "\r\n2023,,", "constraint-error"),
        ("\r\n2023,1-2,", "\r\n2023,1-1,", "primary-key"),
        (",回答済,", ",済,", "constraint-error"),
        ("0" * 64, "0" * 63, "constraint-error"),
        ("2024-04-15T09:00:00+09:00", "令和6年4月15日", "type-error"),
    ],
)
def test_a_changed_file_is_objected_to(tmp_path: Path, before: str, after: str, kind: str) -> None:
    found = objections(tmp_path, ledger_of(PLAN, [GOOD]), broken=(before, after))
    assert kind in {kind for kind, _ in found}


def test_other_bytes_than_those_described_are_objected_to(tmp_path: Path) -> None:
    ledger = ledger_of(PLAN, [GOOD])
    content = ledger_csv(ledger)
    (tmp_path / CSV_NAME).write_bytes(content.replace("実施した".encode(), "実施する".encode()))
    described = data_package(PLAN, register(), ledger, {CSV_NAME: content})
    assert {kind for kind, _ in validated(tmp_path, described)} == {"hash-count"}


def described_by_the_city(city: City, csv_name: str = CSV_NAME) -> bytes:
    """Return the data package of a city whose round was collected."""
    plan, issued = city.plan, load_register(city.workspace.templates(2023), 2023)
    ledger = build_ledger(plan, 2023, merge(plan, issued, ()).entries)
    content = city.workspace.ledger_csv(2023).read_bytes()
    return data_package(plan, issued, ledger, {csv_name: content})


def check_city(city: City) -> None:
    csv = city.workspace.ledger_csv(2023)
    assert validated(csv.parent, described_by_the_city(city, csv.name)) == []


def test_the_sample_plan_in_the_middle_of_its_round_is_valid(city: City) -> None:
    city.generate()
    texts = full_texts(city.plan)
    texts["1-1"]["取組状況"] = '=SUM(A1:A3)、"①"\n' + "長" * 900
    texts["7-3"]["評価"] = "とても良い"
    for department in ("GAKKO", "KIKI", "KOREI"):
        city.send_back(department, texts)
    city.collect()
    assert set(city.statuses().values()) == {"回答済", "未提出", "差戻し中"}
    check_city(city)


def test_another_city_with_numbers_and_days_is_valid(tmp_path: Path) -> None:
    city = other_city(tmp_path / "市")
    for department in ("D01", "D02"):
        city.send_back(department, answers(other_plan()))
    city.collect()
    check_city(city)


def test_every_column_is_described_in_its_order() -> None:
    ledger = ledger_of(PLAN, [GOOD])
    found = fields_of(package())
    assert list(found) == [column.label for column in ledger.columns]
    assert [field["type"] for field in found.values()] == [
        "year", "string", "string", "string", "string", "string",
        "string", "string", "number", "date", "string",
        "string", "string", "string", "integer", "string", "datetime",
    ]  # fmt: skip
    required = [n for n, f in found.items() if f.get("constraints", {}).get("required")]
    assert required == ["年度(西暦)", "整理番号", "施策", "取組", "担当課", "回答状況"]


def test_meanings_units_and_help_are_explained() -> None:
    found = fields_of(package())
    assert found["評価"]["categories"] == [
        {"value": "Ａ", "label": "順調"},
        {"value": "Ｂ", "label": "遅延"},
        {"value": "Ｃ", "label": "未着手"},
    ]
    assert found["評価"]["categoriesOrdered"] is True
    assert found["決算額"]["torimatome:unit"] == "千円"
    assert "単位は千円です。" in found["決算額"]["description"]
    assert found["取組状況"]["description"] == "実績を。"
    assert found["完了日"]["constraints"] == {"minimum": "2023-04-01", "maximum": "2024-03-31"}


def test_the_package_says_whose_and_which_year_it_is() -> None:
    document = package()
    assert document["title"] == "小さな計画 令和5年度（2023年度） 台帳"
    assert document["torimatome:municipality"] == {"name": "門真市", "code": "272230"}
    assert document["torimatome:fiscalYear"] == 2023
    assert "日時はすべて日本時間（UTC+09:00）です。" in document["description"]
    (resource,) = document["resources"]
    assert (resource["name"], resource["path"]) == ("ledger-2023", CSV_NAME)


def issued_with(*fields: Field) -> Register:
    """Return a register whose first issue asked other fields than the plan does now."""
    asked = {field.key: field for field in (*FORM.fields, *fields)}
    older = replace(issue("A"), form=IssuedForm(PLAN.levels, Form(tuple(asked.values()))))
    return register().adding((older,))


def test_what_an_older_issue_allowed_is_allowed(tmp_path: Path) -> None:
    older = issued_with(
        replace(PROGRESS, max_length=20),
        replace(RATING, choices=(Choice("Ｓ", "とても順調"), Choice("Ａ", "良"))),
        replace(COST, minimum=Decimal(-5), maximum=None),
        replace(DONE, minimum=None, maximum=date(2024, 4, 30)),
    )
    values: dict[str, Value] = {
        "progress": "長" * 20,
        "rating": "Ｓ",
        "cost": Decimal(5000),
        "done": date(2024, 4, 30),
    }
    earlier = objections(tmp_path, ledger_of(PLAN, [{"done": date(2022, 4, 1)}]), issued=older)
    assert earlier == []
    ledger = ledger_of(PLAN, [values])
    assert objections(tmp_path, ledger, issued=older) == []
    assert len(objections(tmp_path, ledger)) == 4 * len(ledger.entries)
    found = fields_of(package(issued=older))
    assert [c["value"] for c in found["評価"]["categories"]] == ["Ａ", "Ｂ", "Ｃ", "Ｓ"]
    assert found["評価"]["categories"][0]["label"] == "順調"
    assert found["決算額"]["constraints"] == {"minimum": -5}


def test_a_field_that_was_of_another_type_takes_any_text(tmp_path: Path) -> None:
    older = issued_with(replace(PROGRESS, key="cost", label="決算額"))
    ledger = ledger_of(PLAN, [GOOD | {"cost": "約百"}, GOOD | {"cost": Decimal(5)}])
    assert objections(tmp_path, ledger, issued=older) == []
    assert "torimatome:unit" not in fields_of(package(issued=older))["決算額"]


@pytest.mark.parametrize(
    ("minimum", "decimals", "kind"),
    [(Decimal(0), 0, "integer"), (Decimal("0.5"), 0, "number"), (None, None, "number")],
)
def test_a_whole_number_is_an_integer(
    tmp_path: Path, minimum: Decimal | None, decimals: int | None, kind: str
) -> None:
    plan = replace(PLAN, form=Form((replace(COST, minimum=minimum, decimals=decimals),)))
    assert fields_of(package(plan))["決算額"]["type"] == kind
    assert objections(tmp_path, ledger_of(plan, [{"cost": Decimal("1E+2")}]), plan) == []


def test_the_same_round_gives_the_same_bytes() -> None:
    ledger = ledger_of(PLAN, [GOOD])
    first, second = (
        data_package(PLAN, register(), ledger, {CSV_NAME: ledger_csv(ledger)}) for _ in range(2)
    )
    assert first == second
    assert first.endswith(b"}\n")
    assert not first.startswith(b"\xef\xbb\xbf")


def test_the_small_round_of_returns_is_valid(tmp_path: Path) -> None:
    source = Source("a.xlsx", "進捗状況", 5, "0" * 64, NOW)
    returned = Return(
        file="a.xlsx",
        sha256="0" * 64,
        size=1,
        received=NOW,
        outcome=Outcome.ACCEPTED,
        department="A",
        answers=tuple(answer(item, "A", GOOD, source) for item in ("1-1", "2-1", "2-2")),
    )
    entries = merge(PLAN, register(), (returned,)).entries
    assert objections(tmp_path, build_ledger(PLAN, 2023, entries)) == []
