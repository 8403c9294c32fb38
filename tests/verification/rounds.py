"""A small round, compiled, to be verified."""

from __future__ import annotations

import os
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

from tests.city import RECEIVED_AT, City
from tests.engine import HERE
from tests.harness.cities import plan_document, usual_answers
from workflow.commands.pipeline import verify
from workflow.storage.workspace import Workspace
from workflow.verification.differences import Report

YEAR = 2023


def compiled_round(home: Path) -> City:
    """Return a city after a collect of a good return, a bad one, a zip, a copy and a letter."""
    city = City.with_plan(home, plan_document("small"))
    city.generate(YEAR)
    texts = usual_answers("small", [item.id for item in city.plan.items])
    city.send_back("A", texts, "甲課/回答.xlsx")
    wrong = {item: dict(said) for item, said in texts.items()}
    wrong["2-3"]["評価"] = "とても良い"
    city.send_back("B", wrong, hours=1)
    city.send_back("C", texts, hours=2)
    zipped = city.returned("丙課.zip")
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(city.returned("C.xlsx"), "C.xlsx")
    city.returned("C.xlsx").unlink()
    copy = city.returned("甲課 - コピー.xlsx")
    shutil.copyfile(city.returned("甲課/回答.xlsx"), copy)
    city.returned("送付状.txt").write_text("送ります。", "utf-8")
    for late in (zipped, copy, city.returned("送付状.txt")):
        moment = (RECEIVED_AT + timedelta(hours=3)).timestamp()
        os.utime(late, (moment, moment))
    city.collect(YEAR)
    return city


def copied(city: City, home: Path) -> City:
    """Return a copy of a city, with the times of its files."""
    return City(Workspace(Path(shutil.copytree(city.home, home))))


def verified(city: City) -> Report:
    """Return what verify says of a city's round."""
    return verify(city.workspace, YEAR, HERE)


def codes(report: Report) -> set[str]:
    """Return the codes of the differences."""
    return {difference.finding.code for difference in report.differences}
