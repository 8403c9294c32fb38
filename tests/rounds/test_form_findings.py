"""What a plan asks otherwise than the forms people have is found once, and said every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.city import COLLECTED_AT, City
from tests.engine import HERE, without_workers
from tests.harness.description import CITIES
from tests.rounds.small_year import FIRST, SECOND, collected, small_year
from workflow.commands.collect import collect
from workflow.compiled.merging.forms import form_findings
from workflow.model.plain_text import json_bytes
from workflow.rounds.inputs.kept import keep, kept

ANSWERS = {f"1-{n}": {"取組状況": f"行った{n}", "評価": "Ａ", "状態": "継続"} for n in range(1, 5)}


def document(title: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((CITIES / "checked" / "plan.json").read_text("utf-8"))
    plan["items"][1]["title"] = title
    return plan


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return a city that was collected after its plan had changed, to which a return came again."""
    city = City.with_plan(tmp_path_factory.mktemp("課"), document("備蓄"))
    city.generate()
    city.send_back("A", ANSWERS)
    (city.home / "plan.json").write_bytes(json_bytes(document("衛星電話")))
    assert findings_of(city)
    city.send_back("A", ANSWERS | {"1-1": ANSWERS["1-2"]}, hours=1)
    return city


def findings_of(city: City, code: str = "PLAN_CHANGED") -> list[dict[str, str]]:
    with without_workers():
        collected = collect(city.workspace, 2023, COLLECTED_AT, replace(HERE, use_cache=True))
    findings = collected.document["findings"]
    return [finding for finding in findings if finding["code"] == code]


def record(city: City) -> Path:
    return city.workspace.extracts(2023) / "forms.json"


def _none(_: City) -> None:
    """Leave what is kept as it is."""


def _remove(city: City) -> None:
    record(city).unlink()


def _empty(city: City) -> None:
    plain = json.loads(kept(record(city)))
    keep(record(city), json_bytes(plain | {"key": "of another plan", "findings": []}))


def _cut(city: City) -> None:
    path = record(city)
    path.write_bytes(path.read_bytes()[:-9])


def _misspell(city: City) -> None:
    plain = json.loads(kept(record(city)))
    keep(record(city), json_bytes(plain | {"findings": [["PLAN_CHANGED", {"what": 1}]]}))


@pytest.mark.parametrize("spoil", [_none, _remove, _empty, _cut, _misspell])
def test_what_is_kept_is_what_is_found_anew(
    changed: City,
    tmp_path: Path,
    spoil: Callable[[City], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    city, looked = changed.copy(tmp_path / "課"), list[str]()

    def looking(*given: Any) -> Any:  # noqa: ANN401 - as it is called
        looked.append("")
        return form_findings(*given)

    monkeypatch.setattr("workflow.rounds.inputs.form_findings.form_findings", looking)
    spoil(city)
    (finding,) = findings_of(city)
    assert "取組1-2が変わった" in finding["message"]
    assert bool(looked) is (spoil is not _none)


def test_it_goes_with_the_plan(changed: City, tmp_path: Path) -> None:
    city = changed.copy(tmp_path / "課")
    (city.home / "plan.json").write_bytes(json_bytes(document("備蓄")))
    assert not findings_of(city)


def test_it_goes_with_the_forms(changed: City, tmp_path: Path) -> None:
    city = changed.copy(tmp_path / "課")
    city.generate(reissue=True)
    assert not findings_of(city)


def test_what_earlier_rounds_answered_is_looked_at_every_time(tmp_path: Path) -> None:
    year = collected(small_year(tmp_path / "課"), FIRST, SECOND)
    second = year.at(SECOND)
    assert not findings_of(second, "ROUND_BEFORE_CHANGED")
    year.answer(FIRST, changed={"1-1": {"取組状況": "改めた"}})
    year.collect(FIRST)
    assert findings_of(second, "ROUND_BEFORE_CHANGED")
    assert not record(second).exists()
