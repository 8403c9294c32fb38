"""Another city changes its plan, not our code: other levels, scale, numbers, dates, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.city import City, Texts, codes, outcomes
from workflow.rounds.collected import Collected

RATINGS = ["Ｓ", "Ａ", "Ｂ", "Ｃ", "Ｄ", "－"]
POOR = ["Ｃ", "Ｄ", "－"]


def other_plan() -> dict[str, Any]:
    departments = [{"code": f"D{n:02}", "name": f"第{n}課"} for n in range(1, 61)]
    return {
        "version": 1,
        "plan": {
            "title": "総合計画",
            "municipality": {"name": "大阪市", "code": "271004"},
            "coordinator": "D01",
            "deadline": "2024-05-31",
            "contact": "内線1234",
            "paper": "A3",
        },
        "levels": ["政策", "施策", "事業"],
        "departments": departments,
        "items": [
            {
                "id": f"{n:02}-{m:02}",
                "path": [f"政策{n % 6}", f"施策{n % 12}"],
                "title": f"事業{n}-{m}",
                "departments": [f"D{n:02}"],
            }
            for n in range(1, 61)
            for m in range(1, 9)
        ],
        "form": {
            "fields": [
                {
                    "key": "rating",
                    "label": "評価",
                    "type": "choice",
                    "required": True,
                    "ordered": True,
                    "choices": [{"value": value} for value in RATINGS],
                },
                {"key": "target", "label": "目標値", "type": "number", "required": True},
                {"key": "result", "label": "実績値", "type": "number", "decimals": 1},
                {
                    "key": "cost",
                    "label": "決算額（千円）",
                    "type": "number",
                    "unit": "千円",
                    "minimum": 0,
                    "decimals": 0,
                    "required": True,
                },
                {
                    "key": "done",
                    "label": "完了日",
                    "type": "date",
                    "minimum": "2023-04-01",
                    "maximum": "2024-03-31",
                },
                {
                    "key": "reason",
                    "label": "遅れの理由",
                    "type": "text",
                    "max_length": 200,
                    "required_when": {"field": "rating", "in": POOR},
                },
            ]
        },
        "matrices": [
            {"rows": "政策", "columns": "rating"},
            {"rows": "担当課", "columns": "rating"},
        ],
    }


def answers(document: dict[str, Any]) -> Texts:
    written: dict[str, dict[str, str | float | date]] = {}
    for n, item in enumerate(document["items"]):
        rating = RATINGS[n % 6]
        written[item["id"]] = {
            "評価": rating,
            "目標値": 100 + n,
            "実績値": n / 10,
            "決算額（千円）": 1000 * n,
            "完了日": date(2023, 4, 1 + n % 30),
        }
        if rating in POOR:
            written[item["id"]]["遅れの理由"] = "人手不足のため。"
    return written


_kept = TemporaryDirectory(prefix="torimatome-other-city-")


@cache
def _issued() -> City:
    city = City.with_plan(Path(_kept.name), other_plan())
    assert len(city.generate().issued) == 60
    return city


def other_city(home: Path) -> City:
    """Return this city after its forms went out: issued once in a process, and then copied."""
    return _issued().copy(home)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return other_city(tmp_path / "市")


def test_sixty_departments_answer_eight_items_each(city: City) -> None:
    document = other_plan()
    written = answers(document)
    for department in city.plan.departments:
        city.send_back(department.code, written)
    collected = city.collect()
    assert codes(collected) == []
    assert collected.is_clean
    rows = city.ledger()
    assert len(rows) == 480
    for row in rows:
        expected = dict(written[row["整理番号"]])
        day = expected.pop("完了日")
        assert isinstance(row["完了日"], datetime)
        assert row["完了日"].date() == day
        assert {label: row[label] for label in expected} == expected
    by_csv = city.ledger_csv()
    assert by_csv[7]["実績値"] == "0.7"
    assert by_csv[7]["決算額（千円）"] == "7000"
    assert by_csv[7]["完了日"] == "2023-04-08"
    assert [row["評価"] for row in rows].count("－") == 80


WRONG: list[tuple[str, str | float | date, str]] = [
    ("遅れの理由", "", "VALUE_REQUIRED_WHEN"),
    ("決算額（千円）", -1, "VALUE_TOO_SMALL"),
    ("決算額（千円）", 1.5, "VALUE_DECIMALS"),
    ("決算額（千円）", "約百", "VALUE_NOT_A_NUMBER"),
    ("実績値", 0.25, "VALUE_DECIMALS"),
    ("目標値", "", "VALUE_REQUIRED"),
    ("完了日", date(2024, 4, 1), "VALUE_TOO_LARGE"),
    ("完了日", "令和5年3月31日", "VALUE_TOO_SMALL"),
    ("完了日", "来年", "VALUE_NOT_A_DATE"),
    ("評価", "Ｅ", "VALUE_NOT_A_CHOICE"),
    ("遅れの理由", "長" * 201, "VALUE_TOO_LONG"),
]
ANOTHER_WAY: list[tuple[str, str, float | str | datetime]] = [
    ("決算額（千円）", "１，２３４千円", 1234),
    ("目標値", "△5", -5),
    ("目標値", "▲ 1,000", -1000),
    ("完了日", "令和5年5月1日", datetime(2023, 5, 1)),
    ("完了日", "R5.5.1", datetime(2023, 5, 1)),
    ("完了日", "2023/5/1", datetime(2023, 5, 1)),
    ("評価", " s", "Ｓ"),
    ("評価", "-", "－"),
]


@dataclass(frozen=True)
class Sent:
    """A round in which every department wrote one value otherwise, and the items it is in."""

    city: City
    collected: Collected
    items: tuple[str, ...]

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The ledger, a row by 整理番号."""
        return {row["整理番号"]: row for row in self.city.ledger()}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Return the round of all values above: they are collected at once."""
    city = other_city(tmp_path_factory.mktemp("sent") / "市")
    written = {item: dict(texts) for item, texts in answers(other_plan()).items()}
    items = []
    values = [(label, value) for label, value, _ in (*WRONG, *ANOTHER_WAY)]
    for department, (label, value) in enumerate(values, start=1):
        own = (item for item in written if item.startswith(f"{department:02}-"))
        item = next(item for item in own if written[item]["評価"] == "Ｃ")
        written[item][label] = value
        city.send_back(f"D{department:02}", written)
        items.append(item)
    return Sent(city, city.collect(), tuple(items))


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[code for *_, code in WRONG])
def test_a_wrong_value_is_sent_back(sent: Sent, number: int) -> None:
    label, _, code = WRONG[number]
    file, item = f"D{number + 1:02}.xlsx", sent.items[number]
    assert outcomes(sent.collected)[file] == "sent_back"
    findings = sent.collected.document["findings"]
    found = [f for f in findings if f["severity"] == "error" and f["file"] == file]
    assert code in {f["code"] for f in found}
    assert {(f["item"], f["field"]) for f in found} == {(item, label)}
    statuses = sent.city.statuses()
    assert statuses.pop(item) == "差戻し中"
    others = {status for i, status in statuses.items() if i.startswith(f"{number + 1:02}-")}
    assert others == {"回答済"}


@pytest.mark.parametrize("number", range(len(ANOTHER_WAY)), ids=[way for _, way, _ in ANOTHER_WAY])
def test_a_value_written_in_another_way_is_read(sent: Sent, number: int) -> None:
    label, written, read = ANOTHER_WAY[number]
    at = len(WRONG) + number
    file = f"D{at + 1:02}.xlsx"
    assert outcomes(sent.collected)[file] == "accepted"
    codes_of = {f["code"] for f in sent.collected.document["findings"] if f["file"] == file}
    assert "VALUE_ADJUSTED" in codes_of or written == "2023/5/1"
    assert sent.rows[sent.items[at]][label] == read
