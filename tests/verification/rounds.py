"""A small round, collected: a good return, a bad one, a zip, a copy and a letter; one decided."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.city import COLLECTED_AT, City
from tests.engine import HERE
from tests.harness.cities import build_city
from tests.harness.deciding import decide
from tests.harness.description import CITIES, RECEIVED, Example, SentFile
from tests.harness.sending import send
from workflow.commands.verify import verify
from workflow.verification.differences import Report

YEAR = 2023

LATE = RECEIVED + timedelta(hours=3)
ROUND = Example(
    files=(
        SentFile(name="甲課/回答.xlsx", template="A"),
        SentFile(
            name="B.xlsx",
            template="B",
            answers={"2-3": {"評価": "とても良い"}},
            received=RECEIVED + timedelta(hours=1),
        ),
        SentFile(name="丙課.zip", template="C", changes=(("zip", ("C.xlsx",)),), received=LATE),
        SentFile(name="甲課 - コピー.xlsx", same_as="甲課/回答.xlsx", received=LATE),
        SentFile(name="送付状.txt", changes=(("text", ("送ります。",)),), received=LATE),
    )
)


def compiled_round(home: Path) -> City:
    """Return the city of this round after its collect."""
    city = build_city(ROUND, home)
    send(ROUND, city, 1, home)
    city.collect(YEAR)
    return city


def decided_round(home: Path) -> City:
    """Return a city in whose round every point is decided, one of them about a joint item."""
    document = json.loads((CITIES / "small" / "plan.json").read_bytes())
    city = City.with_plan(home, document)
    city.generate(YEAR)
    answer = {"取組状況": "実施した。", "評価": "Ａ", "方針": "継続"}
    ours = dict.fromkeys(("1-1", "1-2", "1-3", "2-1", "2-2"), answer)
    city.send_back("A", ours | {"1-2": {**answer, "取組状況": "なし"}})
    theirs = {"2-1": {**answer, "評価": "Ｂ", "理由": "雨"}, "2-2": answer, "2-3": answer}
    city.send_back("B", theirs)
    words = {
        "JOINT_DIFFERS": "もう一方を採る",
        "VALUE_NOTHING": "確認済み",
        "ANSWER_MISSING": "今年度は報告なし",
    }
    for point in city.collect(YEAR).document["points"]:
        record = city.workspace.record(YEAR)
        decide(record, point["id"], words[point["code"]], "電話で確かめた", "佐藤")
    assert city.collect(YEAR, COLLECTED_AT + timedelta(days=1)).is_clean
    return city


def verified(city: City) -> Report:
    """Return what verify says of a city's round."""
    return verify(city.workspace, YEAR, HERE)


def codes(report: Report) -> set[str]:
    """Return the codes of the differences."""
    return {difference.code.name for difference in report.differences}
