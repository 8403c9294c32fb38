"""Every workbook passes the Open XML SDK's validator: Excel will not offer to repair it."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.city import COLLECTED_AT, City, full_texts
from tests.compiled.rounds import MISSING, answered, compilation, round_plan, workbook_bytes
from tests.engine import HERE
from tests.journeys.test_another_city import answers, other_city, other_plan
from tests.journeys.test_three_years import YEARS, three_years
from tests.programs import needs_validator, ooxml_validator
from workflow.commands.finalize import finalize
from workflow.plan.book.writer import written_book
from workflow.plan.document import empty_document, sample_document

pytestmark = needs_validator


def errors(path: Path) -> list[Any]:
    """Return what the validator objects to in one workbook."""
    program = ooxml_validator()
    assert program
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["ok"] is (not report["errors"])
    found: list[Any] = report["errors"]
    return found


def assert_all_valid(paths: list[Path]) -> None:
    assert paths
    with ThreadPoolExecutor() as pool:
        reports = dict(zip([p.name for p in paths], pool.map(errors, paths), strict=True))
    assert {name: found for name, found in reports.items() if found} == {}


def test_the_validator_objects_to_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK")
    assert errors(broken)


@pytest.mark.parametrize("make", [empty_document, sample_document, other_plan])
def test_plan_books(tmp_path: Path, make: Any) -> None:  # noqa: ANN401
    path = tmp_path / "plan.xlsx"
    path.write_bytes(written_book(make()))
    assert errors(path) == []


def test_templates_and_list_of_the_sample_plan(city: City) -> None:
    city.generate()
    paths = sorted(city.workspace.templates(2023).glob("*.xlsx"))
    assert len(paths) == 13
    (listed,) = (path for path in paths if path.name.startswith("送付一覧"))
    forms = sorted(set(paths) - {listed}, key=lambda path: path.stat().st_size)
    assert_all_valid([listed, forms[0], forms[-1]])  # the others differ in how many rows they have


def test_templates_that_show_last_year(city: City) -> None:
    city.generate(2023)
    for department in ("FUKUSHI", "KIKI"):
        city.send_back(department, full_texts(city.plan))
    city.collect(2023)
    city.generate(2024)
    assert_all_valid([city.template("FUKUSHI", 2024), city.template("KIKI", 2024)])


def test_templates_and_ledger_of_another_city(tmp_path: Path) -> None:
    city = other_city(tmp_path / "市")
    for department in ("D01", "D02"):
        city.send_back(department, answers(other_plan()))
    city.collect()
    assert_all_valid([city.template("D01"), city.template("D60"), city.workspace.ledger(2023)])


def test_a_ledger_with_findings(city: City) -> None:
    city.generate()
    texts = full_texts(city.plan)
    texts["1-1"]["評価"] = "とても良い"
    texts["7-3"] |= {"今後の方針": "拡大", "取組状況": "\x01=<>&\"' \U00020bb7\n" * 20}
    for department in ("GAKKO", "KIKI", "KOREI"):
        city.send_back(department, texts)
    city.send_back("FUKUSHI", full_texts(city.plan))
    city.send_back("KOREI", texts, "高齢 コピー.xlsx", hours=1)
    city.returned("送付状.txt").write_text("送ります。", "utf-8")
    city.returned("壊.xlsx").write_bytes(b"PK")
    assert len(city.collect().document["findings"]) > 3
    assert errors(city.workspace.ledger(2023)) == []


def test_ledgers_of_three_years_of_which_one_is_final(tmp_path: Path) -> None:
    city = three_years(tmp_path / "市")
    finalize(city.workspace, 2024, COLLECTED_AT, HERE, "年度末のため")
    assert_all_valid([city.workspace.ledger(year) for year in YEARS])


def test_a_ledger_whose_labels_need_care(tmp_path: Path) -> None:
    labels = ["*?~", "=1+1", "<>", "&\"'", "_x0041_", "あ" * 255]
    plan = round_plan(labels, labels[:3], labels, required=False)
    path = tmp_path / "台帳.xlsx"
    path.write_bytes(workbook_bytes(compilation(plan, answered(plan, [*labels, None, MISSING]))))
    assert errors(path) == []
